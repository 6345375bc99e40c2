package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
	"github.com/weir-ips/weir/dataplane/app/smb/status"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// pdu is what one message says to or from a pipe.
type pdu struct {
	major  uint8
	cmd    uint16
	ids    ids
	fid    fileID
	status uint32
	data   []byte
}

// pipe is an open pipe that speaks DCE/RPC: what both sides agreed on, and the
// octets of either that are no whole PDU yet.
type pipe struct {
	fid  fileID
	conn rpc.Conn
	dirs [2]rpc.Pipe
	// refs are the transactions that look at conn; closed: nobody else does.
	refs   int
	closed bool
	next   *pipe
}

// maxPipes bounds the open pipes of a flow.
const maxPipes = 32

// rpcTx is what a transaction of kindRPC knows.
type rpcTx struct {
	call rpc.Call
	pipe *pipe
}

func (r *rpcTx) release(sh *shared) {
	r.call.Close(sh.env.Keep)
	if p := r.pipe; p != nil {
		if p.refs--; p.refs == 0 && p.closed {
			sh.dropPipe(p)
		}
	}
	*r = rpcTx{}
}

// rpcState are a flow's open pipes, the one used last in front.
type rpcState struct {
	pipes *pipe
	n     int
}

// release closes all pipes.
func (r *rpcState) release(sh *shared) {
	for p := r.pipes; p != nil; p = r.pipes {
		r.close(sh, &r.pipes)
	}
}

// close takes the pipe behind at from the flow.
func (r *rpcState) close(sh *shared, at **pipe) {
	p := *at
	*at = p.next
	p.next, p.closed = nil, true
	r.n--
	if p.refs == 0 {
		sh.dropPipe(p)
	}
}

func (sh *shared) dropPipe(p *pipe) {
	p.conn.Close()
	p.dirs[0].Reset()
	p.dirs[1].Reset()
	*p = pipe{}
	sh.pipes.Put(p)
}

// pipeOf is the flow's record of an open pipe, made when there is none; nil: there
// is no room.
func (s *State) pipeOf(f fileID) *pipe {
	r := &s.rpc
	for at := &r.pipes; *at != nil; at = &(*at).next {
		if p := *at; p.fid == f {
			*at = p.next
			p.next, r.pipes = r.pipes, p
			return p
		}
	}
	if r.n >= maxPipes {
		at := &r.pipes
		for (*at).next != nil {
			at = &(*at).next
		}
		r.close(s.sh, at)
	}
	p := s.sh.pipes.Take(nil)
	if p == nil {
		return nil
	}
	keep := s.sh.env.Keep
	*p = pipe{fid: f, next: r.pipes}
	p.conn.Mem, p.dirs[0].Mem, p.dirs[1].Mem = keep, keep, keep
	r.pipes = p
	r.n++
	return p
}

// closePipe ends a pipe with the file.
func (s *State) closePipe(f fileID) {
	for at := &s.rpc.pipes; *at != nil; at = &(*at).next {
		if (*at).fid == f {
			s.rpc.close(s.sh, at)
			return
		}
	}
}

// rpcRequest takes what a client writes to a pipe.
func (s *State) rpcRequest(c *app.Call, m pdu) { s.rpcOctets(c, &m, input.ToServer) }

// rpcResponse takes what comes out of a pipe; an error is the end of what was asked
// in the same message.
func (s *State) rpcResponse(c *app.Call, m pdu) {
	switch m.status {
	case status.Success, status.BufferOverflow:
		s.rpcOctets(c, &m, input.ToClient)
	default:
		if t := s.findKind(kindRPC, m.ids); t != nil {
			if t.setStatus(m.status, false); m.status != status.Pending {
				t.rpc.call.End(input.ToClient)
				t.finish()
			}
		}
	}
}

func (s *State) rpcOctets(c *app.Call, m *pdu, d input.Dir) {
	p := s.pipeOf(m.fid)
	if p == nil {
		return
	}
	q := &p.dirs[d-1]
	if !q.Feed(m.data) {
		s.sh.unqueued += uint64(len(m.data))
		return
	}
	var u rpc.PDU
	for {
		switch q.Next(&u) {
		case rpc.Whole:
			s.rpcPDU(c, m, p, d, &u)
		case rpc.Bad:
			s.raise(evMalformedData)
			q.Reset()
			return
		default:
			return
		}
	}
}

