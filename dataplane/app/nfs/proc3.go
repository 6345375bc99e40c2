package nfs

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Procedures of version 3 (RFC 1813 section 3.3), and those of version 2 that are
// others.
const (
	procNull        = 0
	procGetattr     = 1
	procLookup      = 3
	procAccess      = 4
	procRead        = 6
	procWrite       = 7
	procCreate      = 8
	procMkdir       = 9
	procSymlink     = 10
	procMknod       = 11
	procRemove      = 12
	procRmdir       = 13
	procRename      = 14
	procReaddirPlus = 17
	procCommit      = 21

	proc2Lookup = 4
	proc2Write  = 8

	handle2Len = 32
	attr3Len   = 84
	attr2Len   = 68
	fileSync   = 2
)

func isWrite(version, proc uint32) bool {
	return version == 3 && proc == procWrite || version == 2 && proc == proc2Write
}

// request takes a call whose arguments stand in in.
func (s *State) request(c *app.Call, k *call, in *cursor) {
	switch k.version {
	case 4:
		s.request4(c, k, in)
	case 3:
		s.request3(c, k, in)
	case 2:
		s.request2(c, k, in)
	default:
		s.raise(c.Flow, evNoSuchVersion)
	}
}

// plain makes a transaction of a call that moves no data.
func (s *State) plain(c *app.Call, k *call, proc uint32, handle, name, to []byte) *Tx {
	t := s.open(c)
	if t == nil {
		return nil
	}
	t.of(k, proc)
	t.asked = true
	t.keep(handle, name)
	t.to = t.add(to)
	return t
}

func (s *State) request3(c *app.Call, k *call, in *cursor) {
	var handle, name, to []byte
	switch k.proc {
	case procGetattr, procAccess, procReaddirPlus:
		handle = in.opaque(maxHandle)
		name = s.nameOf(handle)
	case procLookup:
		in.opaque(maxHandle) // the directory; the handle that matters is in the answer
		name = in.opaque(maxName)
	case procCreate, procMkdir, procSymlink, procMknod, procRemove, procRmdir:
		handle, name = in.opaque(maxHandle), in.opaque(maxName)
	case procRename:
		handle, name = in.opaque(maxHandle), in.opaque(maxName)
		in.opaque(maxHandle)
		to = in.opaque(maxName)
	case procCommit:
		handle = in.opaque(maxHandle)
		if t := s.fileOf(c, handle, input.ToServer); t != nil && !in.bad {
			t.commit = true
			t.chunks++
			t.finish(k.xid)
		}
		s.wait(k, nil, nil, 0)
		s.check(c, in)
		return
	case procRead:
		handle = in.opaque(maxHandle)
		s.read(c, k, handle, in.u64(), in)
		return
	case procWrite:
		handle = in.opaque(maxHandle)
		off := in.u64()
		in.u32()
		stable := in.u32()
		s.write(c, k, handle, off, stable == fileSync, in)
		return
	}
	s.plain(c, k, k.proc, handle, name, to)
	s.wait(k, handle, name, 0)
	s.check(c, in)
}

// check raises the event of arguments that do not fit.
func (s *State) check(c *app.Call, in *cursor) {
	if in.bad {
		s.raise(c.Flow, evMalformed)
	}
}

func (s *State) request2(c *app.Call, k *call, in *cursor) {
	var handle, name []byte
	switch k.proc {
	case procGetattr:
		handle = in.take(handle2Len)
		name = s.nameOf(handle)
	case proc2Lookup:
		handle, name = in.take(handle2Len), in.opaque(maxName)
	case procRead:
		handle = in.take(handle2Len)
		s.read(c, k, handle, uint64(in.u32()), in)
		return
	case proc2Write:
		handle = in.take(handle2Len)
		in.u32()
		off := uint64(in.u32())
		in.u32()
		s.write(c, k, handle, off, false, in)
		return
	}
	s.plain(c, k, k.proc, handle, name, nil)
	s.wait(k, handle, name, 0)
	s.check(c, in)
}

// read takes a call to read: the file is one that goes to the client.
func (s *State) read(c *app.Call, k *call, handle []byte, off uint64, in *cursor) {
	if in.bad {
		s.raise(c.Flow, evMalformed)
		return
	}
	name := s.nameOf(handle)
	if s.fileOf(c, handle, input.ToClient) == nil {
		if t := s.openFile(c, input.ToClient, handle, name); t != nil {
			t.of(k, k.proc)
		}
	}
	s.wait(k, handle, name, off)
}

// write takes a call to write; in stands at the data.
func (s *State) write(c *app.Call, k *call, handle []byte, off uint64, last bool, in *cursor) {
	data, n := in.data()
	if in.bad || n == 0 || n > maxData {
		s.check(c, in)
		s.wait(k, nil, nil, 0)
		return
	}
	t := s.fileOf(c, handle, input.ToServer)
	if t == nil {
		if t = s.openFile(c, input.ToServer, handle, s.nameOf(handle)); t != nil {
			proc := k.proc
			if k.version == 4 {
				proc = op4Write
			}
			t.of(k, proc)
		}
	}
	s.chunk(c, t, k.xid, off, data, n, last)
	s.wait(k, nil, nil, 0)
}

