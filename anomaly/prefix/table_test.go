package prefix

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/gaissmai/bart"
)

func octets(a netip.Addr) (b [16]byte, version uint8) {
	if a.Is4() {
		v := a.As4()
		copy(b[:], v[:])
		return b, 4
	}
	return a.As16(), 6
}

// TestLookupAgainstBart compares the flat table with the trie at the edges of
// every prefix and at random addresses.
func TestLookupAgainstBart(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		var trie bart.Table[uint16]
		var entries []Entry
		for len(entries) < 200 {
			var a netip.Addr
			if r.IntN(2) == 0 {
				var b [4]byte
				binary.BigEndian.PutUint32(b[:], r.Uint32()&0x0f0300ff)
				a = netip.AddrFrom4(b)
			} else {
				var b [16]byte
				binary.BigEndian.PutUint64(b[:], r.Uint64()&0x0f00000000030000)
				binary.BigEndian.PutUint64(b[8:], r.Uint64()&0xf)
				a = netip.AddrFrom16(b)
			}
			p := netip.PrefixFrom(a, r.IntN(a.BitLen()+1)).Masked()
			if _, ok := trie.Get(p); ok || (p.Bits() == 0 && len(entries)%2 == 0) {
				continue
			}
			v := uint16(len(entries) + 1)
			trie.Insert(p, v)
			entries = append(entries, Entry{Prefix: p, Value: v})
		}
		tab, err := Compile(entries)
		if err != nil {
			t.Fatal(err)
		}
		check := func(a netip.Addr) {
			if !a.IsValid() {
				return
			}
			b, ver := octets(a)
			want, _ := trie.Lookup(a)
			if got := tab.Lookup(&b, ver); got != want {
				t.Fatalf("%s: %d, want %d", a, got, want)
			}
		}
		for _, e := range entries {
			lo, hi := e.Prefix.Addr(), last(e.Prefix)
			for _, a := range []netip.Addr{lo, hi, lo.Prev(), hi.Next()} {
				check(a)
			}
		}
		for range 500 {
			var b [4]byte
			binary.BigEndian.PutUint32(b[:], r.Uint32()&0x0f0301ff)
			check(netip.AddrFrom4(b))
		}
	}
}

func TestBadPrefixesAreNamed(t *testing.T) {
	for in, want := range map[string]string{
		"10.0.0.1/8": "host bits", "x": "neither", "10.0.0.0/33": "neither", "::ffff:10.0.0.0/104": "IPv4 in IPv6", "": "neither",
	} {
		if _, err := Parse(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
	p := netip.MustParsePrefix("10.0.0.0/8")
	_, err := Compile([]Entry{{p, 1, "line 1"}, {p, 2, "line 2"}, {netip.Prefix{}, 1, "line 3"}})
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("duplicates: %v", err)
	}
	nested := Nested([]Entry{{p, 1, "a"}, {netip.MustParsePrefix("10.1.0.0/16"), 2, "b"}})
	if len(nested) != 1 || !strings.Contains(nested[0], "b: 10.1.0.0/16 lies within 10.0.0.0/8 of a") {
		t.Errorf("nested: %q", nested)
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	tab, _ := Compile([]Entry{{netip.MustParsePrefix("10.0.0.0/8"), 1, ""}, {netip.MustParsePrefix("2001:db8::/32"), 2, ""}})
	a := [16]byte{10, 1, 2, 3}
	if n := testing.AllocsPerRun(100, func() { tab.Lookup(&a, 4); tab.Lookup(&a, 6) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("10.0.0.0/8")
	f.Add("2001:db8::/32")
	f.Add("::")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		if err != nil {
			return
		}
		tab, err := Compile([]Entry{{p, 1, "x"}})
		if err != nil {
			t.Fatal(err)
		}
		b, v := octets(p.Addr())
		if tab.Lookup(&b, v) != 1 {
			t.Fatalf("%s does not hold its own first address", p)
		}
	})
}
