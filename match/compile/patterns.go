package compile

import (
	"bytes"
	"fmt"
	"sort"
	"strings"

	"github.com/weir-ips/weir/cgo/hyperscan"
	"github.com/weir-ips/weir/match"
)

// pattern is a fast pattern: what the matcher looks for.
type pattern struct {
	octets string
	nocase bool
}

// patternSet collects the fast patterns of one database and the rules behind
// each.
type patternSet struct {
	index map[pattern]int
	pats  []pattern
	rules [][]uint32
}

func (s *patternSet) add(p pattern, rule uint32) {
	if s.index == nil {
		s.index = map[pattern]int{}
	}
	i, ok := s.index[p]
	if !ok {
		i = len(s.pats)
		s.index[p] = i
		s.pats = append(s.pats, p)
		s.rules = append(s.rules, nil)
	}
	if r := s.rules[i]; len(r) == 0 || r[len(r)-1] != rule {
		s.rules[i] = append(s.rules[i], rule)
	}
}

// longest is the length of the longest pattern.
func (s *patternSet) longest() uint32 {
	n := 0
	for i := range s.pats {
		n = max(n, len(s.pats[i].octets))
	}
	return uint32(n)
}

// key names the set's content, so that equal sets share a database.
func (s *patternSet) key() string {
	var b bytes.Buffer
	order := make([]int, len(s.pats))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool {
		x, y := s.pats[order[a]], s.pats[order[b]]
		if x.octets != y.octets {
			return x.octets < y.octets
		}
		return !x.nocase && y.nocase
	})
	for _, i := range order {
		fmt.Fprintf(&b, "%d:%s%v%v;", len(s.pats[i].octets), s.pats[i].octets, s.pats[i].nocase, s.rules[i])
	}
	return b.String()
}

// databases compiles pattern sets and lays their postings out.
type databases struct {
	t     *tables
	byKey map[string][]uint32
	fams  []family
	n     uint32 // views so far
}

// family is several sets that are looked for by one database: each is a view of
// it, with postings of its own.
type family struct {
	views []*patternSet
	all   patternSet
}

// add returns the 1-based number of the set's database, 0 for an empty set.
func (d *databases) add(s *patternSet) uint32 { return d.addFamily(s)[0] }

// addFamily is add for sets that share a database.
func (d *databases) addFamily(sets ...*patternSet) []uint32 {
	var keys []string
	for _, s := range sets {
		keys = append(keys, s.key())
	}
	k := strings.Join(keys, "\x00|")
	if n, ok := d.byKey[k]; ok {
		return n
	}
	out := make([]uint32, len(sets))
	var f family
	for i, s := range sets {
		if len(s.pats) == 0 {
			continue
		}
		d.n++
		out[i] = d.n
		f.views = append(f.views, s)
		for _, p := range s.pats {
			f.all.add(p, 0)
		}
	}
	if len(f.views) > 0 {
		d.fams = append(d.fams, f)
	}
	if d.byKey == nil {
		d.byKey = map[string][]uint32{}
	}
	d.byKey[k] = out
	return out
}

// compile makes the databases, several at a time, and appends them to the
// tables.
func (d *databases) compile(parallel int) error {
	type made struct {
		octets []byte
		err    error
	}
	out := make([]made, len(d.fams))
	sem := make(chan struct{}, max(parallel, 1))
	done := make(chan int)
	for i := range d.fams {
		go func() {
			sem <- struct{}{}
			out[i].octets, out[i].err = compileSet(&d.fams[i].all)
			<-sem
			done <- i
		}()
	}
	for range d.fams {
		<-done
	}
	for i := range d.fams {
		f := &d.fams[i]
		if out[i].err != nil {
			return fmt.Errorf("pattern database %d of %d patterns: %w", i, len(f.all.pats), out[i].err)
		}
		t := d.t
		for len(t.dbBytes)%64 != 0 {
			t.dbBytes = append(t.dbBytes, 0)
		}
		off := uint64(len(t.dbBytes))
		t.dbBytes = append(t.dbBytes, out[i].octets...)
		for _, v := range f.views {
			t.dbs = append(t.dbs, match.DBRec{Off: off, Len: uint64(len(out[i].octets)), Longest: f.all.longest(),
				Pats: match.Span{Off: uint32(len(t.patSpans)), N: uint32(len(f.all.pats))}})
			for _, p := range f.all.pats {
				k, ok := v.index[p]
				if !ok {
					t.patSpans = append(t.patSpans, match.Span{})
					continue
				}
				t.patSpans = append(t.patSpans, t.span(v.rules[k]))
			}
		}
	}
	return nil
}

func compileSet(s *patternSet) ([]byte, error) {
	lits := make([]hyperscan.Literal, len(s.pats))
	for i, p := range s.pats {
		lits[i] = hyperscan.Literal{ID: uint32(i), Data: []byte(p.octets), NoCase: p.nocase, SingleMatch: true}
	}
	db, err := hyperscan.CompileLiterals(lits)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.Serialize()
}
