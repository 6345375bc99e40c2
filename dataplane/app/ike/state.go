package ike

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxTxs is the most transactions of a worker.
	maxTxs = 16384
	// maxVendors is the most vendor identifiers that are kept of a message.
	maxVendors = 256
)

// shared is what the flows of one worker have in common.
type shared struct {
	env  *app.Env
	opt  Options
	txs  slab.List[Tx]
	room [64 << 10]byte // for numbers in hexadecimal, and for names
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppIKE].(*shared); ok {
		return sh
	}
	sh := &shared{env: env}
	if o, ok := env.Options[input.AppIKE].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.txs = app.NewList[Tx](env, maxTxs)
	env.Shared[input.AppIKE] = sh
	return sh
}

// State is one flow.
type State struct {
	sh    *shared
	sides [2]side
	// doi is the domain of interpretation of version 1.
	doi    uint32
	hasDOI bool
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
	s.sh = sharedOf(env)
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
	*s = State{sh: s.sh}
	s.algorithms[transformEnc] = encNull
}

// Parse is app.State's. A datagram that is no message is a transaction with an event
// and nothing else, and refused.
func (s *State) Parse(c *app.Call) (n int, st app.Status) {
	if n = len(c.Data); n == 0 {
		return 0, app.OK
	}
	if st = app.OK; !isMessage(c.Data) {
		st = app.Failed
	}
	t := s.sh.txs.Take(nil)
	if t == nil {
		return n, st
	}
	t.sh, t.st, t.dir = s.sh, s, c.Dir
	if ok := t.take(c.Data); !ok {
		t.Release()
		return n, st
	}
	id, ok := c.Flow.NewTx(t)
	if !ok {
		t.Release()
		return n, st
	}
	t.id = id
	switch t.version {
	case 1:
		s.version1(t)
	case 2:
		s.version2(t)
	default:
		t.raise(evMalformedData)
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
func (t *Tx) take(b []byte) (ok bool) {
	if !isMessage(b) {
		return true
	}
	h := readHead(b)
	var spis [2 * spiLen]byte
	binary.BigEndian.PutUint64(spis[:], h.spi[0])
	binary.BigEndian.PutUint64(spis[spiLen:], h.spi[1])
	hex.Encode(t.sh.room[:], spis[:])
	if t.text, ok = t.sh.env.Keep.Append(nil, t.sh.room[:2*len(spis)]); !ok {
		return false
	}
	if t.text, ok = t.sh.env.Keep.Append(t.text, b); !ok {
		return false
	}
	t.head, t.size = h, len(b)
	return true
}

// vendor keeps an identifier in hexadecimal behind the message, its length in front.
func (s *State) vendor(t *Tx, b []byte) {
	if t.vendors == maxVendors || 2*len(b) > len(s.sh.room)-2 {
		t.raise(evPayloadExtraData)
		return
	}
	n := hex.Encode(s.sh.room[2:], b)
	binary.BigEndian.PutUint16(s.sh.room[:], uint16(n))
	out, ok := s.sh.env.Keep.Append(t.text, s.sh.room[:2+n])
	if !ok {
		return
	}
	t.text = out
	t.vendors++
}
