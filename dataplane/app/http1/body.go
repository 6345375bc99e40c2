package http1

import (
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/input"
)

// What is done with a body.
type bodyKind uint8

const (
	bodyPlain     bodyKind = iota // looked at, no file
	bodyFile                      // a file by itself
	bodyMultipart                 // files in parts
)

// body is the body of a message as it streams by.
type body struct {
	win     file.Window
	file    *file.File // the one that is open
	kind    bodyKind
	started bool
	full    bool // the limit was reached and more came
	// seen counts octets towards the limit; missing ones are none.
	seen uint64
	// part is the body's share in a file that comes in ranges.
	part   file.Part
	isPart bool
	chain  chain
	parts  parts
}

// begin marks what was offered to detection already.
func (b *body) begin(t *Tx) {
	b.win.Begin()
	if b.file != nil {
		b.file.Begin()
	}
}

func (b *body) release(sh *Shared) {
	b.chain.release(sh)
	b.parts.release(sh)
	b.win.Release(sh.env.Keep)
}

// limit of a direction's bodies; 0: none.
func (s *State) limit(d input.Dir) int {
	if d == input.ToServer {
		return s.opt.RequestBodyLimit
	}
	return s.opt.ResponseBodyLimit
}

// limitOf is the limit of one body: of a file that is to be stored, how much of it
// is.
func (s *State) limitOf(bo *body, d input.Dir) uint64 {
	if bo.file != nil && bo.file.Stores() {
		return s.env.Files.Options().StoreDepth
	}
	return uint64(s.limit(d))
}

// bodyOctets takes octets of a body, framing removed.
func (s *State) bodyOctets(t *Tx, d input.Dir, b []byte) {
	m := t.side(d)
	m.length += uint64(len(b))
	if m.body.chain.n > 0 {
		s.decode(t, d, b)
		return
	}
	s.bodyDecoded(t, d, b)
}

// bodyDecoded takes octets of a body, content codings removed.
func (s *State) bodyDecoded(t *Tx, d input.Dir, b []byte) {
	if len(b) == 0 {
		return
	}
	m := t.side(d)
	bo := &m.body
	m.entity += uint64(len(b))
	if !bo.started {
		bo.started = true
		s.startBody(t, d)
	}
	if lim := s.limitOf(bo, d); lim > 0 {
		room := lim - min(lim, bo.seen)
		if uint64(len(b)) > room {
			b = b[:room]
			bo.full = true
		}
	}
	bo.seen += uint64(len(b))
	if len(b) > 0 {
		if !bo.win.Append(s.env.Keep, b, s.keepOctets(d)) {
			s.noMemory = true
			return
		}
		switch {
		case bo.kind == bodyMultipart:
			s.multipart(t, b)
		case bo.file != nil:
			bo.file.Append(b)
		}
		if bo.isPart {
			s.env.Files.AppendPart(&bo.part, b)
		}
	}
	if bo.full {
		s.closeFile(bo, file.Truncated)
	}
}

// keepOctets is how much of a body stays at hand: all of a bounded one of usual
// size, else what the pool keeps.
func (s *State) keepOctets(d input.Dir) int {
	keep := s.env.Files.Options().Keep
	if lim := s.limit(d); lim > 0 && lim <= 4*keep {
		return max(keep, lim)
	}
	return keep
}

// bodyGap notes missing octets of a body.
func (s *State) bodyGap(t *Tx, d input.Dir, n uint64) {
	if n == 0 {
		return
	}
	m := t.side(d)
	bo := &m.body
	m.length += n
	if bo.chain.n > 0 {
		// Nothing behind a gap can be decompressed.
		bo.chain.stop()
		if bo.file != nil {
			bo.file.Gap(n)
		}
		return
	}
	m.entity += n
	if !bo.started {
		bo.started = true
		s.startBody(t, d)
	}
	bo.win.Gap(s.env.Keep, n)
	if bo.file != nil {
		bo.file.Gap(n)
	}
	if bo.isPart {
		s.env.Files.SkipPart(&bo.part, n)
	}
	if bo.kind == bodyMultipart {
		bo.parts.lost(s)
	}
}

