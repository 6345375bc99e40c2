package event

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// MaxRecord is the most octets that a record may have, its head included. It
// holds the largest IP datagram in base64's source form beside its metadata.
const MaxRecord = 128 << 10

// MinRing and MaxRing bound a ring's data size, octets.
const (
	MinRing = 4 * MaxRecord
	MaxRing = 1 << 30
)

// Layout of a ring in shared memory: a control page, the data, and a tail of
// MaxRecord octets behind it. A record that begins before the end of the data
// may run into the tail, so records are always contiguous; the one after it
// begins at offset 0. Both sides compute that from the cursor and need no
// marker.
const (
	ringPage      = 4096
	ringMagic     = 0x474e495256454557 // "WEEVRING"
	offMagic      = 0
	offSize       = 8
	offWrite      = 128 // each cursor on cache lines of its own
	offRead       = 256
	offWritten    = 384
	offLost       = 392
	offTruncated  = 400
	offResync     = 512 // written by the reader
	offSkipped    = 520
	offLostByKind = 1024
)

// RingSpace is the shared memory that a ring with size octets of data takes.
func RingSpace(size int) int { return ringPage + size + MaxRecord }

// ErrRing says that memory does not hold a ring that can be used.
var ErrRing = errors.New("event: not a usable ring")

// ring is what both ends share.
type ring struct {
	data  []byte // size + MaxRecord octets
	size  uint64
	write *atomic.Uint64
	read  *atomic.Uint64
	mem   []byte
}

// FormatRing writes an empty ring into mem, which must start on a multiple of 8
// and have RingSpace(size) octets; size is a power of two from MinRing to
// MaxRing.
func FormatRing(mem []byte, size int) error {
	if size < MinRing || size > MaxRing || size&(size-1) != 0 {
		return fmt.Errorf("%w: size %d is no power of two from %d to %d", ErrRing, size, MinRing, MaxRing)
	}
	if len(mem) < RingSpace(size) || !aligned(mem) {
		return fmt.Errorf("%w: %d octets given, %d aligned ones needed", ErrRing, len(mem), RingSpace(size))
	}
	clear(mem[:ringPage])
	word(mem, offSize).Store(uint64(size))
	word(mem, offMagic).Store(ringMagic)
	return nil
}

// openRing checks a formatted ring and overlays it.
func openRing(mem []byte) (ring, error) {
	if len(mem) < RingSpace(MinRing) || !aligned(mem) {
		return ring{}, fmt.Errorf("%w: %d octets are too few", ErrRing, len(mem))
	}
	if word(mem, offMagic).Load() != ringMagic {
		return ring{}, fmt.Errorf("%w: no magic number", ErrRing)
	}
	size := word(mem, offSize).Load()
	if size < MinRing || size > MaxRing || size&(size-1) != 0 || len(mem) < RingSpace(int(size)) {
		return ring{}, fmt.Errorf("%w: size %d in %d octets", ErrRing, size, len(mem))
	}
	return ring{
		data:  mem[ringPage : ringPage+int(size)+MaxRecord],
		size:  size,
		write: word(mem, offWrite),
		read:  word(mem, offRead),
		mem:   mem,
	}, nil
}

// after is the cursor behind a record of n octets at cursor c: rounded up to 8,
// and to the start of the data when the record reached the tail.
func (r *ring) after(c uint64, n int) uint64 {
	off := c & (r.size - 1)
	end := off + uint64((n+7)&^7)
	if end >= r.size {
		end = r.size
	}
	return c - off + end
}

// Counters are what a ring says of itself.
type Counters struct {
	Written   uint64 // records committed
	Lost      uint64 // records that found no room
	Truncated uint64 // records cut at MaxRecord
	Resyncs   uint64 // times the reader found the ring broken
	Skipped   uint64 // octets that the reader passed over then
	Depth     uint64 // octets waiting to be read
	Size      uint64
	// LostByKind splits Lost.
	LostByKind [NumKinds]uint64
}

// counters reads the control page.
func (r *ring) counters() Counters {
	c := Counters{
		Written:   word(r.mem, offWritten).Load(),
		Lost:      word(r.mem, offLost).Load(),
		Truncated: word(r.mem, offTruncated).Load(),
		Resyncs:   word(r.mem, offResync).Load(),
		Skipped:   word(r.mem, offSkipped).Load(),
		Size:      r.size,
	}
	// read first: the other order could see a depth below zero.
	rd := r.read.Load()
	if d := r.write.Load() - rd; d <= r.size {
		c.Depth = d
	}
	for k := range c.LostByKind {
		c.LostByKind[k] = word(r.mem, offLostByKind+8*k).Load()
	}
	return c
}

// Ring is the writing end: one worker.
//
// Concurrency: one thread. The other end may be another process, may die and be
// replaced; the ring goes on.
type Ring struct {
	ring
	w Writer
	// at is the writer's cursor; tail the reader's as last seen, so that its
	// cache line is fetched only when the ring looks full.
	at, tail uint64
	open     bool
	// Counters of the control page; this is their only writer.
	written, lost, truncated *atomic.Uint64
}

// NewRing opens the writing end of a formatted ring and goes on where the last
// writer committed.
func NewRing(mem []byte) (*Ring, error) {
	r, err := openRing(mem)
	if err != nil {
		return nil, err
	}
	return &Ring{
		ring: r, at: r.write.Load() &^ 7, tail: r.read.Load(),
		written:   word(mem, offWritten),
		lost:      word(mem, offLost),
		truncated: word(mem, offTruncated),
	}, nil
}

// Room reports whether Begin would succeed. A replay waits for it; a live
// worker never does.
func (r *Ring) Room() bool {
	// A record may take MaxRecord, or all that is left before the end of the data
	// when it runs into the tail.
	need := min(uint64(MaxRecord), r.size-r.at&(r.size-1))
	if r.at+need-r.tail <= r.size {
		return true
	}
	r.tail = r.read.Load()
	// A reader that broke its cursor makes the ring look full: counted loss.
	return r.at-r.tail <= r.size && r.at+need-r.tail <= r.size
}

// Begin starts a record, or counts it as lost and returns nil when the reader is
// too far behind. The record is seen by the reader after Commit.
func (r *Ring) Begin(kind Kind) *Writer {
	if !r.Room() {
		r.lost.Store(r.lost.Load() + 1)
		if kind < NumKinds {
			l := word(r.mem, offLostByKind+8*int(kind))
			l.Store(l.Load() + 1)
		}
		return nil
	}
	off := r.at & (r.size - 1)
	b := r.data[off : off+MaxRecord : off+MaxRecord]
	h := headAt(b)
	*h = Head{Kind: kind}
	r.w.reset(h, b[HeadSize:])
	r.open = true
	return &r.w
}

// Commit hands the record to the reader.
func (r *Ring) Commit() {
	if !r.open {
		return
	}
	r.open = false
	n := HeadSize + r.w.finish()
	r.w.head.Len = uint32(n)
	if r.w.head.Flags&Truncated != 0 {
		r.truncated.Store(r.truncated.Load() + 1)
	}
	r.at = r.after(r.at, n)
	r.written.Store(r.written.Load() + 1)
	r.write.Store(r.at)
}

// Abort forgets the record begun last.
func (r *Ring) Abort() { r.open = false }

// Counters reads the ring's counters.
func (r *Ring) Counters() Counters { return r.counters() }
