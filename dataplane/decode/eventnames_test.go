package decode

import (
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// eventCase is a malformed packet and what it is called; a name that starts with
// "!" makes the packet invalid.
type eventCase struct {
	name  string
	link  input.LinkType
	frame []byte
	want  []string
}

// moreEvents are those of links, tunnels and of what TestEvents leaves out.
func moreEvents() []eventCase {
	const v4, v6 = header.EtherTypeIPv4, header.EtherTypeIPv6
	in4, in6 := ip4(17, udp(53, 'q')...), ip6(17, udp(53, 'q')...)
	cat := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	raw := func(b ...byte) []byte { return b }
	four := func(proto uint8, parts ...[]byte) []byte { return eth(v4, ip4(proto, cat(parts...)...)...) }
	six := func(next uint8, parts ...[]byte) []byte { return eth(v6, ip6(next, cat(parts...)...)...) }
	arp := func(hw, proto uint16, hlen, plen byte) []byte {
		return eth(0x0806, append(raw(byte(hw>>8), byte(hw), byte(proto>>8), byte(proto), hlen, plen, 0, 1), make([]byte, 20)...)...)
	}
	chunks := func(n int, typ byte) []byte {
		var b []byte
		for range n {
			b = append(b, typ, 3, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4)
		}
		return b
	}
	dst := func(next byte, o ...byte) []byte { return append(raw(next, 0), o...) }
	pad := raw(5, 2, 0, 0, 1, 0)[:6]
	ether := func(name string, f []byte, want ...string) eventCase {
		return eventCase{name, input.LinkEthernet, f, want}
	}
	return []eventCase{
		ether("ARP cut short", eth(0x0806, 0, 1, 8), "!arp.pkt_too_small"),
		ether("ARP hardware", arp(6, v4, 6, 4), "!arp.unsupported_hardware"),
		ether("ARP protocol", arp(1, v6, 6, 4), "!arp.unsupported_protocol"),
		ether("ARP hardware size", arp(1, v4, 8, 4), "!arp.invalid_hardware_size"),
		ether("ARP protocol size", arp(1, v4, 6, 16), "!arp.invalid_protocol_size"),
		ether("E-tag with LLDP", eth(0x893f, 0, 0, 0, 0, 0, 0, 0x88, 0xcc), "!etag.unknown_type", "ethernet.unknown_ethertype"),
		ether("VN-tag with LLDP", eth(0x8926, 0, 0, 0, 0, 0x88, 0xcc), "!vntag.unknown_type", "ethernet.unknown_ethertype"),
		ether("ERSPAN II cut", four(47, raw(0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10)), "erspan.header_too_small"),
		ether("ERSPAN version", four(47, raw(0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x30, 5, 0, 0, 0, 0, 0, 0), eth(v4, in4...)), "erspan.unsupported_version"),
		ether("Geneve payload", four(17, udp(6081, append(raw(0, 0, 0x12, 0x34, 0, 0, 1, 0), in4...)...)), "!geneve.unknown_payload_type"),
		ether("VXLAN payload", four(17, udp(4789, append(raw(8, 0, 0, 0, 0, 0, 1, 0), eth(0x88cc, 1, 2)...)...)), "!vxlan.unknown_payload_type"),
		ether("GRE cut", four(47, raw(0, 0, 8)), "!gre.pkt_too_small"),
		ether("GRE flags", four(47, raw(0, 8, 8, 0), in4), "!gre.version0_flags"),
		ether("GRE recursion", four(47, raw(1, 0, 8, 0), in4), "!gre.version0_recur"),
		ether("PPTP checksum", four(47, raw(0xa0, 1, 0x88, 0x0b, 0, 1, 0, 1)), "!gre.version1_chksum"),
		ether("PPTP route", four(47, raw(0x60, 1, 0x88, 0x0b, 0, 1, 0, 1)), "!gre.version1_route"),
		ether("PPTP strict route", four(47, raw(0x28, 1, 0x88, 0x0b, 0, 1, 0, 1)), "!gre.version1_ssr"),
		ether("PPTP recursion", four(47, raw(0x21, 1, 0x88, 0x0b, 0, 1, 0, 1)), "!gre.version1_recur"),
		ether("PPTP flags", four(47, raw(0x20, 9, 0x88, 0x0b, 0, 1, 0, 1)), "!gre.version1_flags"),
		ether("PPTP protocol", four(47, raw(0x20, 1, 8, 0, 0, 1, 0, 1)), "!gre.version1_wrong_protocol"),
		ether("PPTP header", four(47, raw(0x30, 1, 0x88, 0x0b, 0, 1, 0, 1)), "!gre.version1_hdr_too_big"),
		ether("ICMP quotes IPv6", four(1, raw(3, 0, 0, 0, 0, 0, 0, 0), in6), "!icmpv4.ipv4_unknown_ver"),
		ether("ICMPv6 cut", six(58, raw(128, 0)), "!icmpv6.pkt_too_small"),
		ether("ICMPv6 quote cut", six(58, raw(1, 0, 0, 0, 0, 0, 0, 0, 0x60)), "!icmpv6.ipv6_trunc_pkt"),
		ether("ICMPv6 quotes IPv4", six(58, raw(1, 0, 0, 0, 0, 0, 0, 0), in4, make([]byte, 20)), "!icmpv6.ipv6_unknown_version"),
		ether("IGMPv3 report", four(2, raw(0x22, 0, 0, 0, 0, 0, 0, 1, 1, 9, 0, 0, 0, 0, 0, 0)), "!igmp.malformed"),
		ether("destination padding", six(60, dst(17, 1, 4, 0, 0, 0, 0), udp(1)), "ipv6.dstopts_only_padding"),
		ether("destination unknown", six(60, dst(17, 30, 4, 0, 0, 0, 0), udp(1)), "ipv6.dstopts_unknown_opt"),
		ether("AH twice", six(51, raw(51, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), raw(17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), udp(1)), "ipv6.exthdr_dupl_ah"),
		ether("three destination headers", six(60, dst(60, pad...), dst(60, pad...), dst(17, pad...), udp(1)),
			"ipv6.exthdr_dupl_dh", "ipv6.zero_len_padn"),
		ether("fragment header twice", six(44, raw(44, 0, 0, 0, 0, 0, 0, 9), raw(17, 0, 0, 0, 0, 0, 0, 9), udp(1)),
			"ipv6.exthdr_dupl_fh", "ipv6.exthdr_useless_fh"),
		ether("routing twice", six(43, raw(43, 0, 3, 0, 0, 0, 0, 0), raw(17, 0, 3, 0, 0, 0, 0, 0), udp(1)), "ipv6.exthdr_dupl_rh"),
		ether("4in6 cut", six(4, in4[:19]), "!ipv6.ipv4_in_ipv6_too_small"),
		ether("4in6 version", six(4, in6), "!ipv6.ipv4_in_ipv6_wrong_version"),
		ether("6in6 cut", six(41, in6[:39]), "!ipv6.ipv6_in_ipv6_too_small"),
		ether("6in6 version", six(41, in4, make([]byte, 20)), "!ipv6.ipv6_in_ipv6_wrong_version"),
		ether("MPLS null", eth(0x8847, append(raw(0, 0, 0x31, 64), in4...)...), "mpls.bad_label_implicit_null"),
		ether("MPLS reserved", eth(0x8847, append(raw(0, 0, 0x51, 64), in4...)...), "mpls.bad_label_reserved"),
		ether("MPLS empty", eth(0x8847, 1, 0, 1, 64, 0x45), "!mpls.pkt_too_small"),
		ether("NSH cut", eth(0x894f, 0, 2), "!nsh.header_too_small"),
		ether("NSH version", eth(0x894f, append(raw(0x40, 2, 2, 1, 0, 0, 0, 0), in4...)...), "nsh.unsupported_version"),
		ether("NSH reserved", eth(0x894f, append(raw(0, 2, 0, 1, 0, 0, 0, 0), in4...)...), "nsh.reserved_type"),
		ether("NSH type", eth(0x894f, append(raw(0, 2, 5, 1, 0, 0, 0, 0), in4...)...), "nsh.unsupported_type"),
		ether("NSH payload", eth(0x894f, append(raw(0, 2, 2, 9, 0, 0, 0, 0), in4...)...), "nsh.unknown_payload"),
		ether("PPPoE cut", eth(0x8864, 0x11, 0), "!pppoe.pkt_too_small"),
		ether("PPPoE with IPv4 cut", eth(0x8864, 0x11, 0, 0, 1, 0, 3, 0, 0x21, 0x45), "!ppp.ip4_pkt_too_small"),
		ether("PPPoE with IPv6 cut", eth(0x8864, 0x11, 0, 0, 1, 0, 3, 0, 0x57, 0x60), "!ppp.ip6_pkt_too_small"),
		ether("PPPoE with IPX", eth(0x8864, 0x11, 0, 0, 1, 0, 3, 0, 0x2b, 1), "ppp.unsup_proto"),
		ether("SCTP cut", four(132, raw(0, 1)), "!sctp.pkt_too_small"),
		ether("SCTP chunks", sctpFrame(1, chunks(17, 3)...), "sctp.too_many_chunks"),
		ether("SCTP data chunks", sctpFrame(1, chunks(17, 0)...), "sctp.too_many_chunks", "sctp.too_many_data_chunks"),
		{"PPP cut", input.LinkPPP, raw(0), []string{"!ppp.pkt_too_small"}},
		{"VJ cut", input.LinkPPP, raw(0, 0x2f, 0x45), []string{"!ppp.vju_pkt_too_small"}},
		{"HDLC cut", input.LinkCHDLC, raw(0x0f, 0), []string{"!chdlc.pkt_too_small"}},
		{"SLL cut", input.LinkSLL, make([]byte, 15), []string{"!sll.pkt_too_small"}},
		{"SLL2 cut", input.LinkSLL2, make([]byte, 19), []string{"!sll2.pkt_too_small"}},
		{"null cut", input.LinkNull, raw(2, 0, 0), []string{"!ltnull.pkt_too_small"}},
		{"null family", input.LinkNull, raw(9, 0, 0, 0, 1), []string{"ltnull.unsupported_type"}},
		{"raw version", input.LinkRaw, append(raw(0x55), make([]byte, 30)...), []string{"ipraw.invalid_ip_version"}},
	}
}

// TestEvents decodes malformed packets and asks for the name of what is wrong.
func TestEvents(t *testing.T) {
	for _, c := range append(firstEvents(), moreEvents()...) {
		d := newDecoder(t)
		var p packet.Packet
		d.Decode(&p, c.frame, c.link, 0, 1)
		wantInvalid := false
		for i, n := range c.want {
			if n[0] == '!' {
				c.want[i], wantInvalid = n[1:], true
			}
		}
		slices.Sort(c.want)
		if got := eventsOf(&p); !slices.Equal(got, c.want) || p.Invalid != wantInvalid {
			t.Errorf("%s: %v, invalid %v; want %v, %v", c.name, got, p.Invalid, c.want, wantInvalid)
		}
		check(t, &p)
	}
}

// notHere are events that TestEvents cannot show, and why.
var notHere = map[string]string{
	"afpacket.trunc_pkt":             "of a way to capture that weir does not have: a frame that its buffer cut never gets here",
	"too_many_layers":                "TestLayers",
	"ipv4.frag_ignored":              "raised by package defrag",
	"ipv4.frag_overlap":              "raised by package defrag",
	"ipv4.frag_pkt_too_large":        "raised by package defrag",
	"ipv6.frag_ignored":              "raised by package defrag",
	"ipv6.frag_overlap":              "raised by package defrag",
	"ipv6.frag_pkt_too_large":        "raised by package defrag",
	"erspan.too_many_vlan_layers":    "a mirrored frame starts with no tag of its own, so its first one always fits",
	"gre.version1_malformed_sre_hdr": "gre.version1_route comes first: version 1 has no source routes",
	"ipv4.opt_unknown":               "ipv4.opt_invalid says it, for every option that is not known",
	"ipv6.exthdr_dupl_eh":            "what follows an ESP header is encrypted",
	"udp.hlen_invalid":               "udp.len_invalid says it: the header's length is fixed",
}

// Every name that rules may use is raised by something, or there is a reason.
func TestEveryEventIsRaised(t *testing.T) {
	raised := map[string]bool{}
	for _, c := range append(firstEvents(), moreEvents()...) {
		for _, n := range c.want {
			raised[strings.TrimPrefix(n, "!")] = true
		}
	}
	for _, n := range input.DecodeEventNames {
		if n != "" && !raised[n] && notHere[n] == "" {
			t.Errorf("%s: no packet of the table raises it", n)
		}
		if raised[n] && notHere[n] != "" {
			t.Errorf("%s is raised, though: %s", n, notHere[n])
		}
	}
}
