package rpc

import "encoding/binary"

const (
	// maxIfaces is the most interfaces of a connection.
	maxIfaces = 64

	// bindHead is the head of a bind's list (C706 section 12.6.4.3): sizes of
	// fragments, group, number of items, reserved.
	bindHead = 12
	// contextHead is the head of an item; one transfer syntax has syntaxLen octets.
	contextHead = 24
	syntaxLen   = 20
	ackHead     = 10 // of a bind_ack: sizes of fragments, group, length of the address
	resultLen   = 24
)

// Iface is an interface that a client asked for (presentation context).
type Iface struct {
	UUID         UUID
	Context      uint16
	Major, Minor uint16
	// CallID is the bind's that named it, item its place there.
	CallID uint32
	item   uint16
	// Result and Reason are the server's, when Acked.
	Result, Reason uint16
	Acked          bool
	// First: it was named by a first fragment.
	First bool
}

// Accepted reports whether calls go to it.
func (i *Iface) Accepted() bool { return i.Acked && i.Result == 0 }

// ifaceLen is an interface's room in Conn.ifaces: outside the Go heap, as a server's
// clients make the many of them.
const ifaceLen = 36

func (i *Iface) put(b []byte) {
	copy(b, i.UUID[:])
	o := binary.LittleEndian
	o.PutUint16(b[16:], i.Context)
	o.PutUint16(b[18:], i.Major)
	o.PutUint16(b[20:], i.Minor)
	o.PutUint32(b[22:], i.CallID)
	o.PutUint16(b[26:], i.item)
	o.PutUint16(b[28:], i.Result)
	o.PutUint16(b[30:], i.Reason)
	b[32], b[33] = 0, 0
	if i.Acked {
		b[32] = 1
	}
	if i.First {
		b[33] = 1
	}
}

func (i *Iface) get(b []byte) {
	copy(i.UUID[:], b)
	o := binary.LittleEndian
	i.Context, i.Major, i.Minor = o.Uint16(b[16:]), o.Uint16(b[18:]), o.Uint16(b[20:])
	i.CallID, i.item = o.Uint32(b[22:]), o.Uint16(b[26:])
	i.Result, i.Reason = o.Uint16(b[28:]), o.Uint16(b[30:])
	i.Acked, i.First = b[32] != 0, b[33] != 0
}

// Ifaces is how many interfaces are known.
func (c *Conn) Ifaces() int { return len(c.ifaces) / ifaceLen }

// Iface is the i-th, in the order in which they were named first.
func (c *Conn) Iface(i int) (out Iface) {
	if i >= 0 && i < c.Ifaces() {
		out.get(c.ifaces[i*ifaceLen:])
	}
	return out
}

func (c *Conn) set(i int, f *Iface) { f.put(c.ifaces[i*ifaceLen:]) }

// bind notes what a bind or alter_context asks for. A context that is named again is
// replaced.
func (c *Conn) bind(p *PDU) bool {
	b, o := p.Body, p.order()
	if len(b) < bindHead {
		return false
	}
	n := int(b[8])
	b = b[bindHead:]
	for i := range n {
		if len(b) < contextHead {
			return false
		}
		f := Iface{Context: o.u16(b), UUID: o.uuid(b[4:]), CallID: p.CallID, item: uint16(i), First: p.First()}
		// The version is one number, the major one in its low half.
		f.Major, f.Minor = uint16(o.u32(b[20:])), uint16(o.u32(b[20:])>>16)
		size := contextHead + int(b[2])*syntaxLen
		if len(b) < size {
			return false
		}
		c.name(&f)
		b = b[size:]
	}
	return true
}

func (c *Conn) name(f *Iface) {
	for i := range c.Ifaces() {
		if old := c.Iface(i); old.Context == f.Context {
			c.set(i, f)
			return
		}
	}
	if c.Ifaces() == maxIfaces {
		c.Lost++
		return
	}
	var room [ifaceLen]byte
	f.put(room[:])
	if out, ok := c.Mem.Append(c.ifaces, room[:]); ok {
		c.ifaces = out
	} else {
		c.Lost++
	}
}

// ack notes the results of a bind_ack or alter_context_resp (C706 section 12.6.4.4).
func (c *Conn) ack(p *PDU) bool {
	b, o := p.Body, p.order()
	if len(b) < ackHead {
		return false
	}
	// The address is padded so that the results are aligned to four octets of the PDU.
	at := ackHead + int(o.u16(b[8:]))
	at = (at + 3) &^ 3
	if at+4 > len(b) {
		return false
	}
	n := int(b[at])
	b = b[at+4:]
	for i := range n {
		if len(b) < resultLen {
			return false
		}
		for k := range c.Ifaces() {
			if f := c.Iface(k); f.CallID == p.CallID && int(f.item) == i {
				f.Acked, f.Result, f.Reason = true, o.u16(b), o.u16(b[2:])
				c.set(k, &f)
			}
		}
		b = b[resultLen:]
	}
	return true
}
