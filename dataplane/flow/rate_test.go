package flow

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

func TestRates(t *testing.T) {
	const second = 1_000_000
	type packet struct {
		d      input.Dir
		octets int
		at     int64
	}
	for _, c := range []struct {
		name    string
		packets []packet
		want    uint8
	}{
		{"little", []packet{{input.ToServer, 1000, 0}}, 0},
		{"as much as is allowed", []packet{{input.ToServer, 500, 0}, {input.ToServer, 500, second}}, 0},
		{"more", []packet{{input.ToServer, 500, 0}, {input.ToServer, 501, second}}, 1},
		{"spread over time", []packet{{input.ToServer, 600, 0}, {input.ToServer, 600, 12 * second}}, 0},
		{"after a long time", []packet{{input.ToServer, 600, 0}, {input.ToServer, 600, 1 << 50}}, 0},
		{"out of order", []packet{{input.ToServer, 600, 10 * second}, {input.ToServer, 600, 9 * second}}, 1},
		{"directions apart", []packet{{input.ToServer, 600, 0}, {input.ToClient, 600, 0}}, 0},
		{"the client's side", []packet{{input.ToClient, 1001, 0}}, 2},
		{"both, one after the other", []packet{{input.ToClient, 1001, 0}, {input.ToServer, 1001, 100 * second}}, 3},
	} {
		r, err := NewRates(4, 1000, 8*second)
		if err != nil {
			t.Fatal(err)
		}
		got, became := uint8(0), uint8(0)
		for _, p := range c.packets {
			var now uint8
			got, now = r.Count(2, 7, p.d, p.octets, p.at)
			became |= now
		}
		if got != c.want || became != c.want || r.Elephant(2, 7) != c.want {
			t.Errorf("%s: elephant %b, became %b, want %b", c.name, got, became, c.want)
		}
		if r.Elephant(2, 8) != 0 || r.Elephant(9, 7) != 0 {
			t.Errorf("%s: another flow is one too", c.name)
		}
		if n := testing.AllocsPerRun(10, func() { r.Count(2, 7, input.ToServer, 1, 0) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
}
