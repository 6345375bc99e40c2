package dnp3

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	// Transport header (IEEE 1815 section 8.2.1).
	segFinal = 0x80
	segFirst = 0x40
	segSeq   = 0x3f

	maxSegment = 255 - minLength - 1
	// maxFragment is what the numbers of segments can tell apart.
	maxFragment = (segSeq + 1) * maxSegment
)

// shared is what the flows of one worker have in common.
type shared struct {
	env  *app.Env
	opt  Options
	txs  slab.List[Tx]
	user [256]byte // the user data of the frame at hand
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppDNP3].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppDNP3].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	env.Shared[input.AppDNP3] = sh
	return sh
}

// State is one connection.
type State struct {
	sh    *shared
	sides [2]side
	// unreplied are the requests since the last response.
	unreplied int
	flooded   bool
}

// side is what is known of one direction.
type side struct {
	// tx is the fragment that is not whole yet; seq is the number of its last
	// segment.
	tx  *Tx
	seq uint8
	// lost: the last octets were no frame, which was told.
	lost bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppDNP3)
	s.sh = sharedOf(env)
	return s
}

// Reset is app.State's.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	sd := &s.sides[c.Dir-1]
	if c.Gap > 0 {
		sd.abandon()
		sd.lost = true // what comes first may be the middle of a frame
	}
	b := c.Data
	for !c.Flow.Full() {
		n := s.frame(c, sd, b)
		if n == 0 {
			break
		}
		b = b[n:]
	}
	if c.EOF {
		sd.abandon()
		b = nil
	}
	return len(c.Data) - len(b), app.OK
}

// abandon ends a fragment whose rest will not come.
func (sd *side) abandon() {
	if sd.tx != nil {
		sd.tx.done = true
		sd.tx = nil
	}
}

// frame reads what b begins with and says how many octets it is done with; 0: more
// are needed.
func (s *State) frame(c *app.Call, sd *side, b []byte) int {
	if len(b) < len(start) {
		return 0
	}
	if b[0] != start[0] || b[1] != start[1] {
		s.lose(c, sd, evMalformed)
		return sd.skip(b)
	}
	if len(b) < headLen {
		return 0
	}
	if !checked(b[:headLen]) {
		s.lose(c, sd, evBadLinkCRC)
		return sd.skip(b)
	}
	if b[2] < minLength {
		s.lose(c, sd, evLenTooSmall)
		return sd.skip(b)
	}
	l := readLink(b)
	n := headLen + l.onWire()
	if len(b) < n {
		return 0
	}
	sd.lost = false
	switch user, ok := unblock(s.sh.user[:0], b[headLen:n]); {
	case !l.carries():
	case !ok:
		s.tell(c, sd, evBadTransportCRC)
		sd.abandon()
	case len(user) < 2:
		s.tell(c, sd, evLenTooSmall)
	default:
		s.segment(c, sd, l, user[0], user[1:])
	}
	return n
}

// skip goes on to where the next frame may begin: receivers look for the start
// octets, too (IEEE 1815 section 9.2.4.1.1).
func (sd *side) skip(b []byte) int {
	for at := 1; at < len(b); at++ {
		if b[at] == start[0] && (at+1 == len(b) || b[at+1] == start[1]) {
			return at
		}
	}
	return len(b)
}

// lose tells once of octets that are no frame.
func (s *State) lose(c *app.Call, sd *side, ev uint16) {
	if !sd.lost {
		sd.lost = true
		s.tell(c, sd, ev)
	}
}

// tell raises an event: on the fragment that is on its way, or on a transaction
// of its own.
func (s *State) tell(c *app.Call, sd *side, ev uint16) {
	if sd.tx != nil {
		sd.tx.raise(ev)
		return
	}
	if t := s.open(c); t != nil {
		t.raise(ev)
		t.done = true
	}
}

// open makes a transaction; nil: there is no room.
func (s *State) open(c *app.Call) *Tx {
	t := s.sh.txs.Take(nil)
	if t == nil {
		return nil
	}
	t.sh, t.dir = s.sh, c.Dir
	id, ok := c.Flow.NewTx(t)
	if !ok {
		t.Release()
		return nil
	}
	t.id = id
	return t
}

// segment adds a transport segment to the fragment it belongs to.
func (s *State) segment(c *app.Call, sd *side, l link, head uint8, b []byte) {
	seq := head & segSeq
	if head&segFirst != 0 {
		sd.abandon()
		if sd.tx = s.open(c); sd.tx == nil {
			return
		}
		sd.tx.link = l
	} else if sd.tx == nil {
		return // of no fragment that is known
	} else if seq != (sd.seq+1)&segSeq {
		sd.abandon()
		return
	}
	sd.seq = seq
	t := sd.tx
	if len(t.data)+len(b) > maxFragment {
		t.raise(evTooLongReassembly)
		sd.abandon()
		return
	}
	out, ok := s.sh.env.Keep.Append(t.data, b)
	if !ok {
		sd.abandon()
		return
	}
	t.data = out
	if head&segFinal != 0 {
		sd.tx = nil
		t.finish()
		s.count(t)
	}
}

// count watches how many requests have no response.
func (s *State) count(t *Tx) {
	if t.dir == input.ToClient {
		if t.whole && !t.unsolicited() {
			s.unreplied, s.flooded = 0, false
		}
		return
	}
	if t.whole && t.function() == fnConfirm {
		return // answers nothing and is not answered
	}
	s.unreplied = min(s.unreplied+1, s.sh.opt.Unreplied+1)
	if s.unreplied > s.sh.opt.Unreplied && !s.flooded {
		s.flooded = true
		t.raise(evFlooded)
	}
}
