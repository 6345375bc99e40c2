package smb

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
	"github.com/weir-ips/weir/match/input"
)

// State is one connection.
type State struct {
	sh    *shared
	sides [2]side
	// live are the transactions that wait for something, oldest first; last is the
	// latest of the flow, nil when it was released.
	live []*Tx
	few  [8]*Tx
	last *Tx
	book book
	rpc  rpcState
	// calls counts calls of Parse.
	calls uint64
	// dialect is that of SMB 2, name the one of SMB 1.
	dialect           uint16
	name              [32]byte
	nname             int
	maxRead, maxWrite uint32
}

// side is what is known of one direction.
type side struct {
	begun bool
	// lost: where the next message begins is to be found.
	lost bool
	// message is how many octets of the current session message are left, data how
	// many of them belong to a file, skip how many are stepped over.
	message, data, skip int
	// pad is what is stepped over behind the data.
	pad int
	// tx takes the data; nil: nobody does.
	tx *Tx
	// chain is what earlier messages of a compound say.
	chain chain
}

// chain is what a compound's messages say to those behind them ([MS-SMB2] section
// 3.3.5.2.7.2): the file that one opens is the file of the others.
type chain struct {
	created bool
	message uint64
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppSMB)
	s.sh = sharedOf(env)
	s.live = s.few[:0]
	s.book.t = &s.sh.tables
	return s
}

// Reset is app.State's.
func (s *State) Reset() {
	s.book.clear()
	s.rpc.release(s.sh)
	clear(s.live)
	s.sh.live.Back(s.live, s.few[:])
	*s = State{sh: s.sh}
	s.live = s.few[:0]
	s.book.t = &s.sh.tables
}

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	sd := &s.sides[c.Dir-1]
	s.calls++
	if s.book.flow == 0 {
		s.sh.flows++
		s.book.flow = s.sh.flows
	}
	if !sd.begun {
		sd.begun, sd.lost = true, c.Flow.Midstream
	}
	if c.Gap > 0 {
		s.gap(sd, c.Gap)
	}
	at := 0
	for at < len(c.Data) {
		n, ok := s.step(c, sd, c.Data[at:], at)
		if !ok {
			return len(c.Data), app.Failed
		}
		if n == 0 {
			break
		}
		at += n
	}
	if c.EOF {
		at = len(c.Data)
	}
	return at, app.OK
}

// gap steps over n octets that will not come: those of a file leave a hole in it,
// behind others the next message is looked for.
func (s *State) gap(sd *side, n uint64) {
	if k := min(n, uint64(sd.skip)); k > 0 {
		sd.skip -= int(k)
		sd.message -= int(k)
		n -= k
	}
	if k := min(n, uint64(sd.data)); k > 0 {
		if sd.tx != nil {
			sd.tx.miss(k)
		}
		sd.message -= int(k)
		if sd.data -= int(k); sd.data == 0 {
			sd.endData()
		}
		n -= k
	}
	if n > uint64(sd.skip) || n > 0 && sd.skip == 0 {
		*sd = side{begun: true, lost: true}
	} else {
		sd.skip -= int(n)
		sd.message -= int(n)
	}
}

// endData steps over what follows the data that were there.
func (sd *side) endData() { sd.tx, sd.skip, sd.pad = nil, sd.skip+sd.pad, 0 }

// step reads what b begins with, off octets into the call's data, and says how many
// octets it is done with; 0: more are needed. ok is false when this is beyond use.
func (s *State) step(c *app.Call, sd *side, b []byte, off int) (n int, ok bool) {
	switch {
	case sd.skip > 0:
		n = min(sd.skip, len(b))
		sd.skip -= n
	case sd.data > 0:
		n = min(sd.data, len(b))
		if sd.tx != nil {
			sd.tx.octets(b[:n])
		}
		if sd.data -= n; sd.data == 0 {
			sd.endData()
		}
	case sd.message > 0:
		n, ok = s.element(c, sd, b[:min(len(b), sd.message)], off)
		if !ok {
			return 0, false
		}
	case sd.lost:
		return s.search(c, sd, b, off)
	default:
		return s.session(c, sd, b, off)
	}
	sd.message -= n
	return n, true
}

// Session messages (RFC 1002 section 4.3.1).
const (
	sessionHead    = 4
	typeMessage    = 0x00
	typeRequest    = 0x81
	typeKeepAlive  = 0x85
	frameNBSS      = 0
	frameNBSSHead  = 1
	frameNBSSData  = 2
	frameSMB1      = 3
	frameSMB1Head  = 4
	frameSMB1Data  = 5
	frameSMB2      = 6
	frameSMB2Head  = 7
	frameSMB2Data  = 8
	frameSMB3      = 9
	frameSMB3Head  = 10
	frameSMB3Data  = 11
	maxSessionSize = 1<<24 - 1
)

