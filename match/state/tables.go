package state

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// Config is how much is remembered.
type Config struct {
	// Thresholds, Bits and Tags are numbers of entries; each is rounded up to a
	// power of two of buckets.
	Thresholds, Bits, Tags int
	// PortSets is how many entries may count distinct ports at a time (unique_on);
	// each takes 8 KiB. Further ones count packets.
	PortSets int
}

// DefaultConfig holds as much as the default of detect.thresholds.memcap
// (16 MiB), and a like number of bits.
func DefaultConfig() Config {
	return Config{Thresholds: 1 << 17, Bits: 1 << 16, Tags: 1 << 12, PortSets: 256}
}

// Validate checks the bounds.
func (c *Config) Validate() error {
	for _, x := range []struct {
		name    string
		n, most int
	}{{"thresholds", c.Thresholds, maxEntries}, {"bits", c.Bits, maxEntries}, {"tags", c.Tags, 1 << 24}, {"port sets", c.PortSets, 1 << 20}} {
		if x.n < 0 || x.n > x.most {
			return fmt.Errorf("match state: %d %s, want 0 to %d", x.n, x.name, x.most)
		}
	}
	return nil
}

// maxEntries bounds a table.
const maxEntries = 1 << 26

// Ways is the number of entries in a bucket.
const Ways = 8

// Size is the octets of memory that New needs.
func (c *Config) Size() int {
	return headSize + bucketSize*(bucketsOf(c.Thresholds)+bucketsOf(c.Bits)+bucketsOf(c.Tags)) + bitmapSize*c.PortSets
}

// EntriesIn is the most entries that a table of at most octets holds: tables grow
// by powers of two. The smallest table is one bucket.
func EntriesIn(octets int) int {
	n := 1
	for n < maxEntries/Ways && 2*n*bucketSize <= octets {
		n <<= 1
	}
	return n * Ways
}

func bucketsOf(entries int) int {
	n := 1
	for n*Ways < entries {
		n <<= 1
	}
	return n
}

// head is the first page: what the memory holds, and the counters.
type head struct {
	magic      uint64
	thresholds uint64
	bits       uint64
	tags       uint64
	ports      uint64
	seed       [2]uint64
	_          uint64
	counters   [numCounters]atomic.Uint64
	liveTags   atomic.Int64
	freePorts  atomic.Uint64 // head of the list of free bitmaps, tagged
	nextPorts  atomic.Uint64 // bitmaps never used yet
}

const magic = 0x7765697273743031

// Counter is one of the tables' counters.
type Counter int

// Counters.
const (
	ThresholdEvicted Counter = iota // a live entry made room for another
	BitEvicted
	TagEvicted
	Contended // a bucket could not be claimed
	PortSetsFull
	ThresholdAdded
	BitAdded
	TagAdded
	numCounters
)

// Tables are the state of all workers.
type Tables struct {
	h          *head
	thresholds table
	bits       table
	tags       table
	ports      []bitmap
}

// ErrMemory says that the memory does not hold what the configuration needs.
var ErrMemory = errors.New("match state: memory does not fit the configuration")

// New lays empty tables out in mem, which must be zeroed, 64-octet aligned, at
// least c.Size() octets and outside the Go heap where it is shared. seed keys the
// hash.
func New(c Config, mem []byte, seed [2]uint64) (*Tables, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if len(mem) < c.Size() {
		return nil, fmt.Errorf("%w: %d octets, want %d", ErrMemory, len(mem), c.Size())
	}
	h := viewHead(mem)
	h.thresholds, h.bits, h.tags = uint64(bucketsOf(c.Thresholds)), uint64(bucketsOf(c.Bits)), uint64(bucketsOf(c.Tags))
	h.ports, h.seed, h.magic = uint64(c.PortSets), seed, magic
	return Attach(mem)
}

// Attach opens tables that New laid out, with what they hold.
func Attach(mem []byte) (*Tables, error) {
	if len(mem) < headSize {
		return nil, ErrMemory
	}
	h := viewHead(mem)
	const most = 1 << 27
	if h.magic != magic || h.thresholds-1 >= most || h.bits-1 >= most || h.tags-1 >= most || h.ports >= most {
		return nil, fmt.Errorf("%w: no tables in it", ErrMemory)
	}
	nt, nb, ng, np := int(h.thresholds), int(h.bits), int(h.tags), int(h.ports)
	if nt&(nt-1)|nb&(nb-1)|ng&(ng-1) != 0 || len(mem) < headSize+bucketSize*(nt+nb+ng)+bitmapSize*np {
		return nil, fmt.Errorf("%w: its tables lie outside", ErrMemory)
	}
	t := &Tables{h: h}
	at := headSize
	for _, x := range []struct {
		t *table
		n int
		c Counter
	}{{&t.thresholds, nt, ThresholdEvicted}, {&t.bits, nb, BitEvicted}, {&t.tags, ng, TagEvicted}} {
		*x.t = table{h: h, buckets: viewRecords[bucket](mem, at, x.n), evicted: x.c}
		at += x.n * bucketSize
	}
	t.ports = viewRecords[bitmap](mem, at, np)
	return t, nil
}

// FreeClaims gives back the claims that a killed engine left. Call it after Attach,
// before any worker runs.
func (t *Tables) FreeClaims() {
	for _, x := range []*table{&t.thresholds, &t.bits, &t.tags} {
		for i := range x.buckets {
			x.buckets[i].claim.Store(0)
		}
	}
}

// Count is one of the counters.
func (t *Tables) Count(c Counter) uint64 { return t.h.counters[c].Load() }

// Used counts the entries in use, expired ones that nobody took yet included.
// It walks all tables: for tests and slow paths.
func (t *Tables) Used() (thresholds, bits, tags int) {
	return t.thresholds.used(), t.bits.used(), t.tags.used()
}
