package match

import "github.com/weir-ips/weir/match/input"

// Protocol classes of PacketIndex: rows stand at 2*class + (0 to server, 1 to
// client).
const (
	ClassTCP = iota
	ClassUDP
	ClassICMP
	ClassICMP6
	ClassSCTP
	ClassOther // other IP
	ClassNoIP
	NumClasses
)

// ClassOf is the protocol class of a packet.
func ClassOf(p *input.Packet) int {
	if p.IPVersion == 0 {
		return ClassNoIP
	}
	switch p.Proto {
	case 6:
		return ClassTCP
	case 17:
		return ClassUDP
	case 1:
		return ClassICMP
	case 58:
		return ClassICMP6
	case 132:
		return ClassSCTP
	}
	return ClassOther
}

// groupOf finds the packet's group: by the server's port, which is the
// destination on the way there and the source on the way back.
func (e *Engine) groupOf(p *input.Packet) *Group {
	d := 0
	port := p.DstPort
	if p.Dir == input.ToClient {
		d, port = 1, p.SrcPort
	}
	i := 2*ClassOf(p) + d
	if i >= len(e.b.Packet) {
		return nil
	}
	pi := &e.b.Packet[i]
	if pi.Groups.N == 0 {
		return nil
	}
	g := uint32(0)
	if pi.PortMap != 0 && p.HasPorts {
		g = uint32(e.b.PortMaps[pi.PortMap-1][port])
	}
	if g >= pi.Groups.N {
		return nil
	}
	return &e.b.Groups[pi.Groups.Off+g]
}
