package http1

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Where the reader of requests stands.
type reqState uint8

const (
	rqIdle reqState = iota
	rqLine
	rqMaybe09 // the line had no protocol: what follows decides
	rqHeaders
	rqConnect // waits for the answer to CONNECT
	rqIdentity
	rqChunkLength
	rqChunkData
	rqChunkEnd
	rqTrailer
	rqFinal
	rqIgnore // behind an HTTP/0.9 request, or in a tunnel
)

// Where the reader of responses stands.
type respState uint8

const (
	rsIdle respState = iota
	rsLine
	rsHeaders
	rsLength
	rsClose
	rsChunkLength
	rsChunkData
	rsChunkEnd
	rsTrailer
	rsFinal
	rsTunnelStart
	rsTunnel // what follows is something else
)

// step is what a state's function says.
type step uint8

const (
	again  step = iota // go on in the state that is set now
	wait               // more octets are needed
	failed             // beyond use
	handOver
)

// State is the parser of one flow.
type State struct {
	env *app.Env
	sh  *Shared
	opt *Options

	rq reqState
	rs respState
	// req is the request being read; head and tail the transactions whose response
	// did not end yet, in order.
	req, head, tail *Tx
	flow            *app.Flow

	// left of a body of known length, or of a chunk.
	reqLeft, respLeft uint64
	// searched: octets of the unconsumed rest known to have no line end.
	searched [2]int
	bombs    int
	answers  uint64
	warnings int
	fileID   uint64
	noMemory bool
	resync   [2]bool
	next     input.AppProto
	port     uint16 // where a tunnel leads
	locked   bool
	call     *app.Call
	frames   [2]*app.Frame // the request and the response at hand, as frames
	nowUS    int64
}

func newState(env *app.Env) *State {
	sh := sharedOf(env)
	s := app.NewState[State](env, input.AppHTTP1)
	s.env, s.sh, s.opt = env, sh, &sh.opt
	return s
}

// Reset is app.State's.
func (s *State) Reset() { *s = State{env: s.env, sh: s.sh, opt: s.opt} }

// Parse is app.State's.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	if s.flow == nil {
		s.opt = s.sh.opt.of(c.Flow)
	}
	s.flow, s.locked, s.nowUS, s.call = c.Flow, c.Locked, c.TimeUS, c
	// Octets are of the request at hand, or of the answer to the oldest one without.
	s.req.touch()
	s.head.touch()
	in := cursor{b: c.Data, eof: c.EOF}
	var st step
	if c.Dir == input.ToServer {
		if s.req != nil {
			s.req.req.body.begin(s.req)
		}
		if c.Gap > 0 {
			s.requestGap(c.Gap)
		}
		st = s.requests(&in)
		if c.EOF && st == wait {
			s.closeRequests(&in)
		}
	} else {
		if s.head != nil {
			s.head.resp.body.begin(s.head)
		}
		if c.Gap > 0 {
			s.responseGap(c.Gap)
		}
		st = s.responses(&in)
		if c.EOF && st == wait {
			s.closeResponses(&in)
		}
	}
	if s.noMemory {
		st = failed
	}
	switch st {
	case failed:
		s.abort()
		return len(c.Data), app.Failed
	case handOver:
		c.Next, c.NextPort = s.next, s.port
		return in.i, app.Switch
	}
	return in.i, app.OK
}

// cursor walks through the octets of a call.
type cursor struct {
	b   []byte
	i   int
	eof bool
}

func (in *cursor) rest() []byte { return in.b[in.i:] }

// newTx starts a transaction at the end of the queue.
func (s *State) newTx() *Tx {
	if len(s.flow.Txs) >= s.opt.MaxTx {
		s.sh.Stats.NoTx++
		return nil
	}
	t := s.sh.takeTx()
	if t == nil {
		return nil
	}
	t.st, t.port, t.reqLen = s, -1, -1
	id, ok := s.flow.NewTx(t)
	if !ok {
		t.st = nil
		s.sh.txs.Put(t)
		s.sh.Stats.NoTx++
		return nil
	}
	t.id = id
	if s.tail == nil {
		s.head, s.tail = t, t
	} else {
		s.tail.next = t
		s.tail = t
	}
	return t
}

// answered takes the head of the queue off.
func (s *State) answered() {
	t := s.head
	if t == nil {
		return
	}
	s.head = t.next
	t.touch()
	s.head.touch()
	if s.head == nil {
		s.tail = nil
	}
	t.next = nil
}

// forget drops every pointer to a transaction that is released.
func (s *State) forget(t *Tx) {
	if s.req == t {
		s.req = nil
	}
	var before *Tx
	for x := s.head; x != nil; x = x.next {
		if x != t {
			before = x
			continue
		}
		if before == nil {
			s.head = x.next
		} else {
			before.next = x.next
		}
		if s.tail == x {
			s.tail = before
		}
		return
	}
}

// abort completes everything: nothing will be added.
func (s *State) abort() {
	if s.req != nil {
		s.cutRequest(s.req)
		s.req = nil
	}
	for s.head != nil {
		t := s.head
		s.cutRequest(t)
		s.cutResponse(t)
		s.answered()
	}
}

// cutRequest and cutResponse end a direction before its time.
func (s *State) cutRequest(t *Tx) {
	if t.req.progress != input.Complete {
		s.endBody(t, input.ToServer, true)
		t.req.progress = input.Complete
		s.checkRequest(t)
	}
}

func (s *State) cutResponse(t *Tx) {
	if t.resp.progress != input.Complete {
		s.endBody(t, input.ToClient, true)
		t.resp.progress = input.Complete
	}
}

// lineEnd finds the octet behind the next LF (or, for responses, CR or CRLF);
// -1: not there yet. What was searched once is not searched again.
func (s *State) lineEnd(in *cursor, side int, cr bool) int {
	b := in.rest()
	k := min(s.searched[side], len(b))
	for ; k < len(b); k++ {
		if b[k] == '\n' {
			s.searched[side] = 0
			return k + 1
		}
		if cr && b[k] == '\r' {
			if k+1 == len(b) {
				break
			}
			s.searched[side] = 0
			if b[k+1] == '\n' {
				return k + 2
			}
			return k + 1
		}
	}
	s.searched[side] = k
	return -1
}
