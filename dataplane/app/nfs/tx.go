package nfs

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a call and its reply, or the transfer of a file.
type Tx struct {
	sh *shared
	st *State
	id uint64

	xid, version, proc uint32
	flavor             uint32
	machine            []byte
	uid, gid           uint32
	handle, name, to   []byte
	denied, status     uint32
	// asked: the call is whole. over: nothing will be added.
	asked, over bool
	events      uint16

	// file: it is a transfer, in direction dir; commit: COMMIT is one of its calls.
	file, commit bool
	dir          input.Dir
	one          [1]*file.File
	files        int
	// at is where the next octets belong, next how far the file is there.
	at, next uint64
	// ends: the file ends with the chunk at hand. first, last are what EVE tells.
	ends, first, last bool
	chunks            int
	lastXID           uint32
	run               uint64
	det               input.TxDetect
}

// of takes who asks for what.
func (t *Tx) of(k *call, proc uint32) {
	t.xid, t.version, t.proc = k.xid, k.version, proc
	t.flavor, t.uid, t.gid = k.flavor, k.uid, k.gid
	t.machine = t.add(k.machine)
}

// add keeps octets; without memory they are none.
func (t *Tx) add(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	out, _ := t.sh.env.Keep.Append(nil, b)
	return out
}

func (t *Tx) keep(handle, name []byte) { t.handle, t.name = t.add(handle), t.add(name) }

// fileOf is the transfer of a handle in a direction that goes on, or nil.
func (s *State) fileOf(c *app.Call, handle []byte, d input.Dir) *Tx {
	for _, tx := range c.Flow.Txs {
		if t, ok := tx.(*Tx); ok && t.file && !t.over && t.dir == d && bytes.Equal(t.handle, handle) {
			return t
		}
	}
	return nil
}

// openFile begins a transfer; nil: there is no room.
func (s *State) openFile(c *app.Call, d input.Dir, handle, name []byte) *Tx {
	t := s.open(c)
	if t == nil {
		return nil
	}
	t.file, t.dir, t.first, t.asked = true, d, true, d == input.ToClient
	t.keep(handle, name)
	if t.one[0] = s.sh.env.Files.Open(d, t.id, t.name, nil); t.one[0] != nil {
		t.files = 1
	}
	return t
}

// chunk begins the octets of one call, at an offset. Those that are there already
// are left out, those that come too early leave a gap.
func (t *Tx) chunk(xid uint32, off uint64, last bool) {
	t.at = off
	t.chunks++
	t.ends = last
	if last {
		t.lastXID = xid
	}
	if off > t.next {
		if f := t.one[0]; f != nil && t.next > 0 {
			f.Gap(off - t.next)
		} else if f != nil {
			f.Gaps = true
		}
		t.next = off
	}
}

// octets are some of the chunk at hand.
func (t *Tx) octets(b []byte) {
	n := uint64(len(b))
	if skip := t.next - min(t.next, t.at); skip > 0 {
		b = b[min(skip, n):]
	}
	t.at += n
	t.next = max(t.next, t.at)
	f := t.one[0]
	if f == nil || len(b) == 0 {
		return
	}
	if t.run != t.st.runs {
		t.run = t.st.runs
		f.Begin()
	}
	f.Append(b)
}

// gap tells of n octets of the chunk that will not come.
func (t *Tx) gap(n uint64) {
	if f := t.one[0]; f != nil && t.at+n > t.next {
		f.Gap(t.at + n - max(t.next, t.at))
	}
	t.at += n
	t.next = max(t.next, t.at)
}

func (t *Tx) chunkDone() {
	if t.ends {
		t.finish(t.lastXID)
	}
}

// finish completes a transfer.
func (t *Tx) finish(xid uint32) {
	t.lastXID, t.last = xid, true
	t.shut(file.Closed)
}

func (t *Tx) shut(s file.State) {
	if t.over {
		return
	}
	t.over = true
	if t.st != nil {
		t.st.forget(t)
	}
	if f := t.one[0]; f != nil {
		f.Close(s)
	}
}

// end gives up on what is still to come.
func (t *Tx) end() { t.shut(file.Truncated) }

// forget sees that what still comes of a transfer's chunk goes nowhere.
func (s *State) forget(t *Tx) {
	for i := range s.sides {
		if s.sides[i].tx == t {
			s.sides[i].tx = nil
		}
	}
}

// Files is app.FileTx's.
func (t *Tx) Files() []*file.File { return t.one[:t.files] }

// PacketWay is app.PacketWay's.
func (t *Tx) PacketWay() {}

// Done is app.Tx's.
func (t *Tx) Done(d input.Dir) bool { return t.over || d == input.ToServer && t.asked }

// Progress is input.Tx's.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.Done(d) {
		return input.Complete
	}
	return uint8(buf.Start)
}

// Event is input.Tx's.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.events&(1<<id) != 0 }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// Release is app.Tx's.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	t.st.forget(t)
	sh.env.Files.Put(t.one[0])
	for _, b := range [...][]byte{t.machine, t.handle, t.name, t.to} {
		sh.env.Keep.Later(b)
	}
	*t = Tx{}
	sh.txs.Put(t)
}

// View is the file's data, name or type.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if f := file.Find(t.Files(), d, i); f != nil {
		return f.ViewOf(id)
	}
	return input.View{Avail: input.None}
}

// Num is a procedure, the version, or the size of the file.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	switch {
	case id == buf.FieldNFSProcedure && i == 0:
		return uint64(t.proc), input.Done
	case id == buf.FieldNFSProcedure && i == 1 && t.commit:
		return procCommit, input.Done
	case id == buf.FieldNFSName && i == 0:
		return buf.NFSName(uint16(t.version), t.proc), input.Done
	case id == buf.FieldNFSName && i == 1 && t.commit:
		return buf.NFSName(uint16(t.version), procCommit), input.Done
	case id == buf.FieldNFSVersion && i == 0:
		return uint64(t.version), input.Done
	case id == buf.FieldFileSize:
		if f := file.Find(t.Files(), d, i); f != nil {
			return f.FileSize()
		}
	}
	return 0, input.None
}
