package stream

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// What an alert shows, passive, is what was acknowledged since the last look; inline,
// and where there is nothing new, what is held.
func TestHeld(t *testing.T) {
	for _, inline := range []bool{false, true} {
		x := dial(t, conf(inline))
		held := func(d input.Dir) string { return string(x.s.AppendHeld(make([]byte, 0, 100), &x.r, d)) }
		x.send(0, input.TCPAck, 0, 0, []byte("first"))
		x.send(1, input.TCPAck, 0, 5, nil)
		if got := held(input.ToServer); got != "first" {
			t.Errorf("inline %v: %q before the first look", inline, got)
		}
		x.s.TriggerRaw(&x.r, input.ToServer)
		x.s.Inspected(&x.r, input.ToServer)
		if got := held(input.ToServer); got != "first" {
			t.Errorf("inline %v: %q with nothing new", inline, got)
		}
		x.send(0, input.TCPAck, 5, 0, []byte("second"))
		x.send(1, input.TCPAck, 0, 11, nil)
		x.send(0, input.TCPAck, 11, 0, []byte("third"))
		want := "second"
		if inline {
			want = "firstsecondthird"
		}
		if got := held(input.ToServer); got != want {
			t.Errorf("inline %v: %q, want %q", inline, got, want)
		}
		x.s.Close()
	}
}
