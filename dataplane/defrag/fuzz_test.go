package defrag

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// FuzzTable makes fragments of four octets of input each: identification and
// version, offset, length, flags and time. Every handle must come back exactly
// once, no cap may be passed, and a datagram must decode.
func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 2, 1, 0})
	f.Add([]byte{1, 0, 0, 1, 1, 1, 3, 1, 1, 0, 9, 0x31, 1, 3, 2, 0})
	f.Add([]byte{2, 255, 255, 0, 2, 255, 255, 1, 3, 0, 1, 1})
	var benches [numPolicies]*bench
	for p := range numPolicies {
		c := smallConfig(p)
		c.Trackers, c.MaxFrags, c.MaxFragsPerDatagram, c.Memcap = 4, 12, 8, 1<<16
		benches[p] = newBench(f, c)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) == 0 {
			return
		}
		b := benches[in[0]>>1%uint8(numPolicies)]
		b.tb, b.nowUS, b.last = t, 0, 0
		for ; len(in) >= 4; in = in[4:] {
			b.nowUS += int64(in[3]>>4) * 10e6
			fr := frag{int(in[1]) * 257 &^ 7, make([]byte, int(in[2])*37), in[3]&1 != 0}
			for i := range fr.data {
				fr.data[i] = in[3] + byte(i)
			}
			if fr.from == 0 {
				fr.more = true
			}
			version := 4 + 2*int(in[0]&1)
			r := b.push(fr.wire(version, uint32(in[0]>>1)))
			if r.State == Complete {
				var p packet.Packet
				b.d.Decode(&p, r.Datagram, input.LinkRaw, 0, 1)
				if p.Invalid || int(p.L3End) != len(r.Datagram) || int(p.IPVersion) != version {
					t.Fatalf("datagram of %d octets: %+v", len(r.Datagram), p.Packet)
				}
			}
			if b.t.Octets() > b.t.cfg.Memcap || b.t.Trackers() > b.t.cfg.Trackers {
				t.Fatal("a cap was passed")
			}
			for {
				r, ok := b.t.Expire(b.nowUS)
				if !ok {
					break
				}
				b.account(r)
			}
		}
		b.empty()
	})
}
