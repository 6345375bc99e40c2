package state

import (
	"math/bits"
	"runtime"
	"sync/atomic"
)

// Kinds of keys; 0 marks a free entry.
const (
	kindFree uint8 = iota
	kindThreshold
	kindHostBit
	kindPairBit
	kindTxBit
	kindFlowTag
	kindHostTag
	kindRate
)

// key names an entry. It has no gaps, so that it is compared and hashed whole.
type key struct {
	a, b, c       uint32
	kind, track   uint8
	version, unit uint8
	addr, addr2   [16]byte
}

// entry is one remembered fact. Which fields mean what depends on the kind.
type entry struct {
	key
	start   int64 // start of the window, µs
	until   int64 // after this the entry may be taken, µs
	timeout int64 // rate_filter: since when its action holds; 0: it does not
	touched int64
	count   uint32
	next    uint32 // backoff: the count of the next alert; tags: matches
	ports   uint32 // 1-based bitmap of distinct ports
	flags   uint32
}

type bucket struct {
	claim   atomic.Uint32
	_       [60]byte
	entries [Ways]entry
}

// table is a set-associative hash table: an entry lives in one bucket or
// nowhere.
type table struct {
	h       *head
	buckets []bucket
	evicted Counter
}

// maxSpins is how often a claim is tried: a holder gives its bucket back within
// some ten nanoseconds, unless its thread was taken off its core.
const maxSpins = 1 << 14

// claim takes the bucket of a hash; nil when others held it for too long.
func (t *table) claim(hash uint64) *bucket {
	b := &t.buckets[hash&uint64(len(t.buckets)-1)]
	for range maxSpins {
		// A load first: it leaves the line where it is while another holds it.
		if b.claim.Load() == 0 && b.claim.CompareAndSwap(0, 1) {
			return b
		}
	}
	t.h.counters[Contended].Add(1)
	return nil
}

func (b *bucket) release() { b.claim.Store(0) }

func (b *bucket) find(k *key) *entry {
	for i := range b.entries {
		if e := &b.entries[i]; e.kind == k.kind && e.key == *k {
			return e
		}
	}
	return nil
}

// room is an entry for a new key: a free one, one that ran out, or the one that
// was not touched for longest. What it held is the caller's to give back.
func (t *table) room(b *bucket, now int64) *entry {
	var old *entry
	for i := range b.entries {
		e := &b.entries[i]
		if e.kind == kindFree {
			return e
		}
		switch {
		case old == nil:
			old = e
		case (e.until < now) != (old.until < now):
			if e.until < now {
				old = e
			}
		case e.touched < old.touched:
			old = e
		}
	}
	if old.until >= now {
		t.h.counters[t.evicted].Add(1)
	}
	return old
}

func (t *table) used() int {
	n := 0
	for i := range t.buckets {
		b := &t.buckets[i]
		for !b.claim.CompareAndSwap(0, 1) {
			runtime.Gosched()
		}
		for j := range b.entries {
			if b.entries[j].kind != kindFree {
				n++
			}
		}
		b.release()
	}
	return n
}

// hash is a keyed hash of the whole key.
func (h *head) hash(k *key) uint64 {
	w := k.words()
	x := h.seed[0] ^ 0x9E3779B97F4A7C15
	for i := 0; i < 6; i += 2 {
		hi, lo := bits.Mul64(w[i]^x, w[i+1]^h.seed[1]^0xC2B2AE3D27D4EB4F)
		x = hi ^ lo ^ bits.RotateLeft64(x, 23)
	}
	hi, lo := bits.Mul64(x^h.seed[1], 0xD6E8FEB86659FD93)
	return hi ^ lo
}
