package http2

import (
	"bytes"

	"github.com/weir-ips/weir/match/input"
)

// derive is a buffer that is put together from a message's headers.
func (t *Tx) derive(m *message, which int, req bool) input.View {
	if !m.have[which] {
		m.have[which] = true
		b := builder{t: t}
		switch which {
		case drvHeader:
			b.lines(m, req, false)
		case drvRaw:
			b.lines(m, req, true)
		case drvNames:
			b.names(m)
		case drvLine:
			b.line(m, req)
		case drvStart:
			b.line(m, req)
			b.lines(m, req, false)
			b.put(crlf)
		case drvProtocol:
			b.put(version)
		case drvCookie:
			b.cookies(m, cookieOf(req))
		case drvHost:
			if v, ok := m.authority(); ok {
				b.lower(hostOf(v))
			}
		}
		m.derived[which] = b.out
		if b.failed {
			t.st.noMemory = true
		}
	}
	if len(m.derived[which]) == 0 {
		return none
	}
	return done(m.derived[which])
}

func cookieOf(req bool) string {
	if req {
		return "cookie"
	}
	return "set-cookie"
}

// builder appends to parser memory.
type builder struct {
	t      *Tx
	out    []byte
	failed bool
}

var (
	crlf    = []byte("\r\n")
	colon   = []byte(": ")
	blank   = []byte(" ")
	semi    = []byte("; ")
	version = []byte("HTTP/2")
)

func (b *builder) put(s []byte) {
	out, ok := b.t.sh.env.Keep.Append(b.out, s)
	b.out = out
	b.failed = b.failed || !ok
}

// lines are the headers as HTTP/1 would write them: all, or those that are no cookies.
// Pseudo-headers are among them, as Suricata has them: strip_pseudo_headers makes one
// rule do for both versions.
func (b *builder) lines(m *message, req, all bool) {
	for h := (headers{m.block}); ; {
		n, v, update, ok := h.next()
		if !ok {
			return
		}
		if update || !all && string(n) == cookieOf(req) {
			continue
		}
		b.put(n)
		b.put(colon)
		b.put(v)
		b.put(crlf)
	}
}

// names are the names of headers, pseudo-headers too, between line ends.
func (b *builder) names(m *message) {
	b.put(crlf)
	for h := (headers{m.block}); ; {
		n, _, update, ok := h.next()
		if !ok {
			break
		}
		if update {
			continue
		}
		b.put(n)
		b.put(crlf)
	}
	b.put(crlf)
}

// line is the first line as HTTP/1 would write it.
func (b *builder) line(m *message, req bool) {
	if req {
		method, _ := m.find(":method")
		path, _ := m.find(":path")
		b.put(method)
		b.put(blank)
		b.put(path)
		b.put(blank)
		b.put(version)
	} else {
		status, _ := m.find(":status")
		b.put(version)
		b.put(blank)
		b.put(status)
	}
	b.put(crlf)
}

// cookies are joined: a browser may send each crumb by itself (RFC 9113 section
// 8.2.3).
func (b *builder) cookies(m *message, name string) {
	for h := (headers{m.block}); ; {
		n, v, update, ok := h.next()
		if !ok {
			return
		}
		if update || string(n) != name {
			continue
		}
		if len(b.out) > 0 {
			b.put(semi)
		}
		b.put(v)
	}
}

// lower appends in lower case.
func (b *builder) lower(s []byte) {
	at := len(b.out)
	b.put(s)
	for i := at; i < len(b.out); i++ {
		if c := b.out[i]; 'A' <= c && c <= 'Z' {
			b.out[i] = c + 32
		}
	}
}

// numberOf reads a decimal number, as :status is; 0 for what is none.
func numberOf(b []byte) uint64 {
	b = bytes.TrimSpace(b)
	n := uint64(0)
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<32 {
			return 0
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}
