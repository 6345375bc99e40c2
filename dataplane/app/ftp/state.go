package ftp

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/expect"
	"github.com/weir-ips/weir/dataplane/app/line"
	"github.com/weir-ips/weir/match/input"
)

// State parses a control connection.
type State struct {
	sh    *shared
	lines line.Reader
	eof   [2]bool
	// multi is the code of a reply of several lines that is not over (RFC 959
	// section 4.2); 0: none.
	multi int
	// port is where the next data connection goes to, 0: not known; active: the
	// server opens it.
	port   uint16
	active bool
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse reads one direction's octets. Behind a gap, lines go on with the next
// one.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if c.Gap > 0 {
		s.lines.Lost(c.Dir)
		s.multi = 0
	}
	for used < len(c.Data) {
		l, n, kind := s.lines.Next(c.Dir, c.Data[used:], s.sh.opt.MaxLine)
		if n == 0 {
			break
		}
		long := kind == line.Cut
		switch {
		case kind == line.Skipped:
		case c.Dir == input.ToServer:
			if ok, st := s.request(c, l, long); !ok {
				s.lines.Back(c.Dir)
				return used, st
			}
		case len(l) > 0 || long:
			ok, st := s.reply(c, l, long)
			if !ok {
				s.lines.Back(c.Dir)
				return used, st
			}
			if st == app.Switch {
				c.Next = input.AppTLS
				return used + n, st
			}
		}
		used += n
	}
	if c.EOF {
		s.over(c)
	}
	return used, app.OK
}

// over notes the end of a direction; behind both, nothing is added.
func (s *State) over(c *app.Call) {
	if s.eof[c.Dir-1] = true; s.eof != [2]bool{true, true} {
		return
	}
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok {
			t.closed = true
		}
	}
}

// open begins a transaction. Where the flow has too many, the oldest are taken
// for complete; the octets wait until one was released.
func (s *State) open(c *app.Call) (*Tx, app.Status) {
	f := c.Flow
	full := f.Full()
	if full || len(f.Txs) >= s.sh.opt.MaxTx {
		for _, tx := range f.Txs {
			t, ok := tx.(*Tx)
			if !ok || t.Done(c.Dir) {
				continue
			}
			t.closed = true
			t.raise(EventTooManyTransactions)
			if !full {
				break
			}
		}
	}
	if full {
		return nil, app.OK
	}
	t := s.sh.txs.Take(fresh)
	if t == nil {
		return nil, app.Failed
	}
	id, ok := f.NewTx(t)
	if !ok {
		s.sh.txs.Put(t)
		return nil, app.OK
	}
	t.sh, t.id = s.sh, id
	return t, app.OK
}

// request reads a command. !ok: there is no room for it, now or ever.
func (s *State) request(c *app.Call, l []byte, long bool) (ok bool, st app.Status) {
	t, st := s.open(c)
	if t == nil {
		return false, st
	}
	// Telnet's commands in front of ABOR (RFC 959 section 4.1.3) and blanks are
	// skipped, as servers do.
	for len(l) > 0 && (l[0] == ' ' || l[0] >= 0xf0) {
		l = l[1:]
	}
	verb, arg, _ := bytes.Cut(l, blank)
	t.setCommand(verb, arg)
	t.request = true
	if long {
		t.cmdCut = true
		t.raise(EventRequestTooLong)
	}
	switch t.cmd {
	case cmdPort:
		t.addr, t.hasAddr = hostPort(bytes.TrimLeft(arg, " "))
	case cmdEPRT:
		t.addr, t.hasAddr = extended(bytes.TrimLeft(arg, " "))
	case cmdRetr, cmdStor, cmdAppe:
		if len(l) < len("RETR x") {
			t.raise(EventFileWithoutName)
			break
		}
		s.transfer(c, t, arg)
	case cmdStou:
		s.transfer(c, t, arg)
	case cmdList, cmdNLST, cmdMLSD:
		s.transfer(c, t, nil)
	}
	if t.hasAddr {
		t.bounce = t.addr.version != c.Flow.IPVersion || t.addr.ip != c.Flow.Src
	}
	return true, app.OK
}

var blank = []byte{' '}

// transfer notes the data connection that a command is about; before it, a port is
// agreed on.
func (s *State) transfer(c *app.Call, t *Tx, name []byte) {
	if s.port == 0 {
		t.raise(EventFileBeforePort)
		return
	}
	s.expect(c, t.cmd, name)
}

// expect tells of the data connection that a command is about.
func (s *State) expect(c *app.Call, cmd command, name []byte) {
	f := c.Flow
	if f.Env.Expect == nil {
		return
	}
	e := expect.Entry{Proto: input.AppFTPData, Command: uint8(cmd), Parent: f.ID}
	e.SetName(name)
	k := expect.Key{Src: f.Src, Dst: f.Dst, Port: s.port, Version: f.IPVersion}
	if s.active {
		k.Src, k.Dst = f.Dst, f.Src
	}
	// Who opened the connection is its client: the file goes to the server when
	// exactly one of the two is turned round.
	if e.Dir = input.ToServer; cmd.download() != s.active {
		e.Dir = input.ToClient
	}
	f.Env.Expect.Add(&k, &e, c.TimeUS)
	s.port, s.active = 0, false
}

// reply reads a line of a reply.
func (s *State) reply(c *app.Call, l []byte, long bool) (ok bool, st app.Status) {
	t := s.waiting(c)
	if t == nil {
		if t, st = s.open(c); t == nil {
			return false, st
		}
	}
	t.addLine(l)
	if long {
		t.replyCut = true
		t.raise(EventResponseTooLong)
	}
	code, more := replyCode(l)
	if s.multi != 0 {
		if code != s.multi || more {
			return true, app.OK
		}
		s.multi = 0
	} else if more {
		s.multi = code
		return true, app.OK
	}
	if 100 <= code && code < 200 {
		// Another one follows.
		return true, app.OK
	}
	switch t.cmd {
	case cmdAuthTLS:
		if code == 234 {
			st = app.Switch
		}
	case cmdPort, cmdEPRT:
		// What the server says of it does not matter: it may do it all the same.
		s.port, s.active = t.addr.port, t.hasAddr
	case cmdPasv:
		if code == 227 {
			t.addr, t.hasAddr = passive(l)
		}
		s.port, s.active = t.addr.port, false
	case cmdEPSV:
		if code == 229 {
			t.addr, t.hasAddr = extendedPassive(l)
		}
		s.port, s.active = t.addr.port, false
	}
	t.replied = true
	return true, st
}

// waiting is the oldest transaction whose reply is to come; nil when none waits.
func (s *State) waiting(c *app.Call) *Tx {
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok && !t.replied && !t.closed {
			return t
		}
	}
	return nil
}

// replyCode reads the three digits of a line; more: it begins a reply of several.
// 0: there are none.
func replyCode(b []byte) (code int, more bool) {
	if len(b) < 3 {
		return 0, false
	}
	for _, c := range b[:3] {
		if c < '0' || c > '9' {
			return 0, false
		}
		code = 10*code + int(c-'0')
	}
	return code, len(b) > 3 && b[3] == '-'
}
