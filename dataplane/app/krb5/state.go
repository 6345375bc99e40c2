package krb5

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/input"
)

const (
	markLen = 4
	// maxMessage is the most octets of a message that are read; maxProbe is the
	// longest that detection takes for one.
	maxMessage = 64 << 10
	maxProbe   = 1 << 20
	// maxFields bounds the elements of a sequence, maxNames the octets of a name.
	maxFields = 32
	maxNames  = 4096
	maxTxs    = 16384
	udp       = 17
)

// State parses one flow.
type State struct {
	pool *single.Pool[Tx]
	seen bool
	// request is the type of the last one.
	request uint8
	// skip are the octets of the message at hand that are not read, by direction.
	skip [2]uint64
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppKRB5)
	s.pool = single.Of(env, input.AppKRB5, maxTxs, 0, base)
	return s
}

// Reset makes the state as new.
func (s *State) Reset() { *s = State{pool: s.pool} }

// Parse reads a datagram, or the messages of a stream.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if c.Flow.IPProto == udp {
		if len(c.Data) > 0 {
			s.message(c, c.Data)
		}
		return len(c.Data), app.OK
	}
	skip := &s.skip[c.Dir-1]
	if c.Gap > *skip {
		// Where the next message begins is not known any more.
		return 0, app.Failed
	}
	*skip -= c.Gap
	for used < len(c.Data) && !c.Flow.Full() {
		b := c.Data[used:]
		if *skip > 0 {
			n := min(*skip, uint64(len(b)))
			*skip -= n
			used += int(n)
			continue
		}
		if len(b) < markLen {
			return used, app.OK
		}
		total := uint64(binary.BigEndian.Uint32(b))
		n := min(total, maxMessage)
		if uint64(len(b)-markLen) < n || len(c.Flow.Txs) >= app.MaxTxs {
			return used, app.OK
		}
		if !s.message(c, b[markLen:markLen+int(n)]) {
			return used, app.Failed
		}
		*skip = total - n
		used += markLen + int(n)
	}
	return used, app.OK
}

// message makes a transaction of one message; false: it is none, or there is no
// room.
func (s *State) message(c *app.Call, b []byte) bool {
	t := s.pool.Take(c)
	if t == nil {
		return false
	}
	good := begins(b) == ber.Whole
	if good {
		t.parse(b)
		if !s.seen && t.kind != krbError {
			// The first message tells who asks.
			s.seen = true
			if isRequest(t.kind) != (s.dir(c) == input.ToServer) {
				c.Flow.Reversed = !c.Flow.Reversed
			}
		}
		if isRequest(t.kind) {
			s.request = t.kind
		}
	} else {
		t.Raise(EventMalformedData)
	}
	t.Dir, t.request = s.dir(c), s.request
	return t.Add(c, t.keep()) && good
}

// dir is the way that octets go, once it is known which side asks.
func (s *State) dir(c *app.Call) input.Dir {
	if c.Flow.Reversed {
		return c.Dir.Reverse()
	}
	return c.Dir
}
