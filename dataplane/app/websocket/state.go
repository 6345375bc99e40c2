package websocket

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Opcodes (RFC 6455 section 5.2).
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opControl      = 8 // and above; 8 itself closes
	opPing         = 9
	opPong         = 10
)

const (
	flagFin = 0x80
	maxHead = 14
)

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppWebSocket].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppWebSocket].(*Options); ok {
		sh.opt = *o
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	env.Shared[input.AppWebSocket] = sh
	return sh
}

// State is one connection.
type State struct {
	sh    *shared
	sides [2]side
}

// side is what is known of one direction.
type side struct {
	// The frame whose payload is streaming by.
	left  uint64
	mask  [4]byte
	phase int // of the mask
	head  head
	in    bool
	// into is the message that the frame belongs to: control frames may come
	// between those of a message.
	message, control part
	// frames are those of the frame at hand, until Parse returns.
	frames [3]*app.Frame
}

// part is a message as far as it came.
type part struct {
	open   bool
	flags  uint8
	opcode uint8
	mask   uint32
	masked bool
	over   bool // more came than is kept
	pieces bool // it comes in several frames
	text   []byte
}

// head is a frame's header.
type head struct {
	flags, opcode uint8
	masked        bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppWebSocket)
	s.sh = sharedOf(env)
	return s
}

// Reset is app.State's.
func (s *State) Reset() {
	for i := range s.sides {
		s.sh.env.Mem.Put(s.sides[i].message.text)
		s.sh.env.Mem.Put(s.sides[i].control.text)
		s.sides[i] = side{}
	}
}

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	sd := &s.sides[c.Dir-1]
	if c.Gap > 0 {
		// Where the next frame begins is not known any more.
		return len(c.Data), app.Bypass
	}
	b := c.Data
	for len(b) > 0 && !c.Flow.Full() {
		if !sd.in {
			n, ok := sd.begin(b)
			if !ok {
				break
			}
			sd.note(c, len(c.Data)-len(b), n)
			b = b[n:]
			if sd.left > 0 {
				continue
			}
		} else {
			n := int(min(sd.left, uint64(len(b))))
			if !s.payload(sd, b[:n]) {
				return len(c.Data), app.Failed
			}
			sd.left -= uint64(n)
			b = b[n:]
		}
		if sd.left == 0 {
			s.end(c, sd)
		}
	}
	sd.frames = [3]*app.Frame{}
	return len(c.Data) - len(b), app.OK
}

// Frames, by their place in input.FrameNames.
const (
	frameHead uint8 = iota
	framePDU
	frameData
)

// note notes the parts of a frame that begins at octets into c.Data.
func (sd *side) note(c *app.Call, at, head int) {
	if c.Flow.Env.Frames == app.FrameOff {
		return
	}
	size := int64(min(sd.left, 1<<40))
	sd.frames = [3]*app.Frame{
		c.Frame(frameHead, at, int64(head)), c.Frame(framePDU, at, int64(head)+size), c.Frame(frameData, at+head, size),
	}
}

// begin reads a frame's header; false: it is not whole.
func (sd *side) begin(b []byte) (n int, ok bool) {
	if len(b) < 2 {
		return 0, false
	}
	n = 2
	length := uint64(b[1] & 0x7f)
	switch length {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	masked := b[1]&0x80 != 0
	if masked {
		n += 4
	}
	if len(b) < n {
		return 0, false
	}
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		length = binary.BigEndian.Uint64(b[2:])
	}
	h := head{flags: b[0] & 0xf0, opcode: b[0] & 15, masked: masked}
	sd.head, sd.left, sd.in, sd.phase = h, length, true, 0
	if masked {
		copy(sd.mask[:], b[n-4:n])
	}
	p := sd.part()
	if !p.open {
		p.open, p.opcode = true, h.opcode
		p.masked, p.mask = masked, 0
		if masked {
			p.mask = binary.BigEndian.Uint32(b[n-4:])
		}
	}
	p.flags |= h.flags
	return n, true
}

// part is what the frame at hand adds to.
func (sd *side) part() *part {
	if sd.head.opcode >= opControl {
		return &sd.control
	}
	return &sd.message
}

// payload takes octets of a frame, the mask taken off; false: no memory.
func (s *State) payload(sd *side, b []byte) bool {
	p := sd.part()
	keep := b[:min(len(b), max(s.sh.opt.Payload-len(p.text), 0))]
	if len(keep) < len(b) {
		p.over = true
	}
	at := len(p.text)
	out, ok := s.sh.env.Mem.Append(p.text, keep)
	if !ok {
		return false
	}
	p.text = out
	if sd.head.masked {
		for i := range out[at:] {
			out[at+i] ^= sd.mask[(sd.phase+i)&3]
		}
		sd.phase = (sd.phase + len(b)) & 3
	}
	return true
}

// end ends a frame, and with a final one its message.
func (s *State) end(c *app.Call, sd *side) {
	sd.in = false
	p := sd.part()
	if sd.head.flags&flagFin == 0 && sd.head.opcode < opControl {
		p.pieces = true
		return
	}
	t := s.sh.txs.Take(nil)
	if t == nil {
		s.sh.env.Mem.Put(p.text)
		*p = part{}
		return
	}
	t.sh, t.dir, t.part = s.sh, c.Dir, *p
	*p = part{}
	switch {
	case t.over && t.pieces:
		t.events |= 1 << evReassemblyLimit
	case t.over:
		t.events |= 1 << evSkipEnd
	}
	id, ok := c.Flow.NewTx(t)
	if !ok {
		t.Release()
		return
	}
	t.id = id
	for _, f := range sd.frames {
		f.Tx(id)
	}
}
