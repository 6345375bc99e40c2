package stream

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/match/input"
)

// hostile is a configuration that a fuzzer chose.
func hostile(a, b byte) Config {
	c := conf(a&1 != 0)
	c.Midstream, c.AsyncOneside, c.DropInvalid = a&2 != 0, a&4 != 0, a&8 != 0
	c.CheckOverlap, c.LiberalTimestamps = a&16 != 0, a&32 != 0
	c.UrgentPolicy = UrgentPolicy(a >> 6)
	if b&1 != 0 {
		c.Depth = 500
	}
	if b&2 != 0 {
		c.ReassemblyMemcap = 1 << 16
	}
	c.Raw = b&4 == 0
	pol := OSPolicy(b >> 4)
	c.HostOS = func(*[16]byte, uint8) OSPolicy { return pol }
	return c
}

// opSize octets make one segment: flags and side, offset, acknowledgement, length,
// urgent pointer, options, timestamp, window.
const opSize = 10

// FuzzSession sends segments of every kind under every configuration: nothing
// panics, what is delivered is in order, all memory comes back, and it is the same
// whether packets are predicted or not.
func FuzzSession(f *testing.F) {
	urgent := []byte{}
	for i := range byte(30) {
		urgent = append(urgent, input.TCPAck|input.TCPUrg, i, 0, 0, 0, 1, 1, 0, 0, 255, 0x80|input.TCPAck, 0, 0, i+1, 0, 0, 0, 0, 0, 255)
	}
	f.Add(byte(0x41), byte(0), true, urgent)
	f.Add(byte(0x40), byte(0x42), true, urgent)
	f.Add(byte(0x02), byte(0x10), false, []byte{input.TCPAck, 9, 0, 0, 0, 200, 0, 3, 1, 9, 0x80 | input.TCPFin | input.TCPAck, 0, 0, 0, 0, 7, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, a, b byte, shake bool, in []byte) {
		w := newTwins(t, hostile(a, b))
		defer w.x.s.Close()
		defer w.y.s.Close()
		copy(w.x.buf, in)
		copy(w.y.buf, in)
		if shake {
			w.send(0, input.TCPSyn, -1, 0, nil, nil, false)
			w.send(1, input.TCPSyn|input.TCPAck, -1, 0, nil, nil, false)
			w.send(0, input.TCPAck, 0, 0, nil, nil, false)
		}
		for n := 0; len(in) >= opSize && n < 300; n, in = n+1, in[opSize:] {
			o := in[:opSize]
			side := int(o[0] >> 7)
			edit := func(h *input.TCP) {
				h.Urgent, h.Window, h.Opts = uint16(o[6]), uint16(o[9])<<8, o[7]
				h.TSVal, h.TSEcr = uint32(o[8]), uint32(o[8]>>4)
				h.SACKOff, h.SACKLen = 0, o[7]&3*8
				h.WScale = o[8] & 15
			}
			off, ack := int(int16(uint16(o[2])<<8|uint16(o[1])))-4, int(int16(uint16(o[4])<<8|uint16(o[3])))-4
			data := text(int(o[5]))
			if o[8]&1 != 0 && len(data) > 0 {
				data[0] = '#'
			}
			if w.send(side, o[0]&0x3f, off, ack, data, edit, o[8]&2 != 0).Reused {
				w.over()
				for _, x := range []*conn{w.x, w.y} {
					x.r, x.k = flow.Record{}, &rec{t: t}
					x.r.Proto, x.r.IPVersion = 6, 4
				}
			}
		}
		w.over()
	})
}
