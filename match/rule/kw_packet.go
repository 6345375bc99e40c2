package rule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

var packetKeywords = []Keyword{
	{Name: "flow", Group: "flow", Doc: "flow:established,to_server,…", NeedsValue: true, parse: parseFlow},
	{Name: "flags", Group: "packet", Aliases: []string{"tcp.flags"}, Doc: "flags:[+*!]FSRPAUEC[,IGNORED]", NeedsValue: true, parse: parseFlags},
	{Name: "fragbits", Group: "packet", Doc: "fragbits:[+*!]MDR", NeedsValue: true, parse: func(p *parser, _, v string) error {
		m := &BitMask{Kind: "fragbits"}
		for _, c := range strings.ReplaceAll(v, " ", "") {
			switch c {
			case 'M', 'm':
				m.Bits |= 1
			case 'D', 'd':
				m.Bits |= 2
			case 'R', 'r':
				m.Bits |= 4
			case '+', '*', '!':
				m.Mod = string(c)
			case '-':
				m.Mod = "!"
			case '=':
				m.Mod = ""
			default:
				return fmt.Errorf("%q is none of M D R + * ! - =", c)
			}
		}
		p.r.Packet = append(p.r.Packet, m)
		return nil
	}},
	simple("sameip", "packet", "sameip"),
	{Name: "ip_proto", Group: "packet", Doc: "ip_proto:[!<>]NUMBER or NAME", NeedsValue: true, parse: func(p *parser, _, v string) error {
		v = strings.TrimSpace(v)
		neg := strings.HasPrefix(v, "!")
		name := strings.TrimSpace(strings.TrimPrefix(v, "!"))
		if n, ok := ipProtoNames[strings.ToLower(name)]; ok {
			p.r.Packet = append(p.r.Packet, &IPProto{Range{Lo: n, Hi: n, Neg: neg}})
			return nil
		}
		r, err := parseRange(v, 8)
		if err != nil {
			return err
		}
		p.r.Packet = append(p.r.Packet, &IPProto{r})
		return nil
	}},
	{Name: "ipopts", Group: "packet", Doc: "ipopts:rr|eol|nop|ts|sec|esec|lsrr|lsrre|satid|ssrr|any", NeedsValue: true, parse: func(p *parser, n, v string) error {
		v = strings.ToLower(strings.TrimSpace(v))
		if _, ok := IPOptions[v]; !ok {
			return fmt.Errorf("unknown option %q (nearest known: %s)", v, nearest(v, slices.Sorted(maps.Keys(IPOptions))))
		}
		p.r.Packet = append(p.r.Packet, &Simple{Name: n, Args: []string{v}})
		return nil
	}},
	csum("ipv4-csum"), csum("tcpv4-csum"), csum("tcpv6-csum"), csum("udpv4-csum"), csum("udpv6-csum"),
	csum("icmpv4-csum"), csum("icmpv6-csum"), csum("igmp-csum"),
	args("rpc", "state", "rpc:APPLICATION,[VERSION|*],[PROCEDURE|*]"),
	args("geoip", "state", "geoip:[src|dst|both|any,][!]CC,…"),
	args("iprep", "state", "iprep:src|dst|both|any,CATEGORY,OP,VALUE"),
	{Name: "nfq_set_mark", Group: "state", Doc: "nfq_set_mark:MARK/MASK; for Netfilter queues, without effect here", NeedsValue: true, parse: func(_ *parser, _, v string) error {
		mark, mask, _ := strings.Cut(v, "/")
		for _, s := range []string{mark, mask} {
			if _, ok := parseUint(strings.TrimSpace(s), 32); !ok {
				return fmt.Errorf("%q, want a mark and a mask of 32 bits each: 0x1/0xffffffff", v)
			}
		}
		return nil
	}},
	args("stream_size", "state", "stream_size:server|client|both|either,OP,NUMBER"),
	args("flow.elephant", "flow", "flow.elephant:toserver|toclient|either|both"),
	{Name: "ftpbounce", Group: "ftp", Doc: "ftpbounce: PORT or EPRT names an address that is not the client's", NoValue: true, parse: func(p *parser, _, _ string) error {
		p.addNumeric(&Numeric{Field: buf.FieldFTPBounce, Range: Range{Lo: 1, Hi: 1}})
		return nil
	}},
	args("tcp.session", "packet", "tcp.session"),
}

// IPOptions are the names of ipopts and the bits that they stand for.
var IPOptions = map[string]uint16{"rr": input.IPOptRR, "eol": input.IPOptEOL, "nop": input.IPOptNOP, "ts": input.IPOptTS,
	"sec": input.IPOptSEC, "esec": input.IPOptESEC, "lsrr": input.IPOptLSRR, "lsrre": input.IPOptLSRR, "cipso": input.IPOptCIPSO,
	"satid": input.IPOptSID, "ssrr": input.IPOptSSRR, "qs": input.IPOptQS, "rtralt": input.IPOptRTRALT, "any": 1<<16 - 1}

