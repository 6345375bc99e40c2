package http2

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// MaxStreams is the most streams that Options may allow: fewer than a flow may have
// transactions, so that what concerns the connection finds room.
const MaxStreams = app.MaxTxs * 3 / 4

// maxWhole is the longest frame, other than of data, that is waited for; a longer
// one is skipped.
const maxWhole = 256 << 10

// State is one connection.
type State struct {
	sh     *Shared
	tables [2]table
	dirs   [2]direction
	// streams are those that live, oldest first.
	streams  [MaxStreams]*Tx
	ids      [MaxStreams]uint32 // of streams
	nstreams int
	highest  uint32 // stream id that a client used

	flow     *app.Flow
	cur      *Tx   // that is worked on
	lone     *Lone // frames of the connection, until Parse returns
	fileID   uint64
	nowUS    int64
	noMemory bool
}

// direction is what is known of one way.
type direction struct {
	begun bool // the preface was read
	skip  int  // octets of a frame that is not read
	// A DATA frame whose octets are streaming by: its stream, content and padding
	// left, and whether it ends the stream.
	data    *Tx
	content int
	padding int
	last    bool
	// A header block that goes on in CONTINUATION frames: its octets so far.
	block     []byte
	blockTx   *Tx
	blockSide input.Dir // the message that it belongs to
	blockLast bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppHTTP2)
	s.sh = sharedOf(env)
	for i := range s.tables {
		s.tables[i].init(defaultTable)
	}
	return s
}

// Reset is app.State's.
func (s *State) Reset() {
	sh := s.sh
	for i := range s.tables {
		s.tables[i].release(sh.env)
		sh.env.Mem.Put(s.dirs[i].block)
		s.dirs[i] = direction{}
	}
	clear(s.streams[:s.nstreams])
	s.nstreams, s.highest, s.flow, s.cur, s.fileID, s.noMemory = 0, 0, nil, nil, 0, false
}

func side(d input.Dir) int {
	if d == input.ToClient {
		return 1
	}
	return 0
}

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	s.noMemory, s.flow, s.lone, s.nowUS = false, c.Flow, nil, c.TimeUS
	dr := &s.dirs[side(c.Dir)]
	if c.Gap > 0 {
		// What is compressed cannot be read behind a gap.
		return len(c.Data), app.Bypass
	}
	if len(c.Flow.Handover) > 0 {
		s.takeOver(c)
	}
	b := c.Data
	if c.Dir == input.ToServer && !dr.begun {
		n := min(len(b), len(preface))
		if string(b[:n]) != preface[:n] {
			if l := s.loneOf(c); l != nil {
				l.raise(evInvalidClientMagic)
			}
			return len(b), app.Failed
		}
		if n < len(preface) {
			return 0, app.OK
		}
		dr.begun = true
		b = b[n:]
	}
	for _, t := range s.streams[:s.nstreams] {
		t.req.body.begin()
		t.resp.body.begin()
	}
	for len(b) > 0 {
		n, st := s.step(c, dr, b)
		if st != app.OK || s.noMemory {
			return len(c.Data), app.Failed
		}
		if n == 0 {
			break
		}
		b = b[n:]
	}
	if c.EOF {
		for _, t := range s.streams[:s.nstreams] {
			s.finish(t, c.Dir, true)
		}
	}
	return len(c.Data) - len(b), app.OK
}

// step does one thing: the rest of a frame, or the next one. 0: it is not whole.
func (s *State) step(c *app.Call, dr *direction, b []byte) (int, app.Status) {
	switch {
	case dr.skip > 0:
		n := min(dr.skip, len(b))
		dr.skip -= n
		return n, app.OK
	case dr.content > 0:
		n := min(dr.content, len(b))
		dr.content -= n
		if dr.data != nil {
			s.cur = dr.data
			s.bodyOctets(dr.data, c.Dir, b[:n])
		}
		s.endData(c.Dir, dr)
		return n, app.OK
	case len(b) < frameHeader || c.Flow.Full():
		return 0, app.OK
	}
	h := readFrame(b)
	if len(b) >= frameHeader+h.n || h.typ == frameData && (len(b) > frameHeader || h.flags&flagPadded == 0) {
		frames(c, len(c.Data)-len(b), h)
	}
	if h.typ == frameData {
		return s.beginData(c, dr, h, b)
	}
	if h.n > maxWhole {
		if t := s.streamOf(c, h, false); t != nil {
			t.raise(evLongFrameData)
		}
		dr.skip = h.n
		return frameHeader, app.OK
	}
	if len(b) < frameHeader+h.n {
		return 0, app.OK
	}
	return frameHeader + h.n, s.frame(c, dr, h, b[frameHeader:frameHeader+h.n])
}

