package http2

import "github.com/weir-ips/weir/dataplane/app"

// Sizes of a header table (RFC 7541 section 4).
const (
	entryCost    = 32 // octets that an entry counts beside its text
	defaultTable = 4096
	// maxEntries is how many entries a table has at most, whatever it may hold:
	// those of a default table that are empty.
	maxEntries = 256
)

// entry is a name and a value in a table's text.
type entry struct{ off, name, value int }

// table is the dynamic table of one direction: a ring of entries over a text that
// is moved together when it comes to its end.
type table struct {
	entries [maxEntries]entry
	first   int // the oldest
	n       int
	text    []byte
	size    int // as RFC 7541 counts
	max     int
}

// init makes the table as a new connection has it.
func (t *table) init(max int) { t.first, t.n, t.size, t.max = 0, 0, 0, max }

func (t *table) release(env *app.Env) {
	env.Mem.Put(t.text)
	t.text = nil
	t.init(defaultTable)
}

// at is entry i, the newest first.
func (t *table) at(i int) (name, value []byte, ok bool) {
	if i < 0 || i >= t.n {
		return nil, nil, false
	}
	e := &t.entries[(t.first+t.n-1-i)%maxEntries]
	return t.text[e.off : e.off+e.name], t.text[e.off+e.name : e.off+e.name+e.value], true
}

// evict drops the oldest entries until size octets and one entry are free.
func (t *table) evict(size int) {
	for t.n > 0 && (t.size+size > t.max || t.n == maxEntries) {
		e := &t.entries[t.first]
		t.size -= e.name + e.value + entryCost
		t.first = (t.first + 1) % maxEntries
		t.n--
	}
}

// resize sets what the table may hold.
func (t *table) resize(max int) {
	t.max = max
	t.evict(0)
}

// add makes a new entry. One larger than the table empties it (RFC 7541 section
// 4.4). name may lie in the table. false: no memory.
func (t *table) add(env *app.Env, name, value []byte) bool {
	need := len(name) + len(value)
	if need+entryCost > t.max {
		t.evict(t.max + 1)
		t.first, t.n, t.size = 0, 0, 0
		return true
	}
	if cap(t.text)-len(t.text) < need {
		if !t.make(env, name, value) {
			return false
		}
	} else {
		off := len(t.text)
		t.text = append(append(t.text, name...), value...)
		t.evict(need + entryCost)
		t.push(off, len(name), len(value))
	}
	return true
}

func (t *table) push(off, name, value int) {
	t.entries[(t.first+t.n)%maxEntries] = entry{off, name, value}
	t.n++
	t.size += name + value + entryCost
}

// make moves what is live to a new text with room for as much again, and adds the
// entry.
func (t *table) make(env *app.Env, name, value []byte) bool {
	t.evict(len(name) + len(value) + entryCost)
	fresh := env.Mem.Get(2*max(t.max, defaultTable) + len(name) + len(value))
	if fresh == nil {
		return false
	}
	fresh = fresh[:0]
	for i := range t.n {
		e := &t.entries[(t.first+i)%maxEntries]
		off := len(fresh)
		fresh = append(fresh, t.text[e.off:e.off+e.name+e.value]...)
		e.off = off
	}
	off := len(fresh)
	fresh = append(append(fresh, name...), value...)
	t.push(off, len(name), len(value))
	env.Mem.Put(t.text)
	t.text = fresh
	return true
}

// field looks up an index of the static and the dynamic table.
func (t *table) field(i int) (name, value []byte, ok bool) {
	if i <= 0 {
		return nil, nil, false
	}
	if i < len(staticTable) {
		return staticNames[i], staticValues[i], true
	}
	return t.at(i - len(staticTable))
}

// The static table as octets, so that nothing is converted while parsing.
var staticNames, staticValues = staticOctets()

func staticOctets() (names, values [len(staticTable)][]byte) {
	for i, p := range staticTable {
		names[i], values[i] = []byte(p.name), []byte(p.value)
	}
	return names, values
}

// integer reads a number with a prefix of n bits (RFC 7541 section 5.1).
func integer(b []byte, n int) (v int, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	most := 1<<n - 1
	v = int(b[0]) & most
	b = b[1:]
	if v < most {
		return v, b, true
	}
	for shift := 0; shift <= 21; shift += 7 {
		if len(b) == 0 {
			return 0, nil, false
		}
		c := b[0]
		b = b[1:]
		v += int(c&0x7f) << shift
		if c&0x80 == 0 {
			return v, b, true
		}
	}
	return 0, nil, false
}

// text reads a string, in scratch where it is coded (RFC 7541 section 5.2).
func text(b, scratch []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, nil, false
	}
	coded := b[0]&0x80 != 0
	n, b, ok := integer(b, 7)
	if !ok || n > len(b) {
		return nil, nil, false
	}
	s, rest = b[:n], b[n:]
	if coded {
		n, ok := huffmanDecode(scratch, s)
		return scratch[:n], rest, ok
	}
	return s, rest, true
}