func simple(name, group, doc string) Keyword {
	return Keyword{Name: name, Group: group, Doc: doc, parse: func(p *parser, n, _ string) error {
		p.r.Packet = append(p.r.Packet, &Simple{Name: n})
		return nil
	}}
}

// args is a keyword whose values the compiler reads.
func args(name, group, doc string) Keyword {
	return Keyword{Name: name, Group: group, Doc: doc, parse: func(p *parser, n, v string) error {
		p.r.Packet = append(p.r.Packet, &Simple{Name: n, Args: fields(v)})
		return nil
	}}
}

func csum(name string) Keyword {
	return Keyword{Name: name, Group: "packet", Doc: name + ":valid or invalid", NeedsValue: true, parse: func(p *parser, n, v string) error {
		v = strings.Trim(v, `" `)
		if v != "valid" && v != "invalid" {
			return fmt.Errorf("%q, want valid or invalid", v)
		}
		p.r.Packet = append(p.r.Packet, &Simple{Name: n, Args: []string{v}})
		return nil
	}}
}

var ipProtoNames = map[string]uint64{"icmp": 1, "igmp": 2, "ipip": 4, "ip": 0, "tcp": 6, "udp": 17, "ipv6": 41, "gre": 47,
	"esp": 50, "ah": 51, "ipv6-icmp": 58, "icmp6": 58, "ospf": 89, "sctp": 132, "pim": 103, "vrrp": 112, "egp": 8, "igp": 9}

func parseFlow(p *parser, _, v string) error {
	f := &FlowCond{}
	for _, w := range fields(v) {
		neg := strings.HasPrefix(w, "!")
		switch strings.ToLower(strings.TrimPrefix(w, "!")) {
		case "established":
			f.Established = true
		case "not_established":
			f.NotEstablished = true
		case "stateless":
			f.Stateless = true
		case "to_server", "from_client":
			p.r.ToServer = true
		case "to_client", "from_server":
			p.r.ToClient = true
		case "only_stream":
			f.OnlyStream = true
		case "no_stream":
			f.NoStream = true
		case "no_frag":
			f.NoFrag = true
		case "only_frag":
			f.OnlyFrag = true
		default:
			return fmt.Errorf("unknown state %q", w)
		}
		if neg {
			return fmt.Errorf("%q cannot be negated", w)
		}
	}
	switch {
	case p.r.ToServer && p.r.ToClient && !p.r.Transactional:
		return errors.New("to_server and to_client exclude each other")
	case f.Established && f.NotEstablished, f.Established && f.Stateless, f.NotEstablished && f.Stateless:
		return errors.New("established, not_established and stateless exclude each other")
	case f.OnlyStream && f.NoStream:
		return errors.New("only_stream and no_stream exclude each other")
	case f.NoFrag && f.OnlyFrag:
		return errors.New("no_frag and only_frag exclude each other")
	}
	p.r.Packet = append(p.r.Packet, f)
	return nil
}

var flagBits = map[rune]uint8{'F': 1, 'S': 2, 'R': 4, 'P': 8, 'A': 16, 'U': 32, 'E': 64, 'C': 128, '2': 64, '1': 128}

func parseFlags(p *parser, _, v string) error {
	m := &BitMask{Kind: "flags"}
	set, ignore, _ := strings.Cut(strings.ToUpper(strings.ReplaceAll(v, " ", "")), ",")
	if set == "" {
		return errors.New("wants flags")
	}
	_, number := parseUint(set, 8)
	// 1 and 2 are the older names of C and E.
	if number && strings.Trim(set, "12") == "" {
		number = false
	}
	if number && set != "0" || strings.ContainsAny(set, "<>&") || strings.ContainsRune("=!", rune(set[0])) && strings.Trim(set[1:], "0123456789=") == "" {
		r, err := parseRange(set, 8)
		if err != nil {
			return err
		}
		p.r.Packet = append(p.r.Packet, &Numeric{Field: buf.FieldTCPFlags, Range: r})
		return nil
	}
	modified := false
	for _, c := range set {
		switch {
		case strings.ContainsRune("+*!-=", c):
			if modified {
				return errors.New("only one of + * ! - =")
			}
			modified = true
			if m.Mod = string(c); c == '-' {
				m.Mod = "!"
			} else if c == '=' {
				m.Mod = ""
			}
		case c == '0':
		case flagBits[c] != 0:
			m.Bits |= flagBits[c]
		default:
			return fmt.Errorf("%q is no flag (F S R P A U E C)", c)
		}
	}
	for _, c := range ignore {
		if flagBits[c] == 0 {
			return fmt.Errorf("%q is no flag (F S R P A U E C)", c)
		}
		m.Ignore |= flagBits[c]
	}
	p.r.Packet = append(p.r.Packet, m)
	return nil
}
