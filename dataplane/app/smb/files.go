package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/app/smb/status"
	"github.com/weir-ips/weir/match/input"
)

// transfer is what is read or written of one file. Octets come in chunks, each at an
// offset of its own; what comes before its turn waits.
type transfer struct {
	dir input.Dir
	// next is the offset up to which the file is there.
	next uint64
	// at is where the next octets of the current chunk belong, left how many there
	// will be, waits that they wait in the queue.
	at    uint64
	left  uint64
	waits bool
	// queue are pieces that wait, by offset; tail is the one being filled. queued are
	// octets of chunks that wait, chunks how many.
	queue, tail *chunk
	queued      uint64
	chunks      int
	call        uint64
	over        bool
}

// chunk is a piece of a chunk that waits; first says it begins one.
type chunk struct {
	at    uint64
	buf   []byte
	first bool
	size  uint64 // of the whole chunk, where first
	next  *chunk
}

// maxPiece is how many octets a piece holds.
const maxPiece = 64 << 10

// chunk begins a chunk of n octets at an offset. ev is the event to be raised, when
// ok is false the chunk is refused.
func (t *Tx) chunk(off, n uint64) (ev uint16, raised, ok bool) {
	x := &t.xfer
	q := &t.sh.opt.Queues[x.dir-1]
	evSize, evCount := evWriteQueueSize, evWriteQueueCount
	if x.dir == input.ToClient {
		evSize, evCount = evReadQueueSize, evReadQueueCount
	}
	if x.left > 0 {
		t.cut() // the chunk before is not whole
	}
	if off < x.next {
		ev, raised = evFileOverlap, true
	}
	if q.Octets > 0 && x.queued+n > uint64(q.Octets) {
		return evSize, true, false
	}
	if q.Chunks > 0 && x.chunks >= q.Chunks {
		return evCount, true, false
	}
	x.at, x.left, x.waits, x.tail = off, n, off > x.next, nil
	return ev, raised, true
}

// octets takes octets of the current chunk.
func (t *Tx) octets(b []byte) {
	x := &t.xfer
	b = b[:min(uint64(len(b)), x.left)]
	n := uint64(len(b))
	f := t.one[0]
	if f == nil || x.over {
		x.at, x.left = x.at+n, x.left-n
		return
	}
	if x.call != t.st.calls {
		x.call = t.st.calls
		f.Begin()
	}
	if x.waits {
		t.wait(b)
	} else {
		t.deliver(x.at, b)
	}
	x.at, x.left = x.at+n, x.left-n
	if !x.waits {
		t.drain()
	}
}

// deliver gives octets to the file, as far as it has not got them.
func (t *Tx) deliver(at uint64, b []byte) {
	x := &t.xfer
	if skip := x.next - at; skip > 0 {
		b = b[min(skip, uint64(len(b))):]
	}
	if len(b) > 0 {
		t.one[0].Append(b)
		x.next += uint64(len(b))
	}
}

// wait queues octets of the current chunk.
func (t *Tx) wait(b []byte) {
	x := &t.xfer
	at := x.at
	for len(b) > 0 {
		c := x.tail
		if c == nil || len(c.buf) == maxPiece {
			first := c == nil
			c = t.sh.chunks.Take(nil)
			if c != nil {
				if c.buf = t.sh.env.Mem.Get(min(maxPiece, int(min(x.left, maxPiece)))); c.buf == nil {
					t.sh.chunks.Put(c)
					c = nil
				}
			}
			if c == nil {
				t.sh.unqueued += uint64(len(b))
				t.cut()
				return
			}
			c.at = at
			if first {
				c.first, c.size = true, x.left
				x.queued += x.left
				x.chunks++
			}
			x.link(c)
			x.tail = c
		}
		n := min(len(b), maxPiece-len(c.buf))
		out, ok := t.sh.env.Mem.Append(c.buf, b[:n])
		if !ok {
			t.sh.unqueued += uint64(len(b))
			t.cut()
			return
		}
		c.buf = out
		b, at = b[n:], at+uint64(n)
	}
}

// link puts a piece where it belongs.
func (x *transfer) link(c *chunk) {
	p := &x.queue
	for *p != nil && (*p).at <= c.at {
		p = &(*p).next
	}
	c.next, *p = *p, c
}

// drain delivers pieces whose turn has come.
func (t *Tx) drain() {
	x := &t.xfer
	for c := x.queue; c != nil && c.at <= x.next && c != x.tail; c = x.queue {
		t.deliver(c.at, c.buf)
		x.queue = c.next
		x.drop(t.sh, c)
	}
}

func (x *transfer) drop(sh *shared, c *chunk) {
	if c.first {
		x.queued -= min(c.size, x.queued)
		x.chunks--
	}
	sh.env.Mem.Put(c.buf)
	*c = chunk{}
	sh.chunks.Put(c)
}

// miss tells of n octets of the current chunk that will not come.
func (t *Tx) miss(n uint64) {
	x := &t.xfer
	n = min(n, x.left)
	if f := t.one[0]; f != nil && !x.over {
		if x.waits {
			x.tail = nil
		} else if end := x.at + n; end > x.next {
			f.Gap(end - x.next)
			x.next = end
		}
	}
	x.at, x.left = x.at+n, x.left-n
}

// cut ends the file before its time.
func (t *Tx) cut() {
	if f := t.one[0]; f != nil {
		f.Close(file.Truncated)
	}
	t.xfer.empty(t.sh)
	t.xfer.over = true
}

// close ends the file.
func (t *Tx) close() {
	x := &t.xfer
	if f := t.one[0]; f != nil && !x.over {
		if x.queue != nil {
			f.Close(file.Truncated)
		} else {
			f.Close(file.Closed)
		}
	}
	x.empty(t.sh)
	x.over = true
}

func (x *transfer) empty(sh *shared) {
	for c := x.queue; c != nil; c = x.queue {
		x.queue = c.next
		x.drop(sh, c)
	}
	x.tail = nil
}

func (x *transfer) release(sh *shared) {
	x.empty(sh)
	*x = transfer{}
}

// piece says where octets of a file are on the wire and where they belong.
type piece struct {
	major  uint8
	cmd    uint16
	ids    ids
	fid    fileID
	offset uint64
	length uint64
}

// transfer takes up a chunk of a file: of its live transfer, or of a new one. nil:
// its octets are stepped over.
func (s *State) transfer(c *app.Call, p *piece, name, share []byte) *Tx {
	t := s.findFile(p.fid, c.Dir, true)
	if t == nil {
		if t = s.open(c, kindFile, p.major, p.cmd, p.ids); t == nil {
			return nil
		}
		t.fid, t.xfer.dir = p.fid, c.Dir
		t.name, t.share = t.keep(name), t.keep(share)
		if f := s.sh.env.Files.Open(c.Dir, t.id, t.at(t.name), nil); f != nil {
			t.one[0], t.files = f, 1
		}
	}
	ev, raised, ok := t.chunk(p.offset, p.length)
	if raised {
		s.raise(ev)
	}
	if !ok {
		return nil
	}
	return t
}

// closeFile ends the transfers of a file, or a pipe.
func (s *State) closeFile(f fileID) {
	s.closePipe(f)
	for d := input.ToServer; d <= input.ToClient; d++ {
		for t := s.findFile(f, d, false); t != nil; t = s.findFile(f, d, false) {
			if t.major == 2 {
				t.setStatus(status.Success, false)
			}
			t.close()
			t.finish()
		}
	}
}
