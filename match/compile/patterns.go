package compile

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/weir-ips/weir/cgo/hyperscan"
	"github.com/weir-ips/weir/match"
)

// pattern is a fast pattern: what the matcher looks for.
type pattern struct {
	octets string
	nocase bool
	// anchored: only an occurrence at this place of the buffer matters.
	anchored bool
	at       uint32
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
		if x.nocase != y.nocase {
			return y.nocase
		}
		if x.anchored != y.anchored {
			return y.anchored
		}
		return x.at < y.at
	})
	for _, i := range order {
		p := &s.pats[i]
		fmt.Fprintf(&b, "%d:%s%v%v%d%v;", len(p.octets), p.octets, p.nocase, p.anchored, p.at, s.rules[i])
	}
	return b.String()
}

// databases compiles pattern sets and lays their postings out.
type databases struct {
	t     *tables
	byKey map[string]uint32
	sets  []database
}

// database is a set to be compiled; short says that the buffers scanned for it
// are: names, fields.
type database struct {
	*patternSet
	short bool
}

// add returns the 1-based number of the set's database, 0 for an empty set.
func (d *databases) add(s *patternSet, short bool) uint32 {
	if len(s.pats) == 0 {
		return 0
	}
	k := fmt.Sprint(short, s.key())
	if n, ok := d.byKey[k]; ok {
		return n
	}
	if d.byKey == nil {
		d.byKey = map[string]uint32{}
	}
	d.sets = append(d.sets, database{s, short})
	n := uint32(len(d.sets))
	d.byKey[k] = n
	return n
}

// compile makes the databases, several at a time, and appends them to the
// tables.
func (d *databases) compile(parallel int) error {
	type made struct {
		octets []byte
		err    error
	}
	out := make([]made, len(d.sets))
	sem := make(chan struct{}, max(parallel, 1))
	done := make(chan int)
	for i := range d.sets {
		go func() {
			sem <- struct{}{}
			out[i].octets, out[i].err = compileSet(&d.sets[i])
			<-sem
			done <- i
		}()
	}
	for range d.sets {
		<-done
	}
	for i := range d.sets {
		s := &d.sets[i]
		if out[i].err != nil {
			return fmt.Errorf("pattern database %d of %d patterns: %w", i, len(s.pats), out[i].err)
		}
		t := d.t
		for len(t.dbBytes)%64 != 0 {
			t.dbBytes = append(t.dbBytes, 0)
		}
		t.dbs = append(t.dbs, match.DBRec{Off: uint64(len(t.dbBytes)), Len: uint64(len(out[i].octets)), Longest: s.longest(),
			Pats: match.Span{Off: uint32(len(t.patSpans)), N: uint32(len(s.pats))}})
		t.dbBytes = append(t.dbBytes, out[i].octets...)
		for k := range s.pats {
			t.patSpans = append(t.patSpans, t.span(s.rules[k]))
		}
	}
	return nil
}

func compileSet(s *database) ([]byte, error) {
	lits := make([]hyperscan.SetLiteral, len(s.pats))
	for i, p := range s.pats {
		lits[i] = hyperscan.SetLiteral{ID: uint32(i), Data: []byte(p.octets), NoCase: p.nocase, Anchored: p.anchored, At: p.at}
	}
	return hyperscan.BuildSet(lits, s.short)
}
