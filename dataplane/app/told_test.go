package app

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// TestTold: passively, the packet that is told of detection is the next one of the
// direction, since what was parsed came before.
func TestTold(t *testing.T) {
	var set input.EventSet
	for _, c := range []struct {
		now  bool
		want [4]bool
	}{{true, [4]bool{false, true, false, true}}, {false, [4]bool{false, false, true, true}}} {
		f := Flow{detected: uint8(input.ToServer)}
		var got [4]bool
		got[0] = f.TakeEvents(&set, input.ToClient, c.now)
		if !c.now {
			f.detected |= uint8(input.ToServer)
			f.ripe &^= uint8(input.ToServer)
		}
		got[1] = f.TakeEvents(&set, input.ToServer, c.now)
		got[2] = f.TakeEvents(&set, input.ToServer, c.now)
		f.detected = uint8(input.ToClient)
		f.TakeEvents(&set, input.ToServer, c.now)
		got[3] = f.TakeEvents(&set, input.ToClient, c.now)
		if got != c.want {
			t.Errorf("now %v: %v, want %v", c.now, got, c.want)
		}
	}
}

func TestBecome(t *testing.T) {
	f := Flow{Final: input.AppHTTP2, Proto: [2]input.AppProto{input.AppHTTP2}}
	if f.Become(input.AppDoH2); f.Orig != input.AppHTTP2 || f.Final != input.AppDoH2 || f.Proto[1] != input.AppDoH2 || !f.side[1].settled {
		t.Errorf("%+v", f)
	}
}

// TestKnown: the packet whose acknowledgement changed the protocol is judged by what
// was known before.
func TestKnown(t *testing.T) {
	var set input.EventSet
	for _, now := range []bool{false, true} {
		f := Flow{Final: input.AppHTTP2, Orig: input.AppHTTP1, was: [2]input.AppProto{input.AppHTTP1, input.AppUnknown}, turned: 1}
		for i := range 3 {
			f.TakeEvents(&set, input.ToServer, now)
			want := [2]input.AppProto{input.AppHTTP2, input.AppHTTP1}
			if i == 0 && !now {
				want = f.was
			}
			if final, orig := f.Known(); [2]input.AppProto{final, orig} != want {
				t.Errorf("now %v, packet %d: %v, %v, want %v", now, i, final, orig, want)
			}
		}
	}
}
