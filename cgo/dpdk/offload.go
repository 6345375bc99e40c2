package dpdk

import "strings"

// RxOffload are receive offloads, RTE_ETH_RX_OFFLOAD_*.
type RxOffload uint64

// Receive offloads that weir may ask for. LRO and the like are not among
// them: what was received must be transmitted as it was.
const (
	RxVLANStrip RxOffload = 1 << 0
	RxIPv4Cksum RxOffload = 1 << 1
	RxUDPCksum  RxOffload = 1 << 2
	RxTCPCksum  RxOffload = 1 << 3
	RxScatter   RxOffload = 1 << 13
	RxRSSHash   RxOffload = 1 << 19
	RxChecksum            = RxIPv4Cksum | RxUDPCksum | RxTCPCksum
)

// TxOffload are transmit offloads, RTE_ETH_TX_OFFLOAD_*.
type TxOffload uint64

// Transmit offloads that weir may ask for.
const (
	TxVLANInsert TxOffload = 1 << 0
	TxMultiSegs  TxOffload = 1 << 15
)

// RSSFunction are the fields over which a port hashes, RTE_ETH_RSS_*.
type RSSFunction uint64

// RSS functions. Fragments are hashed by address alone, so their hash differs
// from that of the flow's other packets.
const (
	RSSIPv4      RSSFunction = 1 << 2
	RSSFragIPv4  RSSFunction = 1 << 3
	RSSIPv4TCP   RSSFunction = 1 << 4
	RSSIPv4UDP   RSSFunction = 1 << 5
	RSSIPv4SCTP  RSSFunction = 1 << 6
	RSSIPv4Other RSSFunction = 1 << 7
	RSSIPv6      RSSFunction = 1 << 8
	RSSFragIPv6  RSSFunction = 1 << 9
	RSSIPv6TCP   RSSFunction = 1 << 10
	RSSIPv6UDP   RSSFunction = 1 << 11
	RSSIPv6SCTP  RSSFunction = 1 << 12
	RSSIPv6Other RSSFunction = 1 << 13

	// RSSFiveTuple is what spreads flows: addresses, and ports where there
	// are any.
	RSSFiveTuple = RSSIPv4 | RSSFragIPv4 | RSSIPv4TCP | RSSIPv4UDP | RSSIPv4SCTP | RSSIPv4Other |
		RSSIPv6 | RSSFragIPv6 | RSSIPv6TCP | RSSIPv6UDP | RSSIPv6SCTP | RSSIPv6Other
)

var rssNames = []struct {
	f    RSSFunction
	name string
}{
	{RSSIPv4, "ipv4"}, {RSSFragIPv4, "ipv4-frag"}, {RSSIPv4TCP, "ipv4-tcp"}, {RSSIPv4UDP, "ipv4-udp"},
	{RSSIPv4SCTP, "ipv4-sctp"}, {RSSIPv4Other, "ipv4-other"},
	{RSSIPv6, "ipv6"}, {RSSFragIPv6, "ipv6-frag"}, {RSSIPv6TCP, "ipv6-tcp"}, {RSSIPv6UDP, "ipv6-udp"},
	{RSSIPv6SCTP, "ipv6-sctp"}, {RSSIPv6Other, "ipv6-other"},
}

// String names the functions, comma-separated, as testpmd does; "none" for
// none.
func (f RSSFunction) String() string {
	var out []string
	for _, n := range rssNames {
		if f&n.f != 0 {
			out = append(out, n.name)
		}
	}
	if f&^RSSFiveTuple != 0 {
		out = append(out, "others")
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ",")
}
