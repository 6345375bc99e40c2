package rpc

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/input"
)

// Type is what a PDU is (C706 section 12.6.4 and 12.5.2).
type Type uint8

// Types. Those with one direction only say so in Type.Dir.
const (
	Request          Type = 0
	Ping             Type = 1
	Response         Type = 2
	Fault            Type = 3
	Working          Type = 4
	NoCall           Type = 5
	Reject           Type = 6
	Ack              Type = 7
	CLCancel         Type = 8
	FAck             Type = 9
	CancelAck        Type = 10
	Bind             Type = 11
	BindAck          Type = 12
	BindNak          Type = 13
	AlterContext     Type = 14
	AlterContextResp Type = 15
	Auth3            Type = 16
	Shutdown         Type = 17
	COCancel         Type = 18
	Orphaned         Type = 19
	RTS              Type = 20
	numTypes         Type = 21
)

var typeNames = [numTypes]string{"REQUEST", "PING", "RESPONSE", "FAULT", "WORKING", "NOCALL", "REJECT", "ACK", "CL_CANCEL", "FACK",
	"CANCEL_ACK", "BIND", "BINDACK", "BINDNAK", "ALTER_CONTEXT", "ALTER_CONTEXT_RESP", "AUTH3", "SHUTDOWN", "CO_CANCEL", "ORPHANED", "RTS"}

// Known reports whether the specification has such a type.
func (t Type) Known() bool { return t < numTypes }

// Name is the type's name in EVE; "" for one that there is not.
func (t Type) Name() string {
	if t < numTypes {
		return typeNames[t]
	}
	return ""
}

// Dir is the side that sends such PDUs; DirUnknown: either.
func (t Type) Dir() input.Dir {
	switch t {
	case Request, Bind, AlterContext, Auth3, COCancel, Orphaned, Ping, CLCancel:
		return input.ToServer
	case Response, Fault, BindAck, BindNak, AlterContextResp, Shutdown, Working, NoCall, Reject, CancelAck:
		return input.ToClient
	}
	return input.DirUnknown
}

// Answers is the type of request that t answers, as EVE pairs them.
func (t Type) Answers() (Type, bool) {
	switch t {
	case Response, Fault:
		return Request, true
	case BindAck, BindNak:
		return Bind, true
	case AlterContextResp:
		return AlterContext, true
	}
	return 0, false
}

// HeadLen is the length of the common header (C706 section 12.6.3.1).
//
//	0       1       2       3       4       8       10      12      16
//	+-------+-------+-------+-------+-------+-------+-------+-------+
//	| vers=5| minor | type  | flags | drep  | frag  | auth  | call  |
//	|       |       |       |       |       |length |length |  id   |
//	+-------+-------+-------+-------+-------+-------+-------+-------+
const HeadLen = 16

// Flags (C706 section 12.6.3.1).
const (
	FlagFirst  = 0x01
	FlagLast   = 0x02
	FlagObject = 0x80

	drepLittle = 0x10
)

// PDU is a header and what follows it.
type PDU struct {
	Type    Type
	Flags   uint8
	Minor   uint8
	Little  bool
	CallID  uint32
	FragLen int
	AuthLen int
	// Body is what follows the header, verifier included; it is borrowed.
	Body []byte
}

// Status of reading.
type Status uint8

// Statuses. Short: more octets are needed; n says how many there must be. Bad: this
// is no PDU.
const (
	Whole Status = iota
	Short
	Bad
)

// Read reads the PDU that b begins with; n is its length. With Short, the header is
// valid when b holds HeadLen octets.
func Read(b []byte) (p PDU, n int, st Status) {
	if len(b) > 0 && b[0] != 5 || len(b) > 1 && b[1] > 1 {
		return p, 0, Bad
	}
	if len(b) < HeadLen {
		return p, HeadLen, Short
	}
	p = PDU{Minor: b[1], Type: Type(b[2]), Flags: b[3], Little: b[4]&drepLittle != 0}
	o := p.order()
	p.FragLen, p.AuthLen = int(o.u16(b[8:])), int(o.u16(b[10:]))
	p.CallID = o.u32(b[12:])
	if p.FragLen < HeadLen {
		return p, 0, Bad
	}
	if len(b) < p.FragLen {
		return p, p.FragLen, Short
	}
	p.Body = b[HeadLen:p.FragLen]
	return p, p.FragLen, Whole
}

// First and Last tell the fragments of a call apart.
func (p *PDU) First() bool { return p.Flags&FlagFirst != 0 }

// Last reports whether no fragment of the call follows.
func (p *PDU) Last() bool { return p.Flags&FlagLast != 0 }

// Looks reports whether octets may be the begin of a PDU: more when there are too
// few to say. It asks for more than Read does, so that it can find PDUs among
// others.
func Looks(b []byte) (yes, more bool) {
	for i, c := range b[:min(len(b), 6)] {
		if i == 0 && c != 5 || i == 1 && c > 1 || i == 2 && Type(c) >= numTypes || i == 4 && c&^0x11 != 0 || i == 5 && c > 3 {
			return false, false
		}
	}
	if len(b) < HeadLen {
		return false, true
	}
	p, _, st := Read(b)
	return st != Bad && p.FragLen > HeadLen-1, false
}

// order is a byte order; a bool so that reading it costs no interface.
type order bool

func (p *PDU) order() order { return order(p.Little) }

func (little order) u16(b []byte) uint16 {
	if little {
		return binary.LittleEndian.Uint16(b)
	}
	return binary.BigEndian.Uint16(b)
}

func (little order) u32(b []byte) uint32 {
	if little {
		return binary.LittleEndian.Uint32(b)
	}
	return binary.BigEndian.Uint32(b)
}

// UUID is an identifier in the order in which it is written.
type UUID [16]byte

// uuid reads one; its first three parts are numbers (C706 appendix A).
func (little order) uuid(b []byte) (u UUID) {
	copy(u[:], b[:16])
	if little {
		u[0], u[1], u[2], u[3] = u[3], u[2], u[1], u[0]
		u[4], u[5] = u[5], u[4]
		u[6], u[7] = u[7], u[6]
	}
	return u
}

// ReadUUID reads an identifier of a header in the given byte order; b holds 16
// octets at least.
func ReadUUID(b []byte, little bool) UUID { return order(little).uuid(b) }

// UUIDLen is the length of an identifier's text.
const UUIDLen = 36

// Text writes the identifier into out, as 8-4-4-4-12 digits.
func (u *UUID) Text(out *[UUIDLen]byte) []byte {
	const digits = "0123456789abcdef"
	at := 0
	for i, c := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out[at] = '-'
			at++
		}
		out[at], out[at+1] = digits[c>>4], digits[c&15]
		at += 2
	}
	return out[:]
}
