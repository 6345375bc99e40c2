package dns

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// State parses one flow's messages.
type State struct {
	sh   *shared
	seen bool
	// gap, by direction: octets are missing, and messages must be found again.
	gap [2]bool
}

// shared is what the states of a protocol share within a worker.
type shared struct {
	env   *app.Env
	proto input.AppProto
	opts  *Options
	txs   slab.List[Tx]
}

// maxTxs bounds the live transactions of a worker, for each protocol.
const maxTxs = 1 << 16

func newState(env *app.Env, proto input.AppProto) app.State {
	s := app.NewState[State](env, proto)
	s.sh = sharedOf(env, proto)
	return s
}

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env, proto input.AppProto) *shared {
	sh, _ := env.Shared[proto].(*shared)
	if sh == nil {
		sh = &shared{env: env, proto: proto, opts: DefaultOptions()}
		if o, ok := env.Options[proto].(*Options); ok && o != nil {
			sh.opts = o
		}
		limit := maxTxs
		if proto != input.AppDNS {
			limit /= 16 // what stays on a link is little
		}
		sh.txs = app.NewList[Tx](env, limit)
		env.Shared[proto] = sh
	}
	return sh
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{sh: s.sh} }

// Parse takes a datagram as one message, and of a stream as many messages as
// are complete.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	if c.Flow.IPProto == udp {
		if len(c.Data) > 0 {
			fr := c.Frame(0, 0, int64(len(c.Data)))
			if s.message(c, c.Data) {
				fr.Tx(c.Flow.Count - 1)
			}
		}
		return len(c.Data), app.OK
	}
	side := &s.gap[c.Dir-1]
	if c.Gap > 0 {
		*side = true
	}
	if *side {
		if len(c.Data) == 0 {
			return 0, app.OK
		}
		if probeStream(c.Data) == app.No {
			return len(c.Data), app.OK
		}
		*side = false
	}
	used := 0
	for len(c.Data)-used >= 2 {
		b := c.Data[used:]
		n := int(binary.BigEndian.Uint16(b))
		if n == 0 {
			used += 2
			continue
		}
		if len(b) < 2+n {
			break
		}
		if c.Flow.Full() {
			// The rest comes again when these were judged.
			break
		}
		fr := c.Frame(0, used+2, int64(n))
		if !s.message(c, b[2:2+n]) {
			return used, app.Failed
		}
		fr.Tx(c.Flow.Count - 1)
		used += 2 + n
	}
	return used, app.OK
}

const udp = 17

// message makes a transaction of one message. false: it is none.
func (s *State) message(c *app.Call, b []byte) bool {
	if len(b) < headerLen {
		return false
	}
	isResponse := b[2]&0x80 != 0
	mdns := s.sh.proto == input.AppMDNS
	if !s.seen {
		// The first message tells who asks: a flow picked up in the middle, or
		// opened by its answer, has its sides the wrong way round.
		s.seen = true
		fromServer := isResponse && !mdns
		if fromServer != (c.Dir == input.ToClient) {
			c.Flow.Reversed = !c.Flow.Reversed
		}
	}
	dir := c.Dir
	if c.Flow.Reversed {
		dir = dir.Reverse()
	}
	tx := s.sh.take()
	if tx == nil {
		return false
	}
	switch tx.msg.Parse(s.sh.env.Mem, b) {
	case BadHeader, NoMemory:
		tx.Release()
		return false
	case Malformed:
		tx.Release()
		s.raise(c.Flow, EventMalformedData)
		return false
	}
	toServer := dir == input.ToServer || mdns
	if toServer && isResponse && s.sh.proto == input.AppDNS {
		tx.Release()
		s.raise(c.Flow, EventNotRequest)
		return false
	}
	tx.response = !toServer || mdns && isResponse
	tx.flow = c.Flow
	tx.dir = dir
	tx.judge(s.sh.proto)
	id, ok := c.Flow.NewTx(tx)
	if !ok {
		tx.Release()
		return false
	}
	tx.id = id
	return true
}

// raise sets an event on the flow's youngest transaction, when it is still
// there.
func (s *State) raise(f *app.Flow, ev uint16) {
	if n := len(f.Txs); n > 0 {
		if tx, ok := f.Txs[n-1].(*Tx); ok {
			tx.events |= 1 << ev
		}
	}
}

func (sh *shared) take() *Tx {
	tx := sh.txs.Take(nil)
	if tx != nil {
		tx.sh = sh
	}
	return tx
}
