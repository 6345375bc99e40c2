package hyperscan

import (
	"math/bits"
	"sort"
)

// SetLiteral is a literal of a Set. Each is reported at most once in a job.
type SetLiteral struct {
	ID     uint32
	Data   []byte // at least one octet
	NoCase bool   // ASCII letters match in either case
	// Anchored: only an occurrence At octets behind the place that Job.Start
	// counts from matters. Others may be reported too.
	Anchored bool
	At       uint32
}

const (
	// maxChain bounds how many patterns are compared at one place: what a sender
	// can make the matcher do for four octets.
	maxChain = 24
	// maxAnchors bounds the places at which anchored literals are looked for; those
	// at other places are looked for everywhere.
	maxAnchors = 24
	// maxBuckets bounds the literals of a table of buckets: of more, too many
	// places would pass.
	maxBuckets = 128
	// A table of buckets has eight, and 64 octets for each of the four octets from a
	// place on.
	bucketBits   = 3
	bucketFilter = 256
)

// BuildSet lays out a set of literals. short says that the data will mostly be
// short (names, fields): what costs a little for each octet of it is then better
// than what costs something for each scan.
func BuildSet(lits []SetLiteral, short bool) ([]byte, error) {
	if len(lits) == 0 {
		return nil, errNoPatterns
	}
	b := setBuilder{lits: lits, buckets: wide}
	for i := range lits {
		if len(lits[i].Data) == 0 {
			return nil, &CompileError{i, "a literal needs at least one octet"}
		}
		if lits[i].NoCase {
			lits[i].Data = lowerASCII(lits[i].Data)
		}
	}
	b.split(short)
	return b.layOut()
}

type setBuilder struct {
	lits   []SetLiteral
	tables []building
	rest   []int // literals for Hyperscan
	// buckets: there is a vector unit for a table of them.
	buckets bool
}

// building is a table in the making.
type building struct {
	table
	entries []entry // Pattern is an index of lits
	// Of a table of buckets: where the entries of four octets end, and those of three.
	ends  [2]int
	chain map[uint32]int
}

// split sends every literal to the table that finds it at the least cost.
func (b *setBuilder) split(short bool) {
	left := b.anchors()
	for _, c := range []struct {
		min           int
		stride, width uint32
		always        bool
	}{{7, 4, 4, true}, {5, 2, 4, short}, {4, 1, 4, short}, {2, 1, 2, short}} {
		if !c.always {
			continue
		}
		t := building{table: table{Stride: c.stride, Width: c.width}, chain: map[uint32]int{}}
		grams := b.gramsOf(left, c.min, int(c.width))
		var next []int
		for _, i := range left {
			if len(b.lits[i].Data) < c.min || !t.place(&b.lits[i], i, grams) {
				next = append(next, i)
			}
		}
		left = next
		if len(t.entries) > 0 {
			b.tables = append(b.tables, t)
		}
	}
	if b.buckets && !short {
		left = b.share(left)
	}
	b.rest = left
}

// share puts literals of two octets and more into a table of buckets, and returns
// the others.
func (b *setBuilder) share(lits []int) (left []int) {
	t := building{table: table{Kind: kindBuckets, Stride: 1, Width: 4, HeadBits: bucketBits}, chain: map[uint32]int{}}
	for n, w := range []uint32{4, 3, 2} {
		t.Width = w
		grams := b.gramsOf(lits, int(w), int(w))
		left = left[:0:0]
		for _, i := range lits {
			if len(t.entries) == maxBuckets || !t.place(&b.lits[i], i, grams) {
				left = append(left, i)
			}
		}
		if n < len(t.ends) {
			t.ends[n] = len(t.entries)
		}
		lits = left
	}
	if len(t.entries) > 0 {
		b.tables = append(b.tables, t)
	}
	return left
}

