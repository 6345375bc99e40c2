package ike

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxTxs is the most transactions of a worker.
	maxTxs = 16384
	// maxVendors is the most vendor identifiers that are kept of a message.
	maxVendors = 256
	// maxRoom is what an identifier takes in hexadecimal.
	maxRoom = 64 << 10
)

// State is one flow.
type State struct {
	pool  *single.Pool[Tx]
	opt   Options
	sides [2]side
	// doi is the domain of interpretation of version 1.
	doi    uint32
	hasDOI bool
	// marked: the flow's messages have markers; what has none is ESP, or keeps an
	// address translation alive.
	marked, begun bool
	// renewed: the message at hand proposes anew.
	renewed bool
	// algorithms are those that the responder of version 2 chose, by kind.
	algorithms [numTransforms]uint16
}

// side is what one side of version 1 said last: its public key, its nonce, the
// attributes of its first transform, and how many transforms there were.
type side struct {
	kx, nonce, chosen []byte
	transforms        int
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppIKE)
	s.pool = single.Of(env, input.AppIKE, maxTxs, maxRoom, base)
	if o, ok := env.Options[input.AppIKE].(*Options); ok && o != nil {
		s.opt = *o
	}
	s.Reset()
	return s
}

// Reset is app.State's.
func (s *State) Reset() {
	for i := range s.sides {
		s.keep(&s.sides[i].kx, nil)
		s.keep(&s.sides[i].nonce, nil)
		s.keep(&s.sides[i].chosen, nil)
	}
	*s = State{pool: s.pool, opt: s.opt}
	s.algorithms[transformEnc] = encNull
}

// Parse is app.State's. A datagram that is no message is a transaction with an event
// and nothing else, and refused.
func (s *State) Parse(c *app.Call) (n int, st app.Status) {
	if n = len(c.Data); n == 0 {
		return 0, app.OK
	}
	b, marked := unmark(c.Data)
	if !s.begun {
		s.begun, s.marked = true, marked
	}
	switch {
	case s.marked && !marked:
		return n, app.OK
	case !s.marked:
		b = c.Data
	}
	if st = app.OK; !isMessage(b) {
		st = app.Failed
	}
	t := s.pool.Take(c)
	if t == nil {
		return n, st
	}
	t.st = s
	if !t.Add(c, t.take(b)) {
		return n, st
	}
	switch t.version {
	case 1:
		s.version1(t)
	case 2:
		s.version2(t)
	default:
		t.Raise(evMalformedData)
	}
	return n, st
}

// isMessage reports whether a datagram begins with the header of a version that is
// known.
func isMessage(b []byte) bool {
	if len(b) < headLen {
		return false
	}
	v := readHead(b).version
	return v == 1 || v == 2
}

// take copies a datagram, with its SPIs in hexadecimal in front; false: no memory.
func (t *Tx) take(b []byte) bool {
	if !isMessage(b) {
		return true
	}
	h := readHead(b)
	var spis [2 * spiLen]byte
	binary.BigEndian.PutUint64(spis[:], h.spi[0])
	binary.BigEndian.PutUint64(spis[spiLen:], h.spi[1])
	room := t.Pool.Room[:2*len(spis)]
	hex.Encode(room, spis[:])
	if !t.Keep(room) || !t.Keep(b) {
		return false
	}
	t.head, t.size = h, len(b)
	return true
}

// vendor keeps an identifier in hexadecimal behind the message, its length in front.
func (s *State) vendor(t *Tx, b []byte) {
	room := s.pool.Room[:maxRoom]
	if t.vendors == maxVendors || 2*len(b) > len(room)-2 {
		t.Raise(evPayloadExtraData)
		return
	}
	n := hex.Encode(room[2:], b)
	binary.BigEndian.PutUint16(room, uint16(n))
	if t.Keep(room[:2+n]) {
		t.vendors++
	}
}
