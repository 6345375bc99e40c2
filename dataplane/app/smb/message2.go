package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
	"github.com/weir-ips/weir/dataplane/app/smb/status"
)

// msg2 is a message of SMB 2 at hand: all of b, or as far as it came.
type msg2 struct {
	smb2.Header
	b []byte
}

func (m *msg2) ids() ids { return ids{m.Session, m.Tree, m.Message} }

// treeKey and the others are where the tables have what a message speaks of.
func (m *msg2) treeKey() key { return key{a: m.Session, b: uint64(m.Tree), tab: tabTree} }

func (m *msg2) readKey() key { return key{a: m.Session, b: m.Message, tab: tabRead} }

func (m *msg2) createKey(message uint64) key { return key{a: m.Session, b: message, tab: tabCreate} }

// message2 reads the message of SMB 2 that b begins with.
func (s *State) message2(c *app.Call, sd *side, b []byte, off int) (int, bool) {
	if len(b) < smb2.HeaderLen && sd.message >= smb2.HeaderLen {
		return 0, true
	}
	h, ok := smb2.ReadHeader(b)
	if !ok || h.Next > sd.message {
		s.raise(evMalformedData)
		return 0, false
	}
	n := sd.message
	if h.Next > 0 {
		n = h.Next
	}
	m := msg2{h, b[:min(len(b), n)]}
	if !s.way(c, h.Response()) {
		sd.skip = n
		return s.skipped(sd, b), true
	}
	var done int
	var st progress
	switch {
	case h.Command == smb2.Write && !h.Response():
		done, st = s.write2(c, sd, &m, n)
	case h.Command == smb2.Read && h.Response() && (h.Status == status.Success || h.Status == status.BufferOverflow):
		done, st = s.read2(c, sd, &m, n)
	}
	switch st {
	case waits:
		return 0, true
	case wholly:
		if done, ok = s.whole(sd, b, n); done == 0 {
			return 0, true
		}
	}
	c.Frame(frameSMB2, off, int64(n))
	c.Frame(frameSMB2Head, off, smb2.HeaderLen)
	if n > smb2.HeaderLen {
		c.Frame(frameSMB2Data, off+smb2.HeaderLen, int64(n-smb2.HeaderLen))
	}
	if st == wholly && ok {
		if h.Response() {
			s.response2(c, sd, &m)
		} else {
			s.request2(c, sd, &m)
		}
	}
	return done, true
}

// progress is what became of a message whose data are taken as they come.
type progress uint8

const (
	wholly progress = iota // it is to be read when it is whole
	waits                  // more of its beginning is needed
	taken                  // its beginning was read, its data follow
)

// write2 reads the beginning of a WRITE request of n octets.
func (s *State) write2(c *app.Call, sd *side, m *msg2, n int) (int, progress) {
	d, ok := smb2.ReadWriteRequest(m.b)
	if !ok {
		if len(m.b) < n && len(m.b) < smb2.DataHead {
			return 0, waits
		}
		s.raise(evMalformedData)
		return sd.take(nil, len(m.b), n, 0, n), taken
	}
	if over(d.Length, s.maxWrite, s.sh.opt.MaxWrite) {
		s.raise(evWriteRequestTooLarge)
		return sd.take(nil, len(m.b), d.At, uint64(d.Length), n), taken
	}
	f := fid2(d.FID)
	p := piece{major: 2, cmd: m.Command, ids: ids{session: m.Session, tree: m.Tree}, fid: f, offset: d.Offset, length: uint64(d.Length)}
	if s.findFile(f, c.Dir, true) == nil {
		switch s.pipe(m.treeKey(), f, m.b, d.At, uint64(d.Length), n) {
		case pipeUnknown:
			return 0, waits
		case pipeRPC:
			return 0, wholly
		case pipeOther:
			return sd.take(nil, len(m.b), d.At, uint64(d.Length), n), taken
		}
	}
	return sd.take(s.transfer(c, &p, s.fileName(m, sd, f), s.share(m.treeKey())), len(m.b), d.At, uint64(d.Length), n), taken
}

// read2 reads the beginning of a READ response of n octets.
func (s *State) read2(c *app.Call, sd *side, m *msg2, n int) (int, progress) {
	d, ok := smb2.ReadReadResponse(m.b)
	if !ok {
		if len(m.b) < n && len(m.b) < smb2.DataHead {
			return 0, waits
		}
		s.raise(evMalformedData)
		return sd.take(nil, len(m.b), n, 0, n), taken
	}
	if over(d.Length, s.maxRead, s.sh.opt.MaxRead) {
		s.raise(evReadResponseTooLarge)
		return sd.take(nil, len(m.b), d.At, uint64(d.Length), n), taken
	}
	e := s.book.get(m.readKey())
	if e == nil { // the answer to what was not seen
		return sd.take(nil, len(m.b), d.At, uint64(d.Length), n), taken
	}
	f := e.fid
	p := piece{major: 2, cmd: m.Command, ids: ids{session: m.Session, tree: m.Tree}, fid: f, offset: e.offset, length: uint64(d.Length)}
	if s.findFile(f, c.Dir, true) == nil {
		switch s.pipe(m.treeKey(), f, m.b, d.At, uint64(d.Length), n) {
		case pipeUnknown:
			return 0, waits
		case pipeRPC:
			return 0, wholly
		case pipeOther:
			s.book.drop(e)
			return sd.take(nil, len(m.b), d.At, uint64(d.Length), n), taken
		}
	}
	s.book.drop(e)
	name := []byte("<unknown>")
	if e := s.book.get(f.key()); e != nil {
		name = e.text
	}
	return sd.take(s.transfer(c, &p, name, s.share(m.treeKey())), len(m.b), d.At, uint64(d.Length), n), taken
}

// over reports whether a length is above what was negotiated or is configured.
func over(n, negotiated uint32, configured int) bool {
	return negotiated != 0 && n > negotiated || configured != 0 && uint64(n) > uint64(configured)
}

// share is the name of a tree's share.
func (s *State) share(k key) []byte {
	if e := s.book.get(k); e != nil {
		return e.text
	}
	return nil
}

// fileName is the name of a file; that which the compound at hand opens is known by
// the message that does.
func (s *State) fileName(m *msg2, sd *side, f fileID) []byte {
	if e := s.book.get(f.key()); e != nil {
		return e.text
	}
	if sd.chain.created {
		if e := s.book.get(m.createKey(sd.chain.message)); e != nil {
			return e.text
		}
	}
	return nil
}
