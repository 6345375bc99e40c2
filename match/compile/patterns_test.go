package compile

import (
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// Equal sets share a database; each pattern leads to its own rules.
func TestDatabases(t *testing.T) {
	d := databases{t: newTables()}
	var a, same, b, none patternSet
	for _, s := range []*patternSet{&a, &same} {
		s.add(pattern{octets: "abcd"}, 7)
		s.add(pattern{octets: "efgh", nocase: true}, 8)
		s.add(pattern{octets: "efgh", nocase: true}, 11)
	}
	b.add(pattern{octets: "longer than the others", anchored: true, at: 4}, 10)
	n := d.add(&a, false)
	if n == 0 || d.add(&same, false) != n {
		t.Errorf("equal sets got numbers %d and %d", n, d.add(&same, false))
	}
	if d.add(&none, false) != 0 {
		t.Error("an empty set got a number")
	}
	if k := d.add(&a, true); k == n {
		t.Error("short and long data share a database")
	}
	k := d.add(&b, false)
	if err := d.compile(1); err != nil {
		t.Fatal(err)
	}
	rules := func(v match.DBRec, i uint32) []uint32 {
		s := d.t.patSpans[v.Pats.Off+i]
		return d.t.refs[s.Off : s.Off+s.N]
	}
	va, vb := d.t.dbs[n-1], d.t.dbs[k-1]
	if va.Longest != 4 || vb.Longest != 22 || va.Pats.N != 2 || vb.Pats.N != 1 {
		t.Errorf("records %+v, %+v", va, vb)
	}
	if r := rules(va, 1); len(r) != 2 || r[0] != 8 || r[1] != 11 {
		t.Errorf("the second pattern leads to %v", r)
	}
	if r := rules(vb, 0); len(r) != 1 || r[0] != 10 {
		t.Errorf("the other set's pattern leads to %v", r)
	}
}

// A pattern has a place only where its content can stand at no other.
func TestPatternPlaces(t *testing.T) {
	set := func(n int64) rule.Value { return rule.Value{Set: true, N: n} }
	for _, c := range []struct {
		name     string
		ct       rule.Content
		fixed    bool
		anchored bool
		at       uint32
	}{
		{"free", rule.Content{}, true, false, 0},
		{"start", rule.Content{StartsWith: true, Depth: set(4)}, true, true, 0},
		{"offset and depth", rule.Content{Offset: set(8), Depth: set(4)}, true, true, 8},
		{"room to move", rule.Content{Offset: set(8), Depth: set(5)}, true, false, 0},
		{"offset alone", rule.Content{Offset: set(8)}, true, false, 0},
		{"variable", rule.Content{Offset: rule.Value{Set: true, IsVar: true}, Depth: set(4)}, true, false, 0},
		{"relative", rule.Content{Depth: set(4), Distance: set(0)}, true, false, 0},
		{"behind a transform", rule.Content{Depth: set(4)}, false, false, 0},
		{"part of it", rule.Content{Offset: set(8), Depth: set(4), FastOff: 1, FastLen: 2}, true, true, 9},
	} {
		c.ct.Pattern = []byte("abcd")
		p := patternOf(&c.ct, c.fixed)
		if p.anchored != c.anchored || p.at != c.at {
			t.Errorf("%s: anchored %v at %d, want %v at %d", c.name, p.anchored, p.at, c.anchored, c.at)
		}
	}
}
