package mime

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/input"
)

// outSize is how much is decoded at a time, in octets.
const outSize = 8192

// openFile begins an attachment.
func (m *Message) openFile(name []byte) {
	if len(name) == 0 {
		return
	}
	if len(name) > maxName {
		m.raise(LongFilename)
		name = name[:maxName]
	}
	if len(m.attachments) >= maxFiles {
		m.raise(Malformed)
		m.pool.Cut++
		return
	}
	s, ok := m.put(name)
	if !ok {
		return
	}
	m.attachments = m.pool.spans.Append(m.attachments, s)
	if m.file = m.pool.files.Open(input.ToServer, *m.next, m.octets(s), nil); m.file != nil {
		*m.next++
		*m.files = append(*m.files, m.file)
	}
}

// content takes a line, or a piece of one, of a leaf's body.
func (m *Message) content(line, eol []byte, first bool) {
	if m.file == nil && !m.isText {
		return
	}
	switch m.enc {
	case base64:
		if !m.pool.opt.Base64 {
			return
		}
		if m.lineLen > longEncoded {
			m.raise(LongEncodedLine)
		}
		for len(line) > 0 {
			n := min(len(line), outSize)
			out, clean := m.b64.decode(m.pool.out[:0], line[:n])
			if !clean {
				m.raise(InvalidBase64)
			}
			m.emit(out)
			line = line[n:]
		}
	case quoted:
		if !m.pool.opt.QuotedPrintable {
			return
		}
		if m.lineLen > longEncoded {
			m.raise(LongEncodedLine)
		}
		m.lineBreak(first)
		for len(line) > 0 {
			// A held escape may come out in front of a run.
			n := min(len(line), outSize/2)
			out, clean := m.qp.decode(m.pool.out[:0], line[:n])
			if !clean {
				m.raise(InvalidQP)
			}
			m.emit(out)
			line = line[n:]
		}
		if len(eol) > 0 {
			out, hard, clean := m.qp.endLine(m.pool.out[:0])
			if !clean {
				m.raise(InvalidQP)
			}
			if m.emit(out); hard {
				m.npending = copy(m.pending[:], eol)
			}
		}
	default:
		m.lineBreak(first)
		m.emit(line)
		m.npending = copy(m.pending[:], eol)
	}
}

// lineBreak emits the line end in front of a line: that in front of a delimiter
// belongs to the delimiter (RFC 2046 section 5.1.1).
func (m *Message) lineBreak(first bool) {
	if first && m.npending > 0 {
		n := m.npending
		m.npending = 0
		m.emit(m.pending[:n])
	}
}

// emit hands decoded octets on.
func (m *Message) emit(b []byte) {
	if len(b) == 0 {
		return
	}
	if m.file != nil {
		m.file.Append(b)
	}
	if m.pool.opt.URLs {
		m.findURLs(b)
	}
}

// endPart ends a leaf at a delimiter.
func (m *Message) endPart() { m.finishPart(file.Closed) }

func (m *Message) finishPart(s file.State) {
	if m.at == body {
		switch m.enc {
		case base64:
			m.emit(m.b64.finish(m.pool.out[:0]))
		case quoted:
			m.emit(m.qp.finish(m.pool.out[:0]))
		}
		m.flushURLs()
	}
	m.npending = 0
	if m.file != nil {
		m.file.Close(s)
		m.file = nil
	}
}

// findURLs searches decoded text, line by line.
func (m *Message) findURLs(b []byte) {
	for len(b) > 0 && len(m.urls) < maxURLs {
		n := bytes.IndexByte(b, '\n') + 1
		end := n > 0
		if !end {
			n = len(b)
		}
		if len(m.urlLine) == 0 && end && n <= maxURLLine {
			m.urlsIn(b[:n])
			b = b[n:]
			continue
		}
		if room := maxURLLine - len(m.urlLine); n >= room {
			n, end = room, true
		}
		var ok bool
		if m.urlLine, ok = m.pool.keep.Append(m.urlLine, b[:n]); !ok {
			m.pool.Cut++
			return
		}
		if end {
			m.flushURLs()
		}
		b = b[n:]
	}
}

func (m *Message) flushURLs() {
	if len(m.urlLine) > 0 {
		m.urlsIn(m.urlLine)
		m.urlLine = m.urlLine[:0]
	}
}

var schemeEnd = []byte("://")

// urlsIn keeps the URLs of a line, scheme by scheme.
func (m *Message) urlsIn(line []byte) {
	if !bytes.Contains(line, schemeEnd) {
		return
	}
	for _, s := range m.pool.schemes {
		for at := 0; ; {
			i := bytes.Index(line[at:], schemeEnd)
			if i < 0 {
				break
			}
			end := at + i + len(schemeEnd)
			from := end - len(s)
			at = end
			if from < 0 || !is(line[from:end], string(s)) {
				continue
			}
			n := bytes.IndexAny(line[from:], " \t\r\n\"'<>]")
			if n < 0 {
				n = len(line) - from
			}
			u := line[from : from+n]
			at = max(at, from+n)
			if !m.pool.opt.KeepScheme {
				u = u[len(s):]
			}
			if len(u) == 0 {
				continue
			}
			if len(m.urls) >= maxURLs {
				m.pool.Cut++
				return
			}
			if sp, ok := m.put(u); ok {
				m.urls = m.pool.spans.Append(m.urls, sp)
			}
		}
	}
}
