package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
)

// makesTx reports whether a command has a transaction when it has none of a kind of
// its own.
func makesTx(cmd uint16) bool {
	switch cmd {
	case smb2.Read, smb2.Write, smb2.QueryInfo, smb2.SetInfo:
		return false
	}
	return true
}

// request2 reads a request that is whole.
func (s *State) request2(c *app.Call, sd *side, m *msg2) {
	made, ok := false, true
	switch m.Command {
	case smb2.Negotiate:
		made, ok = s.negotiate2(c, m)
	case smb2.SessionSetup:
		made, ok = true, s.setup2(c, m)
	case smb2.TreeConnect:
		var path []byte
		if path, ok = smb2.ReadTreeConnectRequest(m.b); ok {
			made = true
			if t := s.open(c, kindTree, 2, m.Command, ids{m.Session, 0, m.Message}); t != nil {
				t.name = t.plain(path)
				t.ipc = isIPC(t.at(t.name))
			}
		}
	case smb2.TreeDisconnect:
		if e := s.book.get(m.treeKey()); e != nil {
			s.book.drop(e)
		}
	case smb2.Create:
		made, ok = s.create2(c, sd, m)
	case smb2.Read:
		ok = s.readRequest2(m)
	case smb2.Close:
		var id [16]byte
		if id, ok = smb2.ReadCloseRequest(m.b); ok {
			s.closeFile(fid2(id))
		}
	case smb2.Write:
		s.rpcWrite2(c, m)
		made = true
	case smb2.Ioctl:
		made = s.ioctlRequest2(c, m)
	case smb2.SetInfo:
		made, ok = s.setInfo2(c, sd, m)
	}
	if !made && makesTx(m.Command) {
		s.open(c, kindGeneric, 2, m.Command, m.ids())
	}
	if !ok {
		s.raise(evMalformedData)
	}
}

// isIPC reports whether a share's name is that of pipes.
func isIPC(name []byte) bool {
	const ipc = "IPC$"
	return len(name) >= len(ipc) && string(name[len(name)-len(ipc):]) == ipc
}

func (s *State) negotiate2(c *app.Call, m *msg2) (made, ok bool) {
	r, ok := smb2.ReadNegotiateRequest(m.b)
	if !ok {
		return false, false
	}
	if s.findNegotiate(2) != nil {
		return true, true
	}
	if t := s.open(c, kindNegotiate, 2, m.Command, m.ids()); t != nil {
		t.dialects = t.keep(r.Dialects)
		copy(t.clientGUID[:], r.GUID)
		t.hasClientGUID = true
	}
	return true, true
}

// findNegotiate is the live negotiation of a version.
func (s *State) findNegotiate(major uint8) *Tx {
	for _, t := range s.live {
		if t.kind == kindNegotiate && t.major == major {
			return t
		}
	}
	return nil
}

func (s *State) setup2(c *app.Call, m *msg2) (ok bool) {
	blob, ok := smb2.ReadSessionSetupRequest(m.b)
	if t := s.open(c, kindSession, 2, m.Command, m.ids()); t != nil && ok {
		t.credentials(blob)
	}
	return ok
}

func (s *State) create2(c *app.Call, sd *side, m *msg2) (made, ok bool) {
	r, ok := smb2.ReadCreateRequest(m.b)
	if !ok {
		return false, false
	}
	name := s.sh.plain(r.Name)
	s.book.put(m.createKey(m.Message), name)
	sd.chain.created, sd.chain.message = true, m.Message
	if t := s.open(c, kindCreate, 2, m.Command, m.ids()); t != nil {
		t.name = t.keep(name)
		t.disposition = r.Disposition
		t.del, t.dir = r.Options&smb2.OptionDeleteOnClose != 0, r.Options&smb2.OptionDirectory != 0
	}
	return true, true
}

func (s *State) readRequest2(m *msg2) (ok bool) {
	r, ok := smb2.ReadReadRequest(m.b)
	if !ok {
		return false
	}
	if over(r.Length, s.maxRead, s.sh.opt.MaxRead) {
		s.raise(evReadRequestTooLarge)
		return true
	}
	if e := s.book.put(m.readKey(), nil); e != nil {
		e.fid, e.offset = fid2(r.FID), r.Offset
	}
	return true
}

// ioctlRequest2 makes a transaction of a control code, or of what it sends through
// a pipe.
func (s *State) ioctlRequest2(c *app.Call, m *msg2) (made bool) {
	r, ok := smb2.ReadIoctl(m.b, false)
	if ok && r.Function == smb2.IoctlPipeTransceive && s.speaksRPC(fid2(r.FID)) {
		s.rpcRequest(c, pdu{major: 2, cmd: m.Command, ids: m.ids(), fid: fid2(r.FID), data: r.Data})
		return true
	}
	k := kindIoctl
	if !ok {
		k = kindGeneric
	}
	if t := s.open(c, k, 2, m.Command, m.ids()); t != nil {
		t.function = r.Function
		if !ok {
			t.raise(evMalformedData)
		}
	}
	return true
}

func (s *State) rpcWrite2(c *app.Call, m *msg2) {
	d, ok := smb2.ReadWriteRequest(m.b)
	if !ok || d.At > len(m.b) {
		return
	}
	data := m.b[d.At:]
	data = data[:min(uint64(len(data)), uint64(d.Length))]
	s.rpcRequest(c, pdu{major: 2, cmd: m.Command, ids: m.ids(), fid: fid2(d.FID), data: data})
}

func (s *State) setInfo2(c *app.Call, sd *side, m *msg2) (made, ok bool) {
	r, ok := smb2.ReadSetInfo(m.b)
	if !ok {
		return false, false
	}
	if r.Class != smb2.InfoFile || r.Level != smb2.LevelRename && r.Level != smb2.LevelDisposition {
		return false, true
	}
	f := fid2(r.FID)
	old := s.fileName(m, sd, f)
	if old == nil && m.Message > 0 {
		// In a compound, the message before may have opened it.
		if e := s.book.get(m.createKey(m.Message - 1)); e != nil {
			old = e.text
		}
	}
	if old == nil {
		old = []byte("<unknown>")
	}
	k := kindSetInfo
	if r.Level == smb2.LevelRename {
		k = kindRename
	}
	if t := s.open(c, k, 2, m.Command, m.ids()); t != nil {
		t.name, t.to, t.fid = t.keep(old), t.plain(r.Name), f
		t.subcmd, t.level, t.del = uint16(r.Class), uint16(r.Level), r.Delete
	}
	return true, true
}
