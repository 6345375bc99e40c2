package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
	"github.com/weir-ips/weir/dataplane/app/smb/status"
	"github.com/weir-ips/weir/match/input"
)

// response2 reads a response that is whole.
func (s *State) response2(c *app.Call, sd *side, m *msg2) {
	found, ok := false, true
	success := m.Status == status.Success
	switch m.Command {
	case smb2.Negotiate:
		found, ok = s.negotiated2(m)
	case smb2.SessionSetup:
		s.sessionAnswer(m.ids(), m.ids(), m.Status, false, nil)
		found = true
	case smb2.TreeConnect:
		found, ok = s.connected2(m)
	case smb2.TreeDisconnect:
		if e := s.book.get(m.treeKey()); e != nil {
			s.book.drop(e)
		}
	case smb2.Create:
		if success {
			found, ok = s.created2(m)
		}
	case smb2.Read:
		s.rpcRead2(c, m)
	case smb2.Ioctl:
		s.ioctlResponse2(c, m)
		found = true
	}
	if !found {
		if t := s.find(2, m.Command, m.ids()); t != nil {
			if t.setStatus(m.Status, false); m.Status != status.Pending {
				t.finish()
			}
			if !ok {
				t.raise(evMalformedData)
			}
		}
	}
}

func (s *State) negotiated2(m *msg2) (found, ok bool) {
	t := s.findNegotiate(2)
	if t == nil {
		t = s.findNegotiate(1) // SMB 2 as the answer to one of SMB 1
	}
	r, ok := smb2.ReadNegotiateResponse(m.b)
	if m.Status != status.Success {
		r, ok = smb2.NegotiateResponse{}, true
	}
	if !ok {
		return false, false
	}
	if n := s.sh.opt.MaxRead; n != 0 && uint64(r.MaxRead) > uint64(n) {
		s.raise(evNegotiateMaxReadTooLarge)
	}
	if n := s.sh.opt.MaxWrite; n != 0 && uint64(r.MaxWrite) > uint64(n) {
		s.raise(evNegotiateMaxWriteTooLarge)
	}
	s.dialect, s.maxRead, s.maxWrite = r.Dialect, r.MaxRead, r.MaxWrite
	if t == nil {
		return false, true
	}
	copy(t.serverGUID[:], r.GUID)
	t.hasServer = r.GUID != nil
	t.answer(m.Status, false)
	return true, true
}

func (s *State) connected2(m *msg2) (found, ok bool) {
	t := s.findKind(kindTree, ids{m.Session, 0, m.Message})
	if m.Status != status.Success {
		if t != nil {
			t.answer(m.Status, false)
		}
		return t != nil, true
	}
	share, ok := smb2.ReadTreeConnectResponse(m.b)
	if !ok {
		return false, false
	}
	if t == nil {
		return true, true
	}
	t.shareType, t.pipe, t.hasAnswer = share, share == smb2.SharePipe, true
	t.ids = m.ids()
	t.answer(m.Status, false)
	if e := s.book.put(m.treeKey(), t.at(t.name)); e != nil {
		e.pipe = t.pipe
	}
	return true, true
}

func (s *State) created2(m *msg2) (found, ok bool) {
	r, ok := smb2.ReadCreateResponse(m.b)
	if !ok {
		return true, false
	}
	f := fid2(r.FID)
	s.named(m.createKey(m.Message), f)
	if t := s.find(2, m.Command, m.ids()); t != nil {
		t.times, t.size, t.fid = r.Times, r.Size, f
		t.answer(m.Status, false)
	}
	return true, true
}

// named gives an open file the name that the request for it had.
func (s *State) named(request key, f fileID) {
	e := s.book.get(request)
	if e == nil {
		return
	}
	name := e.text
	e.text = nil
	s.book.drop(e)
	if e = s.book.put(f.key(), nil); e != nil {
		e.text = name
	} else {
		s.sh.env.Mem.Put(name)
	}
}

// rpcRead2 reads what comes out of a pipe, or ends the reading of a file.
func (s *State) rpcRead2(c *app.Call, m *msg2) {
	e := s.book.get(m.readKey())
	switch m.Status {
	case status.Success, status.BufferOverflow:
		d, ok := smb2.ReadReadResponse(m.b)
		if !ok || e == nil || d.At > len(m.b) {
			return
		}
		f := e.fid
		s.book.drop(e)
		data := m.b[d.At:]
		data = data[:min(uint64(len(data)), uint64(d.Length))]
		s.rpcResponse(c, pdu{major: 2, cmd: m.Command, ids: m.ids(), fid: f, status: m.Status, data: data})
	case status.EndOfFile:
		if e == nil {
			return
		}
		f := e.fid
		s.book.drop(e)
		if t := s.findFile(f, input.ToClient, true); t != nil {
			t.close()
			t.setStatus(m.Status, false)
			t.done[input.ToServer-1] = true
		}
	}
}

func (s *State) ioctlResponse2(c *app.Call, m *msg2) {
	r, ok := smb2.ReadIoctl(m.b, true)
	if ok && r.Function == smb2.IoctlPipeTransceive && s.speaksRPC(fid2(r.FID)) {
		s.rpcResponse(c, pdu{major: 2, cmd: m.Command, ids: m.ids(), fid: fid2(r.FID), status: m.Status, data: r.Data})
		return
	}
	if t := s.find(2, m.Command, m.ids()); t != nil {
		if t.setStatus(m.Status, false); m.Status != status.Pending {
			t.finish()
		}
		if !ok && m.Status == status.Success {
			t.raise(evMalformedData)
		}
	}
}
