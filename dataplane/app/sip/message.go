package sip

import "bytes"

const (
	// maxLine bounds a request or status line, maxHead a head, in octets.
	maxLine = 4096
	maxHead = 32 << 10
	// maxBody is the longest session description that is read.
	maxBody = 64 << 10
	// maxFields is the most header fields kept, maxLines the most lines of a
	// description.
	maxFields = 128
	maxLines  = 512
)

// span is a run of a message's text.
type span struct{ off, n uint32 }

// kind of a header field that rules may ask for.
type kind uint8

const (
	otherField kind = iota
	from
	to
	via
	userAgent
	contentType
	contentLength
)

// fieldNames are the names of fields and their short forms (RFC 3261 section
// 7.3.3).
var fieldNames = [...]struct {
	kind        kind
	long, short string
}{{from, "from", "f"}, {to, "to", "t"}, {via, "via", "v"}, {userAgent, "user-agent", ""}, {contentType, "content-type", "c"},
	{contentLength, "content-length", "l"}}

func kindOf(name []byte) kind {
	for i := range fieldNames {
		f := &fieldNames[i]
		if fold(name, f.long) || f.short != "" && fold(name, f.short) {
			return f.kind
		}
	}
	return otherField
}

// field is a header field's value.
type field struct {
	kind  kind
	value span
}

// first reads a request or status line.
func (t *Tx) first(b []byte) bool {
	if bytes.HasPrefix(b, sip2) {
		t.version = span{0, uint32(len(sip2) - 1)}
		code, reason, _ := bytes.Cut(b[len(sip2):], blank)
		if len(code) != 3 || !digits(code) {
			return false
		}
		at := uint32(len(sip2))
		t.code = span{at, 3}
		if len(reason) > 0 {
			t.reason = span{at + 4, uint32(len(reason))}
		}
		t.response = true
		return true
	}
	method, rest, ok := bytes.Cut(b, blank)
	if !ok || len(method) == 0 || !token(method) {
		return false
	}
	last := bytes.LastIndexByte(rest, ' ')
	if last < 1 || !bytes.HasPrefix(rest[last+1:], sip2[:4]) {
		return false
	}
	t.method = span{0, uint32(len(method))}
	t.uri = span{uint32(len(method) + 1), uint32(last)}
	t.version = span{uint32(len(method) + 2 + last), uint32(len(rest) - last - 1)}
	return true
}

var (
	sip2  = []byte("SIP/2.0 ")
	blank = []byte{' '}
)

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func token(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return true
}

func fold(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 32
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// headEnd is where a head ends, the empty line included; 0: not yet.
func headEnd(b []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return 0
		}
		if at += i + 1; at < len(b) && b[at] == '\n' {
			return at + 1
		}
		if at+1 < len(b) && b[at] == '\r' && b[at+1] == '\n' {
			return at + 2
		}
	}
}

// head reads the transaction's text as a head. false: it is none.
func (t *Tx) head() bool {
	b := t.text
	line, n := cutLine(b)
	if !t.first(line) {
		return false
	}
	t.line = span{0, uint32(len(line))}
	for at := n; at < len(b); {
		line, n := cutLine(b[at:])
		start := at
		at += n
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			// A folded line (RFC 3261 section 7.3.1): the value goes on to its end.
			if k := len(t.fields); k > 0 {
				t.fields[k-1].value.n = uint32(start+len(line)) - t.fields[k-1].value.off
			}
			continue
		}
		name, value, ok := bytes.Cut(line, colon)
		if !ok || len(t.fields) == maxFields {
			continue
		}
		off := start + len(name) + 1
		v := bytes.TrimLeft(value, " \t")
		off += len(value) - len(v)
		v = bytes.TrimRight(v, " \t")
		f := field{kindOf(bytes.TrimRight(name, " \t")), span{uint32(off), uint32(len(v))}}
		t.fields = t.sh.fields.Append(t.fields, f)
		if f.kind == contentLength {
			t.length, t.hasLength = number(v)
		}
	}
	return true
}

var colon = []byte{':'}

// cutLine takes a line off b; n moves on, its end included.
func cutLine(b []byte) (line []byte, n int) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, len(b)
	}
	line = b[:i]
	if i > 0 && line[i-1] == '\r' {
		line = line[:i-1]
	}
	return line, i + 1
}

func number(b []byte) (n uint64, ok bool) {
	if len(b) == 0 || len(b) > 10 || !digits(b) {
		return 0, false
	}
	for _, c := range b {
		n = 10*n + uint64(c-'0')
	}
	return n, true
}

// described reports whether the body is a session description.
func (t *Tx) described() bool {
	for _, f := range t.fields {
		if f.kind == contentType {
			v, _, _ := bytes.Cut(t.octets(f.value), semicolon)
			return fold(bytes.TrimSpace(v), "application/sdp")
		}
	}
	return false
}

var semicolon = []byte{';'}
