package stream

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// A signed reset may have been refused by its receiver, which only the receiver
// can tell: if its sender's side goes on, the stream is read on. One that is not
// signed ends it.
func TestSignedResetThatIsContradicted(t *testing.T) {
	for name, c := range map[string]struct {
		opts uint8
		want string
	}{
		"signed": {input.OptSigned, "before after"},
		"plain":  {0, "before "},
	} {
		t.Run(name, func(t *testing.T) {
			x := dial(t, conf(true))
			x.send(0, input.TCPAck, 0, 0, []byte("before "))
			x.opts = c.opts
			x.send(0, input.TCPRst|input.TCPAck, 7, 0, nil)
			x.opts = 0
			x.send(0, input.TCPAck|input.TCPPsh, 7, 0, []byte("after"))
			forged := x.p.Events.Has(input.StreamSuspectedRSTInject)
			if got := string(x.k.got[0]); got != c.want || forged != (c.opts != 0) {
				t.Errorf("read %q, want %q; suspected %v", got, c.want, forged)
			}
		})
	}
}
