package stream

import (
	"github.com/weir-ips/weir/match/input"
	"testing"
)

// new "BBBB.." against old "AA.." in five geometries; expected octets at the overlap.
func TestPolicyTable(t *testing.T) {
	geo := []struct {
		name               string
		oo, on, no, nn, at int
	}{
		{"before,beyond", 2, 2, 1, 4, 2}, {"before,ends in", 2, 4, 1, 3, 2},
		{"same,shorter", 1, 4, 1, 2, 1}, {"same,equal", 1, 3, 1, 3, 1}, {"same,longer", 1, 2, 1, 4, 1},
		{"after,inside", 1, 5, 2, 2, 2}, {"after,same end", 1, 4, 2, 3, 2}, {"after,beyond", 1, 3, 2, 4, 2},
	}
	want := map[OSPolicy]string{
		OSFirst: "AAAAAAAA", OSVista: "AAAAAAAA", OSLast: "BBBBBBBB",
		OSBSD: "BBAAAAAA", OSWindows: "BBAAAAAA", OSIRIX: "BBAAAAAA", OSMacOS: "BBAAAAAA", OSHPUX10: "BBAAAAAA",
		OSLinux: "BBAABAAA", OSOldLinux: "BBABBAAA", OSSolaris: "BAABBAAB", OSHPUX11: "BAABBAAB",
	}
	for pol, w := range want {
		got := ""
		for _, g := range geo {
			cfg := conf(false)
			cfg.HostOS = func(*[16]byte, uint8) OSPolicy { return pol }
			x := dial(t, cfg)
			b := func(c byte, n int) []byte {
				o := make([]byte, n)
				for i := range o {
					o[i] = c
				}
				return o
			}
			x.send(0, input.TCPAck, g.oo, 0, b('A', g.on))
			x.send(0, input.TCPAck, g.no, 0, b('B', g.nn))
			x.send(0, input.TCPAck, 0, 0, []byte("."))
			x.send(1, input.TCPAck, 0, max(g.oo+g.on, g.no+g.nn), nil)
			got += string(x.k.got[0][g.at])
			x.s.Close()
		}
		if got != w {
			t.Errorf("policy %d: %s, want %s", pol, got, w)
		}
	}
}
