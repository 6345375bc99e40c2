package defrag

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// frag is a fragment as a test writes it: an offset in octets and data.
type frag struct {
	from int
	data []byte
	more bool
}

// wire makes the fragment a datagram of either IP version.
func (f frag) wire(version int, id uint32) []byte {
	be := binary.BigEndian
	if version == 4 {
		b := make([]byte, 20, 20+len(f.data))
		b[0], b[8], b[9], b[12], b[16] = 0x45, 64, 253, 10, 10
		be.PutUint16(b[2:], uint16(20+len(f.data)))
		be.PutUint16(b[4:], uint16(id))
		word := uint16(f.from / 8)
		if f.more {
			word |= 0x2000
		}
		be.PutUint16(b[6:], word)
		return append(b, f.data...)
	}
	// A destination options header makes an unfragmentable part.
	b := make([]byte, 40+8+8, 56+len(f.data))
	b[0], b[6], b[7], b[8], b[24] = 0x60, 60, 64, 0x20, 0x20
	be.PutUint16(b[4:], uint16(16+len(f.data)))
	copy(b[40:], []byte{44, 0, 1, 4})
	b[48] = 253
	word := uint16(f.from)
	if f.more {
		word |= 1
	}
	be.PutUint16(b[50:], word)
	be.PutUint32(b[52:], id)
	return append(b, f.data...)
}

// bench is a table with a decoder before it.
type bench struct {
	t     *Table
	d     *decode.Decoder
	nowUS int64
	// out are the handles that the table has.
	out  map[uintptr]bool
	last uintptr
	tb   testing.TB
}

func newBench(tb testing.TB, c Config) *bench {
	t, err := New(c)
	if err != nil {
		tb.Fatal(err)
	}
	d, err := decode.New(decode.DefaultConfig(), new(packet.Pool))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(t.Close)
	return &bench{t: t, d: d, tb: tb, out: map[uintptr]bool{}}
}

// smallConfig keeps the tables of a test small.
func smallConfig(p Policy) Config {
	c := DefaultConfig()
	c.Trackers, c.MaxFrags, c.MaxFragsPerDatagram, c.Datagrams = 64, 256, 100, 4
	c.Seed = 1
	c.Host = func(uint8, *[16]byte) (Policy, time.Duration) { return p, 0 }
	return c
}

// push decodes and pushes one fragment and checks that every handle that comes
// back was out.
func (b *bench) push(wire []byte) *Result {
	var p packet.Packet
	b.d.Decode(&p, wire, input.LinkRaw, b.nowUS, 1)
	if !p.Fragment {
		b.tb.Fatalf("no fragment: % x", wire[:min(len(wire), 60)])
	}
	b.last++
	b.out[b.last] = true
	return b.account(b.t.Push(&p, b.last))
}

func (b *bench) account(r *Result) *Result {
	for _, list := range [][]uintptr{r.Handles, r.Evicted} {
		for _, h := range list {
			if !b.out[h] {
				b.tb.Fatalf("handle %d came back twice or was never given", h)
			}
			delete(b.out, h)
		}
	}
	if len(r.EvictedFrom) != len(r.Evicted) {
		b.tb.Fatalf("%d handles were pushed out, from %d ports", len(r.Evicted), len(r.EvictedFrom))
	}
	if len(b.out) != b.t.Fragments() {
		b.tb.Fatalf("%d handles are out, the table counts %d", len(b.out), b.t.Fragments())
	}
	if r.State == Complete {
		b.t.EndBurst()
	}
	return r
}

// empty checks that nothing is left behind.
func (b *bench) empty() {
	b.tb.Helper()
	for {
		r, ok := b.t.Flush()
		if !ok {
			break
		}
		b.account(r)
	}
	t := b.t
	if len(b.out) != 0 || t.Fragments() != 0 || t.Octets() != 0 || t.Trackers() != 0 || t.copies.Used() != 0 ||
		t.oldest != 0 || t.newest != 0 {
		b.tb.Fatalf("left: %d handles, %d fragments, %d octets, %d trackers, %d copied", len(b.out),
			t.Fragments(), t.Octets(), t.Trackers(), t.copies.Used())
	}
	for i, at := range t.buckets.Rec {
		if at != 0 {
			b.tb.Fatalf("bucket %d still has tracker %d", i, at)
		}
	}
}

// payloadOf is what lies behind the headers of a reassembled test datagram.
func payloadOf(datagram []byte) []byte {
	if datagram[0]>>4 == 4 {
		return datagram[20:]
	}
	return datagram[48:]
}
