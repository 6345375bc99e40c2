package packetbuild

import (
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// UDP is an exchange of datagrams between two ends.
type UDP struct {
	// IP holds the fields of the IP header of each side.
	IP [2]IPOptions
	// Wraps are applied to each datagram from the inside out.
	Wraps []Wrap

	capture *Capture
	ends    flowEnds
}

// UDP starts an exchange in the capture; addresses are "ip:port".
func (c *Capture) UDP(client, server string) *UDP {
	return &UDP{capture: c, ends: parseEnds(client, server)}
}

// Send sends one datagram.
func (u *UDP) Send(from Side, data []byte) {
	u.capture.IP(u.Datagram(from, data), from == Server, u.Wraps...)
}

// Datagram builds the IP datagram that Send would send, for fragments.
func (u *UDP) Datagram(from Side, data []byte) []byte {
	src, dst := u.ends[from], u.ends[from.Peer()]
	ip := u.IP[from]
	if ip.ID == 0 {
		ip.ID = u.capture.nextID()
	}
	h := &layers.UDP{SrcPort: layers.UDPPort(src.Port()), DstPort: layers.UDPPort(dst.Port())}
	return datagram(src.Addr(), dst.Addr(), layers.IPProtocolUDP, ip, h, gopacket.Payload(data))
}
