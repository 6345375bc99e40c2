package eve

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"

	"github.com/weir-ips/weir/event"
)

// AppendCommunityID appends the Community ID of version 1 of the flow that the
// head belongs to (https://github.com/corelight/community-id-spec): both
// directions give the same. Nothing is appended for what is no IP.
func AppendCommunityID(dst []byte, h *event.Head, seed uint16) []byte {
	n := 4
	switch h.IPVersion {
	case 4:
	case 6:
		n = 16
	default:
		return dst
	}
	src, dstIP := h.Src[:n], h.Dst[:n]
	sp, dp, ports := h.SrcPort, h.DstPort, h.Flags&event.HasPorts != 0
	oneWay := false
	if h.Flags&event.HasICMP != 0 {
		sp, dp, oneWay = icmpPorts(h)
		ports = true
	}
	if c := bytes.Compare(src, dstIP); !oneWay && (c > 0 || c == 0 && ports && sp > dp) {
		src, dstIP, sp, dp = dstIP, src, dp, sp
	}
	var buf [2 + 16 + 16 + 2 + 4]byte
	b := binary.BigEndian.AppendUint16(buf[:0], seed)
	b = append(b, src...)
	b = append(b, dstIP...)
	b = append(b, h.Proto, 0)
	if ports {
		b = binary.BigEndian.AppendUint16(b, sp)
		b = binary.BigEndian.AppendUint16(b, dp)
	}
	sum := sha1.Sum(b)
	dst = append(dst, "1:"...)
	return base64.StdEncoding.AppendEncode(dst, sum[:])
}

// icmpPorts makes ports of an ICMP message: its type and the type that answers
// it. A message without an answer keeps its direction, with type and code.
func icmpPorts(h *event.Head) (sp, dp uint16, oneWay bool) {
	answers := icmp4Answers
	if h.IPVersion == 6 {
		answers = icmp6Answers
	}
	for _, a := range answers {
		switch h.ICMPType {
		case a[0]:
			return uint16(a[0]), uint16(a[1]), false
		case a[1]:
			return uint16(a[1]), uint16(a[0]), false
		}
	}
	return uint16(h.ICMPType), uint16(h.ICMPCode), true
}

// Pairs of message and answer, from the specification.
var (
	icmp4Answers = [][2]uint8{{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}}
	icmp6Answers = [][2]uint8{{128, 129}, {133, 134}, {135, 136}, {130, 131}, {139, 140}, {144, 145}}
)
