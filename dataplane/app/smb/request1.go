package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
)

// request1 reads one command of a request; whole is false when its block is not
// there.
func (s *State) request1(c *app.Call, m *msg1, command uint8, k *smb1.Block, whole bool) {
	made, ok, silent := false, whole, false
	switch {
	case !whole:
	case command == smb1.Negotiate:
		made = s.negotiate1(c, m, k)
	case command == smb1.SessionSetupAndX:
		made, ok = true, s.setup1(c, m, k)
	case command == smb1.TreeConnectAndX:
		made, ok = s.connect1(c, m, k)
	case command == smb1.TreeDisconnect:
		if e := s.book.get(m.treeKey()); e != nil {
			s.book.drop(e)
		}
	case command == smb1.NTCreateAndX:
		made, ok = s.create1(c, m, k)
	case command == smb1.ReadAndX:
		var r smb1.ReadRequest
		if r, ok = smb1.ReadReadRequest(k); ok {
			if e := s.book.put(m.readKey(), nil); e != nil {
				e.fid, e.offset = fid1(r.FID, m.User), r.Offset
			}
		}
	case command == smb1.WriteAndX, command == smb1.Write, command == smb1.WriteAndClose:
		ok = s.writeWhole1(c, m, command, k)
	case command == smb1.Close:
		var fid uint16
		if fid, ok = smb1.ReadCloseRequest(k); ok {
			s.closeFile(fid1(fid, m.User))
		}
	case command == smb1.Rename:
		var from, to []byte
		if from, to, ok = smb1.ReadRename(&m.Header, k); ok {
			made = true
			if t := s.open(c, kindRename, 1, uint16(command), m.ids()); t != nil {
				t.name, t.to = t.plain(from), t.plain(to)
			}
		}
	case command == smb1.Trans:
		ok = s.trans1(c, m, k)
	case command == smb1.Trans2:
		made, ok = s.trans2(c, m, k)
	case command == smb1.NTCancel, command == smb1.Trans2Secondary, command == smb1.LockingAndX:
		silent = true
	}
	if !made && makesTx1(command) {
		if t := s.open(c, kindGeneric, 1, uint16(command), m.ids()); t != nil && silent {
			t.finish() // no answer will come
			s.last = t
		}
	}
	if !ok {
		s.raise(evMalformedData)
	}
}

// makesTx1 is makesTx for SMB 1.
func makesTx1(command uint8) bool {
	switch command {
	case smb1.ReadAndX, smb1.WriteAndX, smb1.Trans, smb1.Trans2:
		return false
	}
	return true
}

func (s *State) negotiate1(c *app.Call, m *msg1, k *smb1.Block) (made bool) {
	if t := s.findNegotiate(1); t != nil {
		t.raise(evDuplicateNegotiate)
		return true
	}
	t := s.open(c, kindNegotiate, 1, uint16(m.Command), m.ids())
	if t == nil {
		return true
	}
	list := s.sh.name[:0]
	bad := smb1.Dialects(k, func(name []byte) {
		name = name[:min(len(name), 255)]
		if len(list)+1+len(name) <= cap(list) {
			list = append(append(list, byte(len(name))), name...)
		}
	})
	t.dialects = t.keep(list)
	if bad {
		t.raise(evNegotiateMalformedDialects)
	}
	return true
}

func (s *State) setup1(c *app.Call, m *msg1, k *smb1.Block) (ok bool) {
	r, ok := smb1.ReadSessionSetupRequest(&m.Header, k)
	t := s.open(c, kindSession, 1, uint16(smb1.SessionSetupAndX), ids{uint64(m.User), 0, uint64(m.ID)})
	if t == nil || !ok {
		return ok
	}
	t.credentials(r.Blob)
	t.hasRequest = true
	t.requestOS, t.requestLM = t.plain(r.OS), t.plain(r.LM)
	return true
}

