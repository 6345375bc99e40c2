package nfs

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

const (
	procCompound = 1
	// maxOps is the most operations of a compound that are read.
	maxOps = 128
	// stateLen is the length of a stateid, changeLen of a change_info4.
	stateLen  = 16
	changeLen = 20
)

// Operations of version 4 (RFC 7530 section 16, RFC 8881 section 18).
const (
	op4Access          = 3
	op4Close           = 4
	op4Commit          = 5
	op4Create          = 6
	op4DelegReturn     = 8
	op4Getattr         = 9
	op4GetFH           = 10
	op4Link            = 11
	op4Lock            = 12
	op4LockT           = 13
	op4LockU           = 14
	op4Lookup          = 15
	op4Lookupp         = 16
	op4Nverify         = 17
	op4Open            = 18
	op4OpenConfirm     = 20
	op4OpenDowngrade   = 21
	op4PutFH           = 22
	op4PutPubFH        = 23
	op4PutRootFH       = 24
	op4Read            = 25
	op4Readdir         = 26
	op4Readlink        = 27
	op4Remove          = 28
	op4Rename          = 29
	op4Renew           = 30
	op4RestoreFH       = 31
	op4SaveFH          = 32
	op4Secinfo         = 33
	op4Setattr         = 34
	op4SetClientID     = 35
	op4ConfirmClientID = 36
	op4Verify          = 37
	op4Write           = 38
	op4ReleaseOwner    = 39
	op4DestroySession  = 44
	op4SecinfoNoName   = 52
	op4Sequence        = 53
	op4DestroyClientID = 57
	op4ReclaimComplete = 58
)

// plainArgs are the octets of the arguments of operations that have some of fixed
// length and nothing to tell.
var plainArgs = [op4ReclaimComplete + 1]int8{op4Access: 4, op4DelegReturn: stateLen, op4OpenConfirm: stateLen + 4,
	op4OpenDowngrade: stateLen + 12, op4Renew: 8, op4ConfirmClientID: 16, op4DestroySession: 16, op4SecinfoNoName: 4,
	op4Sequence: 32, op4DestroyClientID: 8, op4ReclaimComplete: 4, op4LockU: 8 + stateLen + 16}

// plainResults are those of results.
var plainResults = [op4ReclaimComplete + 1]int8{op4Access: 8, op4Close: stateLen, op4Commit: 8, op4Link: changeLen,
	op4LockU: stateLen, op4OpenConfirm: stateLen, op4OpenDowngrade: stateLen, op4Remove: changeLen, op4Rename: 2 * changeLen,
	op4SetClientID: 16, op4Write: 16, op4Sequence: 36, op4Lock: stateLen}

// bare are operations without arguments, and done those without results.
func bare(op uint32) bool {
	switch op {
	case op4GetFH, op4Lookupp, op4PutPubFH, op4PutRootFH, op4Readlink, op4RestoreFH, op4SaveFH:
		return true
	}
	return false
}

func (c *cursor) bitmap() {
	n := int(c.u32())
	if n > 8 {
		c.bad = true
		return
	}
	c.skip(4 * n)
}

func (c *cursor) attrs() {
	c.bitmap()
	c.opaque(maxWhole)
}

// request4 takes a compound: what is done to which handle, and by which name.
func (s *State) request4(c *app.Call, k *call, in *cursor) {
	if k.proc != procCompound || k.sealed {
		s.wait(k, nil, nil, 0)
		return
	}
	if k.signed {
		unwrap(in)
	}
	in.opaque(maxName)
	in.u32()
	w := compound{s: s, c: c, k: k, in: in}
	for range min(in.u32(), maxOps) {
		if !w.request(in.u32()) || in.bad {
			break
		}
	}
	// What stands behind data that are still to come is not seen.
	if in.bad && s.sides[c.Dir-1].skip == 0 && !w.wrote {
		s.raise(c.Flow, evMalformed)
	}
	if w.main != 0 {
		s.plain(c, k, w.main, w.handle, w.name, nil)
	}
	if !w.wrote {
		s.wait(k, w.handle, w.name, w.offset)
	}
}

// compound is what was read of one so far.
type compound struct {
	s  *State
	c  *app.Call
	k  *call
	in *cursor
	// fh is the current handle, handle and name those that the reply is about.
	fh, handle, name []byte
	offset           uint64
	main             uint32
	wrote            bool
}