// anchors makes the tables of the anchored literals and returns the others.
func (b *setBuilder) anchors() (left []int) {
	type place struct{ at, width uint32 }
	groups := map[place][]int{}
	for i := range b.lits {
		l := &b.lits[i]
		if !l.Anchored {
			left = append(left, i)
			continue
		}
		p := place{l.At, uint32(min(len(l.Data), 4))}
		groups[p] = append(groups[p], i)
	}
	places := make([]place, 0, len(groups))
	for p := range groups {
		places = append(places, p)
	}
	sort.Slice(places, func(i, j int) bool {
		a, b := places[i], places[j]
		if x, y := len(groups[a]), len(groups[b]); x != y {
			return x > y
		}
		return a.at < b.at || a.at == b.at && a.width < b.width
	})
	for n, p := range places {
		t := building{table: table{Kind: kindAnchored, At: p.at, Width: p.width}, chain: map[uint32]int{}}
		for _, i := range groups[p] {
			g := gram(b.lits[i].Data[:p.width])
			if n >= maxAnchors || t.chain[g] == maxChain {
				left = append(left, i)
				continue
			}
			t.chain[g]++
			t.entries = append(t.entries, entry{g, uint32(i), 0})
		}
		if len(t.entries) > 0 {
			b.tables = append(b.tables, t)
		}
	}
	sort.Ints(left)
	return left
}

// gramsOf counts the grams of the literals of at least least octets.
func (b *setBuilder) gramsOf(lits []int, least, width int) map[uint32]int {
	n := map[uint32]int{}
	for _, i := range lits {
		d := b.lits[i].Data
		if len(d) < least {
			continue
		}
		for k := 0; k+width <= len(d); k++ {
			n[gram(d[k:k+width])]++
		}
	}
	return n
}

// place gives a literal its entries: the grams of a window so long that wherever
// the literal stands, one of the places looked at falls on one of them. The
// window whose grams are rarest in traffic and in the set is taken, none with a run
// of one octet: padding would be compared with it at every place. It returns false
// where there is no such window, or too many literals share its grams.
func (t *building) place(l *SetLiteral, i int, grams map[uint32]int) bool {
	w, n := int(t.Width), int(t.Stride)
	best, lowest := -1, 0.0
	for o := 0; o+w+n-1 <= len(l.Data); o++ {
		cost := 0.0
		for a := range n {
			g := gram(l.Data[o+a : o+a+w])
			if t.chain[g] >= maxChain || w == 4 && g == g>>8|g<<24 {
				cost = -1
				break
			}
			cost += frequency(l.Data[o+a:o+a+w]) + 0.02*float64(grams[g])
		}
		if cost >= 0 && (best < 0 || cost < lowest) {
			best, lowest = o, cost
		}
	}
	if best < 0 {
		return false
	}
	for a := range n {
		g := gram(l.Data[best+a : best+a+w])
		t.chain[g]++
		t.entries = append(t.entries, entry{g, uint32(i), uint32(best + a)})
	}
	return true
}

// layOut writes the set.
func (b *setBuilder) layOut() ([]byte, error) {
	h := header{Magic: setMagic, NPatterns: uint32(len(b.lits)), NTables: uint32(len(b.tables))}
	h.Tables = uint32(headerOctets)
	h.Patterns = h.Tables + h.NTables*tableOctets
	at := uint32(alignUp(int(h.Patterns+h.NPatterns*patternOctets), 64))
	var body []byte
	for i := range b.tables {
		body = b.tables[i].layOut(b.lits, body, at)
	}
	var text, patterns []byte
	for i := range b.lits {
		l := &b.lits[i]
		nocase := uint32(0)
		if l.NoCase {
			nocase = 1
		}
		patterns = put(patterns, l.ID, uint32(len(text)), uint32(len(l.Data)), nocase)
		text = append(text, l.Data...)
	}
	h.Text, h.TextLen = at+uint32(len(body)), uint32(len(text))
	rest, err := b.compileRest()
	if err != nil {
		return nil, err
	}
	h.Rest, h.RestLen = uint32(alignUp(int(h.Text+h.TextLen), 64)), uint32(len(rest))
	h.Size = h.Rest + h.RestLen
	out := put(nil, h.Magic, h.Size, h.NPatterns, h.NTables, h.Tables, h.Patterns, h.Text, h.TextLen, h.Rest, h.RestLen)
	out = append(out, make([]byte, headerOctets-len(out))...)
	for i := range b.tables {
		t := &b.tables[i].table
		out = put(out, t.Kind, t.At, t.Stride, t.Width, t.Filter, t.FilterBits, t.Heads, t.HeadBits, t.Entries, t.NEntries, t.Quick[0], t.Quick[1])
	}
	out = pad(append(out, patterns...), 64)
	out = append(append(out, body...), text...)
	return append(pad(out, 64), rest...), nil
}

