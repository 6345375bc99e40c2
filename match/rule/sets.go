package rule

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"sort"
	"strconv"
	"strings"
)

// AddrSet is a set of addresses: sorted, disjoint, inclusive ranges.
type AddrSet struct {
	Any bool
	// Shaped: written with a negation or a range. Rules with such addresses are
	// judged on every packet, not once a flow.
	Shaped bool
	V4     []V4Range
	V6     []V6Range
}

// V4Range is a range of IPv4 addresses.
type V4Range struct{ Lo, Hi uint32 }

// V6Range is a range of IPv6 addresses.
type V6Range struct{ Lo, Hi [16]byte }

// PortSet is a set of ports: sorted, disjoint, inclusive ranges.
type PortSet struct {
	Any    bool
	Ranges []PortRange
}

// PortRange is a range of ports.
type PortRange struct{ Lo, Hi uint16 }

// span is a range of big numbers: one arithmetic for ports and both families.
type span struct{ lo, hi *big.Int }

// spans is a set of them, unsorted until normalised.
type spans []span

// merge sorts and joins overlapping and adjacent spans.
func (s spans) merge() spans {
	if len(s) == 0 {
		return s
	}
	sort.Slice(s, func(i, j int) bool { return s[i].lo.Cmp(s[j].lo) < 0 })
	out := spans{s[0]}
	one := big.NewInt(1)
	for _, x := range s[1:] {
		last := &out[len(out)-1]
		if x.lo.Cmp(new(big.Int).Add(last.hi, one)) <= 0 {
			if x.hi.Cmp(last.hi) > 0 {
				last.hi = x.hi
			}
			continue
		}
		out = append(out, x)
	}
	return out
}

// minus takes merged t from merged s.
func (s spans) minus(t spans) spans {
	one := big.NewInt(1)
	for _, x := range t {
		var out spans
		for _, y := range s {
			if x.hi.Cmp(y.lo) < 0 || x.lo.Cmp(y.hi) > 0 {
				out = append(out, y)
				continue
			}
			if y.lo.Cmp(x.lo) < 0 {
				out = append(out, span{y.lo, new(big.Int).Sub(x.lo, one)})
			}
			if y.hi.Cmp(x.hi) > 0 {
				out = append(out, span{new(big.Int).Add(x.hi, one), y.hi})
			}
		}
		s = out
	}
	return s
}

// family is a space of numbers that groups are computed in.
type family struct {
	max   *big.Int
	parse func(item string) (spans, error) // an item that is neither group nor variable
}

// resolve computes the set of an expression: items and groups, with negation.
func resolve(expr string, vars map[string]string, fams []family, depth int) (pos []spans, err error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("nested more than %d deep (does a variable refer to itself?)", MaxDepth)
	}
	expr = strings.TrimSpace(expr)
	out := make([]spans, len(fams))
	if expr == "" {
		return nil, errors.New("empty")
	}
	neg := false
	for strings.HasPrefix(expr, "!") {
		neg = !neg
		expr = strings.TrimSpace(expr[1:])
	}
	switch {
	case strings.HasPrefix(expr, "["):
		if !strings.HasSuffix(expr, "]") {
			return nil, fmt.Errorf("%q: missing ]", expr)
		}
		if out, err = resolveGroup(expr[1:len(expr)-1], vars, fams, depth); err != nil {
			return nil, err
		}
	case strings.HasPrefix(expr, "$"):
		v, ok := vars[expr[1:]]
		if !ok {
			return nil, fmt.Errorf("variable %s is not defined", expr)
		}
		if strings.Contains(v, ",") && !strings.HasPrefix(strings.TrimLeft(v, "! "), "[") {
			v = "[" + v + "]"
		}
		if out, err = resolve(v, vars, fams, depth+1); err != nil {
			return nil, fmt.Errorf("%s: %w", expr, err)
		}
	case strings.EqualFold(expr, "any"):
		for i, f := range fams {
			out[i] = spans{{new(big.Int), f.max}}
		}
	default:
		known := false
		var firstErr error
		for i, f := range fams {
			s, err := f.parse(expr)
			if err == nil {
				out[i], known = s, true
				break
			}
			if firstErr == nil {
				firstErr = err
			}
		}
		if !known {
			return nil, firstErr
		}
	}
	if neg {
		for i, f := range fams {
			out[i] = spans{{new(big.Int), f.max}}.minus(out[i].merge())
		}
	}
	return out, nil
}

