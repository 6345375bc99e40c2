package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
	"github.com/weir-ips/weir/dataplane/app/smb/status"
)

// msg1 is a message of SMB 1 at hand: all of b, or as far as it came.
type msg1 struct {
	smb1.Header
	b []byte
}

func (m *msg1) ids() ids { return ids{uint64(m.User), uint32(m.Tree), uint64(m.ID)} }

func (m *msg1) treeKey() key {
	return key{a: uint64(m.User), b: uint64(m.Tree), tab: tabTree, one: true}
}

// readKey and createKey are of a request, known by its number.
func (m *msg1) readKey() key { return key{a: uint64(m.User), b: uint64(m.ID), tab: tabRead, one: true} }

func (m *msg1) createKey() key {
	return key{a: uint64(m.User), b: uint64(m.ID), tab: tabCreate, one: true}
}

// maxBlock is the longest that the words of a command and what counts them can be.
const maxBlock = 1 + 2*255 + 2

// message1 reads the message of SMB 1 that b begins with. It goes to the end of its
// session message.
func (s *State) message1(c *app.Call, sd *side, b []byte, off int) (int, bool) {
	n := sd.message
	if len(b) < smb1.HeaderLen && n >= smb1.HeaderLen {
		return 0, true
	}
	h, ok := smb1.ReadHeader(b)
	if !ok {
		s.raise(evMalformedData)
		return 0, false
	}
	m := msg1{h, b}
	if !s.way(c, h.Response()) {
		sd.skip = n
		return s.skipped(sd, b), true
	}
	var done int
	var st progress
	switch {
	case h.Command == smb1.WriteAndX && !h.Response():
		done, st = s.write1(c, sd, &m, n)
	case h.Command == smb1.ReadAndX && h.Response() && h.Status == status.Success:
		done, st = s.read1(c, sd, &m, n)
	}
	switch st {
	case waits:
		return 0, true
	case wholly:
		if done, ok = s.whole(sd, b, n); done == 0 {
			return 0, true
		}
	}
	c.Frame(frameSMB1, off, int64(n))
	c.Frame(frameSMB1Head, off, smb1.HeaderLen)
	if n > smb1.HeaderLen {
		c.Frame(frameSMB1Data, off+smb1.HeaderLen, int64(n-smb1.HeaderLen))
	}
	if st == wholly && ok {
		s.chain1(c, &m)
	}
	return done, true
}

// maxChain bounds the commands of a message.
const maxChain = 64

// chain1 reads the commands of a message that is whole.
func (s *State) chain1(c *app.Call, m *msg1) {
	command, at := m.Command, smb1.HeaderLen
	for range maxChain {
		k, ok := smb1.ReadBlock(m.b, at)
		if m.Response() {
			s.response1(c, m, command, &k, ok)
		} else {
			s.request1(c, m, command, &k, ok)
		}
		if !ok || !smb1.IsAndX(command) {
			return
		}
		if command, at, ok = k.Next(); !ok || at >= len(m.b) {
			return
		}
	}
	s.raise(evMalformedData)
}

// alone reads the block of a message whose first command may have data, and reports
// whether they can be taken as they come: no command follows that needs the message
// to be whole.
func (m *msg1) alone(n int) (k smb1.Block, st progress) {
	k, ok := smb1.ReadBlock(m.b, smb1.HeaderLen)
	if !ok {
		if len(m.b) < min(n, smb1.HeaderLen+maxBlock) {
			return k, waits
		}
		return k, wholly
	}
	if _, at, ok := k.Next(); ok && at < n {
		return k, wholly
	}
	return k, taken
}

// write1 reads the beginning of a WRITE_ANDX request of n octets.
func (s *State) write1(c *app.Call, sd *side, m *msg1, n int) (int, progress) {
	k, st := m.alone(n)
	if st != taken {
		return 0, st
	}
	d, ok := smb1.ReadWrite(m.Command, &k)
	if !ok {
		return 0, wholly
	}
	f := fid1(d.FID, m.User)
	if s.findFile(f, c.Dir, true) == nil {
		switch s.pipe1(m, f) {
		case pipeRPC, pipeOther:
			return 0, wholly
		}
	}
	return sd.take(s.written1(c, m, &d, n-min(d.At, n)), len(m.b), d.At, uint64(d.Length), n), taken
}

// written1 takes up what is written to a file, of which the message has room for
// room octets.
func (s *State) written1(c *app.Call, m *msg1, d *smb1.Data, room int) *Tx {
	f := fid1(d.FID, m.User)
	name := []byte("<unknown>")
	if e := s.book.get(f.key()); e != nil {
		name = e.text
	}
	p := piece{major: 1, cmd: uint16(smb1.WriteAndX), ids: ids{session: uint64(m.User), tree: uint32(m.Tree)}, fid: f, offset: d.Offset,
		length: min(uint64(d.Length), uint64(room))}
	return s.transfer(c, &p, name, s.share(m.treeKey()))
}

// read1 reads the beginning of a READ_ANDX response of n octets.
func (s *State) read1(c *app.Call, sd *side, m *msg1, n int) (int, progress) {
	k, st := m.alone(n)
	if st != taken {
		return 0, st
	}
	d, ok := smb1.ReadReadResponse(&k)
	if !ok {
		return 0, wholly
	}
	e := s.book.get(m.readKey())
	if e == nil { // the answer to what was not seen
		return sd.take(nil, len(m.b), d.At, uint64(d.Length), n), taken
	}
	if s.findFile(e.fid, c.Dir, true) == nil {
		switch s.pipe1(m, e.fid) {
		case pipeRPC, pipeOther:
			return 0, wholly
		}
	}
	t := s.readFile1(c, m, &d, n-min(d.At, n))
	return sd.take(t, len(m.b), d.At, uint64(d.Length), n), taken
}

// readFile1 takes up what is read of a file.
func (s *State) readFile1(c *app.Call, m *msg1, d *smb1.Data, room int) *Tx {
	e := s.book.get(m.readKey())
	if e == nil {
		return nil
	}
	p := piece{major: 1, cmd: uint16(m.Command), ids: ids{session: uint64(m.User), tree: uint32(m.Tree)}, fid: e.fid, offset: e.offset,
		length: min(uint64(d.Length), uint64(room))}
	s.book.drop(e)
	var name []byte
	if e := s.book.get(p.fid.key()); e != nil {
		name = e.text
	}
	return s.transfer(c, &p, name, s.share(m.treeKey()))
}

// pipe1 finds out what a file of a tree is.
func (s *State) pipe1(m *msg1, f fileID) pipeKind {
	if e := s.book.get(m.treeKey()); e == nil || !e.pipe {
		return pipeNone
	}
	return pipeRPC
}