// request reads an operation's arguments; false: the rest is not understood.
func (w *compound) request(op uint32) bool {
	in := w.in
	switch op {
	case op4PutFH:
		w.fh = in.opaque(maxHandle)
	case op4Read:
		in.skip(stateLen)
		w.offset = in.u64()
		in.u32()
		w.handle, w.name = w.fh, w.s.nameOf(w.fh)
	case op4Write:
		in.skip(stateLen)
		off := in.u64()
		stable := in.u32()
		if w.fh == nil || in.bad {
			return false
		}
		w.wrote = true
		w.s.write(w.c, w.k, w.fh, off, stable == fileSync, in)
	case op4Commit, op4Close:
		if op == op4Commit {
			in.skip(12)
		} else {
			in.skip(4 + stateLen)
		}
		if t := w.s.fileOf(w.c, w.fh, input.ToServer); t != nil && !in.bad {
			t.finish(w.k.xid)
		}
	case op4Lookup:
		w.name = in.opaque(maxName)
	case op4Open:
		w.open()
	case op4Create:
		switch in.u32() {
		case 5: // a link
			in.opaque(maxName)
		case 3, 4: // a device
			in.skip(8)
		}
		w.name, w.handle, w.main = in.opaque(maxName), w.fh, op
		in.attrs()
	case op4Remove:
		w.name, w.main = in.opaque(maxName), op
	case op4Rename:
		in.opaque(maxName)
		in.opaque(maxName)
	case op4Link, op4Secinfo:
		in.opaque(maxName)
	case op4Getattr:
		in.bitmap()
	case op4Nverify, op4Verify:
		in.attrs()
	case op4Setattr:
		in.skip(stateLen)
		in.attrs()
	case op4Readdir:
		in.skip(24)
		in.bitmap()
	case op4SetClientID:
		in.skip(8)
		in.opaque(maxName)
		in.skip(4)
		in.opaque(maxName)
		in.opaque(maxName)
		in.skip(4)
	case op4Lock:
		in.skip(24)
		if in.u32() != 0 {
			in.skip(4 + stateLen + 12)
			in.opaque(maxName)
		} else {
			in.skip(stateLen + 4)
		}
	case op4LockT:
		in.skip(28)
		in.opaque(maxName)
	case op4ReleaseOwner:
		in.skip(8)
		in.opaque(maxName)
	default:
		if bare(op) {
			return true
		}
		if op >= uint32(len(plainArgs)) || plainArgs[op] == 0 {
			return false
		}
		in.skip(int(plainArgs[op]))
	}
	return true
}

// open reads the arguments of OPEN (RFC 7530 section 16.16.1).
func (w *compound) open() {
	in := w.in
	in.skip(12 + 8)
	in.opaque(maxName)
	if in.u32() == 1 {
		switch in.u32() {
		case 0, 1:
			in.attrs()
		case 2:
			in.skip(8)
		case 3:
			in.skip(8)
			in.attrs()
		}
	}
	switch in.u32() {
	case 0, 3:
		w.name = in.opaque(maxName)
	case 1:
		in.skip(4)
	case 2:
		in.skip(stateLen)
		w.name = in.opaque(maxName)
	case 5:
		in.skip(stateLen)
	}
}

// reply4 takes the results of a compound.
func (s *State) reply4(c *app.Call, it *item, in *cursor) {
	if it.proc != procCompound {
		return
	}
	if it.signed {
		unwrap(in)
	}
	in.u32()
	in.opaque(maxName)
	opened := false
	for range min(in.u32(), maxOps) {
		op, status := in.u32(), in.u32()
		if in.bad {
			return
		}
		if op == op4Remove || op == op4Create {
			s.answer(c, it.xid, 0, status, nil)
		}
		if status != 0 {
			if op == op4Read {
				if t := s.fileOf(c, it.handle, input.ToClient); t != nil && t.chunks == 0 {
					t.status = status
					t.finish(it.xid)
				}
			}
			return
		}
		switch op {
		case op4Open:
			opened = true
			in.openResult()
		case op4GetFH:
			if handle := in.opaque(maxHandle); opened && !in.bad {
				s.name(handle, it.name)
			}
		case op4Read:
			eof := in.u32() != 0
			s.replyData(c, it, status, eof, in)
			if s.sides[c.Dir-1].left > 0 {
				return
			}
		case op4Create:
			in.skip(changeLen)
			in.bitmap()
		case op4Getattr:
			in.attrs()
		case op4Setattr:
			in.bitmap()
		case op4PutFH, op4PutPubFH, op4PutRootFH, op4Lookup, op4Lookupp, op4Nverify, op4Verify, op4RestoreFH, op4SaveFH, op4Renew,
			op4ConfirmClientID, op4DelegReturn, op4LockT, op4ReleaseOwner, op4DestroyClientID, op4ReclaimComplete, op4DestroySession:
		default:
			if op >= uint32(len(plainResults)) || plainResults[op] == 0 {
				return
			}
			in.skip(int(plainResults[op]))
		}
	}
}

// openResult skips what OPEN returns (RFC 7530 section 16.16.2).
func (c *cursor) openResult() {
	c.skip(stateLen + changeLen + 4)
	c.bitmap()
	switch c.u32() {
	case 1:
		c.skip(stateLen + 4)
		c.ace()
	case 2:
		c.skip(stateLen + 4 + 12)
		c.ace()
	case 3:
		if why := c.u32(); why == 1 || why == 2 {
			c.u32()
		}
	}
}

func (c *cursor) ace() {
	c.skip(12)
	c.opaque(maxName)
}