// startBody finds out what the body is, and opens its file.
func (s *State) startBody(t *Tx, d input.Dir) {
	bo := &t.side(d).body
	if d == input.ToServer {
		switch t.known {
		case methodPost:
			if s.startParts(t) {
				bo.kind = bodyMultipart
				return
			}
		case methodPut:
		default:
			return
		}
		if t.uriParts.hasPath {
			bo.kind = bodyFile
			s.openFile(t, d, t.req.at(t.uriParts.path), &bo.win)
		}
		return
	}
	bo.kind = bodyFile
	name := dispositionName(t.resp.value("content-disposition"))
	if name == nil && t.uriParts.hasPath {
		name = t.req.at(t.uriParts.path)
	}
	if name == nil {
		return
	}
	if f := s.openFile(t, d, name, &bo.win); f != nil {
		s.rangeOf(t, f, name)
	}
}

// openFile opens a file of the transaction; shared is the window that it is
// seen through, or nil for one of its own.
func (s *State) openFile(t *Tx, d input.Dir, name []byte, shared *file.Window) *file.File {
	if len(t.files) >= maxFiles {
		t.raise(evMultipartError)
		return nil
	}
	if len(name) > s.env.Files.Options().NameMax {
		t.raise(evNameTooLong)
	}
	f := s.env.Files.Open(d, s.fileID, name, shared)
	if f == nil {
		return nil
	}
	s.fileID++
	t.files = append(t.files, f)
	t.side(d).body.file = f
	return f
}

func (s *State) closeFile(bo *body, st file.State) {
	if bo.file != nil {
		bo.file.Close(st)
		bo.file = nil
	}
}

// endBody closes what a direction has open. cut: before its end.
func (s *State) endBody(t *Tx, d input.Dir, cut bool) {
	bo := &t.side(d).body
	if bo.chain.n > 0 {
		s.decodeEnd(t, d)
	}
	st := file.Closed
	if cut || bo.full {
		st = file.Truncated
	}
	if bo.kind == bodyMultipart {
		// Parts close by their boundary only.
		s.endParts(t)
		st = file.Truncated
	}
	s.closeFile(bo, st)
	s.endPart(t, bo)
	bo.win.Close()
}

// rangeOf reads Content-Range (RFC 9110 section 14.4).
func (s *State) rangeOf(t *Tx, f *file.File, name []byte) {
	v := t.resp.value("content-range")
	if v == nil {
		return
	}
	r, ok := file.ParseRange(v)
	if !ok {
		t.raise(evRangeInvalid)
		return
	}
	if r.Whole() {
		return
	}
	if !r.Inside() {
		t.raise(evRangeInvalid)
		return
	}
	f.RangeStart, f.RangeEnd = uint64(r.Start), uint64(r.End)
	if t.hasHost && t.norm.n > 0 {
		bo := &t.resp.body
		bo.part, bo.isPart = s.env.Files.OpenPart(input.ToClient, t.req.at(t.host), t.req.at(t.norm), name, f.RangeStart, uint64(r.Size), s.nowUS)
	}
}

// endPart closes a part; the file that it made whole becomes the transaction's.
func (s *State) endPart(t *Tx, bo *body) {
	if !bo.isPart {
		return
	}
	bo.isPart = false
	f := s.env.Files.ClosePart(&bo.part)
	switch {
	case f == nil:
	case len(t.files) >= maxFiles:
		s.env.Files.Put(f)
	default:
		f.ID = s.fileID
		s.fileID++
		t.files = append(t.files, f)
	}
}

// dispositionName finds the file name in a Content-Disposition header, borrowed
// from it.
func dispositionName(b []byte) []byte {
	const key = "filename="
	b = skip(b, isSpace)
	from, quotes := 0, 0
	for x := 1; x < len(b); x++ {
		if b[x] == '"' && b[x-1] != '\\' {
			quotes++
		}
		end := x+1 == len(b)
		if quotes%2 != 0 || !(b[x] == ';' && b[x-1] != '\\' || end) {
			continue
		}
		tok := b[from:x]
		if end {
			tok = b[from:]
		}
		if len(tok) > len(key) && equalFold(tok[:len(key)], key) {
			v := tok[len(key):]
			if v[0] == '"' {
				v = v[1:]
			}
			if len(v) > 0 && v[len(v)-1] == '"' {
				v = v[:len(v)-1]
			}
			return v
		}
		from = x + 1
		for from < len(b) && isSpace(b[from]) {
			from++
			x++
		}
	}
	return nil
}
