package websocket

import (
	"encoding/binary"

	"github.com/weir-ips/weir/cgo/zlib"
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
	flagFin        = 0x80
	flagCompressed = 0x40 // RFC 7692 section 6
	maxHead        = 14
)

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	opt Options
	txs slab.List[Tx]
	// decoders are lent to the directions of flows that send compressed messages;
	// out is what one gave, NoDecoder counts those who got none.
	decoders  slab.List[zlib.Decoder]
	out       []byte
	NoDecoder uint64
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
	sh.decoders = app.NewList[zlib.Decoder](env, sh.opt.Decoders)
	sh.out = make([]byte, 16<<10)
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
	in    bool
	frame part
	// message is what the frames of a message that is not whole yet carried;
	// control frames may come between them. compressed is what its first said.
	message    []byte
	compressed bool
	// dec undoes the compression of this direction, from its first message on.
	dec *zlib.Decoder
	// frames are those of the frame at hand, until Parse returns.
	frames [3]*app.Frame
}

// part is a frame as far as it came.
type part struct {
	flags  uint8
	opcode uint8
	mask   uint32
	masked bool
	over   bool // more came than is kept
	text   []byte
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppWebSocket)
	s.sh = sharedOf(env)
	return s
}

// Reset is app.State's.
func (s *State) Reset() {
	for i := range s.sides {
		s.sh.env.Mem.Put(s.sides[i].message)
		s.sh.env.Mem.Put(s.sides[i].frame.text)
		if d := s.sides[i].dec; d != nil {
			s.sh.decoders.Put(d)
		}
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
	sd.left, sd.in, sd.phase = length, true, 0
	sd.frame = part{flags: b[0] & 0xf0, opcode: b[0] & 15, masked: masked}
	if masked {
		copy(sd.mask[:], b[n-4:n])
		sd.frame.mask = binary.BigEndian.Uint32(b[n-4:])
	}
	return n, true
}

// payload takes octets of a frame, the mask taken off; false: no memory.
func (s *State) payload(sd *side, b []byte) bool {
	p := &sd.frame
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
	if p.masked {
		for i := range out[at:] {
			out[at+i] ^= sd.mask[(sd.phase+i)&3]
		}
		sd.phase = (sd.phase + len(b)) & 3
	}
	return true
}

// end ends a frame: a transaction. The last of several frames has the payload of
// the whole message.
func (s *State) end(c *app.Call, sd *side) {
	sd.in = false
	p := &sd.frame
	t := s.sh.txs.Take(nil)
	fin := p.flags&flagFin != 0
	squeezed := p.flags&flagCompressed != 0
	if p.opcode < opControl && (len(sd.message) > 0 || !fin) {
		squeezed = s.join(sd, t)
	}
	if squeezed && fin {
		s.inflate(sd)
	}
	if t == nil {
		s.sh.env.Mem.Put(p.text)
		*p = part{}
		return
	}
	t.sh, t.dir, t.part = s.sh, c.Dir, *p
	*p = part{}
	if t.over {
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

// join adds a frame to its message and makes the frame's payload that of the
// message when it is whole. It reports whether the message is compressed.
func (s *State) join(sd *side, t *Tx) bool {
	p := &sd.frame
	if len(sd.message) == 0 {
		sd.compressed = p.flags&flagCompressed != 0
	}
	room := s.sh.opt.Payload - len(sd.message)
	if len(p.text) >= room && room > 0 && t != nil {
		t.events |= 1 << evReassemblyLimit
	}
	out, ok := s.sh.env.Mem.Append(sd.message, p.text[:min(len(p.text), max(room, 0))])
	if ok {
		sd.message = out
	}
	if p.flags&flagFin != 0 && len(sd.message) > 0 {
		s.sh.env.Mem.Put(p.text)
		p.text, sd.message = sd.message, nil
	}
	return sd.compressed
}
