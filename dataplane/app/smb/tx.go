package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/input"
)

// kind is what a transaction is about.
type kind uint8

const (
	kindGeneric kind = iota
	kindNegotiate
	kindSession
	kindTree
	kindCreate
	kindFile
	kindRename
	kindSetInfo
	kindIoctl
	kindRPC
	numKinds
)

// ids is what tells a response to which request it belongs.
type ids struct {
	session uint64
	tree    uint32
	message uint64
}

// span is a text of a transaction.
type span struct{ off, n int }

// Tx is a request and its response, or all that is read or written of a file
// between its first octets and its close.
type Tx struct {
	st    *State
	sh    *shared
	id    uint64
	kind  kind
	major uint8 // 1 or 2
	cmd   uint16
	ids   ids
	done  [2]bool
	// status is an NT status, or a DOS error class and code with dos.
	status    uint32
	hasStatus bool
	dos       bool
	events    uint32
	det       input.TxDetect

	// text holds all texts, in Env.Keep.
	text []byte
	// name is a share, a file, a file's old name; to its new one.
	name, to span

	negotiate
	session
	create
	tree
	xfer transfer
	rpc  rpcTx
	// one is the file, if there is one.
	one   [1]*file.File
	files int
}

// negotiate is what kindNegotiate knows: dialects as a list, each with its length in
// front, or two octets each.
type negotiate struct {
	dialects                 span
	clientGUID, serverGUID   [16]byte
	hasClientGUID, hasServer bool
}

// session is what kindSession knows.
type session struct {
	hasNTLM, hasVersion, hasTicket, hasRequest, hasResponse bool
	domain, user, host                                      span
	version                                                 [4]uint16 // major, minor, build, revision
	realm                                                   span
	snames                                                  [4]span
	nsnames                                                 int
	requestOS, requestLM, responseOS, responseLM            span
}

// create is what kindCreate knows; kindSetInfo has del, kindIoctl function.
type create struct {
	fid           fileID
	disposition   uint32
	del, dir      bool
	times         [4]uint64
	size          uint64
	subcmd, level uint16
	function      uint32
}

// tree is what kindTree knows.
type tree struct {
	share span // of a file
	// pipe is what the server says; ipc, that the name is that of pipes.
	pipe, ipc           bool
	shareType           uint8
	requested, answered span
	hasAnswer           bool
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// keep keeps a text.
func (t *Tx) keep(b []byte) span {
	b = b[:min(len(b), maxName)]
	if len(b) == 0 {
		return span{}
	}
	off := len(t.text)
	out, ok := t.sh.env.Keep.Append(t.text, b)
	if !ok {
		return span{}
	}
	t.text = out
	return span{off, len(b)}
}

// plain keeps a text without its zeros.
func (t *Tx) plain(b []byte) span { return t.keep(t.sh.plain(b)) }

func (t *Tx) at(s span) []byte { return t.text[s.off : s.off+s.n] }

// answer notes the status of a response; the transaction is done, both ways.
func (t *Tx) answer(status uint32, dos bool) {
	t.setStatus(status, dos)
	t.finish()
}

func (t *Tx) setStatus(status uint32, dos bool) { t.status, t.dos, t.hasStatus = status, dos, true }

// finish ends the transaction in both directions.
func (t *Tx) finish() {
	t.done = [2]bool{true, true}
	if t.st != nil {
		t.st.unlist(t)
	}
}

// Done is app.Tx's.
func (t *Tx) Done(d input.Dir) bool { return t.done[d-1] }

// Progress is input.Tx's.
func (t *Tx) Progress(d input.Dir) uint8 {
	if t.done[d-1] {
		return input.Complete
	}
	return 0
}

// Event is input.Tx's.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.events&(1<<id) != 0 }

// Raised is app.Raising's.
func (t *Tx) Raised() [2]uint64 { return [2]uint64{uint64(t.events)} }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// Files is app.FileTx's.
func (t *Tx) Files() []*file.File { return t.one[:t.files] }

// Release is app.Tx's.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	if st := t.st; st != nil {
		st.unlist(t)
		if st.last == t {
			st.last = nil
		}
		for d := range st.sides {
			if st.sides[d].tx == t {
				st.sides[d].tx = nil
			}
		}
	}
	t.xfer.release(sh)
	t.rpc.release(sh)
	if t.files > 0 {
		sh.env.Files.Put(t.one[0])
	}
	sh.env.Keep.Later(t.text)
	*t = Tx{}
	sh.txs.Put(t)
}

// open makes a transaction; nil: there is no room. A flow that has too many live
// ones gives up the oldest.
func (s *State) open(c *app.Call, k kind, major uint8, cmd uint16, id ids) *Tx {
	if len(s.live) >= s.sh.opt.MaxTx {
		old := s.live[0]
		old.raise(evTooManyTransactions)
		old.cut()
		old.finish()
	}
	t := s.sh.txs.Take(nil)
	if t == nil {
		return nil
	}
	t.st, t.sh, t.kind, t.major, t.cmd, t.ids = s, s.sh, k, major, cmd, id
	n, ok := c.Flow.NewTx(t)
	if !ok {
		s.sh.refused++
		t.st = nil
		t.Release()
		return nil
	}
	t.id = n
	t.done[input.ToServer-1] = k != kindFile && k != kindRPC
	s.live = s.sh.live.Append(s.live, t)
	s.last = t
	return t
}

// unlist takes a transaction from those that wait for something.
func (s *State) unlist(t *Tx) {
	for i, x := range s.live {
		if x == t {
			s.live = append(s.live[:i], s.live[i+1:]...)
			return
		}
	}
}

// find is the live transaction that a response with a command answers. Files and
// calls through pipes have no single answer.
func (s *State) find(major uint8, cmd uint16, id ids) *Tx {
	for _, t := range s.live {
		if t.major == major && t.cmd == cmd && t.ids == id && t.kind != kindRPC && t.kind != kindFile {
			return t
		}
	}
	return nil
}

// findKind is find for a kind of transactions.
func (s *State) findKind(k kind, id ids) *Tx {
	for _, t := range s.live {
		if t.kind == k && t.ids == id {
			return t
		}
	}
	return nil
}

// findFile is the live transfer of a file in a direction; open: one whose file is.
func (s *State) findFile(f fileID, d input.Dir, open bool) *Tx {
	for _, t := range s.live {
		if t.kind == kindFile && t.xfer.dir == d && t.fid == f && !(open && t.xfer.over) {
			return t
		}
	}
	return nil
}
