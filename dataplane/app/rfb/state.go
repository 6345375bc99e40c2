package rfb

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxText is how much of a name or a reason is kept, maxHeld how much of a side
	// may wait for the other's turn, in octets.
	maxText = 4096
	maxHeld = 16 << 10

	versionLen    = 12
	challengeLen  = 16
	serverInitLen = 24
)

// phase is whose turn it is, and for what (RFC 6143 section 7).
type phase uint8

const (
	serverVersion phase = iota
	clientVersion
	securityType  // of 3.3: the server decides
	securityTypes // since 3.7: the server offers
	choice
	challenge
	response
	result
	reason
	clientInit
	serverInit
	over
)

// turns are the sides that speak in a phase.
var turns = [over]input.Dir{serverVersion: input.ToClient, clientVersion: input.ToServer, securityType: input.ToClient,
	securityTypes: input.ToClient, choice: input.ToServer, challenge: input.ToClient, response: input.ToServer, result: input.ToClient,
	reason: input.ToClient, clientInit: input.ToServer, serverInit: input.ToClient}

// Security types.
const (
	secInvalid = 0
	secNone    = 1
	secVNC     = 2
)

// State parses one flow.
type State struct {
	env   *app.Env
	tx    Tx
	phase phase
	// held are a side's octets that were not read yet.
	held [2][]byte
	// minor is the version spoken: 3, 7 or 8.
	minor int
	begun bool
	// frame is the message at hand, if frames are looked at.
	frame *app.Frame
}

// framePDU is the only frame: a message of either side.
const framePDU = 0

// Reset makes the state as new.
func (s *State) Reset() {
	for _, h := range s.held {
		s.env.Mem.Put(h)
	}
	*s = State{env: s.env}
	s.tx.s = s
}

// Parse reads one direction's octets.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	if s.phase == over {
		return len(c.Data), app.Bypass
	}
	if c.Gap > 0 {
		s.end()
		return 0, app.Failed
	}
	if !s.begun {
		id, ok := c.Flow.NewTx(&s.tx)
		if !ok {
			return 0, app.Failed
		}
		s.begun, s.tx.live, s.tx.id = true, true, id
	}
	h := &s.held[c.Dir-1]
	data := c.Data
	for len(data) > 0 && s.phase != over {
		n := min(len(data), maxHeld-len(*h))
		if n == 0 {
			s.tx.raise(EventConfusedState)
			s.end()
			return len(c.Data), app.Failed
		}
		var ok bool
		if *h, ok = s.env.Mem.Append(*h, data[:n]); !ok {
			s.end()
			return len(c.Data), app.Failed
		}
		data = data[n:]
		at := len(c.Data) - len(data)
		for s.phase != over {
			d := turns[s.phase]
			t := &s.held[d-1]
			if off := at - len(*t); s.frame == nil && d == c.Dir && len(*t) > 0 && off >= 0 {
				s.frame = c.Frame(framePDU, off, -1).Tx(s.tx.id)
			}
			used, more := s.read(*t)
			if more {
				break
			}
			*t = (*t)[:copy(*t, (*t)[used:])]
			if d == c.Dir {
				s.frame.End(c, at-len(*t))
				s.frame = nil
			}
		}
	}
	if s.phase == over {
		s.end()
		return len(c.Data), app.Bypass
	}
	return len(c.Data), app.OK
}

// end completes the transaction and lets go of what is held.
func (s *State) end() {
	s.phase, s.tx.done = over, true
	for i := range s.held {
		s.env.Mem.Put(s.held[i])
		s.held[i] = nil
	}
}

// read reads what the phase is about off b. more: it is not all there.
func (s *State) read(b []byte) (used int, more bool) {
	t := &s.tx
	switch s.phase {
	case serverVersion, clientVersion:
		if len(b) < versionLen {
			return 0, true
		}
		v := &t.server
		next := clientVersion
		if s.phase == clientVersion {
			v = &t.client
		}
		if !v.read(b) {
			t.raise(EventMalformedMessage)
			s.phase = over
			return versionLen, false
		}
		if s.phase == clientVersion {
			next = s.agree()
		}
		s.phase = next
		return versionLen, false
	case securityType:
		if len(b) < 4 {
			return 0, true
		}
		v := binary.BigEndian.Uint32(b)
		t.secType, t.hasType = v, true
		s.phase = s.authenticate(v)
		return 4, false
	case securityTypes:
		if len(b) < 1 || len(b) < 1+int(b[0]) {
			return 0, true
		}
		n := int(b[0])
		if s.phase = choice; n == 0 {
			s.phase = reason
		}
		return 1 + n, false
	case choice:
		if len(b) < 1 {
			return 0, true
		}
		t.secType, t.hasType = uint32(b[0]), true
		s.phase = s.authenticate(uint32(b[0]))
		return 1, false
	case challenge, response:
		if len(b) < challengeLen {
			return 0, true
		}
		if s.phase == challenge {
			copy(t.challenge[:], b)
			t.hasChallenge, s.phase = true, response
		} else {
			copy(t.response[:], b)
			t.hasResponse, s.phase = true, result
		}
		return challengeLen, false
	case result:
		if len(b) < 4 {
			return 0, true
		}
		t.result, t.hasResult = binary.BigEndian.Uint32(b), true
		switch {
		case t.result == 0:
			s.phase = clientInit
		case t.result > 2:
			t.raise(EventUnknownSecurityResult)
			s.phase = over
		case s.minor == 8:
			s.phase = reason
		default:
			s.phase = over
		}
		return 4, false
	case reason:
		return s.text(b, 0, &t.reason)
	case clientInit:
		if len(b) < 1 {
			return 0, true
		}
		t.shared, t.hasShared, s.phase = b[0] != 0, true, serverInit
		return 1, false
	}
	if used, more = s.text(b, serverInitLen-4, &t.name); !more {
		t.screen(b)
	}
	return used, more
}

// text keeps a text behind its length at an offset, and ends the handshake.
func (s *State) text(b []byte, at int, to *[]byte) (used int, more bool) {
	if len(b) < at+4 {
		return 0, true
	}
	size := binary.BigEndian.Uint32(b[at:])
	n := int(min(size, maxText))
	if len(b) < at+4+n {
		return 0, true
	}
	*to, _ = s.env.Keep.Append(*to, b[at+4:at+4+n])
	s.phase = over
	return at + 4 + n, false
}

// agree is what follows the versions: the lower one is spoken, and what is not
// known is 3.3 (RFC 6143 section 7.1.1).
func (s *State) agree() phase {
	v := min(s.tx.server.number(), s.tx.client.number())
	switch {
	case v >= 3008:
		s.minor = 8
	case v == 3007:
		s.minor = 7
	default:
		s.minor = 3
		return securityType
	}
	return securityTypes
}

// authenticate is what follows a security type.
func (s *State) authenticate(typ uint32) phase {
	switch {
	case typ == secInvalid:
		return reason
	case typ == secNone && s.minor == 8:
		return result
	case typ == secNone:
		return clientInit
	case typ == secVNC:
		return challenge
	}
	s.tx.raise(EventUnimplementedSecurityType)
	return over
}