// rpcPDU adds a PDU to its call.
func (s *State) rpcPDU(c *app.Call, m *pdu, p *pipe, d input.Dir, u *rpc.PDU) {
	t := s.findCall(p, d, u)
	if t == nil {
		if _, answers := u.Type.Answers(); d == input.ToClient && (!answers || u.Type != rpc.Response && u.Type != rpc.Fault) {
			return // of a bind that was not seen
		}
		if d == input.ToServer && u.Type == rpc.Request && !u.First() {
			return // a fragment of a call that was not seen
		}
		if t = s.open(c, kindRPC, m.major, m.cmd, m.ids); t == nil {
			return
		}
		t.rpc.pipe = p
		p.refs++
		t.rpc.call.Open(u)
		if d == input.ToClient {
			t.rpc.call.End(input.ToServer)
		}
	}
	call := &t.rpc.call
	if !p.conn.Take(call, d, u) || !u.Type.Known() {
		t.raise(evMalformedData)
	}
	if d == input.ToClient {
		t.setStatus(m.status, false)
	} else if !rpc.Matters(d, u) {
		call.End(input.ToClient) // nothing answers it
	}
	t.done[0], t.done[1] = call.Done(input.ToServer), call.Done(input.ToClient)
	if t.done[0] && t.done[1] {
		t.finish()
		s.last = t
	}
}

// findCall is the live call of a pipe that a PDU belongs to.
func (s *State) findCall(p *pipe, d input.Dir, u *rpc.PDU) *Tx {
	for _, t := range s.live {
		if t.kind == kindRPC && t.rpc.pipe == p && t.rpc.call.Takes(d, u) {
			return t
		}
	}
	return nil
}

// LittleEndian is the byte order that the caller chose.
func (t *Tx) LittleEndian() bool { return t.rpc.call.Little }

func (t *Tx) writeRPC(w *event.Writer) {
	call := &t.rpc.call
	w.Obj("dcerpc")
	asked := call.Seen(input.ToServer)
	if asked {
		t.rpcType(w, "request", call.Type(input.ToServer))
	} else {
		w.StrConst("request", "REQUEST_LOST")
	}
	answered := call.Seen(input.ToClient)
	if answered {
		t.rpcType(w, "response", call.Type(input.ToClient))
	} else {
		w.StrConst("response", "UNREPLIED")
	}
	if asked {
		switch call.Type(input.ToServer) {
		case rpc.Request:
			w.Uint("opnum", uint64(call.Opnum))
			writeStub(w, "req", call, input.ToServer)
			t.writeIfaces(w, false)
		case rpc.Bind:
			t.writeIfaces(w, true)
		}
	}
	if answered && call.Type(input.ToClient) == rpc.Response {
		writeStub(w, "res", call, input.ToClient)
	}
	w.Uint("call_id", uint64(call.ID))
	w.End()
}

func (t *Tx) rpcType(w *event.Writer, key string, typ rpc.Type) {
	if name := typ.Name(); name != "" {
		w.StrConst(key, name)
	} else {
		t.decimal(w, key, uint64(typ))
	}
}

func writeStub(w *event.Writer, key string, call *rpc.Call, d input.Dir) {
	w.Obj(key)
	w.Uint("frag_cnt", uint64(call.Frags(d)))
	w.Uint("stub_data_size", uint64(len(call.Stub(d))))
	w.End()
}

// writeIfaces writes the interfaces that a bind asks for, or the one that a call goes
// to by its context.
func (t *Tx) writeIfaces(w *event.Writer, bind bool) {
	p := t.rpc.pipe
	if p == nil {
		return
	}
	open := false
	for i := range p.conn.Ifaces() {
		f := p.conn.Iface(i)
		if bind && f.CallID != t.rpc.call.ID || !bind && f.Context != t.rpc.call.Context {
			continue
		}
		if !open {
			open = true
			w.Arr("interfaces")
		}
		w.Obj("")
		t.writeIface(w, &f, bind)
		w.End()
	}
	if open {
		w.End()
	}
}

func (t *Tx) writeIface(w *event.Writer, f *rpc.Iface, bind bool) {
	f.Log(w)
	if !bind {
		f.LogNames(w, int(t.rpc.call.Opnum))
		return
	}
	if f.Acked {
		w.Uint("ack_result", uint64(f.Result))
		w.Uint("ack_reason", 0) // what EVE says in records of SMB, whatever the server's is
	}
	f.LogNames(w, -1)
}
