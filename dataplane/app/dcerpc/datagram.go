package dcerpc

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// datagramHead is the length of a connectionless header (C706 section 12.5.2.1).
const datagramHead = 80

// Flags of the first octet.
const (
	flagLastFragment = 0x02
	flagFragment     = 0x04
)

// datagram is a connectionless header.
type datagram struct {
	typ             rpc.Type
	flags1, flags2  uint8
	little          bool
	iface, activity rpc.UUID
	version         uint32
	seq             uint32
	op, fragment    uint16
	size            int
}

// readDatagram reads a header; body is what follows it.
func readDatagram(b []byte) (h datagram, body []byte, ok bool) {
	if len(b) < datagramHead || b[0] != 4 {
		return h, nil, false
	}
	h = datagram{typ: rpc.Type(b[1]), flags1: b[2], flags2: b[3], little: b[4]&0x10 != 0}
	// Records show the activity as if it were little-endian, whatever the order is.
	h.iface, h.activity = rpc.ReadUUID(b[24:], h.little), rpc.ReadUUID(b[40:], true)
	u16, u32 := binary.BigEndian.Uint16, binary.BigEndian.Uint32
	if h.little {
		u16, u32 = binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	}
	h.version, h.seq = u32(b[60:]), u32(b[64:])
	h.op, h.size, h.fragment = u16(b[68:]), int(u16(b[74:])), u16(b[76:])
	return h, b[datagramHead:], h.typ.Known()
}

// datagram takes one datagram. What is no part of a call (pings, acknowledgements),
// or is cut, leaves no trace.
func (s *State) datagram(c *app.Call) int {
	n := len(c.Data)
	h, body, ok := readDatagram(c.Data)
	if !ok || len(body) < h.size {
		return n
	}
	d := input.ToServer
	switch h.typ {
	case rpc.Request:
	case rpc.Response, rpc.Fault, rpc.Reject:
		d = input.ToClient
	default:
		return n
	}
	t := s.activity(c, &h, d)
	if t == nil {
		return n
	}
	if h.typ == rpc.Request && !t.call.HasOp {
		t.call.HasOp, t.call.Opnum = true, h.op
		t.name(&h)
	}
	last := h.flags1&flagFragment == 0 || h.flags1&flagLastFragment != 0 || h.typ != rpc.Request && h.typ != rpc.Response
	s.conn.Fragment(&t.call, d, h.typ, body[:h.size], last)
	return n
}

// activity is the transaction of an activity's call; nil: there is no room. A flow
// that has too many gives up the oldest, and the datagram.
func (s *State) activity(c *app.Call, h *datagram, d input.Dir) *Tx {
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok && t.call.ID == h.seq && t.activity == h.activity && !t.call.Done(d) {
			return t
		}
	}
	t, _ := s.open(c)
	if t != nil {
		t.call.Open(&rpc.PDU{CallID: h.seq, Little: h.little})
		t.activity, t.datagram = h.activity, true
	}
	return t
}

// name keeps the interface as rules see it; there is no bind that the server could
// refuse.
func (t *Tx) name(h *datagram) {
	var b [buf.IfaceLen]byte
	copy(b[:], h.iface[:])
	binary.BigEndian.PutUint16(b[buf.IfaceVersion:], uint16(h.version))
	b[buf.IfaceFirst] = 1
	if out, ok := t.sh.env.Keep.Append(nil, b[:]); ok {
		t.iface = out
	}
}
