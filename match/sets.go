package match

import "bytes"

// AddrSet is a set of addresses: sorted, disjoint ranges of both families.
type AddrSet struct {
	V4, V6 Span
}

// V4Range and V6Range are inclusive.
type V4Range struct{ Lo, Hi uint32 }

// V6Range is an inclusive range of IPv6 addresses.
type V6Range struct{ Lo, Hi [16]byte }

// PortRange is an inclusive range of ports.
type PortRange struct{ Lo, Hi uint16 }

// PortMap leads each port to its group within a PacketIndex.
type PortMap [65536]uint16

// hasAddr reports whether set (1-based; 0: any) holds the address.
func (b *Bundle) hasAddr(set uint32, a *[16]byte, version uint8) bool {
	if set == 0 {
		return true
	}
	s := &b.AddrSets[set-1]
	if version == 4 {
		v := uint32(a[0])<<24 | uint32(a[1])<<16 | uint32(a[2])<<8 | uint32(a[3])
		rows := b.V4[s.V4.Off : s.V4.Off+s.V4.N]
		lo, hi := 0, len(rows)
		for lo < hi {
			m := int(uint(lo+hi) >> 1)
			if rows[m].Hi < v {
				lo = m + 1
			} else {
				hi = m
			}
		}
		return lo < len(rows) && rows[lo].Lo <= v
	}
	rows := b.V6[s.V6.Off : s.V6.Off+s.V6.N]
	lo, hi := 0, len(rows)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if bytes.Compare(rows[m].Hi[:], a[:]) < 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo < len(rows) && bytes.Compare(rows[lo].Lo[:], a[:]) <= 0
}

// hasPort reports whether set (1-based; 0: any) holds the port.
func (b *Bundle) hasPort(set uint32, port uint16) bool {
	if set == 0 {
		return true
	}
	sp := b.PortSets[set-1]
	rows := b.Ports[sp.Off : sp.Off+sp.N]
	lo, hi := 0, len(rows)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if rows[m].Hi < port {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo < len(rows) && rows[lo].Lo <= port
}
