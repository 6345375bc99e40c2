package smb

import (
	"encoding/binary"
	"math/bits"

	"github.com/weir-ips/weir/dataplane/slab"
)

// What a flow remembers between messages lies in tables that all flows of a worker
// share: one hash table, keyed by the flow, too, and per flow and table a list from
// the newest to the oldest entry, which is the one that goes.

const (
	tabFile   = iota // a file's id: its name
	tabRead          // a message that reads: file and offset
	tabTree          // a tree's id: the share
	tabCreate        // a message that opens a file: its name
	numTables
)

// fileID names an open file: 16 octets in SMB 2, two and the user's id in SMB 1.
type fileID struct {
	b [16]byte
	n uint8
}

func fid1(fid, user uint16) (f fileID) {
	binary.LittleEndian.PutUint16(f.b[:], fid)
	binary.LittleEndian.PutUint16(f.b[2:], user)
	f.n = 2
	return f
}

func fid2(b [16]byte) fileID { return fileID{b, 16} }

// key of an entry: two numbers within a table of a flow.
type key struct {
	flow, a, b uint64
	tab        uint8
	one        bool // SMB 1
}

func (f *fileID) key() key {
	return key{a: binary.LittleEndian.Uint64(f.b[:]), b: binary.LittleEndian.Uint64(f.b[8:]), tab: tabFile, one: f.n == 2}
}

func (k *key) hash() uint64 {
	h := k.flow ^ uint64(k.tab)<<60
	for _, v := range [...]uint64{k.a, k.b} {
		hi, lo := bits.Mul64(h^v^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
		h = hi ^ lo
	}
	return h
}

// entry is what is remembered.
type entry struct {
	key
	hash         uint64
	next         *entry // in its bucket
	newer, older *entry // in its flow's list
	text         []byte // in Env.Mem
	fid          fileID
	offset       uint64
	pipe         bool
}

// list is a flow's entries in one table.
type list struct {
	newest, oldest *entry
	n              int
}

// tables are the entries of all flows of a worker.
type tables struct {
	mem     *slab.Bytes
	buckets []*entry
	entries slab.List[entry]
	limits  [numTables]int
	seed    uint64
	// evicted counts entries that went for others.
	evicted uint64
}

func (t *tables) init(mem *slab.Bytes, o *Options, seed uint64, reserve bool) {
	t.mem, t.limits, t.seed = mem, o.Cache, seed
	t.entries.Max = o.Entries
	if reserve {
		t.entries.Reserve(o.Entries)
	}
	t.buckets = make([]*entry, 1<<bits.Len(uint(o.Entries-1)))
}

// book is a flow's share in the tables.
type book struct {
	t     *tables
	flow  uint64
	lists [numTables]list
}

func (b *book) bucket(h uint64) **entry { return &b.t.buckets[(h^b.t.seed)&uint64(len(b.t.buckets)-1)] }

// get finds an entry; nil: there is none.
func (b *book) get(k key) *entry {
	k.flow = b.flow
	h := k.hash()
	for e := *b.bucket(h); e != nil; e = e.next {
		if e.hash == h && e.key == k {
			return e
		}
	}
	return nil
}

// put makes or renews an entry with a text; nil: no room.
func (b *book) put(k key, text []byte) *entry {
	k.flow = b.flow
	if e := b.get(k); e != nil {
		b.drop(e)
	}
	l := &b.lists[k.tab]
	if l.n >= b.t.limits[k.tab] {
		b.t.evicted++
		b.drop(l.oldest)
	}
	e := b.t.entries.Take(nil)
	if e == nil && l.oldest != nil {
		b.t.evicted++
		b.drop(l.oldest)
		e = b.t.entries.Take(nil)
	}
	if e == nil {
		return nil
	}
	*e = entry{key: k, hash: k.hash()}
	if len(text) > 0 {
		if e.text = b.t.mem.Get(len(text)); e.text == nil {
			b.t.entries.Put(e)
			return nil
		}
		e.text = append(e.text, text...)
	}
	at := b.bucket(e.hash)
	e.next, *at = *at, e
	if e.older = l.newest; e.older != nil {
		e.older.newer = e
	} else {
		l.oldest = e
	}
	l.newest = e
	l.n++
	return e
}

// drop forgets an entry.
func (b *book) drop(e *entry) {
	for at := b.bucket(e.hash); *at != nil; at = &(*at).next {
		if *at == e {
			*at = e.next
			break
		}
	}
	l := &b.lists[e.tab]
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		l.oldest = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		l.newest = e.older
	}
	l.n--
	b.t.mem.Put(e.text)
	*e = entry{}
	b.t.entries.Put(e)
}

// clear forgets all of the flow.
func (b *book) clear() {
	for i := range b.lists {
		for b.lists[i].newest != nil {
			b.drop(b.lists[i].newest)
		}
	}
}
