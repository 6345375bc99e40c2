package smtp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/match/input"
)

// replies reads what the server says.
func (s *State) replies(c *app.Call) (used int, st app.Status) {
	for used < len(c.Data) {
		l, n, kind := s.lines.Next(input.ToClient, c.Data[used:], maxLine)
		if n == 0 {
			break
		}
		if kind != line.Skipped && c.Flow.Env.Frames != app.FrameOff {
			s.owned(c, c.Frame(frameReply, used, int64(n)), s.about(c))
		}
		used += n
		if len(l) == 0 {
			continue
		}
		if kind == line.Cut {
			s.raise(s.about(c), EventTruncatedLine)
			s.raise(s.about(c), EventMaxReplyLineLenExceeded)
		}
		if s.reply(c, l) {
			if c.Locked {
				// What follows is encrypted, and nobody reads it.
				s.raise(s.newest(c), EventFailedProtocolChange)
				return len(c.Data), app.Bypass
			}
			c.Next = input.AppTLS
			return used, app.Switch
		}
	}
	return used, app.OK
}

// about is the transaction that a reply belongs to.
func (s *State) about(c *app.Call) *Tx {
	if _, id, ok := s.wait.first(); ok {
		if t := find(c.Flow, id); t != nil {
			return t
		}
	}
	if s.cur != nil {
		return s.cur
	}
	return s.newest(c)
}

// find is the transaction with an id, while it lives.
func find(f *app.Flow, id uint32) *Tx {
	for _, tx := range f.Txs {
		if t, ok := tx.(*Tx); ok && uint32(t.id) == id {
			return t
		}
	}
	return nil
}

// closing is the reply that a server may send unasked (RFC 5321 section 3.8).
const closing = 421

// reply reads one line. It returns true when TLS begins behind it.
func (s *State) reply(c *app.Call, l []byte) bool {
	code, ok := replyCode(l)
	if !ok {
		s.raise(s.about(c), EventInvalidReply)
		return false
	}
	if len(l) > 3 && l[3] == '-' {
		return false
	}
	k, id, waiting := s.wait.first()
	if s.deaf || !waiting {
		if !s.welcomed && code != 220 {
			s.raise(s.about(c), EventInvalidReply)
		}
		if s.welcomed && !s.deaf && code != closing {
			s.raise(s.about(c), EventUnableToMatchReplyWithRequest)
		}
		s.welcomed = true
		return false
	}
	s.welcomed = true
	s.wait.pop()
	t := find(c.Flow, id)
	if t == nil {
		return false
	}
	switch k {
	case startTLS:
		if code == 220 {
			t.complete()
			s.cur = nil
			return true
		}
		s.raise(t, EventTLSRejected)
	case data:
		s.answered(t, code)
	case chunk:
		// The last chunk's reply is the message's.
		if n, same, ok := s.wait.first(); t.chunked && (!ok || n != chunk || same != id) {
			t.serverDone = true
		}
	case message:
		t.serverDone = true
	case rset:
		if code == 250 {
			t.complete()
		}
	case hello:
		// It ends the envelope at hand (RFC 5321 section 4.1.4).
		if code == 250 && t.hasEnvelope() && s.sending != t {
			t.complete()
			if s.cur == t {
				s.cur = nil
			}
		}
	}
	return false
}

// answered is the reply to DATA.
func (s *State) answered(t *Tx, code int) {
	if code == 354 {
		s.accepted = true
		return
	}
	s.raise(t, EventDataCommandRejected)
	if code < 400 {
		return
	}
	if s.mode == mail && s.sending == t && !s.accepted {
		// What came behind DATA so far was no message, and what comes is none.
		s.mode, s.sending = commands, nil
		t.endMessage(file.Truncated)
		t.refused = true
		return
	}
	if t.clientDone {
		// The server took the lines of the message for commands: it answers each.
		s.deaf = true
		t.serverDone = true
	}
}

// replyCode reads the three digits of a reply (RFC 5321 section 4.2).
func replyCode(b []byte) (code int, ok bool) {
	if len(b) < 3 || b[0] < '2' || b[0] > '5' {
		return 0, false
	}
	for _, c := range b[:3] {
		if c < '0' || c > '9' {
			return 0, false
		}
		code = 10*code + int(c-'0')
	}
	return code, true
}