// Frames, by their place in input.FrameNames.
const (
	frameIsHead uint8 = iota
	frameIsData
	frameIsPDU
)

// frames notes the parts of a frame that begins at octets into c.Data.
func frames(c *app.Call, at int, h frame) {
	if c.Flow.Env.Frames == app.FrameOff {
		return
	}
	c.Frame(frameIsHead, at, frameHeader)
	c.Frame(frameIsData, at+frameHeader, int64(h.n))
	c.Frame(frameIsPDU, at, int64(frameHeader+h.n))
}

// beginData reads the start of a DATA frame.
func (s *State) beginData(c *app.Call, dr *direction, h frame, b []byte) (int, app.Status) {
	head, pad := frameHeader, 0
	if h.flags&flagPadded != 0 && h.n > 0 {
		if len(b) <= frameHeader {
			return 0, app.OK
		}
		pad = min(int(b[frameHeader]), h.n-1)
		head++
	}
	t := s.streamOf(c, h, false)
	if h.stream == 0 {
		s.connectionFrame(c, h, nil)
	}
	if t != nil {
		t.follows(h.typ)
		t.note(t.side(c.Dir), h.typ)
		if t.side(c.Dir).ended {
			t = nil
		}
	}
	dr.data, dr.last = t, h.flags&flagEndStream != 0
	dr.padding = pad
	dr.content = h.n - (head - frameHeader) - pad
	s.endData(c.Dir, dr)
	return head, app.OK
}

// endData ends a DATA frame whose content is complete.
func (s *State) endData(d input.Dir, dr *direction) {
	if dr.content > 0 {
		return
	}
	dr.skip, dr.padding = dr.padding, 0
	if dr.data != nil && dr.last {
		s.finish(dr.data, d, false)
	}
	dr.data = nil
}

// frame reads a whole frame.
func (s *State) frame(c *app.Call, dr *direction, h frame, b []byte) app.Status {
	if dr.blockTx != nil && h.typ != frameContinuation {
		// Nothing may come between (RFC 9113 section 6.10): the block is lost, and
		// with it the table.
		dr.blockTx.raise(evInvalidFrameHeader)
		return app.Failed
	}
	switch h.typ {
	case frameHeaders:
		return s.headersFrame(c, dr, h, b)
	case framePush:
		return s.pushFrame(c, dr, h, b)
	case frameContinuation:
		if dr.blockTx == nil {
			if len(dr.block) > 0 {
				// Its stream is gone, and with it what the table should learn.
				return app.Failed
			}
			return app.OK
		}
		dr.blockTx.note(dr.blockTx.side(c.Dir), h.typ)
		return s.block(c, dr, b, h.flags&flagEndHeaders != 0)
	}
	if h.stream == 0 {
		s.connectionFrame(c, h, b)
		return app.OK
	}
	// A stream that is over may still be spoken of: that is a transaction of its
	// own.
	t := s.streamOf(c, h, true)
	if t == nil {
		return app.OK
	}
	t.follows(h.typ)
	m := t.side(c.Dir)
	t.note(m, h.typ)
	t.read(m, h, b)
	if h.typ == frameReset {
		// The other side may have sent its answer before it hears of it.
		t.reset = true
	}
	return app.OK
}

// read takes what a frame other than of headers and data says.
func (t *Tx) read(m *message, h frame, b []byte) {
	switch h.typ {
	case framePriority:
		if len(b) == 5 {
			t.weight(m, b[4])
			return
		}
	case frameReset:
		if len(b) == 4 {
			t.failure(m, binary.BigEndian.Uint32(b))
			return
		}
	case frameGoAway:
		if len(b) >= 8 {
			t.failure(m, binary.BigEndian.Uint32(b[4:]))
			return
		}
	case frameWindow:
		if len(b) == 4 {
			if m.nwindows < maxWindows {
				m.windows[m.nwindows] = binary.BigEndian.Uint32(b) &^ (1 << 31)
				m.nwindows++
			}
			return
		}
	case frameSettings:
		if len(b)%6 == 0 {
			for ; len(b) >= 6 && m.nsettings < maxSettings; b = b[6:] {
				m.settings[m.nsettings] = setting{binary.BigEndian.Uint16(b), binary.BigEndian.Uint32(b[2:])}
				m.nsettings++
			}
			return
		}
	default:
		return
	}
	t.raise(evInvalidFrameLength)
}

func (t *Tx) weight(m *message, w uint8) {
	if m.nweights < maxFew {
		m.weights[m.nweights] = w
		m.nweights++
	}
}

func (t *Tx) failure(m *message, code uint32) {
	if m.nerrors < maxFew {
		m.errors[m.nerrors] = code
		m.nerrors++
	}
}
