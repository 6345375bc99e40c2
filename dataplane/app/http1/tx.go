package http1

import (
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// maxFiles is the most files of one transaction.
const maxFiles = 64

// Tx is a request and its response.
type Tx struct {
	st   *State
	next *Tx // behind this one in the order of requests
	id   uint64
	det  input.TxDetect
	evs  [2]uint64

	req, resp message

	method, uri, norm span
	known             method
	old               bool // HTTP/0.9
	uriParts          uriSpans
	host              span
	port              int
	hasHost           bool
	expect            bool // Expect: 100-continue
	chunked           bool
	reqLen            int64 // Content-Length of the request, -1: none

	status        int
	statCode, msg span
	seenContinue  bool

	files []*file.File
	few   [2]*file.File
}

// uriSpans are where the parts of a target stand in the request's text.
type uriSpans struct {
	host, path   span
	hasHost      bool
	hasPath      bool
	hasCred, any bool
}

// maxWarnings is how many remarks on one connection are usual; more are an event of
// their own, once.
const maxWarnings = 512

func (t *Tx) raise(ev uint16) {
	t.evs[ev>>6] |= 1 << (ev & 63)
	if s := t.st; s != nil {
		if s.warnings++; s.warnings == maxWarnings {
			t.raise(evManyWarnings)
		}
	}
}

// touch notes that there is something new for the rules; t may be nil.
func (t *Tx) touch() {
	if t != nil {
		t.det.Quiet = [2]bool{}
	}
}

// Touching is app.Touching's.
func (t *Tx) Touching() {}

// Event is input.Tx's.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.evs[id>>6]&(1<<(id&63)) != 0 }

// Raised is app.Raising's.
func (t *Tx) Raised() [2]uint64 { return t.evs }

// Detect is input.Tx's.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is input.Tx's.
func (t *Tx) ID() uint64 { return t.id }

// Progress is input.Tx's: 1 line, 2 headers, 3 body.
func (t *Tx) Progress(d input.Dir) uint8 { return t.side(d).progress }

// Done is app.Tx's.
func (t *Tx) Done(d input.Dir) bool { return t.side(d).progress == input.Complete }

// Files is app.FileTx's.
func (t *Tx) Files() []*file.File { return t.files }

func (t *Tx) side(d input.Dir) *message {
	if d == input.ToClient {
		return &t.resp
	}
	return &t.req
}

// Num is input.Tx's.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	switch id {
	case buf.FieldURILen:
		if t.req.progress < stepLine {
			return 0, input.Wait
		}
		if i > 0 || t.uri.n == 0 {
			return 0, input.None
		}
		return uint64(t.uri.n), input.Done
	case buf.FieldFileSize:
		f := t.file(d, i)
		if f == nil {
			if t.Done(d) {
				return 0, input.None
			}
			return 0, input.Wait
		}
		if f.State == file.Opened {
			return f.Size, input.More
		}
		return f.Size, input.Done
	}
	return 0, input.None
}

// file is the i-th file of a direction.
func (t *Tx) file(d input.Dir, i int) *file.File { return file.Find(t.files, d, i) }

// Release is app.Tx's.
func (t *Tx) Release() {
	s := t.st
	if s == nil {
		return
	}
	s.forget(t)
	sh := s.sh
	for i, f := range t.files {
		sh.env.Files.Put(f)
		t.files[i] = nil
	}
	for _, m := range [...]*message{&t.req, &t.resp} {
		m.body.release(sh)
		sh.env.Mem.Put(m.text)
		sh.env.Mem.Put(m.block)
		sh.putOverflow(m)
	}
	files := t.files[:0]
	*t = Tx{files: files}
	sh.txs.Put(t)
}
