package stream

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

// A direction is unseen while sessions of one side are followed and nothing of
// it came by.
func TestUnseen(t *testing.T) {
	for _, c := range []struct {
		name  string
		async bool
		sides []int // whose segments come by after the client's SYN and ACK
		want  input.Dir
	}{
		{"client alone", true, []int{0, 0}, input.ToClient},
		{"then its server, too", true, []int{0, 1}, input.DirUnknown},
		{"not asked for", false, []int{0, 0}, input.DirUnknown},
	} {
		cfg := conf(false)
		cfg.AsyncOneside = c.async
		s, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		x := &conn{s: s, k: &rec{t: t}, isn: [2]uint32{100, 900}, buf: make([]byte, 2000)}
		x.r.Proto, x.r.IPVersion = 6, 4
		x.send(0, input.TCPSyn, -1, 0, nil)
		x.send(0, input.TCPAck, 0, 0, nil)
		off := [2]int{}
		for _, side := range c.sides {
			x.send(side, input.TCPAck|input.TCPPsh, off[side], off[1-side], text(10))
			off[side] += 10
		}
		if got := s.Unseen(&x.r); got != c.want {
			t.Errorf("%s: unseen is direction %d, want %d", c.name, got, c.want)
		}
		s.Close()
	}
}
