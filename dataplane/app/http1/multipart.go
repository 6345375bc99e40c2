package http1

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/input"
)

// Where the reader of multipart/form-data (RFC 7578) stands.
type partState uint8

const (
	ptSeek   partState = iota // looks for a boundary line
	ptEOL                     // behind a boundary, waits for the line's end
	ptHeader                  // headers of a part
	ptFirst                   // first octets of a part
	ptData                    // octets of a part
	ptDead                    // octets were lost: nothing more is found
)

const (
	maxBoundary = 255
	maxPartLine = 4096
)

// parts reads the parts of a body.
type parts struct {
	state partState
	// boundary is kept with its two hyphens; name is the file's that the headers
	// announced; hold is what no decision was made about.
	boundary, name, hold []byte
	named                bool
}

func (p *parts) release(sh *Shared) {
	sh.env.Mem.Put(p.boundary)
	sh.env.Mem.Put(p.name)
	sh.env.Mem.Put(p.hold)
	*p = parts{}
}

func (p *parts) lost(s *State) { p.state = ptDead }

// startParts reads the boundary out of Content-Type; false: not multipart.
func (s *State) startParts(t *Tx) bool {
	v, ok := parameter(t.req.value("content-type"), "boundary")
	if !ok || len(v) > maxBoundary {
		return false
	}
	p := &t.req.body.parts
	b := append(s.sh.scratch[:0], "--"...)
	b = appendUnescaped(b, v)
	s.sh.scratch = b[:0]
	kept, ok := s.env.Keep.Append(p.boundary[:0], b)
	if !ok {
		s.noMemory = true
		return false
	}
	p.boundary = kept
	return true
}

func appendUnescaped(out, b []byte) []byte {
	for _, c := range b {
		if c != '\\' {
			out = append(out, c)
		}
	}
	return out
}

// parameter finds a parameter of a structured header (RFC 2045 section 5.1).
func parameter(v []byte, name string) (val []byte, ok bool) {
	k := indexByte(v, ';')
	if k < 0 {
		return nil, false
	}
	blank := func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
	for v = v[k+1:]; len(v) > 0; {
		v = skip(v, blank)
		eq := indexByte(v, '=')
		if eq < 0 {
			return nil, false
		}
		key := v[:eq]
		v = v[eq+1:]
		val, v = parameterValue(v)
		if string(key) == name || string(key) == name+"*0" {
			return val, true
		}
		if v = skip(v, blank); len(v) > 0 && v[0] == ';' {
			v = v[1:]
		}
	}
	return nil, false
}

func parameterValue(v []byte) (val, rest []byte) {
	if len(v) > 0 && v[0] == '"' {
		escaped := false
		for k := 1; k < len(v); k++ {
			if v[k] == '\\' {
				escaped = true
				continue
			}
			if v[k] == '"' && !escaped {
				return v[1:k], v[k+1:]
			}
			escaped = false
		}
		if k := bytes.IndexByte(v[1:], '"'); k >= 0 {
			return v[1 : 1+k], v[k+2:]
		}
	}
	k := indexByte(v, ';')
	if k < 0 {
		k = len(v)
	}
	val, rest = v[:k], v[k:]
	for len(val) > 0 && isSpace(val[len(val)-1]) {
		val = val[:len(val)-1]
	}
	return val, rest
}

// multipart reads on in a request's body.
func (s *State) multipart(t *Tx, b []byte) {
	p := &t.req.body.parts
	run := b
	if len(p.hold) > 0 {
		held, ok := s.env.Keep.Append(p.hold, b)
		if !ok {
			s.noMemory = true
			return
		}
		p.hold, run = held, held
	}
	used := 0
	for used < len(run) {
		n, more := s.part(t, p, run[used:])
		used += n
		if more {
			break
		}
	}
	rest := run[used:]
	if len(p.hold) > 0 {
		p.hold = p.hold[:copy(p.hold, rest)]
		return
	}
	if len(rest) > 0 {
		held, ok := s.env.Keep.Append(p.hold, rest)
		if !ok {
			s.noMemory = true
		}
		p.hold = held
	}
}

