package smtp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/match/input"
)

// maxLine is how much of a command or a reply is read, in octets.
const maxLine = 4096

// mode says what the client's octets are.
type mode uint8

const (
	commands mode = iota
	mail          // behind DATA
	octets        // behind BDAT
)

// State parses one flow.
type State struct {
	// message is the frame of the message at hand, if frames are looked at.
	message *app.Frame
	sh      *shared
	helo    []byte
	// cur is the transaction that commands belong to.
	cur *Tx
	// sending is the transaction whose message comes in.
	sending *Tx
	mode    mode
	// accepted: the server said 354. Until then what looks like a message may be
	// commands that the server refuses DATA in front of.
	accepted bool
	// lineStart: the next octet of the message begins a line.
	lineStart bool
	// left are the octets missing of a chunk, last that it ends the message.
	left uint64
	last bool

	wait pending
	// deaf: replies can no longer be told apart, and are not waited for.
	deaf     bool
	welcomed bool
	lines    line.Reader
	eof      [2]bool
	file     uint64 // id of the next file
}

// Reset makes the state as new.
func (s *State) Reset() {
	s.sh.env.Mem.Put(s.helo)
	*s = State{sh: s.sh}
}

// Parse reads one direction's octets. Behind a gap nobody knows what is a command
// and what a message.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if c.Gap > 0 {
		s.giveUp()
		return 0, app.Failed
	}
	s.begin(c)
	if c.Dir == input.ToClient {
		used, st = s.replies(c)
	} else {
		used, st = s.client(c)
	}
	if c.EOF && st == app.OK {
		s.over(c)
	}
	return used, st
}

// client reads commands and messages.
func (s *State) client(c *app.Call) (used int, st app.Status) {
	for used < len(c.Data) {
		n, was := 0, s.mode
		b := c.Data[used:]
		switch s.mode {
		case commands:
			n, st = s.command(c, b)
		case mail:
			n = s.mailText(b)
		default:
			n = s.chunkText(b)
		}
		s.noteClient(c, was, used, n)
		used += n
		if n == 0 || st != app.OK {
			return used, st
		}
	}
	return used, app.OK
}

// over notes the end of a direction. Behind both nothing is added to any
// transaction.
func (s *State) over(c *app.Call) {
	if s.eof[c.Dir-1] = true; s.eof != [2]bool{true, true} {
		return
	}
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok {
			t.complete()
		}
	}
	s.cur, s.sending = nil, nil
}

// begin says that what the files hold was offered to detection.
func (s *State) begin(c *app.Call) {
	if c.Dir != input.ToServer || s.sending == nil {
		return
	}
	for _, f := range s.sending.files {
		if f.Size >= uint64(s.sh.opt.InspectFrom) {
			f.Begin()
		}
	}
}

// giveUp ends what is open.
func (s *State) giveUp() {
	if t := s.sending; t != nil {
		t.endMessage(file.Truncated)
	}
	s.sending = nil
}

// expect notes a command that will be answered.
func (s *State) expect(k kind, t *Tx) {
	if s.deaf {
		return
	}
	if s.wait.endsGroup() {
		s.raise(t, EventInvalidPipelinedSequence)
	}
	id := uint64(0)
	if t != nil {
		id = t.id
	}
	if !s.wait.push(k, id) {
		s.raise(t, EventInvalidPipelinedSequence)
		s.deaf = true
	}
}

// raise notes an event on a transaction, if there is one.
func (s *State) raise(t *Tx, ev uint16) {
	if t != nil {
		t.events |= 1 << ev
	}
}