func (s *State) connect1(c *app.Call, m *msg1, k *smb1.Block) (made, ok bool) {
	path, service, ok := smb1.ReadTreeConnectRequest(&m.Header, k)
	if !ok {
		return false, false
	}
	if t := s.open(c, kindTree, 1, uint16(smb1.TreeConnectAndX), ids{uint64(m.User), 0, uint64(m.ID)}); t != nil {
		t.name, t.requested = t.plain(path), t.keep(service)
		t.ipc = isIPC(t.at(t.name)) || string(service) == "IPC"
	}
	return true, true
}

func (s *State) create1(c *app.Call, m *msg1, k *smb1.Block) (made, ok bool) {
	r, ok := smb1.ReadCreateRequest(&m.Header, k)
	if !ok {
		return false, false
	}
	name := s.sh.plain(r.Name)
	s.book.put(m.createKey(), name)
	if t := s.open(c, kindCreate, 1, uint16(smb1.NTCreateAndX), m.ids()); t != nil {
		t.name = t.keep(name)
		t.disposition = r.Disposition
		t.del, t.dir = r.Options&smb2.OptionDeleteOnClose != 0, r.Options&smb2.OptionDirectory != 0
	}
	return true, true
}

// writeWhole1 reads a write that is whole: to a pipe, or in a chain.
func (s *State) writeWhole1(c *app.Call, m *msg1, command uint8, k *smb1.Block) (ok bool) {
	d, ok := smb1.ReadWrite(command, k)
	if !ok || d.At > len(m.b) {
		return false
	}
	data := m.b[d.At:]
	data = data[:min(uint64(len(data)), uint64(d.Length))]
	f := fid1(d.FID, m.User)
	if s.findFile(f, c.Dir, true) == nil && s.pipe1(m, f) != pipeNone {
		s.rpcRequest(c, pdu{major: 1, cmd: uint16(command), ids: m.ids(), fid: f, data: data})
	} else if t := s.written1(c, m, &d, len(data)); t != nil {
		t.octets(data)
	}
	if command == smb1.WriteAndClose {
		s.closeFile(f)
	}
	return true
}

func (s *State) trans1(c *app.Call, m *msg1, k *smb1.Block) (ok bool) {
	r, ok := smb1.ReadTransRequest(m.b, k)
	if !ok {
		return false
	}
	fid, ok := r.Pipe()
	if !ok {
		return true
	}
	f := fid1(fid, m.User)
	if e := s.book.put(m.readKey(), nil); e != nil {
		e.fid = f
	}
	if s.speaksRPC(f) {
		s.rpcRequest(c, pdu{major: 1, cmd: uint16(smb1.Trans), ids: m.ids(), fid: f, data: r.Data})
	}
	return true
}

func (s *State) trans2(c *app.Call, m *msg1, k *smb1.Block) (made, ok bool) {
	r, ok := smb1.ReadTransRequest(m.b, k)
	if !ok {
		return false, false
	}
	sub := r.Subcommand()
	if sub != smb1.SetPathInfo && sub != smb1.SetFileInfo {
		return false, true
	}
	i, known, ok := smb1.ReadSetInfo(&m.Header, &r)
	if !known || !ok {
		return false, ok
	}
	kd := kindSetInfo
	if i.Level == smb1.LevelRename {
		kd = kindRename
	}
	t := s.open(c, kd, 1, uint16(smb1.Trans2), m.ids())
	if t == nil {
		return true, true
	}
	t.subcmd, t.level, t.del = sub, i.Level, i.Delete
	if sub == smb1.SetPathInfo {
		t.name = t.plain(i.Old)
	} else {
		t.fid = fid1(i.FID, m.User)
		name := []byte("<unknown>")
		if e := s.book.get(t.fid.key()); e != nil {
			name = e.text
		}
		t.name = t.keep(name)
	}
	t.to = t.plain(i.New)
	return true, true
}
