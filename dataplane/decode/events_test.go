package decode

import (
	"slices"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// eventsOf are the names of all events of a packet and of what it carries.
func eventsOf(p *packet.Packet) (names []string) {
	for ; p != nil; p = p.Inner {
		for id, n := range input.DecodeEventNames {
			if p.Events.Has(input.EventID(id)) {
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	return names
}

// firstEvents are malformed packets and what is wrong with each. A name that starts
// with "!" makes the packet invalid.
func firstEvents() (out []eventCase) {
	const v4, v6 = header.EtherTypeIPv4, header.EtherTypeIPv6
	fh := func(next, b1, b2, b3 byte) []byte { return []byte{next, b1, b2, b3, 0, 0, 0, 9} }
	short := func(b []byte, n int) []byte { return b[:n] }
	change := func(b []byte, at int, v byte) []byte { b[at] = v; return b }
	cat := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	for _, c := range []struct {
		name  string
		frame []byte
		want  []string
	}{
		{"ethernet cut", make([]byte, 13), []string{"!ethernet.pkt_too_small"}},
		{"LLDP", eth(0x88cc, 1, 2, 3), []string{"ethernet.unknown_ethertype"}},
		{"LLC", eth(3, 0x42, 0x42, 3), []string{"ethernet.unknown_ethertype"}},
		{"VLAN cut", eth(0x8100, 0, 1, 8), []string{"!vlan.header_too_small"}},
		{"VLAN with LLDP", eth(0x8100, 0, 1, 0x88, 0xcc), []string{"!vlan.unknown_type", "ethernet.unknown_ethertype"}},
		{"four tags", eth(0x8100, 0, 1, 0x81, 0, 0, 2, 0x81, 0, 0, 3, 0x81, 0, 0, 4, 8, 0), []string{"vlan.too_many_layers"}},
		{"E-tag cut", eth(0x893f, 1), []string{"!etag.header_too_small"}},
		{"VN-tag cut", eth(0x8926, 1), []string{"!vntag.header_too_small"}},
		{"802.1ah cut", eth(0x88e7, 1), []string{"!ieee8021ah.header_too_small"}},
		{"FabricPath cut", eth(0x8903, 1), []string{"!dce.pkt_too_small"}},
		{"ARP", eth(0x0806, append([]byte{0, 1, 8, 0, 6, 4, 0, 1}, make([]byte, 20)...)...), nil},
		{"ARP opcode", eth(0x0806, append([]byte{0, 1, 8, 0, 6, 4, 0, 9}, make([]byte, 20)...)...), []string{"!arp.unsupported_opcode"}},
		{"ARP cut", eth(0x0806, 0, 1, 8, 0, 6, 4, 0, 1), []string{"!arp.invalid_pkt"}},
		{"IPv4 cut", eth(v4, make([]byte, 19)...), []string{"!ipv4.pkt_too_small"}},
		{"IPv4 version", eth(v4, change(ip4(17, udp(1)...), 0, 0x55)...), []string{"!ipv4.wrong_ip_version"}},
		{"IPv4 IHL 0", eth(v4, change(ip4(17, udp(1)...), 0, 0x40)...), []string{"!ipv4.hlen_too_small"}},
		{"IPv4 length", eth(v4, change(ip4(17, udp(1)...), 3, 19)...), []string{"!ipv4.iplen_smaller_than_hlen"}},
		{"IPv4 truncated", eth(v4, short(ip4(17, udp(1)...), 27)...), []string{"!ipv4.trunc_pkt"}},
		{"IPv4 protocol", eth(v4, ip4(253)...), []string{"ipv4.unknown_protocol"}},
		{"IPv4 with ICMPv6", eth(v4, ip4(58, 1, 2, 3, 4)...), []string{"!ipv4.icmpv6"}},
		{"option padding", eth(v4, ip4opt(1, 1, 1, 0)...), []string{"ipv4.opt_pad_required"}},
		{"option length", eth(v4, ip4opt(7, 9, 4, 0, 0, 0, 0, 0)...), []string{"!ipv4.opt_invalid_len"}},
		{"option length 0", eth(v4, ip4opt(7, 0, 4, 0, 0, 0, 0, 0)...), []string{"!ipv4.opt_invalid_len"}},
		{"option twice", eth(v4, ip4opt(148, 4, 0, 0, 148, 4, 0, 0)...), []string{"ipv4.opt_duplicate"}},
		{"option unknown", eth(v4, ip4opt(99, 8, 0, 0, 0, 0, 0, 0)...), []string{"ipv4.opt_invalid"}},
		{"option end", eth(v4, ip4opt(1, 1, 1, 1, 1, 1, 1, 99)...), []string{"ipv4.opt_eol_required"}},
		{"route pointer", eth(v4, ip4opt(7, 7, 5, 0, 0, 0, 0, 0)...), []string{"!ipv4.opt_malformed"}},
		{"timestamp pointer", eth(v4, ip4opt(68, 8, 7, 0, 0, 0, 0, 0)...), []string{"!ipv4.opt_malformed"}},
		{"IPv6 cut", eth(v6, make([]byte, 39)...), []string{"!ipv6.pkt_too_small"}},
		{"IPv6 version", eth(v6, change(ip6(17, udp(1)...), 0, 0x40)...), []string{"!ipv6.wrong_ip_version"}},
		{"IPv6 truncated", eth(v6, short(ip6(17, udp(1)...), 47)...), []string{"!ipv6.trunc_pkt"}},
		{"IPv6 header cut", eth(v6, ip6(0, 17, 1, 0, 0, 0, 0, 0, 0)...), []string{"!ipv6.trunc_exthdr"}},
		{"hop-by-hop padding", eth(v6, ip6(0, cat([]byte{17, 0, 1, 4, 0, 0, 0, 0}, udp(1))...)...), []string{"ipv6.hopopts_only_padding"}},
		{"hop-by-hop unknown", eth(v6, ip6(0, cat([]byte{17, 0, 30, 4, 0, 0, 0, 0}, udp(1))...)...), []string{"ipv6.hopopts_unknown_opt"}},
		{"destination option length", eth(v6, ip6(60, cat([]byte{17, 0, 30, 5, 0, 0, 0, 0}, udp(1))...)...), []string{"!ipv6.exthdr_invalid_optlen"}},
		{"empty PadN", eth(v6, ip6(60, cat([]byte{17, 0, 1, 0, 5, 2, 0, 0}, udp(1))...)...), []string{"ipv6.zero_len_padn"}},
		{"hop-by-hop twice", eth(v6, ip6(0, cat([]byte{0, 0, 5, 2, 0, 0, 1, 0}, []byte{17, 0, 5, 2, 0, 0, 1, 0}, udp(1))...)...), []string{"ipv6.exthdr_dupl_hh", "ipv6.zero_len_padn"}},
		{"routing type 0", eth(v6, ip6(43, cat([]byte{17, 0, 0, 0, 0, 0, 0, 0}, udp(1))...)...), []string{"ipv6.rh_type_0"}},
		{"atomic fragment", eth(v6, ip6(44, cat(fh(17, 0, 0, 0), udp(1))...)...), []string{"ipv6.exthdr_useless_fh"}},
		{"fragment reserved and length", eth(v6, ip6(44, cat(fh(17, 1, 0, 1), udp(1, 1))...)...), []string{"ipv6.fh_non_zero_reserved_field", "ipv6.frag_invalid_length"}},
		{"AH reserved", eth(v6, ip6(51, cat([]byte{17, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, udp(1))...)...), []string{"ipv6.exthdr_ah_res_not_null"}},
		{"data after none", eth(v6, ip6(59, 1)...), []string{"ipv6.data_after_none_header"}},
		{"IPv6 protocol", eth(v6, ip6(253, 1)...), []string{"ipv6.unknown_next_header"}},
		{"IPv6 with ICMP", eth(v6, ip6(1, 8, 0, 0, 0)...), []string{"ipv6.icmpv4"}},
		{"TCP cut", eth(v4, ip4(6, short(tcpopt(), 19)...)...), []string{"!tcp.pkt_too_small"}},
		{"TCP header cut", eth(v4, ip4(6, change(tcpopt(), 12, 0x60)...)...), []string{"!tcp.hlen_too_small"}},
		{"TCP header small", eth(v4, ip4(6, change(tcpopt(), 12, 0x40)...)...), []string{"!tcp.invalid_optlen"}},
		{"TCP option length", eth(v4, ip4(6, tcpopt(2, 9, 0, 0)...)...), []string{"!tcp.opt_invalid_len"}},
		{"TCP MSS length", eth(v4, ip4(6, tcpopt(2, 3, 0, 0)...)...), []string{"tcp.opt_invalid_len"}},
		{"TCP option twice", eth(v4, ip4(6, tcpopt(3, 3, 1, 3, 3, 2, 1, 0)...)...), []string{"tcp.opt_duplicate"}},
		{"UDP cut", eth(v4, ip4(17, 0, 1, 0, 2)...), []string{"!udp.hlen_too_small"}},
		{"UDP length", eth(v4, ip4(17, change(udp(1), 5, 9)...)...), []string{"!udp.pkt_too_small"}},
		{"UDP length 7", eth(v4, ip4(17, change(udp(1), 5, 7)...)...), []string{"!udp.len_invalid"}},
		{"ICMP cut", eth(v4, ip4(1, 8, 0)...), []string{"!icmpv4.pkt_too_small"}},
		{"ICMP type", eth(v4, ip4(1, 99, 0, 0, 0, 0, 0, 0, 0)...), []string{"icmpv4.unknown_type"}},
		{"ICMP code", eth(v4, ip4(1, 8, 1, 0, 0, 0, 0, 0, 0)...), []string{"icmpv4.unknown_code"}},
		{"ICMP quote cut", eth(v4, ip4(1, 3, 0, 0, 0, 0, 0, 0, 0, 1)...), []string{"!icmpv4.ipv4_trunc_pkt"}},
		{"ICMPv6 type", eth(v6, ip6(58, 127, 0, 0, 0, 0, 0, 0, 0)...), []string{"icmpv6.unknown_type"}},
		{"ICMPv6 unassigned", eth(v6, ip6(58, 5, 0, 0, 0, 0, 0, 0, 0)...), []string{"icmpv6.unassigned_type"}},
		{"ICMPv6 experiment", eth(v6, ip6(58, 200, 0, 0, 0, 0, 0, 0, 0)...), []string{"icmpv6.experimentation_type"}},
		{"MLD from afar", eth(v6, ip6(58, 130, 0, 0, 0, 0, 0, 0, 0)...), []string{"icmpv6.mld_message_with_invalid_hl"}},
		{"RPL code", eth(v6, ip6(58, 155, 7, 0, 0, 0, 0, 0, 0)...), []string{"icmpv6.unknown_code"}},
		{"SCTP chunk", sctpFrame(1, 3, 0, 0), []string{"!sctp.chunk_too_small"}},
		{"SCTP length", sctpFrame(1, 3, 0, 0, 3), []string{"!sctp.chunk_len_invalid"}},
		{"SCTP INIT", sctpFrame(1, 1, 0, 0, 4, 3, 0, 0, 4), []string{"sctp.init_chunk_bundled", "sctp.init_with_non_zero_vtag"}},
		{"SCTP DATA", sctpFrame(0, 0, 0, 0, 4), []string{"sctp.data_with_zero_vtag"}},
		{"ESP cut", eth(v4, ip4(50, 1)...), []string{"!esp.pkt_too_small"}},
		{"IGMP cut", eth(v4, ip4(2, 0x11)...), []string{"!igmp.pkt_too_small"}},
		{"IGMPv3 sources", eth(v4, ip4(2, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9)...), []string{"!igmp.v3_pkt_too_small"}},
		{"GRE version", eth(v4, ip4(47, 0, 2, 8, 0)...), []string{"!gre.wrong_version"}},
		{"GRE key cut", eth(v4, ip4(47, 0x20, 0, 8, 0)...), []string{"!gre.version0_hdr_too_big"}},
		{"GRE route", eth(v4, ip4(47, 0x40, 0, 8, 0, 0, 0, 0, 0)...), []string{"!gre.version0_malformed_sre_hdr"}},
		{"PPTP without key", eth(v4, ip4(47, 0, 1, 0x88, 0x0b)...), []string{"!gre.version1_no_key"}},
		{"MPLS cut", eth(0x8847, 0, 0, 0), []string{"!mpls.header_too_small"}},
		{"MPLS router alert", eth(0x8847, 0, 0, 0x11, 0, 0, 0, 0, 0), []string{"mpls.bad_label_router_alert"}},
		{"MPLS payload", eth(0x8847, 1, 0, 1, 0, 0x90, 0, 0, 0), []string{"!mpls.unknown_payload_type"}},
		{"NSH length", eth(0x894f, 0, 8, 1, 1, 0, 0, 0, 0), []string{"!nsh.bad_header_length"}},
		{"PPPoE code", eth(0x8863, 0x11, 1, 0, 0, 0, 0), []string{"!pppoe.wrong_code"}},
		{"PPPoE tags", eth(0x8863, 0x11, 9, 0, 0, 0, 9), []string{"!pppoe.malformed_tags"}},
		{"PPP in PPPoE", eth(0x8864, 0x11, 0, 0, 0, 0, 9, 0x12, 0x34, 0), []string{"!ppp.wrong_type"}},
	} {
		out = append(out, eventCase{c.name, input.LinkEthernet, c.frame, c.want})
	}
	return out
}
