package rpc

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

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
// clients make the many of them. Its first buf.IfaceLen octets are what rules see.
const ifaceLen = 36

func (i *Iface) put(b []byte) {
	clear(b[:ifaceLen])
	copy(b, i.UUID[:])
	binary.BigEndian.PutUint16(b[buf.IfaceVersion:], i.Major)
	if i.First {
		b[buf.IfaceFirst] = 1
	}
	if i.Acked {
		b[19] = 1
	}
	o := binary.LittleEndian
	o.PutUint16(b[20:], i.Minor)
	o.PutUint16(b[22:], i.Context)
	o.PutUint32(b[24:], i.CallID)
	o.PutUint16(b[28:], i.item)
	o.PutUint16(b[30:], i.Result)
	o.PutUint16(b[32:], i.Reason)
}

func (i *Iface) get(b []byte) {
	copy(i.UUID[:], b)
	i.Major = binary.BigEndian.Uint16(b[buf.IfaceVersion:])
	i.First, i.Acked = b[buf.IfaceFirst] != 0, b[19] != 0
	o := binary.LittleEndian
	i.Minor, i.Context, i.CallID = o.Uint16(b[20:]), o.Uint16(b[22:]), o.Uint32(b[24:])
	i.item, i.Result, i.Reason = o.Uint16(b[28:]), o.Uint16(b[30:]), o.Uint16(b[32:])
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

// IfaceOf is the n-th interface that the call goes to by its context, from 0. Only
// calls of operations go to one.
func (c *Conn) IfaceOf(call *Call, n int) (f Iface, ok bool) {
	for i := c.next(call, 0); i >= 0; i = c.next(call, i+1) {
		if n == 0 {
			return c.Iface(i), true
		}
		n--
	}
	return f, false
}

// next is the place of the first interface from i on that has the call's context;
// -1: there is none.
func (c *Conn) next(call *Call, i int) int {
	for ; call.HasOp && i < c.Ifaces(); i++ {
		if f := c.Iface(i); f.Context == call.Context {
			return i
		}
	}
	return -1
}

// IfaceView is the n-th interface of a call that the server accepted, as rules see
// it (dcerpc.iface).
func (c *Conn) IfaceView(call *Call, n int) input.View {
	if !call.HasOp && !call.side[0].done {
		return input.View{Avail: input.Wait}
	}
	for i := c.next(call, 0); i >= 0; i = c.next(call, i+1) {
		if f := c.Iface(i); !f.Accepted() {
			continue
		}
		if n == 0 {
			at := i * ifaceLen
			return input.View{Data: c.ifaces[at : at+buf.IfaceLen], Avail: input.Done, First: true, Last: true}
		}
		n--
	}
	return input.View{Avail: input.None}
}