// resolveGroup computes [a,b,!c]: what is wanted less what is negated; a group
// of negations alone starts from everything.
func resolveGroup(list string, vars map[string]string, fams []family, depth int) ([]spans, error) {
	items, err := splitGroup(list)
	if err != nil {
		return nil, err
	}
	want, not := make([]spans, len(fams)), make([]spans, len(fams))
	positive := false
	for _, it := range items {
		it = strings.TrimSpace(it)
		neg := strings.HasPrefix(it, "!")
		if neg {
			it = it[1:]
		} else {
			positive = true
		}
		s, err := resolve(it, vars, fams, depth+1)
		if err != nil {
			return nil, err
		}
		for i := range fams {
			if neg {
				not[i] = append(not[i], s[i]...)
			} else {
				want[i] = append(want[i], s[i]...)
			}
		}
	}
	for i, f := range fams {
		if !positive {
			want[i] = spans{{new(big.Int), f.max}}
		}
		want[i] = want[i].merge().minus(not[i].merge())
	}
	return want, nil
}

// splitGroup cuts at commas outside nested brackets.
func splitGroup(list string) ([]string, error) {
	var out []string
	depth, start := 0, 0
	for i := 0; i <= len(list); i++ {
		if i == len(list) || list[i] == ',' && depth == 0 {
			if strings.TrimSpace(list[start:i]) == "" {
				return nil, fmt.Errorf("[%s]: empty element", list)
			}
			out = append(out, list[start:i])
			start = i + 1
			continue
		}
		switch list[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth < 0 {
				return nil, fmt.Errorf("[%s]: brackets do not match", list)
			}
		}
	}
	if depth != 0 {
		return nil, fmt.Errorf("[%s]: brackets do not match", list)
	}
	return out, nil
}

var (
	max4    = big.NewInt(1<<32 - 1)
	max6    = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1))
	maxPort = big.NewInt(65535)
)

func addrBig(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }

// parseAddr is the parser of one family: address, CIDR, netmask or range.
func parseAddr(v6 bool) func(string) (spans, error) {
	return func(s string) (spans, error) {
		one := func(t string) (netip.Addr, error) {
			a, err := netip.ParseAddr(strings.TrimSpace(t))
			if err != nil || a.Is6() != v6 || a.Zone() != "" {
				return a, fmt.Errorf("%q is no address", s)
			}
			return a, nil
		}
		if lo, hi, ok := strings.Cut(s, "-"); ok {
			a, err := one(lo)
			if err != nil {
				return nil, err
			}
			b, err := one(hi)
			if err != nil {
				return nil, err
			}
			if a.Compare(b) > 0 {
				return nil, fmt.Errorf("range %s ends before it starts", s)
			}
			return spans{{addrBig(a), addrBig(b)}}, nil
		}
		addr, mask, hasMask := strings.Cut(s, "/")
		a, err := one(addr)
		if err != nil {
			return nil, err
		}
		bits := a.BitLen()
		if hasMask {
			if bits, err = maskBits(mask, v6); err != nil {
				return nil, fmt.Errorf("%q: %w", s, err)
			}
		}
		p := netip.PrefixFrom(a, bits).Masked()
		lo := addrBig(p.Addr())
		size := new(big.Int).Lsh(big.NewInt(1), uint(a.BitLen()-bits))
		return spans{{lo, new(big.Int).Sub(new(big.Int).Add(lo, size), big.NewInt(1))}}, nil
	}
}

func maskBits(mask string, v6 bool) (int, error) {
	most := 32
	if v6 {
		most = 128
	} else if m, err := netip.ParseAddr(mask); err == nil && m.Is4() {
		b := m.As4()
		u := binary.BigEndian.Uint32(b[:])
		n := 0
		for u&(1<<31) != 0 {
			n++
			u <<= 1
		}
		if u != 0 {
			return 0, fmt.Errorf("netmask %s has holes", mask)
		}
		return n, nil
	}
	n, err := strconv.Atoi(mask)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("prefix length %q, want 0 to %d", mask, most)
	}
	return n, nil
}

