package prefix

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"sort"

	"github.com/gaissmai/bart"
)

// MaxPrefixes bounds a table.
const MaxPrefixes = 1 << 16

// Entry maps a prefix to a value above zero; zero is "no prefix holds it".
type Entry struct {
	Prefix netip.Prefix
	Value  uint16
	// Origin names the entry in messages: the line or key it came from.
	Origin string
}

// Table is the compiled form. The zero value holds nothing.
type Table struct {
	start4 []uint32
	value4 []uint16
	start6 []addr6
	value6 []uint16
}

type addr6 struct{ hi, lo uint64 }

func (a addr6) less(b addr6) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// Parse reads one prefix or address. Host bits are refused: whoever wrote
// 10.0.0.1/8 may have meant either.
func Parse(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("%q is neither an address nor a prefix", s)
	}
	if p.Addr().Is4In6() {
		return p, fmt.Errorf("%q is IPv4 in IPv6 form: write it as IPv4", s)
	}
	if p != p.Masked() {
		return p, fmt.Errorf("%q has host bits set: %s or %s/%d?", s, p.Masked(), p.Addr(), p.Addr().BitLen())
	}
	return p, nil
}

// Compile builds the table; all duplicates are named at once. Nested prefixes
// are fine, the longest wins; Nested lists them for a warning.
func Compile(entries []Entry) (*Table, error) {
	if len(entries) > MaxPrefixes {
		return nil, fmt.Errorf("%d prefixes, at most %d", len(entries), MaxPrefixes)
	}
	var trie bart.Table[Entry]
	var errs []error
	for _, e := range entries {
		if !e.Prefix.IsValid() || e.Value == 0 {
			errs = append(errs, fmt.Errorf("%s: invalid prefix", e.Origin))
			continue
		}
		if old, ok := trie.Get(e.Prefix); ok {
			errs = append(errs, fmt.Errorf("%s: prefix %s is already given by %s", e.Origin, e.Prefix, old.Origin))
			continue
		}
		trie.Insert(e.Prefix, e)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return flatten(&trie, entries), nil
}

// flatten cuts the address space at the first address of each prefix and the
// one after its last; between two cuts the longest match is constant.
func flatten(trie *bart.Table[Entry], entries []Entry) *Table {
	var cuts []netip.Addr
	for _, e := range entries {
		cuts = append(cuts, e.Prefix.Addr())
		if next := last(e.Prefix).Next(); next.IsValid() {
			cuts = append(cuts, next)
		}
	}
	sort.Slice(cuts, func(i, j int) bool { return cuts[i].Less(cuts[j]) })
	t := &Table{}
	for i, c := range cuts {
		if i > 0 && c == cuts[i-1] {
			continue
		}
		e, _ := trie.Lookup(c)
		b := c.As16()
		if c.Is4() {
			t.start4 = append(t.start4, binary.BigEndian.Uint32(b[12:]))
			t.value4 = append(t.value4, e.Value)
		} else {
			t.start6 = append(t.start6, addr6{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])})
			t.value6 = append(t.value6, e.Value)
		}
	}
	return t
}

// last is the highest address of a prefix.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// Nested names each prefix that lies within another one.
func Nested(entries []Entry) []string {
	var trie bart.Table[Entry]
	for _, e := range entries {
		trie.Insert(e.Prefix, e)
	}
	var out []string
	for _, e := range entries {
		for p, outer := range trie.Supernets(e.Prefix) {
			if p != e.Prefix {
				out = append(out, fmt.Sprintf("%s: %s lies within %s of %s; the longer one wins", e.Origin, e.Prefix, p, outer.Origin))
				break
			}
		}
	}
	return out
}

// Empty says that no address can match.
func (t *Table) Empty() bool { return len(t.start4) == 0 && len(t.start6) == 0 }

// Lookup returns the value of the longest prefix that holds the address, or 0.
// IPv4 addresses stand in the first four octets. No allocation.
func (t *Table) Lookup(addr *[16]byte, version uint8) uint16 {
	if version == 4 {
		return t.lookup4(binary.BigEndian.Uint32(addr[:4]))
	}
	return t.lookup6(addr6{binary.BigEndian.Uint64(addr[:8]), binary.BigEndian.Uint64(addr[8:])})
}

func (t *Table) lookup4(a uint32) uint16 {
	lo, hi := 0, len(t.start4)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if t.start4[mid] <= a {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return 0
	}
	return t.value4[lo-1]
}

func (t *Table) lookup6(a addr6) uint16 {
	lo, hi := 0, len(t.start6)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if !a.less(t.start6[mid]) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return 0
	}
	return t.value6[lo-1]
}
