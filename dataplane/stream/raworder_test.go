package stream

import (
	"bytes"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// In whatever order five segments come, with or without octets of their
// neighbours, the one that completes a pattern shows it.
func TestRawFindsEveryOrder(t *testing.T) {
	want := []byte("..ATTACK-0123456789..")
	pattern := want[2:19]
	for _, wide := range []int{0, 2} {
		for _, acked := range []bool{false, true} {
			perms(5, func(order []int) {
				x := dial(t, conf(true))
				defer x.s.Close()
				have := make([]bool, len(want))
				for _, i := range order {
					from, to := max(i*len(want)/5-wide, 0), min((i+1)*len(want)/5+wide, len(want))
					x.send(0, input.TCPAck, from, 0, want[from:to])
					var v [MaxRaw]RawView
					k := x.s.Raw(&x.p, &x.r, &v)
					shown := false
					for j := range k {
						shown = shown || bytes.Contains(v[j].Data, pattern)
					}
					x.s.Inspected(&x.r, input.ToServer)
					whole, fresh := true, false
					for j := from; j < to; j++ {
						fresh = fresh || !have[j]
						have[j] = true
					}
					n := 0
					for j, h := range have {
						whole = whole && (h || j < 2 || j >= 19)
						if h && n == j {
							n++
						}
					}
					if whole && fresh && !shown {
						t.Errorf("order %v, wide %d, acked %v: segment %d completes the pattern and does not show it", order, wide, acked, i)
					}
					if acked {
						x.send(1, input.TCPAck, 0, n, nil)
					}
				}
				x.empty(t)
			})
		}
	}
}
