package worker

import (
	"net/netip"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// proxied is a transaction whose request has headers of one name.
type proxied struct {
	app.Tx
	values []string
}

func (p *proxied) RequestHeader(name string, last bool) []byte {
	switch {
	case name != "x-forwarded-for" || len(p.values) == 0:
		return nil
	case last:
		return []byte(p.values[len(p.values)-1])
	}
	return []byte(p.values[0])
}

func TestForwarded(t *testing.T) {
	for _, c := range []struct {
		in            []string
		forward, last string
	}{
		{[]string{"1.2.3.4"}, "1.2.3.4", "1.2.3.4"},
		{[]string{"1.2.3.4, 5.6.7.8"}, "1.2.3.4", "5.6.7.8"},
		{[]string{"1.2.3.4, 5.6.7.8", "2001:db8::1"}, "1.2.3.4", "2001:db8::1"},
		{[]string{"1.2.3.4:8080"}, "1.2.3.4", "1.2.3.4"},
		{[]string{"[2001:db8::7]:443, [::1]"}, "2001:db8::7", "::1"},
		{[]string{"[2001:db8::7"}, "", ""},
		{[]string{"unknown, secret"}, "", ""},
		{[]string{"1.2.3"}, "", ""},
		{[]string{"1.2.3.4.5.6"}, "", ""},
		{[]string{"          "}, "", ""},
		{nil, "", ""},
	} {
		for _, forward := range []bool{true, false} {
			x := XFF{Mode: XFFExtra, Forward: forward, Header: "x-forwarded-for"}
			want := c.last
			if forward {
				want = c.forward
			}
			if got := string(x.forwarded(&proxied{values: c.in})); got != want {
				t.Errorf("%q, forward %v: %q, want %q", c.in, forward, got, want)
			}
		}
	}
	off := XFF{Header: "x-forwarded-for"}
	if off.forwarded(&proxied{values: []string{"1.2.3.4"}}) != nil {
		t.Error("it is off")
	}
}

func TestPlace(t *testing.T) {
	x := XFF{Mode: XFFOverwrite}
	h := event.Head{IPVersion: 4}
	if left := x.place(&h, input.ToServer, []byte("1.2.3.4")); left != nil || netip.AddrFrom4([4]byte(h.Src[:4])).String() != "1.2.3.4" {
		t.Errorf("%q, %v", left, h.Src)
	}
	if left := x.place(&h, input.ToClient, []byte("1.2.3.5")); left != nil || h.Dst[3] != 5 {
		t.Errorf("%q, %v", left, h.Dst)
	}
	if left := x.place(&h, input.ToServer, []byte("::1")); string(left) != "::1" || h.Src[3] != 4 {
		t.Errorf("the other version: %q, %v", left, h.Src)
	}
	x.Mode = XFFExtra
	if left := x.place(&h, input.ToServer, []byte("9.9.9.9")); string(left) != "9.9.9.9" || h.Src[3] != 4 {
		t.Errorf("a field of its own: %q, %v", left, h.Src)
	}
}

func FuzzForwarded(f *testing.F) {
	for _, s := range []string{"1.2.3.4, 5.6.7.8", "[::1]:80", "a,b,c d", "::ffff:1.2.3.4"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, forward bool) {
		x := XFF{Mode: XFFOverwrite, Forward: forward, Header: "x-forwarded-for"}
		h := event.Head{IPVersion: 4}
		x.place(&h, input.ToServer, x.forwarded(&proxied{values: []string{s}}))
	})
}

func TestForwardedNoAllocs(t *testing.T) {
	x := XFF{Mode: XFFOverwrite, Header: "x-forwarded-for"}
	tx, h := &headers{v: []byte("1.2.3.4, [2001:db8::1]:80")}, event.Head{IPVersion: 6}
	if n := testing.AllocsPerRun(100, func() { x.place(&h, input.ToServer, x.forwarded(tx)) }); n != 0 || h.Src[0] != 0x20 {
		t.Errorf("%v allocations, %v", n, h.Src)
	}
}

type headers struct {
	app.Tx
	v []byte
}

func (h *headers) RequestHeader(string, bool) []byte { return h.v }
