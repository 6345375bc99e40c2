package rpc

import (
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	// requestHead are the octets in front of a request's stub data, responseHead those
	// of a response (C706 sections 12.6.4.9 and 12.6.4.10): size, context, operation or
	// number of cancels.
	requestHead  = 8
	responseHead = 8
	// DefaultMaxStub is Suricata's max-stub-size, octets; no slice of Mem is larger.
	DefaultMaxStub = 1 << 20
)

// Conn is what both sides of a connection or pipe agreed on.
type Conn struct {
	Mem *slab.Deferred
	// MaxStub bounds stub data, octets a direction of a call; 0 stands for
	// DefaultMaxStub.
	MaxStub int
	// WithHead: the stub data of responses begins with their head, as rules for dcerpc
	// over TCP count.
	WithHead bool
	// Lost counts interfaces that there was no room for.
	Lost   int
	ifaces []byte
}

// Close gives back what the connection holds.
func (c *Conn) Close() {
	if c.Mem != nil {
		c.Mem.Later(c.ifaces)
	}
	*c = Conn{Mem: c.Mem, MaxStub: c.MaxStub, WithHead: c.WithHead}
}

// Call is a request and its answer: of an operation, or of a bind.
type Call struct {
	ID uint32
	// Minor is the version that the first PDU had behind "5.", Little its byte order.
	Minor  uint8
	Little bool
	// Opnum and Context are the request's, when HasOp.
	Opnum, Context uint16
	HasOp          bool
	side           [2]side
}

// side is one direction of a call.
type side struct {
	typ   Type
	stub  []byte
	frags uint16
	// seen: a PDU came. done: nothing will be added. lost: and some of it never came.
	// cut: it is longer than what was kept.
	seen, done, lost, cut bool
}

// Open makes the call one that begins with p; what it held is forgotten, not given
// back.
func (call *Call) Open(p *PDU) {
	*call = Call{ID: p.CallID, Minor: p.Minor, Little: p.Little}
	call.side[0].typ, call.side[1].typ = Request, Response
}

// Takes reports whether p, which went in direction d, belongs to this call. A bind
// always begins a new one.
func (call *Call) Takes(d input.Dir, p *PDU) bool {
	if p.CallID != call.ID || call.side[d-1].done {
		return false
	}
	if d == input.ToServer {
		return p.Type == Request && call.side[1].typ == Response
	}
	want, ok := p.Type.Answers()
	return ok && want == call.side[0].typ
}

// Matters reports whether a PDU is part of a call: others (auth3, cancels) have none.
func Matters(d input.Dir, p *PDU) bool {
	switch p.Type {
	case Request, Bind, AlterContext:
		return d == input.ToServer
	case Response, Fault, BindAck, BindNak, AlterContextResp:
		return d == input.ToClient
	}
	return false
}

// Take adds p to its call. false: it is malformed, and the call's direction is done
// all the same.
func (c *Conn) Take(call *Call, d input.Dir, p *PDU) bool {
	s := &call.side[d-1]
	s.typ, s.seen = p.Type, true
	s.frags = min(s.frags, 1<<16-2) + 1
	body, ok := p.Body, true
	switch p.Type {
	case Bind, AlterContext:
		s.done = true
		return c.bind(p)
	case BindAck, AlterContextResp:
		s.done = true
		return c.ack(p)
	case Request:
		if ok = len(body) >= requestHead; ok {
			o := p.order()
			if p.First() || !call.HasOp {
				call.Context, call.Opnum, call.HasOp = o.u16(body[4:]), o.u16(body[6:]), true
				call.Little = p.Little
			}
			body = body[requestHead:]
		}
	case Response:
		if ok = len(body) >= responseHead; ok && !c.WithHead {
			body = body[responseHead:]
		}
	default:
		s.done = true
		return true
	}
	if !ok {
		s.done = true
		return false
	}
	c.keep(s, body)
	// A fragment in the middle has neither flag; only the last ends a call.
	s.done = s.done || p.Last()
	return true
}

// Fragment adds stub data that stood in a datagram.
func (c *Conn) Fragment(call *Call, d input.Dir, t Type, stub []byte, last bool) {
	s := &call.side[d-1]
	s.typ, s.seen = t, true
	s.frags = min(s.frags, 1<<16-2) + 1
	c.keep(s, stub)
	s.done = s.done || last
}

func (c *Conn) keep(s *side, b []byte) {
	most := c.MaxStub
	if most <= 0 || most > DefaultMaxStub {
		most = DefaultMaxStub
	}
	if room := most - len(s.stub); len(b) > room {
		b, s.cut = b[:max(room, 0)], true
	}
	out, ok := c.Mem.Append(s.stub, b)
	if !ok {
		s.cut = true
		return
	}
	s.stub = out
}

// Done reports whether nothing will be added in direction d.
func (call *Call) Done(d input.Dir) bool { return call.side[d-1].done }

// End makes direction d complete: what is missing will not come.
func (call *Call) End(d input.Dir) {
	s := &call.side[d-1]
	if !s.done {
		s.done, s.lost = true, true
	}
}

// Has reports whether direction d came, as a whole.
func (call *Call) Has(d input.Dir) bool {
	s := &call.side[d-1]
	return s.seen && s.done && !s.lost
}

// Seen reports whether a PDU of direction d came.
func (call *Call) Seen(d input.Dir) bool { return call.side[d-1].seen }

// Type is what went in direction d; of a direction in which nothing came yet,
// Request or Response.
func (call *Call) Type(d input.Dir) Type { return call.side[d-1].typ }

// Frags is how many PDUs a direction has.
func (call *Call) Frags(d input.Dir) int { return int(call.side[d-1].frags) }

// Stub is the stub data of a direction as far as it came, the verifier of each
// fragment included.
func (call *Call) Stub(d input.Dir) []byte { return call.side[d-1].stub }

// View is the stub data for rules (dcerpc.stub_data).
func (call *Call) View(d input.Dir) input.View {
	s := &call.side[d-1]
	v := input.View{Data: s.stub, First: true}
	switch {
	case len(s.stub) == 0 && s.done:
		v.Avail = input.None
	case len(s.stub) == 0:
		v.Avail = input.Wait
	case s.done:
		v.Avail, v.Last = input.Done, true
	default:
		v.Avail = input.More
	}
	return v
}

// Close gives a call's memory back.
func (call *Call) Close(mem *slab.Deferred) {
	if mem != nil {
		mem.Later(call.side[0].stub)
		mem.Later(call.side[1].stub)
	}
	*call = Call{}
}

// Operation is the operation for rules (dcerpc.opnum).
func (call *Call) Operation() (uint64, input.Avail) {
	switch s := &call.side[0]; {
	case call.HasOp:
		return uint64(call.Opnum), input.Done
	case s.done:
		return 0, input.None
	}
	return 0, input.Wait
}
