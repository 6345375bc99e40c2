package nfs

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	udp = 17
	// maxWhole is how much of a record is waited for, octets; headLen of one that
	// carries data of a file, which are read as they come.
	maxWhole = 64 << 10
	headLen  = 2048
	// maxFragments is the longest record that comes in fragments.
	maxFragments = 256 << 10
	// maxTxs and maxItems bound those of a worker.
	maxTxs   = 1 << 15
	maxItems = 1 << 16
)

// shared is what the flows of one worker have in common.
type shared struct {
	env   *app.Env
	opt   Options
	txs   slab.List[Tx]
	items slab.List[item]
	// in and call are those of the message at hand.
	in   cursor
	call call
}

func sharedOf(env *app.Env) *shared {
	if sh, ok := env.Shared[input.AppNFS].(*shared); ok {
		return sh
	}
	sh := &shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppNFS].(*Options); ok && o != nil {
		sh.opt = *o
	}
	sh.txs, sh.items = app.NewList[Tx](env, maxTxs), app.NewList[item](env, maxItems)
	env.Shared[input.AppNFS] = sh
	return sh
}

// State is one flow.
type State struct {
	sh    *shared
	sides [2]side
	calls items
	names items
	// runs counts Parse: what a file gets within one belongs together.
	runs uint64
	// version is that of the flow's first call.
	version uint32
}

// side is one direction.
type side struct {
	// left octets belong to tx's file; behind them, skip octets to nobody.
	left, skip uint64
	tx         *Tx
	// frags is what came of a record in fragments.
	frags []byte
	// lost: a message is to be found again.
	lost bool
}

func newState(env *app.Env) *State {
	s := app.NewState[State](env, input.AppNFS)
	s.sh = sharedOf(env)
	return s
}

// Reset is app.State's.
func (s *State) Reset() {
	for i := range s.sides {
		s.sh.env.Mem.Put(s.sides[i].frags)
	}
	s.calls.clear(s.sh)
	s.names.clear(s.sh)
	*s = State{sh: s.sh}
}

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	s.runs++
	if c.Flow.IPProto == udp {
		s.message(c, c.Data, 0, 0)
		return len(c.Data), app.OK
	}
	sd := &s.sides[c.Dir-1]
	sd.miss(c.Gap)
	for used < len(c.Data) {
		b := c.Data[used:]
		n := 0
		switch {
		case sd.left > 0:
			n = int(min(sd.left, uint64(len(b))))
			if sd.tx != nil {
				sd.tx.octets(b[:n])
			}
			sd.took(uint64(n))
		case sd.skip > 0:
			n = int(min(sd.skip, uint64(len(b))))
			sd.skip -= uint64(n)
		case sd.lost:
			n = sd.find(b)
			if n == 0 && sd.lost {
				return used, s.eof(c)
			}
		default:
			if n = s.record(c, sd, b, used); n == 0 && !sd.lost {
				return used, s.eof(c)
			}
		}
		used += n
	}
	return used, s.eof(c)
}

func (s *State) eof(c *app.Call) app.Status {
	if c.EOF {
		for _, tx := range c.Flow.Txs {
			if t, ok := tx.(*Tx); ok && (c.Dir == input.ToClient || t.file && t.dir == input.ToServer) {
				t.end()
			}
		}
	}
	return app.OK
}

// took tells that n octets of a file's data went by.
func (sd *side) took(n uint64) {
	if sd.left -= n; sd.left == 0 && sd.tx != nil {
		sd.tx.chunkDone()
		sd.tx = nil
	}
}

// miss tells of octets that will never come.
func (sd *side) miss(gap uint64) {
	if n := min(gap, sd.left); n > 0 {
		if sd.tx != nil {
			sd.tx.gap(n)
		}
		sd.took(n)
		gap -= n
	}
	n := min(gap, sd.skip)
	sd.skip -= n
	if gap > n {
		sd.lost = true
	}
}

// find goes on to where a message may begin.
func (sd *side) find(b []byte) int {
	for i := range b {
		yes, more := looks(b[i:])
		if yes {
			sd.lost = false
			return i
		}
		if more && i > 0 {
			return i
		} else if more {
			return 0
		}
	}
	return len(b)
}

