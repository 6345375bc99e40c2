package smtp

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/match/input"
)

// command reads one command line.
func (s *State) command(c *app.Call, b []byte) (int, app.Status) {
	l, n, kind := s.lines.Next(input.ToServer, b, maxLine)
	if n == 0 || kind == line.Skipped {
		return n, app.OK
	}
	verb, rest := cutWord(l)
	ends := line.Fold(verb, "RSET") || line.Fold(verb, "QUIT")
	if s.cur == nil && !ends {
		st, ok := s.open(c)
		if !ok {
			s.lines.Back(input.ToServer)
			return 0, st
		}
	}
	t := s.cur
	if kind == line.Cut {
		s.raise(t, EventTruncatedLine)
		s.raise(t, EventMaxCommandLineLenExceeded)
	}
	if !s.welcomed {
		s.raise(t, EventNoServerWelcomeMessage)
	}
	switch {
	case line.Fold(verb, "STARTTLS"):
		s.expect(startTLS, t)
	case line.Fold(verb, "DATA"):
		s.expect(data, t)
		s.beginMessage(t)
		s.mode, s.accepted, s.lineStart = mail, false, true
	case line.Fold(verb, "BDAT"):
		s.expect(chunk, t)
		s.bdat(t, rest)
	case line.Fold(verb, "EHLO"), line.Fold(verb, "HELO"):
		s.expect(hello, t)
		s.hello(t, word(rest))
	case line.Fold(verb, "MAIL"):
		s.expect(other, t)
		if v, ok := param(rest, "FROM"); ok {
			s.from(t, v)
		}
	case line.Fold(verb, "RCPT"):
		s.expect(other, t)
		if v, ok := param(rest, "TO"); ok {
			t.addRcpt(v)
		}
	case line.Fold(verb, "RSET"):
		if t == nil {
			// It concerns a transaction that is over, or none.
			s.expect(other, s.newest(c))
			break
		}
		s.expect(rset, t)
		// What comes behind is another envelope, whether its reply is here or not.
		s.cur = nil
	default:
		if t == nil {
			t = s.newest(c)
		}
		s.expect(other, t)
	}
	return n, app.OK
}

// open begins a transaction. Where the flow has too many, the oldest are taken
// for complete; the octets wait until one was released.
func (s *State) open(c *app.Call) (app.Status, bool) {
	f := c.Flow
	full := f.Full()
	if full || len(f.Txs) >= s.sh.opt.MaxTx {
		for _, tx := range f.Txs {
			t, ok := tx.(*Tx)
			if !ok || t.serverDone && t.clientDone {
				continue
			}
			t.complete()
			if !full {
				break
			}
		}
	}
	if full {
		return app.OK, false
	}
	t := s.sh.txs.Take(fresh)
	if t == nil {
		return app.Failed, false
	}
	id, ok := f.NewTx(t)
	if !ok {
		s.sh.txs.Put(t)
		return app.OK, false
	}
	t.s, t.id = s, id
	s.cur = t
	return app.OK, true
}

// newest is the flow's newest transaction, or nil.
func (s *State) newest(c *app.Call) *Tx {
	if n := len(c.Flow.Txs); n > 0 {
		if t, ok := c.Flow.Txs[n-1].(*Tx); ok {
			return t
		}
	}
	return nil
}

// hello takes the client's name; the first one stays.
func (s *State) hello(t *Tx, name []byte) {
	if len(s.helo) > 0 {
		s.raise(t, EventDuplicateFields)
		return
	}
	s.helo, _ = s.sh.env.Mem.Append(s.helo, name)
}

func (s *State) from(t *Tx, v []byte) {
	if t.hasFrom {
		s.raise(t, EventDuplicateFields)
		return
	}
	t.from, t.hasFrom = t.put(v)
}

// bdat reads `BDAT size [LAST]` (RFC 3030 section 2). What is wrong in it the
// server refuses, and then no octets follow.
func (s *State) bdat(t *Tx, rest []byte) {
	size, tail := cutWord(trim(rest))
	tail = trim(tail)
	if len(size) == 0 || len(size) > 20 || len(tail) > 0 && !line.Fold(tail, "LAST") {
		s.raise(t, EventInvalidBDAT)
		return
	}
	n := uint64(0)
	for _, d := range size {
		if d < '0' || d > '9' {
			s.raise(t, EventInvalidBDAT)
			return
		}
		if n = 10*n + uint64(d-'0'); n > 1<<32-1 {
			s.raise(t, EventBDATChunkLenExceeded)
			return
		}
	}
	if s.sending != t {
		s.beginMessage(t)
	}
	s.mode, s.left, s.last = octets, n, len(tail) > 0
	if n == 0 {
		s.endChunk()
	}
}

// beginMessage makes the transaction ready for a message.
func (s *State) beginMessage(t *Tx) {
	if t.msg != nil || len(t.files) > 0 {
		// The end of the one before was not seen, or it was refused.
		if !t.msgOver() {
			s.raise(t, EventUnparsableContent)
		}
		t.endMessage(file.Truncated)
	}
	s.sending = t
	switch {
	case s.sh.opt.Raw:
		t.openRaw(&s.file)
	case s.sh.opt.Mime:
		t.openMessage(&s.file)
	}
}

// cutWord takes the first word off a line.
func cutWord(b []byte) (word, rest []byte) {
	if i := bytes.IndexAny(b, " \t"); i >= 0 {
		return b[:i], b[i:]
	}
	return b, nil
}

// word is the first word behind white space.
func word(b []byte) []byte {
	w, _ := cutWord(trim(b))
	return w
}

func trim(b []byte) []byte { return bytes.Trim(b, " \t") }

// param is the address of `FROM:<address> options`, as servers read it: with
// spaces about the colon, or without one.
func param(b []byte, name string) ([]byte, bool) {
	b = trim(b)
	if len(b) < len(name) || !line.Fold(b[:len(name)], name) {
		return nil, false
	}
	b = trim(b[len(name):])
	if len(b) > 0 && b[0] == ':' {
		b = b[1:]
	}
	return word(b), true
}
