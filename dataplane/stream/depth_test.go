package stream

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// With a file that a rule has stored, the depth for stored files holds: also where
// all other streams have none.
func TestDepthOfStoredFiles(t *testing.T) {
	for name, c := range map[string]struct{ depth, store, want int }{
		"more": {1000, 3000, 3000}, "all": {1000, 0, 5000}, "less": {1000, 500, 1000}, "not set": {1000, -1, 1000},
		"bounds the endless": {0, 3050, 3000},
	} {
		cfg := conf(true)
		cfg.Depth, cfg.StoreDepth = c.depth, c.store
		x := dial(t, cfg)
		for i := range 50 {
			x.send(0, input.TCPAck, i*100, 0, text(100))
			x.s.Stores(&x.r)
		}
		if n := len(x.k.got[0]); n != c.want {
			t.Errorf("%s: %d octets, want %d", name, n, c.want)
		}
		x.s.Close()
	}
}

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
