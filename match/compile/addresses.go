package compile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// Addresses are what is known of addresses beside the rules: reputations and
// countries. Conditions on them become sets of addresses when rules are compiled.
type Addresses struct {
	// Reputation is the scores of addresses by category; nil: no lists are
	// configured.
	Reputation map[string][]Reputation
	// Countries gives the networks of which the country is (or, with not, is known
	// and is none) of codes; nil: no database is configured.
	Countries func(codes []string, not bool) ([]netip.Prefix, error)
}

// Reputation is the score of a network, 0 to 127.
type Reputation struct {
	Net   netip.Prefix
	Score uint8
}

var addrSides = map[string]int32{"src": match.AddrSrc, "dst": match.AddrDst, "both": match.AddrBoth, "any": match.AddrAny}

// iprepOp reads SIDE,CATEGORY,OPERATOR,SCORE, or SIDE,CATEGORY,isset|isnotset.
func (c *compiler) iprepOp(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpIPRep}
	if len(args) < 3 || len(args) > 4 {
		return op, errors.New("iprep: want SIDE,CATEGORY,OPERATOR,SCORE")
	}
	side, ok := addrSides[args[0]]
	if !ok {
		return op, fmt.Errorf("iprep: side %q, want src, dst, both or any", args[0])
	}
	op.A = side
	if c.opt.Addresses.Reputation == nil {
		return op, errors.New("iprep: no reputation lists: set reputation-categories-file and reputation-files")
	}
	list, ok := c.opt.Addresses.Reputation[strings.ToLower(args[1])]
	if !ok {
		return op, fmt.Errorf("iprep: no category is called %q in reputation-categories-file", args[1])
	}
	holds, neg, err := scoreTest(args[2:])
	if err != nil {
		return op, fmt.Errorf("iprep: %w", err)
	}
	op.Neg = neg
	var set rule.AddrSet
	for _, r := range paint(list) {
		if r.score > 0 && holds(r.score) {
			addRange(&set, r.lo, r.hi)
		}
	}
	op.X = uint64(c.addrs(&set))
	return op, nil
}

// scoreTest reads an operator and a score. neg: holds where the test does not.
func scoreTest(args []string) (holds func(uint8) bool, neg bool, err error) {
	switch {
	case len(args) == 1 && args[0] == "isset":
		return func(uint8) bool { return true }, false, nil
	case len(args) == 1 && args[0] == "isnotset":
		return func(uint8) bool { return true }, true, nil
	case len(args) != 2:
		return nil, false, fmt.Errorf("%q, want isset, isnotset or an operator and a score", strings.Join(args, ","))
	}
	n, err := strconv.ParseUint(args[1], 10, 8)
	if err != nil || n > 127 {
		return nil, false, fmt.Errorf("score %q is no number from 0 to 127", args[1])
	}
	v := uint8(n)
	switch args[0] {
	case "<":
		return func(s uint8) bool { return s < v }, false, nil
	case "<=":
		return func(s uint8) bool { return s <= v }, false, nil
	case ">":
		return func(s uint8) bool { return s > v }, false, nil
	case ">=":
		return func(s uint8) bool { return s >= v }, false, nil
	case "=", "==":
		return func(s uint8) bool { return s == v }, false, nil
	case "!", "!=":
		return func(s uint8) bool { return s != v }, false, nil
	}
	return nil, false, fmt.Errorf("operator %q, want < <= > >= = or !", args[0])
}