// chunk gives a file the octets of one call, and what is still to come of them.
func (s *State) chunk(c *app.Call, t *Tx, xid uint32, off uint64, data []byte, n uint64, last bool) {
	sd := &s.sides[c.Dir-1]
	if t != nil {
		t.chunk(xid, off, last)
		t.octets(data)
	}
	if more := n - uint64(len(data)); more > 0 && more <= sd.skip {
		sd.tx, sd.left = t, more
		sd.skip -= more
		return
	} else if more > 0 && t != nil {
		t.gap(more)
	}
	if t != nil {
		t.chunkDone()
	}
}

// reply takes what the server answers to a call.
func (s *State) reply(c *app.Call, it *item, denied uint32, in *cursor) {
	if denied != 0 {
		s.answer(c, it.xid, denied, 0, nil)
		return
	}
	switch {
	case it.version == 4:
		s.reply4(c, it, in)
	case it.proc == procRead:
		s.replyRead(c, it, in)
	default:
		s.reply3(c, it, in)
	}
}

func (s *State) replyRead(c *app.Call, it *item, in *cursor) {
	status := in.u32()
	eof := false
	if it.version == 3 {
		if in.u32() != 0 {
			in.skip(attr3Len)
		}
		if status == 0 {
			in.u32()
			eof = in.u32() != 0
		}
	} else if status == 0 {
		attr := cursor{b: in.take(attr2Len)}
		attr.skip(20) // type, mode, links, owners
		it.offset |= uint64(attr.u32()) << 32
	}
	if status != 0 {
		if t := s.fileOf(c, it.handle, input.ToClient); t != nil && t.chunks == 0 {
			t.status = status
			t.finish(it.xid)
		}
		return
	}
	s.replyData(c, it, status, eof, in)
}

// replyData takes the data of a read; of version 2, the upper half of the offset is
// the file's size.
func (s *State) replyData(c *app.Call, it *item, status uint32, eof bool, in *cursor) {
	data, n := in.data()
	if in.bad || n > maxData {
		s.raise(c.Flow, evMalformed)
		return
	}
	off := it.offset
	if it.version == 2 {
		size := off >> 32
		off &= 1<<32 - 1
		eof = off+n == size
	}
	t := s.fileOf(c, it.handle, input.ToClient)
	if t == nil {
		if t = s.openFile(c, input.ToClient, it.handle, it.name); t != nil {
			t.xid, t.version, t.proc = it.xid, it.version, procRead
			if it.version == 4 {
				t.proc = op4Read
			}
		}
	}
	if t != nil && eof {
		t.status = status
	}
	s.chunk(c, t, it.xid, off, data, n, eof)
}

func (s *State) reply3(c *app.Call, it *item, in *cursor) {
	if it.proc == procNull {
		s.answer(c, it.xid, 0, 0, nil) // there is nothing in it
		return
	}
	var handle []byte
	status := in.u32()
	switch {
	case status != 0:
	case it.version == 2 && it.proc == proc2Lookup:
		handle = in.take(handle2Len)
		s.name(handle, it.name)
	case it.version == 3 && it.proc == procLookup:
		handle = in.opaque(maxHandle)
		s.name(handle, it.name)
	case it.version == 3 && (it.proc == procCreate || it.proc == procMkdir):
		if in.u32() != 0 {
			handle = in.opaque(maxHandle)
			s.name(handle, it.name)
		}
	case it.version == 3 && it.proc == procReaddirPlus:
		s.entries(in)
	}
	if in.bad {
		s.raise(c.Flow, evMalformed)
	}
	s.answer(c, it.xid, 0, status, handle)
}

// entries reads the names of a directory (RFC 1813 section 3.3.17); a list that is
// cut ends where it does.
func (s *State) entries(in *cursor) {
	if in.u32() != 0 {
		in.skip(attr3Len)
	}
	in.skip(8)
	for range s.sh.opt.Names {
		if in.u32() == 0 {
			return
		}
		in.skip(8)
		name := in.opaque(maxName)
		in.skip(8)
		if in.u32() != 0 {
			in.skip(attr3Len)
		}
		if in.u32() != 0 {
			if handle := in.opaque(maxHandle); !in.bad {
				s.name(handle, name)
			}
		}
		if in.bad {
			return
		}
	}
}

// answer completes the transaction of a call.
func (s *State) answer(c *app.Call, xid, denied, status uint32, handle []byte) {
	for _, tx := range c.Flow.Txs {
		t, ok := tx.(*Tx)
		if !ok || t.file || t.xid != xid || t.over {
			continue
		}
		t.denied, t.status, t.over = denied, status, true
		if len(t.handle) == 0 {
			t.handle = t.add(handle)
		}
		return
	}
}
