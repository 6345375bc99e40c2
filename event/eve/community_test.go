package eve

import (
	"net/netip"
	"testing"

	"github.com/weir-ips/weir/event"
)

func headOf(src, dst string, proto uint8, a, b uint16) event.Head {
	s, d := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	h := event.Head{Proto: proto, IPVersion: 6}
	copy(h.Src[:], s.AsSlice())
	copy(h.Dst[:], d.AsSlice())
	if s.Is4() {
		h.IPVersion = 4
	}
	switch proto {
	case 1, 58:
		h.Flags, h.ICMPType, h.ICMPCode = event.HasICMP, uint8(a), uint8(b)
	case 6, 17, 132:
		h.Flags, h.SrcPort, h.DstPort = event.HasPorts, a, b
	}
	return h
}

// TestCommunityID holds the published vectors
// (https://github.com/corelight/community-id-spec/tree/master/baseline).
func TestCommunityID(t *testing.T) {
	for _, c := range []struct {
		src, dst string
		proto    uint8
		a, b     uint16
		seed     uint16
		want     string
	}{
		{"128.232.110.120", "66.35.250.204", 6, 34855, 80, 0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"66.35.250.204", "128.232.110.120", 6, 80, 34855, 0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"128.232.110.120", "66.35.250.204", 6, 34855, 80, 1, "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
		{"192.168.1.52", "8.8.8.8", 17, 54585, 53, 0, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"192.168.0.89", "192.168.0.1", 1, 8, 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"192.168.0.1", "192.168.0.89", 1, 0, 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 58, 135, 0, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
		{"192.168.170.8", "192.168.170.56", 132, 7, 7, 0, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	} {
		h := headOf(c.src, c.dst, c.proto, c.a, c.b)
		if got := string(AppendCommunityID(nil, &h, c.seed)); got != c.want {
			t.Errorf("%s %s %d: %s, want %s", c.src, c.dst, c.proto, got, c.want)
		}
	}
	if got := AppendCommunityID(nil, &event.Head{}, 0); len(got) != 0 {
		t.Errorf("no IP: %s", got)
	}
}

// FuzzCommunityID: both directions of anything with ports agree.
func FuzzCommunityID(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), []byte("0123456789abcdeg"), uint16(1), uint16(2), uint8(6), true)
	f.Add([]byte("same"), []byte("same"), uint16(2), uint16(1), uint8(17), false)
	f.Fuzz(func(t *testing.T, a, b []byte, p, q uint16, proto uint8, six bool) {
		h := event.Head{Proto: proto, IPVersion: 4, Flags: event.HasPorts, SrcPort: p, DstPort: q}
		if six {
			h.IPVersion = 6
		}
		copy(h.Src[:], a)
		copy(h.Dst[:], b)
		r := h
		r.Src, r.Dst, r.SrcPort, r.DstPort = h.Dst, h.Src, q, p
		if x, y := string(AppendCommunityID(nil, &h, 0)), string(AppendCommunityID(nil, &r, 0)); x != y {
			t.Fatalf("%s, back %s", x, y)
		}
	})
}
