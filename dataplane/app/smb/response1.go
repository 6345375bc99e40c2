package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
	"github.com/weir-ips/weir/dataplane/app/smb/status"
)

// response1 reads one command of a response; whole is false when its block is not
// there.
func (s *State) response1(c *app.Call, m *msg1, command uint8, k *smb1.Block, whole bool) {
	found, ok := false, whole
	success := m.Status == status.Success
	switch {
	case !whole:
	case command == smb1.Negotiate:
		found, ok = s.negotiated1(m, k)
	case command == smb1.SessionSetupAndX:
		r, good := smb1.ReadSessionSetupResponse(&m.Header, k)
		s.sessionAnswer(ids{uint64(m.User), 0, uint64(m.ID)}, m.ids(), m.Status, m.DOS(), &r)
		found, ok = true, good
	case command == smb1.TreeConnectAndX:
		found, ok = s.connected1(m, k)
	case command == smb1.TreeDisconnect:
		if e := s.book.get(m.treeKey()); e != nil {
			s.book.drop(e)
		}
	case command == smb1.NTCreateAndX && success:
		found, ok = s.created1(m, k)
	case command == smb1.ReadAndX:
		if success {
			ok = s.readWhole1(c, m, k)
		}
	case command == smb1.Trans:
		ok = s.transResponse1(c, m, k)
	}
	if !found {
		t := s.find(1, uint16(command), m.ids())
		if t == nil && command == smb1.LogoffAndX {
			// The answer may name another session than the request.
			if n := len(s.live); n > 0 && s.live[n-1].major == 1 && s.live[n-1].cmd == uint16(command) {
				t = s.live[n-1]
			}
		}
		if t != nil {
			t.answer(m.Status, m.DOS())
		}
	}
	if !ok {
		s.raise(evMalformedData)
	}
}

func (s *State) negotiated1(m *msg1, k *smb1.Block) (found, ok bool) {
	r, ok := smb1.ReadNegotiateResponse(k)
	if !ok {
		return false, false
	}
	t := s.findNegotiate(1)
	if t == nil {
		return false, true
	}
	if r.GUID != nil {
		copy(t.serverGUID[:], r.GUID)
		t.hasServer = true
	}
	list := t.at(t.dialects)
	for i := 0; len(list) > 0 && int(list[0]) < len(list); i++ {
		n := int(list[0])
		if i == r.Dialect {
			s.nname = copy(s.name[:], list[1:1+n])
			t.answer(m.Status, m.DOS())
			return true, true
		}
		list = list[1+n:]
	}
	t.raise(evNegotiateMalformedDialects)
	t.answer(m.Status, m.DOS())
	return true, true
}

func (s *State) connected1(m *msg1, k *smb1.Block) (found, ok bool) {
	t := s.findKind(kindTree, ids{uint64(m.User), 0, uint64(m.ID)})
	if m.Status != status.Success {
		if t != nil {
			t.answer(m.Status, m.DOS())
		}
		return true, true
	}
	service, ok := smb1.ReadTreeConnectResponse(k)
	if !ok || t == nil {
		return false, ok
	}
	t.answered, t.hasAnswer = t.keep(service), true
	t.pipe = string(service) == "IPC"
	t.ids = m.ids()
	t.answer(m.Status, m.DOS())
	if e := s.book.put(m.treeKey(), t.at(t.name)); e != nil {
		e.pipe = t.pipe
	}
	return true, true
}

func (s *State) created1(m *msg1, k *smb1.Block) (found, ok bool) {
	r, ok := smb1.ReadCreateResponse(k)
	if !ok {
		return false, false
	}
	f := fid1(r.FID, m.User)
	s.named(m.createKey(), f)
	if t := s.find(1, uint16(smb1.NTCreateAndX), m.ids()); t != nil {
		t.times, t.size, t.fid = r.Times, r.Size, f
		t.answer(m.Status, m.DOS())
	}
	return true, true
}

// readWhole1 reads what was read when the message is whole: from a pipe, or in a
// chain.
func (s *State) readWhole1(c *app.Call, m *msg1, k *smb1.Block) (ok bool) {
	d, ok := smb1.ReadReadResponse(k)
	if !ok || d.At > len(m.b) {
		return false
	}
	e := s.book.get(m.readKey())
	if e == nil {
		return true
	}
	f := e.fid
	data := m.b[d.At:]
	data = data[:min(uint64(len(data)), uint64(d.Length))]
	if s.findFile(f, c.Dir, true) == nil && s.pipe1(m, f) != pipeNone {
		s.book.drop(e)
		s.rpcResponse(c, pdu{major: 1, cmd: uint16(smb1.ReadAndX), ids: m.ids(), fid: f, status: m.Status, data: data})
	} else if t := s.readFile1(c, m, &d, len(data)); t != nil {
		t.octets(data)
	}
	return true
}

func (s *State) transResponse1(c *app.Call, m *msg1, k *smb1.Block) (ok bool) {
	data, ok := smb1.ReadTransResponse(m.b, k)
	if !ok {
		return false
	}
	e := s.book.get(m.readKey())
	if e == nil {
		return true
	}
	f := e.fid
	s.book.drop(e)
	if s.speaksRPC(f) {
		s.rpcResponse(c, pdu{major: 1, cmd: uint16(smb1.Trans), ids: m.ids(), fid: f, status: m.Status, data: data})
	}
	return true
}
