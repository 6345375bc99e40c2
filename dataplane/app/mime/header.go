package mime

import "bytes"

// headerLine takes a line of a header, or a piece of a long one.
func (m *Message) headerLine(line []byte, whole, first bool) {
	switch {
	case !first:
		m.moreValue(line)
	case len(line) == 0 && whole:
		m.endHeader()
	case line0(line) == ' ' || line0(line) == '\t':
		// Folded (RFC 5322 section 2.2.3).
		m.moreValue(line[1:])
	default:
		m.field(line)
	}
}

func line0(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// field begins a header field. A line without a colon is none; what is folded
// behind it is dropped with it.
func (m *Message) field(line []byte) {
	name, value, ok := bytes.Cut(line, colon)
	if !ok {
		m.addField(field{}, false)
		return
	}
	name, value = bytes.TrimRight(name, space), bytes.TrimLeft(value, space)
	if len(name) > longField {
		m.raise(LongFieldName)
		name = name[:min(len(name), 255)]
	}
	list := m.list()
	if len(*list) >= maxFields {
		m.raise(Malformed)
		m.pool.Cut++
		m.addField(field{}, false)
		return
	}
	var f field
	if f.name, ok = m.putHeader(name); ok {
		f.value, ok = m.putHeader(m.clip(value, 0))
	}
	m.addField(f, ok)
}

var colon = []byte{':'}

// list are the fields of the header at hand.
func (m *Message) list() *[]field {
	if m.main {
		return &m.pfields
	}
	return &m.fields
}

// buf is the text that they stand in.
func (m *Message) buf() []byte {
	if m.main {
		return m.ptext
	}
	return m.text
}

// addField keeps a field; !ok: there is none that a folded line may continue.
func (m *Message) addField(f field, ok bool) {
	if ok {
		list := m.list()
		*list = m.pool.wide.Append(*list, f)
	}
	m.open = ok
}

// clip shortens what comes behind n octets of a value to what is kept of it.
func (m *Message) clip(v []byte, n int) []byte {
	if over := n + len(v) - m.pool.opt.ValueDepth; over > 0 {
		m.raise(LongFieldValue)
		v = v[:max(len(v)-over, 0)]
	}
	return v
}

// moreValue adds to the value of the last field, which ends the text.
func (m *Message) moreValue(b []byte) {
	list := *m.list()
	if !m.open || len(list) == 0 {
		return
	}
	f := &list[len(list)-1]
	if s, ok := m.putHeader(m.clip(b, int(f.value.n))); ok {
		f.value.n += s.n
	}
}

// putHeader keeps octets in the text of the header at hand.
func (m *Message) putHeader(b []byte) (s span, ok bool) {
	if !m.main {
		return m.put(b)
	}
	at := len(m.ptext)
	if at+len(b) > maxText {
		m.pool.Cut++
		return span{}, false
	}
	if m.ptext, ok = m.pool.keep.Append(m.ptext, b); !ok {
		m.pool.Cut++
		return span{}, false
	}
	return span{uint32(at), uint32(len(b))}, true
}

// value is the value of the first field of a name in the header at hand.
func (m *Message) value(name string) []byte {
	text := m.buf()
	for _, f := range *m.list() {
		if is(text[f.name.off:f.name.off+f.name.n], name) {
			return text[f.value.off : f.value.off+f.value.n]
		}
	}
	return nil
}

// endHeader looks at what the header says of the body, and begins it.
func (m *Message) endHeader() {
	ctype := m.value("content-type")
	kind := mediaType(ctype)
	m.enc = plain
	switch enc := bytes.TrimSpace(m.value("content-transfer-encoding")); {
	case is(enc, "base64"):
		m.enc = base64
	case is(enc, "quoted-printable"):
		m.enc = quoted
	}
	m.isText = len(kind) == 0 || is(kind, "text/plain") || is(kind, "text/html")
	m.b64, m.qp, m.npending = base64State{}, quotedState{}, 0
	m.at = body
	name := m.param(m.value("content-disposition"), "filename")
	if name == nil {
		name = m.param(ctype, "name")
	}
	bound := []byte(nil)
	if hasPrefix(kind, "multipart/") || m.depth == 0 {
		bound = m.param(ctype, "boundary")
	}
	message := name == nil && bound == nil && m.enc == plain && is(kind, "message/rfc822")
	// What was found stands in scratch memory or in the header's text: what is
	// needed of it is copied before either is used again.
	switch {
	case bound != nil:
		m.push(bound)
	case name != nil:
		m.openFile(name)
	}
	m.main = true
	m.pfields, m.ptext, m.open = m.pfields[:0], m.ptext[:0], false
	if message {
		if m.embedded == maxLevels {
			m.raise(Malformed)
			return
		}
		m.embedded++
		m.at = header
	}
}

// push begins a multipart body.
func (m *Message) push(bound []byte) {
	if len(bound) > longBound {
		m.raise(LongBoundary)
	}
	if len(bound) == 0 {
		return
	}
	if m.depth == maxLevels {
		m.raise(Malformed)
		m.pool.Cut++
		return
	}
	at := len(m.text)
	if _, ok := m.put(dashes); !ok {
		return
	}
	if _, ok := m.put(bound[:min(len(bound), maxHold-2)]); !ok {
		return
	}
	m.levels[m.depth] = span{uint32(at), uint32(len(m.text) - at)}
	m.depth++
	m.at = preamble
}

func mediaType(v []byte) []byte {
	v, _, _ = bytes.Cut(v, semicolon)
	return bytes.TrimSpace(v)
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && is(b[:len(s)], s) }
