package smtp

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app/file"
)

var lineDot = []byte("\n.")

// mailText reads the text behind DATA: it ends with a line of one dot, and a dot
// that begins another line is not part of it (RFC 5321 section 4.5.2). A line may
// end with LF alone: whoever lets that pass lets messages be smuggled.
func (s *State) mailText(b []byte) int {
	n := 0
	for n < len(b) {
		p := b[n:]
		if s.lineStart && p[0] == '.' {
			end, more := dotLine(p)
			switch {
			case more:
				return n
			case end > 0:
				s.endMail()
				return n + end
			}
			if t := s.sending; t.msg != nil {
				t.msg.Stuffed(p[:1])
			}
			n++
			s.lineStart = false
			continue
		}
		run := len(p)
		if i := bytes.Index(p, lineDot); i >= 0 {
			run = i + 1
		}
		s.feed(p[:run])
		s.lineStart = p[run-1] == '\n'
		n += run
	}
	return n
}

// dotLine tells how long a line of one dot is; 0: it is none. more: octets are
// missing to say.
func dotLine(b []byte) (n int, more bool) {
	switch {
	case len(b) == 1 || len(b) == 2 && b[1] == '\r':
		return 0, true
	case b[1] == '\n':
		return 2, false
	case b[1] == '\r' && b[2] == '\n':
		return 3, false
	}
	return 0, false
}

func (s *State) endMail() {
	t := s.sending
	s.mode = commands
	s.finish(t)
}

// chunkText reads the octets of a chunk.
func (s *State) chunkText(b []byte) int {
	n := len(b)
	if uint64(n) > s.left {
		n = int(s.left)
	}
	s.feed(b[:n])
	if s.left -= uint64(n); s.left == 0 {
		s.endChunk()
	}
	return n
}

func (s *State) endChunk() {
	s.mode = commands
	if s.last {
		t := s.sending
		t.chunked = true
		s.finish(t)
	}
}

// feed hands octets of the message on.
func (s *State) feed(b []byte) {
	t := s.sending
	if t.msg != nil {
		t.msg.Feed(b)
		s.anomalies(t)
	} else if t.raw != nil {
		t.raw.Append(b)
	}
}

// anomalies turns what is wrong with a message into events.
func (s *State) anomalies(t *Tx) {
	a := t.msg.Anomalies()
	if a == 0 {
		return
	}
	for i := range eventOf {
		if a&eventOf[i].anomaly != 0 {
			s.raise(t, eventOf[i].event)
		}
	}
}

// finish completes the client's side of a transaction. The reply to the message
// completes the other one.
func (s *State) finish(t *Tx) {
	t.endMessage(file.Closed)
	if t.msg != nil {
		s.anomalies(t)
	}
	t.clientDone = true
	if !t.chunked {
		s.expect(message, t)
	}
	if s.deaf {
		t.serverDone = true
	}
	if s.cur == t {
		s.cur = nil
	}
	s.sending = nil
}