// lose gives up the record at hand.
func (s *State) lose(c *app.Call, sd *side) {
	s.sh.env.Mem.Put(sd.frags)
	sd.frags, sd.lost = nil, true
	s.raise(c.Flow, evMalformed)
}

// raise notes an event on the newest transaction; without one there is nothing that
// it could stand at.
func (s *State) raise(f *app.Flow, ev uint16) {
	if n := len(f.Txs); n > 0 {
		if t, ok := f.Txs[n-1].(*Tx); ok {
			t.events |= 1 << ev
		}
	}
}

// record reads a record, or a fragment of one; 0: more octets are needed.
func (s *State) record(c *app.Call, sd *side, b []byte, at int) int {
	if len(b) < 4 {
		return 0
	}
	size, last := mark(b)
	if size > maxRecord || size < 24 && last && len(sd.frags) == 0 {
		s.lose(c, sd)
		return 1
	}
	if !last || len(sd.frags) > 0 {
		return s.fragment(c, sd, b, size, last)
	}
	want := min(size, maxWhole)
	if size > headLen && s.streams(b[4:], c.Dir) {
		want = headLen
	}
	if len(b) < 4+want {
		return 0
	}
	msg := b[4:min(4+size, len(b))]
	rest := uint64(size - len(msg))
	sd.skip = rest
	s.message(c, msg, at, rest)
	return 4 + len(msg)
}

// streams reports whether a message may carry data of a file. It has headLen octets,
// or fewer.
func (s *State) streams(b []byte, d input.Dir) bool {
	if len(b) < 24 {
		return true // as it looks so far
	}
	version, proc := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if d == input.ToClient {
		at := s.calls.call(binary.BigEndian.Uint32(b))
		if at == nil {
			return false
		}
		version, proc = (*at).version, (*at).proc
		return version == 4 && proc == procCompound || version < 4 && proc == procRead
	}
	return version == 4 && proc == procCompound || isWrite(version, proc)
}

// fragment puts a record together.
func (s *State) fragment(c *app.Call, sd *side, b []byte, size int, last bool) int {
	if len(sd.frags)+size > maxFragments {
		s.lose(c, sd)
		return 1
	}
	if len(b) < 4+size {
		return 0
	}
	out, ok := s.sh.env.Mem.Append(sd.frags, b[4:4+size])
	if !ok {
		s.lose(c, sd)
		return 1
	}
	if sd.frags = out; last {
		sd.frags = nil
		s.message(c, out, -1, 0)
		s.sh.env.Mem.Put(out)
	}
	return 4 + size
}

// message reads a message of which rest octets are still to come. at is where its
// record stands in c.Data, -1 when it stands in several.
func (s *State) message(c *app.Call, b []byte, at int, rest uint64) {
	in := &s.sh.in
	*in = cursor{b: b}
	xid, typ := in.u32(), in.u32()
	fr := framer{c: c, at: at, rest: rest}
	switch {
	case typ == typeCall && c.Dir == input.ToServer:
		k := &s.sh.call
		*k = call{xid: xid}
		if !readCall(in, k) {
			s.raise(c.Flow, evMalformed)
			return
		}
		if k.program != program {
			return
		}
		fr.call(b, k, in.b)
		if s.version == 0 {
			s.version = k.version
		}
		s.request(c, k, in)
	case typ == typeReply && c.Dir == input.ToClient:
		denied, _, ok := readReply(in)
		at := s.calls.call(xid)
		if at == nil {
			return
		}
		it := *at
		*at = it.next
		s.calls.n--
		if ok {
			fr.reply(b, it.version, in.b)
			s.reply(c, it, denied, in)
		}
		s.sh.drop(it)
	}
}

// open makes a transaction; nil: there is no room. A flow that has too many gives up
// the oldest.
func (s *State) open(c *app.Call) *Tx {
	if len(c.Flow.Txs) >= s.sh.opt.MaxTx {
		for _, tx := range c.Flow.Txs {
			if t, ok := tx.(*Tx); ok && !t.over {
				t.events |= 1 << evTooManyTransactions
				t.end()
				break
			}
		}
	}
	t := s.sh.txs.Take(nil)
	if t == nil {
		return nil
	}
	t.sh, t.st = s.sh, s
	var ok bool
	if t.id, ok = c.Flow.NewTx(t); !ok {
		t.Release()
		return nil
	}
	return t
}
