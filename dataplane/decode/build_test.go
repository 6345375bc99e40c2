package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
)

// eth, ip4, ip6 and udp put a header before octets, so that a test can write a
// malformed packet down.
func eth(typ uint16, b ...byte) []byte {
	f := make([]byte, header.EthernetSize)
	binary.BigEndian.PutUint16(f[12:], typ)
	return append(f, b...)
}

func ip4(proto uint8, b ...byte) []byte {
	h := []byte{0x45, 0, 0, 0, 0, 1, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
	binary.BigEndian.PutUint16(h[2:], uint16(len(h)+len(b)))
	binary.BigEndian.PutUint16(h[10:], ^fold(sum(0, h)))
	return append(h, b...)
}

// ip4opt is an IPv4 datagram with options, of a multiple of four octets.
func ip4opt(o ...byte) []byte {
	b := ip4(17, append(o, udp(53, 'x')...)...)
	b[0] = 0x45 + byte(len(o)/4)
	return b
}

func ip6(next uint8, b ...byte) []byte {
	h := make([]byte, header.IPv6Size)
	h[0], h[6], h[7], h[8], h[24] = 0x60, next, 64, 0x20, 0x20
	binary.BigEndian.PutUint16(h[4:], uint16(len(b)))
	return append(h, b...)
}

func udp(port uint16, b ...byte) []byte {
	h := []byte{4, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(h[2:], port)
	binary.BigEndian.PutUint16(h[4:], uint16(len(h)+len(b)))
	return append(h, b...)
}

// tcpopt is a TCP segment with options, of a multiple of four octets.
func tcpopt(o ...byte) []byte {
	h := make([]byte, header.TCPMinSize)
	h[1], h[3], h[12], h[13] = 99, 80, byte(5+len(o)/4)<<4, 2
	return append(h, o...)
}

func sctpFrame(vtag byte, chunks ...byte) []byte {
	h := append([]byte{0, 1, 0, 2, 0, 0, 0, vtag, 0, 0, 0, 0}, chunks...)
	return eth(header.EtherTypeIPv4, ip4(header.ProtoSCTP, h...)...)
}
