package compile

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/weir-ips/weir/match/rule"
)

// TestPaint holds the ranges against the definition: the score of an address is
// that of the most special network that holds it.
func TestPaint(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var list []Reputation
		for range 1 + r.IntN(12) {
			a := netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(2)), byte(r.IntN(256))})
			if r.IntN(8) == 0 {
				a = netip.AddrFrom4([4]byte{255, 255, 255, byte(200 + r.IntN(56))})
			}
			list = append(list, Reputation{netip.PrefixFrom(a, 20+r.IntN(13)), uint8(r.IntN(128))})
		}
		got := paint(list)
		for i := range got {
			if got[i].lo.Compare(got[i].hi) > 0 || i > 0 && got[i-1].hi.Compare(got[i].lo) >= 0 {
				t.Fatalf("%v: ranges overlap: %v", list, got)
			}
		}
		for range 300 {
			a := netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(17)), byte(r.IntN(256))})
			if r.IntN(4) == 0 {
				a = netip.AddrFrom4([4]byte{255, 255, 255, byte(r.IntN(256))})
			}
			want, best := -1, -1
			for _, x := range list {
				if x.Net.Contains(a) && x.Net.Bits() >= best {
					want, best = int(x.Score), x.Net.Bits()
				}
			}
			have := -1
			for _, x := range got {
				if x.lo.Compare(a) <= 0 && a.Compare(x.hi) <= 0 {
					have = int(x.score)
				}
			}
			if have != want {
				t.Fatalf("%v: score of %v is %d, want %d: %v", list, a, have, want, got)
			}
		}
	}
}

func TestAddRangeJoins(t *testing.T) {
	var s rule.AddrSet
	for _, n := range []string{"10.0.0.0/25", "10.0.0.128/25", "10.0.2.0/24", "2001:db8::/64", "2001:db8:0:1::/64"} {
		p := netip.MustParsePrefix(n)
		addRange(&s, p.Addr(), lastOf(p))
	}
	if len(s.V4) != 2 || s.V4[0].Hi != 10<<24|255 || len(s.V6) != 1 {
		t.Errorf("%+v", s)
	}
}

// TestAddressConditions: mistakes in iprep and geoip name what is wrong.
func TestAddressConditions(t *testing.T) {
	c := &compiler{t: newTables(), names: NewNames()}
	c.opt.Addresses = Addresses{
		Reputation: map[string][]Reputation{"bad": {{netip.MustParsePrefix("192.0.2.0/24"), 50}}},
		Countries: func(codes []string, not bool) ([]netip.Prefix, error) {
			return []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, nil
		},
	}
	for _, x := range []struct {
		args []string
		ok   bool
	}{
		{[]string{"src", "bad", ">", "10"}, true}, {[]string{"any", "BAD", "isset"}, true}, {[]string{"both", "bad", "isnotset"}, true},
		{[]string{"here", "bad", ">", "10"}, false}, {[]string{"src", "good", ">", "10"}, false}, {[]string{"src", "bad", "~", "10"}, false},
		{[]string{"src", "bad", ">", "128"}, false}, {[]string{"src", "bad"}, false}, {[]string{"src", "bad", "maybe"}, false},
	} {
		if _, err := c.iprepOp(x.args); (err == nil) != x.ok {
			t.Errorf("iprep %v: %v", x.args, err)
		}
	}
	for _, x := range []struct {
		args []string
		ok   bool
	}{{[]string{"US"}, true}, {[]string{"src", "US", "DE"}, true}, {[]string{"any", "!US", "DE"}, true}, {[]string{"src"}, false},
		{[]string{"us"}, false}, {[]string{"src", "USA"}, false}} {
		if _, err := c.geoipOp(x.args); (err == nil) != x.ok {
			t.Errorf("geoip %v: %v", x.args, err)
		}
	}
	c.opt.Addresses = Addresses{}
	if _, err := c.iprepOp([]string{"src", "bad", ">", "10"}); err == nil {
		t.Error("iprep without lists")
	}
	if _, err := c.geoipOp([]string{"US"}); err == nil {
		t.Error("geoip without a database")
	}
}
