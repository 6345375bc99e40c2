package smtp

import "github.com/weir-ips/weir/dataplane/app"

// Frames, by their place in input.FrameNames.
const (
	frameCommand uint8 = iota
	frameData
	frameReply
)

// noteClient notes the n octets at from, which were read in a mode: a command
// line, or a part of a message, whose frame goes on until commands follow.
func (s *State) noteClient(c *app.Call, was mode, from, n int) {
	if n == 0 || c.Flow.Env.Frames == app.FrameOff {
		return
	}
	if was == commands {
		s.owned(c, c.Frame(frameCommand, from, int64(n)), s.cur)
		return
	}
	if s.message == nil {
		if s.message = c.Frame(frameData, from, -1); s.message == nil {
			return
		}
		s.owned(c, s.message, s.cur)
	}
	if s.mode == commands {
		s.message.End(c, from+n)
		s.message = nil
	}
}

// owned makes a frame part of t, or of the newest transaction.
func (s *State) owned(c *app.Call, fr *app.Frame, t *Tx) {
	if t == nil {
		t = s.newest(c)
	}
	if t != nil {
		fr.Tx(t.id)
	}
}
