package rdp

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// maxTxs is the most transactions of a worker.
const maxTxs = 8192

// shared is what the flows of one worker have in common.
type shared struct {
	env *app.Env
	txs slab.List[Tx]
	// text and number are where what is logged is put together.
	text   [3 * 32]byte
	number [2 * maxSerial]byte
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppRDP].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, txs: app.NewList[Tx](env, maxTxs)}
	env.Shared[input.AppRDP] = sh
	return sh
}

// take is a transaction; nil when there is none left.
func (sh *shared) take(d input.Dir, k kind) *Tx {
	t := sh.txs.Take(nil)
	if t != nil {
		t.sh, t.dir, t.kind = sh, d, k
	}
	return t
}

// State parses one flow.
type State struct {
	sh *shared
	// tls: both sides went over to TLS. hand is a handshake message of the server
	// that goes on in its next record.
	tls  bool
	hand []byte
}

// Reset makes the state as new.
func (s *State) Reset() {
	s.sh.env.Mem.Put(s.hand)
	*s = State{sh: s.sh}
}

// Parse reads one direction's octets.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if c.Gap > 0 {
		return 0, app.Failed // nothing tells where the next message begins
	}
	for !s.tls {
		b := c.Data[used:]
		if len(b) == 0 {
			return used, app.OK
		}
		if b[0] == recordHandshake {
			s.tls = true
			break
		}
		if b[0] != tpktVersion {
			return used, app.Failed
		}
		if len(b) < lenTPKT {
			return used, app.OK
		}
		size := int(binary.BigEndian.Uint16(b[2:]))
		if size < lenTPKT {
			return used, app.Failed
		}
		if len(b) < size || c.Flow.Full() {
			return used, app.OK
		}
		m := parse(b[lenTPKT:size])
		used += size
		if fromServer := m.kind == connectionConfirm || m.kind == mcsResponse; m.kind == other || fromServer != (c.Dir == input.ToClient) {
			continue
		}
		s.message(c, m)
		if m.kind == mcsResponse {
			return len(c.Data), app.Bypass
		}
	}
	return s.records(c, used)
}

// message makes a transaction of a message. Without room for it the message is
// passed over.
func (s *State) message(c *app.Call, m message) {
	t := s.sh.take(c.Dir, m.kind)
	if t == nil {
		return
	}
	ok := true
	keep := s.sh.env.Keep
	if m.kind == mcsRequest {
		m.cookie = m.core
	}
	if t.text, ok = keep.Append(t.text, m.cookie); ok {
		t.channels, ok = keep.Append(t.channels, m.channels)
	}
	if t.hasNeg = m.neg != nil; t.hasNeg {
		t.neg = [lenNegotiation]byte(m.neg)
	}
	s.add(c, t, ok)
}

// add makes a transaction the flow's, or gives it back.
func (s *State) add(c *app.Call, t *Tx, ok bool) {
	if ok {
		t.id, ok = c.Flow.NewTx(t)
	}
	if !ok {
		t.Release()
	}
}
