package stream

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// A protocol's own depth takes the place of the general one as soon as the flow is
// known to speak it.
func TestDepthOfProtocol(t *testing.T) {
	for name, c := range map[string]struct {
		speaks input.AppProto
		want   int
	}{"general": {input.AppSSH, 1000}, "endless": {input.AppPGSQL, 5000}, "less": {input.AppPOP3, 600}, "unknown": {input.AppUnknown, 1000}} {
		cfg := conf(true)
		cfg.Depth, cfg.Depths = 1000, make([]int, input.NumAppProtos)
		for i := range cfg.Depths {
			cfg.Depths[i] = -1
		}
		cfg.Depths[input.AppPGSQL], cfg.Depths[input.AppPOP3] = 0, 600
		x := dial(t, cfg)
		for i := range 50 {
			x.send(0, input.TCPAck, i*100, 0, text(100))
			x.s.Speaks(&x.r, c.speaks)
		}
		if n := len(x.k.got[0]); n != c.want {
			t.Errorf("%s: %d octets, want %d", name, n, c.want)
		}
		x.s.Close()
	}
}