// layOut appends the table's filter, heads and entries to body, which will stand
// at at.
func (t *building) layOut(lits []SetLiteral, body []byte, at uint32) []byte {
	n := len(t.entries)
	t.NEntries = uint32(n)
	if t.Kind == kindBuckets {
		return t.layOutBuckets(lits, body, at)
	}
	t.HeadBits = uint32(min(max(bits.Len(uint(n)), 4), maxBits))
	sort.SliceStable(t.entries, func(i, j int) bool {
		return setHash(t.entries[i].Gram) < setHash(t.entries[j].Gram)
	})
	switch t.Kind {
	case kindGrams:
		t.FilterBits = uint32(min(bits.Len(uint(32*n)), maxBits))
		if n <= 64 {
			t.FilterBits = 10 // two vector registers
		}
		filter := make([]byte, 1<<t.FilterBits/8)
		for _, e := range t.entries {
			h, shift := setHash(e.Gram), 32-t.FilterBits
			word := h >> shift >> 5
			for _, k := range [2]uint32{h >> shift & 31, h >> (shift - 5) & 31} {
				filter[4*word+k/8] |= 1 << (k % 8)
			}
		}
		body = pad(body, 64)
		t.Filter = at + uint32(len(body))
		body = append(body, filter...)
	case kindAnchored:
		for _, e := range t.entries {
			h := setHash(e.Gram)
			t.Quick[h>>31] |= 1 << (h >> 26 & 31)
			t.Quick[h>>25&1] |= 1 << (h >> 20 & 31)
		}
	}
	body = pad(body, 64)
	t.Heads = at + uint32(len(body))
	k := 0
	for head := range 1 << t.HeadBits {
		for k < n && int(setHash(t.entries[k].Gram)>>(32-t.HeadBits)) < head {
			k++
		}
		body = put(body, uint32(k))
	}
	body = pad(put(body, uint32(n)), 64)
	t.Entries = at + uint32(len(body))
	for _, e := range t.entries {
		body = put(body, e.Gram, e.Pattern, e.Back)
	}
	return pad(body, 64)
}

// compileRest makes the database of what is in no table.
func (b *setBuilder) compileRest() ([]byte, error) {
	if len(b.rest) == 0 {
		return nil, nil
	}
	lits := make([]Literal, len(b.rest))
	for k, i := range b.rest {
		l := &b.lits[i]
		lits[k] = Literal{ID: l.ID, Data: l.Data, NoCase: l.NoCase, SingleMatch: true}
	}
	db, err := CompileLiterals(lits)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.Serialize()
}

func setHash(gram uint32) uint32 { return gram * 0x9E3779B1 }

// gram is up to four octets with bit 5 of each set, the first in the lowest.
func gram(b []byte) (g uint32) {
	for i, c := range b {
		g |= uint32(c|0x20) << (8 * i)
	}
	return g
}

func alignUp(n, to int) int { return (n + to - 1) / to * to }

func lowerASCII(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return out
}