// addresses resolves an address expression of a rule header.
func (e *Env) addresses(expr string) (AddrSet, error) {
	if s, ok := e.addrCache[expr]; ok {
		return s, nil
	}
	fams := []family{{max4, parseAddr(false)}, {max6, parseAddr(true)}}
	got, err := resolve(expr, e.Addresses, fams, 0)
	if err != nil {
		return AddrSet{}, err
	}
	var out AddrSet
	full := 0
	for i, f := range fams {
		m := got[i].merge()
		if len(m) == 1 && m[0].lo.Sign() == 0 && m[0].hi.Cmp(f.max) == 0 {
			full++
		}
		for _, s := range m {
			if i == 0 {
				out.V4 = append(out.V4, V4Range{uint32(s.lo.Uint64()), uint32(s.hi.Uint64())})
			} else {
				var r V6Range
				s.lo.FillBytes(r.Lo[:])
				s.hi.FillBytes(r.Hi[:])
				out.V6 = append(out.V6, r)
			}
		}
	}
	if len(out.V4)+len(out.V6) == 0 {
		return out, fmt.Errorf("%s leaves no address", expr)
	}
	if full == 2 {
		out = AddrSet{Any: true}
	}
	out.Shaped = e.shaped(expr, 0)
	if e.addrCache == nil {
		e.addrCache = map[string]AddrSet{}
	}
	e.addrCache[expr] = out
	return out, nil
}

// shaped reports whether an address expression, its variables put in, has a
// negation or a range.
func (e *Env) shaped(expr string, depth int) bool {
	if depth > MaxDepth {
		return false
	}
	for _, word := range strings.FieldsFunc(expr, func(r rune) bool { return strings.ContainsRune("[], \t", r) }) {
		name := strings.TrimLeft(word, "!")
		if name != word {
			return true
		}
		if strings.HasPrefix(name, "$") {
			if e.shaped(e.Addresses[name[1:]], depth+1) {
				return true
			}
		} else if strings.Contains(name, "-") {
			return true
		}
	}
	return false
}

func parsePortItem(s string) (spans, error) {
	s = strings.TrimSpace(s)
	lo, hi, ranged := strings.Cut(s, ":")
	num := func(t string, def int64) (*big.Int, error) {
		t = strings.TrimSpace(t)
		if t == "" && ranged {
			return big.NewInt(def), nil
		}
		n, err := strconv.ParseUint(t, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("%q is no port (0 to 65535)", s)
		}
		return big.NewInt(int64(n)), nil
	}
	a, err := num(lo, 0)
	if err != nil {
		return nil, err
	}
	b := a
	if ranged {
		if b, err = num(hi, 65535); err != nil {
			return nil, err
		}
	}
	if a.Cmp(b) > 0 {
		return nil, fmt.Errorf("range %s ends before it starts", s)
	}
	return spans{{a, b}}, nil
}

// ports resolves a port expression of a rule header.
func (e *Env) ports(expr string) (PortSet, error) {
	if s, ok := e.portCache[expr]; ok {
		return s, nil
	}
	got, err := resolve(expr, e.Ports, []family{{maxPort, parsePortItem}}, 0)
	if err != nil {
		return PortSet{}, err
	}
	var out PortSet
	for _, s := range got[0].merge() {
		out.Ranges = append(out.Ranges, PortRange{uint16(s.lo.Uint64()), uint16(s.hi.Uint64())})
	}
	if len(out.Ranges) == 0 {
		return out, fmt.Errorf("%s leaves no port", expr)
	}
	if len(out.Ranges) == 1 && out.Ranges[0] == (PortRange{0, 65535}) {
		out = PortSet{Any: true}
	}
	if e.portCache == nil {
		e.portCache = map[string]PortSet{}
	}
	e.portCache[expr] = out
	return out, nil
}

// Has reports whether the set holds an address.
func (s *AddrSet) Has(a netip.Addr) bool {
	if s.Any {
		return true
	}
	if a.Is4() {
		b := a.As4()
		v := binary.BigEndian.Uint32(b[:])
		for _, r := range s.V4 {
			if r.Lo <= v && v <= r.Hi {
				return true
			}
		}
		return false
	}
	b := a.As16()
	for _, r := range s.V6 {
		if bytes.Compare(r.Lo[:], b[:]) <= 0 && bytes.Compare(b[:], r.Hi[:]) <= 0 {
			return true
		}
	}
	return false
}