// geoipOp reads [SIDE,][!]COUNTRY[,COUNTRY]….
func (c *compiler) geoipOp(args []string) (match.Op, error) {
	op := match.Op{Code: match.OpGeoIP, A: match.AddrAny}
	if side, ok := addrSides[args[0]]; ok {
		op.A, args = side, args[1:]
	}
	not := false
	codes := make([]string, 0, len(args))
	for i, a := range args {
		if rest, ok := strings.CutPrefix(a, "!"); ok {
			not, a = true, strings.TrimSpace(rest)
		} else if not && i > 0 {
			// One ! in front is for all of them, as several are.
			a = strings.TrimSpace(a)
		}
		if len(a) != 2 || strings.ToUpper(a) != a {
			return op, fmt.Errorf("geoip: %q is no country code of two capital letters", a)
		}
		codes = append(codes, a)
	}
	if len(codes) == 0 {
		return op, errors.New("geoip: want at least one country code")
	}
	if c.opt.Addresses.Countries == nil {
		return op, errors.New("geoip: no database: set geoip-database to a MaxMind file")
	}
	nets, err := c.opt.Addresses.Countries(codes, not)
	if err != nil {
		return op, fmt.Errorf("geoip: %w", err)
	}
	var set rule.AddrSet
	for _, n := range nets {
		addRange(&set, n.Addr(), lastOf(n))
	}
	op.X = uint64(c.addrs(&set))
	return op, nil
}

// scored is a range of addresses of one score.
type scored struct {
	lo, hi netip.Addr
	score  uint8
}

// paint cuts overlapping networks into disjoint ranges, sorted, in which the most
// special network's score stands; of one network named twice the last counts.
func paint(list []Reputation) []scored {
	byNet := map[netip.Prefix]uint8{}
	for _, r := range list {
		byNet[r.Net.Masked()] = r.Score
	}
	nets := make([]netip.Prefix, 0, len(byNet))
	for n := range byNet {
		nets = append(nets, n)
	}
	slices.SortFunc(nets, func(a, b netip.Prefix) int {
		if d := a.Addr().Compare(b.Addr()); d != 0 {
			return d
		}
		return a.Bits() - b.Bits()
	})
	var out, stack []scored
	var at netip.Addr // the first address that is not painted yet, of the open networks
	emit := func(hi netip.Addr, score uint8) {
		if at.IsValid() && at.Compare(hi) <= 0 {
			out = append(out, scored{at, hi, score})
		}
	}
	closeUntil := func(lo netip.Addr) {
		for len(stack) > 0 {
			top := stack[len(stack)-1]
			if lo.IsValid() && top.hi.Compare(lo) >= 0 {
				return
			}
			emit(top.hi, top.score)
			at = top.hi.Next() // not valid behind the last address of all
			stack = stack[:len(stack)-1]
		}
	}
	for _, n := range nets {
		lo := n.Addr()
		closeUntil(lo)
		if len(stack) > 0 && at.IsValid() && at.Compare(lo) < 0 {
			emit(lo.Prev(), stack[len(stack)-1].score)
		}
		at = lo
		stack = append(stack, scored{lo, lastOf(n), byNet[n]})
	}
	closeUntil(netip.Addr{})
	return out
}

// lastOf is the last address of a network.
func lastOf(n netip.Prefix) netip.Addr {
	b := n.Addr().AsSlice()
	for i := range b {
		switch keep := n.Bits() - 8*i; {
		case keep <= 0:
			b[i] = 0xFF
		case keep < 8:
			b[i] |= 0xFF >> keep
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// addRange adds a range behind those that a set has; adjacent ones become one.
func addRange(s *rule.AddrSet, lo, hi netip.Addr) {
	if lo.Is4() {
		a, b := lo.As4(), hi.As4()
		r := rule.V4Range{Lo: binary.BigEndian.Uint32(a[:]), Hi: binary.BigEndian.Uint32(b[:])}
		if n := len(s.V4); n > 0 && s.V4[n-1].Hi+1 == r.Lo && r.Lo > 0 {
			s.V4[n-1].Hi = r.Hi
			return
		}
		s.V4 = append(s.V4, r)
		return
	}
	r := rule.V6Range{Lo: lo.As16(), Hi: hi.As16()}
	if n := len(s.V6); n > 0 && netip.AddrFrom16(s.V6[n-1].Hi).Next() == lo {
		s.V6[n-1].Hi = r.Hi
		return
	}
	s.V6 = append(s.V6, r)
}