// sessionLength is how long a session message is behind its head.
func sessionLength(b []byte) int { return int(b[1])<<16 | int(b[2])<<8 | int(b[3]) }

// session reads the head of a session message.
func (s *State) session(c *app.Call, sd *side, b []byte, off int) (int, bool) {
	if len(b) < sessionHead {
		return 0, true
	}
	if t := b[0]; t != typeMessage && (t < typeRequest || t > typeKeepAlive) {
		s.raise(evMalformedData)
		sd.lost = true
		return 1, true
	}
	n := sessionLength(b)
	c.Frame(frameNBSS, off, int64(sessionHead+n))
	c.Frame(frameNBSSHead, off, sessionHead)
	if n > 0 {
		c.Frame(frameNBSSData, off+sessionHead, int64(n))
	}
	sd.message, sd.chain = n, chain{}
	if b[0] != typeMessage {
		sd.skip = n
	}
	return sessionHead, true
}

// search looks for the next message behind what is missing: for its magic octets,
// with a session head in front.
func (s *State) search(c *app.Call, sd *side, b []byte, off int) (int, bool) {
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte("SMB"))
		if i < 0 {
			return max(len(b)-(sessionHead+3), 0), true
		}
		i += from
		if at := i - 1 - sessionHead; at >= 0 && b[i-1] >= smb2.MagicCompressed[0] && b[at] == typeMessage {
			if at > 0 {
				return at, true
			}
			sd.lost = false
			return s.session(c, sd, b, off)
		}
		from = i + 3
	}
}

// maxMessage is the longest message that is read whole, octets.
const maxMessage = 1<<20 - 64<<10

// element reads the next message within a session message; b ends where that does.
func (s *State) element(c *app.Call, sd *side, b []byte, off int) (int, bool) {
	if len(b) < 4 {
		if sd.message < 4 {
			sd.skip = sd.message // nothing that could be a message
			return s.skipped(sd, b), true
		}
		return 0, true
	}
	switch string(b[:4]) {
	case smb2.Magic:
		return s.message2(c, sd, b, off)
	case smb1.Magic:
		return s.message1(c, sd, b, off)
	case smb2.MagicTransform:
		if sd.message < smb2.TransformLen {
			s.raise(evMalformedData)
			return 0, false
		}
		c.Frame(frameSMB3, off, int64(sd.message))
		c.Frame(frameSMB3Head, off, smb2.TransformLen)
		c.Frame(frameSMB3Data, off+smb2.TransformLen, int64(sd.message-smb2.TransformLen))
		sd.skip = sd.message
	case smb2.MagicCompressed:
		sd.skip = sd.message
	default:
		s.raise(evMalformedData)
		return 0, false
	}
	return s.skipped(sd, b), true
}

// skipped begins to step over what is to be skipped.
func (s *State) skipped(sd *side, b []byte) int {
	n := min(sd.skip, len(b))
	sd.skip -= n
	return n
}

// whole decides what is done about a message of n octets that must be whole to be
// read: it is (n, true), is waited for (0, false), or stepped over because it is too
// long, whatever of it came.
func (s *State) whole(sd *side, b []byte, n int) (done int, ok bool) {
	switch {
	case n > maxMessage:
		s.raise(evRecordOverflow)
		sd.skip = n
		return s.skipped(sd, b), false
	case len(b) >= n:
		return n, true
	}
	return 0, false
}

// take hands the data of a message of n octets, of which have are there, to a
// transfer, nil for none: they begin at behind its start and are length long, as far
// as the message has room. It says how many octets are done with in front of them.
func (sd *side) take(t *Tx, have, at int, length uint64, n int) int {
	at = min(at, n)
	sd.tx, sd.data = t, int(min(length, uint64(n-at)))
	sd.pad = n - at - sd.data
	done := min(at, have)
	sd.skip = at - done
	if sd.data == 0 {
		sd.endData()
	}
	return done
}

// way reports whether a message goes the way that its header says.
func (s *State) way(c *app.Call, response bool) bool {
	if response == (c.Dir == input.ToClient) {
		return true
	}
	if response {
		s.raise(evResponseToServer)
	} else {
		s.raise(evRequestToClient)
	}
	return false
}
