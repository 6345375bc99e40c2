package address

import (
	"net/netip"
	"testing"
)

// FuzzV6 holds the reader of IPv6 addresses against the library's.
func FuzzV6(f *testing.F) {
	for _, s := range []string{"::", "1::", "::1.2.3.4", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "fe80::1%eth0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var out [16]byte
		got := V6([]byte(s), &out)
		a, err := netip.ParseAddr(s)
		want := err == nil && a.Is6() && a.Zone() == ""
		if want && (!got || a.As16() != out) {
			t.Fatalf("%q: %v %v, the library says %v", s, got, out, a)
		}
	})
}

func TestV4(t *testing.T) {
	for in, want := range map[string]bool{"1.2.3.4": true, "255.255.255.255": true, "256.1.1.1": false, "1.2.3": false, "1.2.3.4.5": false, "": false, "1.2.3.4 ": false} {
		var out [4]byte
		if got := V4([]byte(in), out[:]); got != want || got && netip.AddrFrom4(out).String() != in {
			t.Errorf("%q: %v, %v", in, got, out)
		}
	}
}
