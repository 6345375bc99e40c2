package quic

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/slab"
)

// Bounds of a hello that comes in pieces.
const (
	maxHello  = 32 << 10
	maxPieces = 32
)

// piece is a run [from, to) of a side's handshake octets.
type piece struct{ from, to int }

// assembly puts together the octets that CRYPTO frames carry (RFC 9000 section
// 19.6): clients cut and shuffle their hellos. What came first stands.
type assembly struct {
	buf []byte
	// have are the runs at hand, in order, none touching the next.
	have [maxPieces]piece
	n    int
	// base is how many octets of the stream belong to messages before.
	base int
}

// Outcomes of add.
type added uint8

const (
	addedOK added = iota
	addedTooLong
	addedNoMemory
)

// add takes data that stands off octets into the stream.
func (a *assembly) add(mem *slab.Bytes, off int, data []byte) added {
	if off -= a.base; off < 0 && off+a.base >= 0 {
		data = data[min(-off, len(data)):]
		off = 0
	}
	end := off + len(data)
	if off < 0 || off > maxHello || end > maxHello {
		return addedTooLong
	}
	if end > len(a.buf) {
		if !a.grow(mem, end) {
			return addedNoMemory
		}
	}
	// Copy what is not there yet, then note the run.
	at := off
	for i := 0; i < a.n && at < end; i++ {
		h := a.have[i]
		if h.to <= at {
			continue
		}
		if h.from >= end {
			break
		}
		if at < h.from {
			copy(a.buf[at:h.from], data[at-off:])
		}
		at = max(at, h.to)
	}
	if at < end {
		copy(a.buf[at:end], data[at-off:])
	}
	return a.note(off, end)
}

// note adds [from, to) to the runs at hand.
func (a *assembly) note(from, to int) added {
	if from == to {
		return addedOK
	}
	i := 0
	for i < a.n && a.have[i].to < from {
		i++
	}
	k := i
	for k < a.n && a.have[k].from <= to {
		from, to = min(from, a.have[k].from), max(to, a.have[k].to)
		k++
	}
	if k == i {
		if a.n == maxPieces {
			return addedTooLong
		}
		copy(a.have[i+1:a.n+1], a.have[i:a.n])
		a.n++
	} else {
		copy(a.have[i+1:], a.have[k:a.n])
		a.n -= k - i - 1
	}
	a.have[i] = piece{from, to}
	return addedOK
}

// grow makes room for n octets.
func (a *assembly) grow(mem *slab.Bytes, n int) bool {
	if n > cap(a.buf) {
		b := mem.Get(max(n, min(2*cap(a.buf), maxHello)))
		if b == nil {
			return false
		}
		b = b[:copy(b[:cap(b)], a.buf)]
		mem.Put(a.buf)
		a.buf = b
	}
	a.buf = a.buf[:n]
	return true
}

// message is the first handshake message, without its head, once it is whole.
func (a *assembly) message() (typ byte, body []byte, ok bool) {
	if a.n == 0 || a.have[0].from > 0 || a.have[0].to < 4 {
		return 0, nil, false
	}
	n := 4 + int(binary.BigEndian.Uint32(a.buf)&0xffffff)
	if a.have[0].to < n {
		return 0, nil, false
	}
	return a.buf[0], a.buf[4:n], true
}

// tagged is the first message of Google's handshake, once it is whole; tooLong: it is
// more than can be held or has too many tags.
func (a *assembly) tagged() (t tags, whole, tooLong bool) {
	if a.n == 0 || a.have[0].from > 0 || a.have[0].to < 8 {
		return t, false, false
	}
	b := a.buf[:a.have[0].to]
	n := int(b[4]) | int(b[5])<<8
	if n > maxTags {
		return t, false, true
	}
	t, ok := readTags(b)
	if !ok {
		return t, false, false
	}
	n = t.length()
	t.b = b[:min(n, len(b))]
	return t, n <= len(b), n > maxHello
}

// next goes on behind a message of n octets; what was there of the next one is said
// again by those who lose it, and is no matter.
func (a *assembly) next(mem *slab.Bytes, n int) {
	base := a.base + n
	a.release(mem)
	a.base = base
}

// hopeless reports whether the message is longer than can be held.
func (a *assembly) hopeless() bool {
	return a.n > 0 && a.have[0].from == 0 && a.have[0].to >= 4 && 4+int(binary.BigEndian.Uint32(a.buf)&0xffffff) > maxHello
}

// release gives the memory back.
func (a *assembly) release(mem *slab.Bytes) {
	mem.Put(a.buf)
	*a = assembly{}
}
