package http2

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// streamOf is the transaction of a frame's stream; fresh makes one where there is
// none.
func (s *State) streamOf(c *app.Call, h frame, fresh bool) *Tx {
	if h.stream == 0 {
		return nil
	}
	for i := s.nstreams - 1; i >= 0; i-- {
		if s.ids[i] == h.stream {
			return s.streams[i]
		}
	}
	if !fresh {
		return nil
	}
	return s.open(c, h.stream)
}

// open makes a stream's transaction; nil when there is no room.
func (s *State) open(c *app.Call, stream uint32) *Tx {
	if s.nstreams >= min(s.sh.opt.Streams, MaxStreams) {
		s.makeRoom()
	}
	t := s.sh.takeTx()
	if t == nil {
		return nil
	}
	t.st, t.sh, t.stream = s, s.sh, stream
	id, ok := c.Flow.NewTx(t)
	if !ok {
		t.st = nil
		s.sh.txs.Put(t)
		return nil
	}
	t.id = id
	s.streams[s.nstreams], s.ids[s.nstreams] = t, stream
	s.nstreams++
	return t
}

// makeRoom gives up the oldest stream that a side gave up, or, where there is none,
// all: none is waited for any more.
func (s *State) makeRoom() {
	for _, t := range s.streams[:s.nstreams] {
		if t.reset {
			s.giveUp(t)
			return
		}
	}
	for s.nstreams > 0 {
		t := s.streams[0]
		t.raise(evTooManyStreams)
		s.giveUp(t)
	}
}

func (s *State) giveUp(t *Tx) {
	s.finish(t, input.ToServer, true)
	s.finish(t, input.ToClient, true)
	s.forget(t)
}

// follows raises the event of a frame that may not follow the end of its stream in
// both directions (RFC 9113 section 5.1).
func (t *Tx) follows(typ uint8) {
	if t.req.ended && t.resp.ended && typ != frameReset && typ != frameWindow && typ != framePriority {
		t.raise(evStreamIDReuse)
	}
}

// forget takes a transaction that is released out of the connection.
func (s *State) forget(t *Tx) {
	for i, have := range s.streams[:s.nstreams] {
		if have == t {
			copy(s.streams[i:], s.streams[i+1:s.nstreams])
			copy(s.ids[i:], s.ids[i+1:s.nstreams])
			s.nstreams--
			s.streams[s.nstreams] = nil
			break
		}
	}
	for i := range s.dirs {
		dr := &s.dirs[i]
		if dr.data == t {
			dr.data = nil
		}
		if dr.blockTx == t {
			dr.blockTx = nil
		}
	}
	if s.cur == t {
		s.cur = nil
	}
}

// connectionFrame makes a transaction of frames of stream 0: those that come
// together are one.
func (s *State) connectionFrame(c *app.Call, h frame, b []byte) {
	l := s.loneOf(c)
	if l == nil {
		return
	}
	m := l.side(c.Dir)
	l.note(m, h.typ)
	l.read(m, h, b)
	switch h.typ {
	case frameSettings, frameWindow, framePing, frameGoAway:
	case frameData:
		l.raise(evDataStreamZero)
	default:
		if h.typ <= frameContinuation {
			l.raise(evInvalidFrameHeader) // RFC 9113: of a stream only
		}
	}
}

// loneOf is the transaction of what concerns the connection; nil when there is no
// room.
func (s *State) loneOf(c *app.Call) *Lone {
	if l := s.lone; l != nil && l.dir == c.Dir {
		return l
	}
	l := s.sh.takeLone()
	if l == nil {
		return nil
	}
	l.st, l.sh, l.dir = s, s.sh, c.Dir
	id, ok := c.Flow.NewTx(l)
	if !ok {
		l.st = nil
		s.sh.lone.Put(l)
		return nil
	}
	l.id, s.lone = id, l
	return l
}

// headersFrame reads the start of a request or response, or trailers.
func (s *State) headersFrame(c *app.Call, dr *direction, h frame, b []byte) app.Status {
	t := s.streamOf(c, h, h.stream != 0)
	if t == nil {
		if h.stream == 0 {
			s.connectionFrame(c, h, b)
		}
		return app.Failed
	}
	t.follows(h.typ)
	m := t.side(c.Dir)
	t.note(m, h.typ)
	b, ok := unpad(b, h.flags)
	if !ok {
		t.raise(evInvalidFrameData)
		return app.Failed
	}
	if h.flags&flagPriority != 0 {
		if len(b) < 5 {
			t.raise(evInvalidFrameLength)
			return app.Failed
		}
		t.weight(m, b[4])
		b = b[5:]
	}
	dr.blockTx, dr.blockSide, dr.blockLast = t, c.Dir, h.flags&flagEndStream != 0
	return s.block(c, dr, b, h.flags&flagEndHeaders != 0)
}

// pushFrame reads a request that the server makes in the client's place (RFC 9113
// section 6.6).
func (s *State) pushFrame(c *app.Call, dr *direction, h frame, b []byte) app.Status {
	b, ok := unpad(b, h.flags)
	if !ok || len(b) < 4 {
		return app.Failed
	}
	h.stream = binary.BigEndian.Uint32(b) &^ (1 << 31)
	t := s.streamOf(c, h, h.stream != 0)
	if t == nil {
		return app.Failed
	}
	t.note(t.side(c.Dir), h.typ)
	dr.blockTx, dr.blockSide, dr.blockLast = t, input.ToServer, true
	return s.block(c, dr, b[4:], h.flags&flagEndHeaders != 0)
}

// block takes octets of a header block, and reads it when it is whole.
func (s *State) block(c *app.Call, dr *direction, b []byte, whole bool) app.Status {
	t := dr.blockTx
	if !whole || len(dr.block) > 0 {
		if len(dr.block)+len(b) > s.sh.opt.HeaderBlock {
			t.raise(evReassemblyLimit)
			return app.Failed
		}
		out, ok := s.sh.env.Mem.Append(dr.block, b)
		if !ok {
			s.noMemory = true
			return app.Failed
		}
		dr.block = out
		if !whole {
			return app.OK
		}
		b = dr.block
	}
	s.cur = t
	t.touch()
	ok := s.decodeBlock(c.Dir, dr.blockSide, b)
	s.sh.env.Mem.Put(dr.block)
	dr.block, dr.blockTx = nil, nil
	if !ok {
		return app.Failed
	}
	m := t.side(dr.blockSide)
	if m.progress < stepBody && !interim(m) {
		m.progress = stepBody
		if dr.blockSide == input.ToServer {
			s.checkRequest(t)
		}
	}
	if dr.blockLast {
		s.finish(t, dr.blockSide, false)
	}
	return app.OK
}

// interim reports an answer before the final one (RFC 9110 section 15.2), whose
// headers are followed by others.
func interim(m *message) bool {
	v, ok := m.find(":status")
	return ok && len(v) == 3 && v[0] == '1'
}