// part takes one step; more: octets are missing to decide.
func (s *State) part(t *Tx, p *parts, b []byte) (n int, more bool) {
	switch p.state {
	case ptSeek:
		k := indexByte(b, '\n')
		if bytes.HasPrefix(b, p.boundary) {
			if k >= 0 {
				p.state = ptHeader
				return k + 1, false
			}
			if len(b) > len(p.boundary)+128 {
				p.state = ptEOL
				return len(b), false
			}
			return 0, true
		}
		if k >= 0 {
			return k + 1, false
		}
		if len(b) > maxPartLine {
			p.state = ptEOL
			return len(b), false
		}
		return 0, true
	case ptEOL:
		if k := indexByte(b, '\n'); k >= 0 {
			p.state = ptHeader
			return k + 1, false
		}
		return len(b), false
	case ptHeader:
		return s.partHeader(t, p, b)
	case ptFirst:
		if len(b) < len(p.boundary) && bytes.HasPrefix(p.boundary, b) {
			return 0, true
		}
		p.state = ptData
		if bytes.HasPrefix(b, p.boundary) {
			if p.named {
				t.raise(evMultipartNoData)
			}
			s.partEnd(t, p)
			return 0, false
		}
		return 0, false
	case ptData:
		return s.partData(t, p, b)
	}
	return len(b), false
}

func (s *State) partHeader(t *Tx, p *parts, b []byte) (n int, more bool) {
	k := bytes.Index(b, crlf)
	if k < 0 {
		if len(b) > maxPartLine {
			p.state = ptEOL
			return len(b), false
		}
		return 0, true
	}
	line := b[:k]
	if k == 0 || k == 1 && line[0] == '\r' {
		p.state = ptFirst
		if p.named {
			t.req.body.file = nil
			s.openFile(t, input.ToServer, p.name, nil)
		}
		return k + 2, false
	}
	c := indexByte(line, ':')
	if c < 0 {
		t.raise(evMultipartHeader)
		return k + 2, false
	}
	name, v := line[:c], skip(line[c+1:], isSpace)
	if len(v) == 0 {
		t.raise(evMultipartHeader)
	}
	if equalFold(name, "content-disposition") {
		if fn, ok := parameter(v, "filename"); ok && len(fn) > 0 {
			b := appendUnescaped(s.sh.scratch[:0], fn)
			s.sh.scratch = b[:0]
			kept, ok := s.env.Keep.Append(p.name[:0], b)
			if !ok {
				s.noMemory = true
				return k + 2, false
			}
			p.name, p.named = kept, true
		}
	}
	return k + 2, false
}

var crlf = []byte("\r\n")

// partData gives octets to the part's file, up to a line that a boundary starts.
func (s *State) partData(t *Tx, p *parts, b []byte) (n int, more bool) {
	for at := 0; ; {
		k := bytes.Index(b[at:], crlf)
		if k < 0 {
			end := len(b)
			if b[end-1] == '\r' {
				end--
			}
			s.partOctets(t, b[:end])
			return end, end < len(b)
		}
		line := b[at+k+2:]
		if bytes.HasPrefix(line, p.boundary) {
			s.partOctets(t, b[:at+k])
			s.partEnd(t, p)
			return at + k + 2, false
		}
		if bytes.HasPrefix(p.boundary, line) {
			// It may become one.
			s.partOctets(t, b[:at+k])
			return at + k, true
		}
		at += k + 2
	}
}

func (s *State) partOctets(t *Tx, b []byte) {
	if f := t.req.body.file; f != nil && len(b) > 0 {
		if !f.Append(b) {
			s.noMemory = true
		}
	}
}

func (s *State) partEnd(t *Tx, p *parts) {
	s.closeFile(&t.req.body, file.Closed)
	p.state, p.named = ptSeek, false
}

// endParts gives what was held back to the file: no boundary follows.
func (s *State) endParts(t *Tx) {
	p := &t.req.body.parts
	if p.state == ptData {
		s.partOctets(t, p.hold)
	}
	p.state = ptDead
}
