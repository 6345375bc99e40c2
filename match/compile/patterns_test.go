package compile

import (
	"testing"

	"github.com/weir-ips/weir/match"
)

// Views of a family share one database; each leads a pattern to its own rules
// only, and to none where it has not got the pattern.
func TestFamilyViews(t *testing.T) {
	d := databases{t: newTables()}
	var a, b, none patternSet
	a.add(pattern{"abcd", false}, 7)
	a.add(pattern{"efgh", true}, 8)
	b.add(pattern{"efgh", true}, 9)
	b.add(pattern{"longer than the others", false}, 10)
	n := d.addFamily(&a, &none, &b)
	if n[1] != 0 || n[0] == 0 || n[2] == 0 || n[0] == n[2] {
		t.Fatalf("numbers %v: two views and none for the empty set wanted", n)
	}
	if again := d.addFamily(&a, &none, &b); again[0] != n[0] || again[2] != n[2] {
		t.Errorf("equal sets got numbers %v after %v", again, n)
	}
	if err := d.compile(1); err != nil {
		t.Fatal(err)
	}
	va, vb := d.t.dbs[n[0]-1], d.t.dbs[n[2]-1]
	if va.Off != vb.Off || va.Len != vb.Len || va.Longest != 22 {
		t.Errorf("views %+v and %+v do not share their octets", va, vb)
	}
	rules := func(v match.DBRec) map[uint32]bool {
		out := map[uint32]bool{}
		for _, s := range d.t.patSpans[v.Pats.Off : v.Pats.Off+v.Pats.N] {
			for _, r := range d.t.refs[s.Off : s.Off+s.N] {
				out[r] = true
			}
		}
		return out
	}
	if got := rules(va); len(got) != 2 || !got[7] || !got[8] {
		t.Errorf("the first view leads to %v", got)
	}
	if got := rules(vb); len(got) != 2 || !got[9] || !got[10] {
		t.Errorf("the second view leads to %v", got)
	}
}
