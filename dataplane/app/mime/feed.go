package mime

import (
	"bytes"
	"encoding/hex"

	"github.com/weir-ips/weir/dataplane/app/file"
)

// Feed adds octets of the message.
func (m *Message) Feed(b []byte) {
	for len(b) > 0 && !m.done {
		if m.mid {
			b = b[m.rest(b):]
			continue
		}
		lf := bytes.IndexByte(b, '\n')
		n := lf + 1
		if lf < 0 {
			n = len(b)
		}
		if len(m.hold) > 0 || lf < 0 || n > maxHold {
			n = min(n, maxHold-len(m.hold))
			var ok bool
			if m.hold, ok = m.pool.keep.Append(m.hold, b[:n]); !ok {
				m.pool.Cut++
				m.End(file.Error)
				return
			}
			if m.hold[len(m.hold)-1] != '\n' && len(m.hold) < maxHold {
				return
			}
			// No view shows it: a line is copied or decoded.
			m.head(m.hold)
			m.hold = m.hold[:0]
		} else {
			m.head(b[:n])
		}
		b = b[n:]
	}
}

// Stuffed tells of octets in front of the next line that the transfer added (the
// dot of SMTP): they count for the body's digest, as it is computed on the wire,
// and for nothing else.
func (m *Message) Stuffed(b []byte) {
	if m.main && m.sum != nil && !m.done {
		m.sum.Write(b)
	}
}

// head takes a line, or the first maxHold octets of a longer one.
func (m *Message) head(b []byte) {
	line, eol := cutEOL(b)
	m.lineLen = len(line)
	if len(eol) == 0 {
		m.mid = true
		if m.cr = line[len(line)-1] == '\r'; m.cr {
			line = line[:len(line)-1]
		}
	}
	if m.lineLen > longLine {
		m.raise(LongLine)
	}
	m.line(line, eol, true)
}

// rest takes more of a long line and returns how much it used.
func (m *Message) rest(b []byte) int {
	n := len(b)
	if lf := bytes.IndexByte(b, '\n'); lf >= 0 {
		n = lf + 1
	}
	line, eol := cutEOL(b[:n])
	m.lineLen += len(line)
	if m.cr {
		m.cr = false
		if len(line) == 0 && len(eol) == 1 {
			eol = crlf
		} else {
			m.line(crlf[:1], nil, false)
		}
	}
	if len(eol) == 0 {
		if m.cr = line[len(line)-1] == '\r'; m.cr {
			line = line[:len(line)-1]
		}
	} else {
		m.mid = false
	}
	if len(line) > 0 || len(eol) > 0 {
		m.line(line, eol, false)
	}
	return n
}

var crlf = []byte("\r\n")

// cutEOL takes a line and its end apart.
func cutEOL(b []byte) (line, eol []byte) {
	n := len(b)
	if n == 0 || b[n-1] != '\n' {
		return b, nil
	}
	if n > 1 && b[n-2] == '\r' {
		return b[:n-2], b[n-2:]
	}
	return b[:n-1], b[n-1:]
}

// line takes a line or a piece of one; first: it begins the line. eol is empty
// when the line goes on.
func (m *Message) line(line, eol []byte, first bool) {
	if m.main && m.sum != nil {
		// Headers of parts are the message's body.
		m.started = true
		m.sum.Write(line)
		m.sum.Write(eol)
	}
	if m.at == header {
		m.headerLine(line, len(eol) > 0, first)
		return
	}
	if first && len(line) > 2 && line[0] == '-' && line[1] == '-' && m.delimiter(line) {
		return
	}
	if m.at == body {
		m.content(line, eol, first)
	}
}

// delimiter ends the part at hand when the line is a delimiter of the innermost
// multipart body or of one around it (RFC 2046 section 5.1.2). As clients do, it
// takes what begins like a delimiter for one.
func (m *Message) delimiter(line []byte) bool {
	for k := m.depth - 1; k >= 0; k-- {
		d := m.octets(m.levels[k])
		if len(d) == 0 || !bytes.HasPrefix(line, d) {
			continue
		}
		m.endPart()
		// Levels within this one are over. This one stays even behind its closing
		// delimiter: another one of it begins a part again, for some clients.
		m.depth = k + 1
		m.at = header
		if bytes.HasPrefix(line[len(d):], dashes) {
			m.at = preamble
		}
		return true
	}
	return false
}

var dashes = []byte("--")

// End ends the message; only the first call counts. s is what becomes of a file
// that is still open.
func (m *Message) End(s file.State) {
	if m.done {
		return
	}
	if len(m.hold) > 0 && s == file.Closed {
		m.head(m.hold)
	}
	if m.cr {
		m.cr = false
		m.line(crlf[:1], nil, false)
	}
	if m.at == header {
		m.endHeader()
	}
	m.finishPart(s)
	m.main, m.done = true, true
	if m.sum != nil && m.started {
		m.sum.Sum(m.digest[:0])
		hex.Encode(m.digits[:], m.digest[:])
		m.md5hex, _ = m.put(m.digits[:])
	}
	m.pool.keep.Later(m.hold)
	m.pool.keep.Later(m.ptext)
	m.pool.keep.Later(m.urlLine)
	m.hold, m.ptext, m.urlLine = nil, nil, nil
}
