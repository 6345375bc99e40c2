package http2

import (
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Buffers that are put together on first use.
const (
	drvHeader = iota
	drvRaw
	drvNames
	drvLine
	drvStart
	drvCookie
	drvHost
	drvProtocol
	numDerived
)

var none = input.View{Avail: input.None}

func done(b []byte) input.View {
	return input.View{Data: b, Avail: input.Done, First: true, Last: true}
}

// View is input.Tx's.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	m := t.side(d)
	if buf.DNSQuery <= id && id <= buf.DNSResponseName {
		return t.dnsView(id, d, i)
	}
	switch id {
	case buf.FileData, buf.FileName, buf.FileMagic:
		return t.fileView(id, d, i)
	case buf.HTTP2HeaderName:
		return t.field(m, i, false)
	case buf.HTTPRequestHeader, buf.HTTPResponseHeader:
		if (id == buf.HTTPRequestHeader) != (d == input.ToServer) {
			return none
		}
		return t.field(m, i, true)
	}
	if i > 0 || t.stream == 0 {
		return none
	}
	req := d == input.ToServer
	if m.progress < stepHeaders {
		return input.View{Avail: m.later()}
	}
	if id == buf.HTTPRequestBody && req {
		return m.body.win.View()
	}
	if len(m.block) == 0 {
		return none
	}
	switch id {
	case buf.HTTPProtocol:
		return t.derive(m, drvProtocol, req)
	case buf.HTTPHeader:
		return t.derive(m, drvHeader, req)
	case buf.HTTPHeaderRaw:
		return t.derive(m, drvRaw, req)
	case buf.HTTPHeaderNames:
		return t.derive(m, drvNames, req)
	case buf.HTTPStart:
		return t.derive(m, drvStart, req)
	case buf.HTTPCookie:
		return t.derive(m, drvCookie, req)
	case buf.HTTPRequestLine, buf.HTTPResponseLine:
		if (id == buf.HTTPRequestLine) != req {
			return none
		}
		return t.derive(m, drvLine, req)
	case buf.HTTPHost:
		if !req {
			return none
		}
		return t.derive(m, drvHost, req)
	case buf.HTTPHostRaw:
		if v, ok := m.authority(); ok && req {
			return done(v)
		}
		return none
	case buf.HTTPStatMsg:
		// HTTP/2 has none: an empty one (RFC 9113 section 8.3.2).
		if req {
			return none
		}
		return done(nil)
	}
	if name := headerOf(id, req); name != "" {
		if v, ok := m.find(name); ok {
			return done(v)
		}
	}
	return none
}

// headerOf is the header that a buffer shows.
func headerOf(id buf.ID, req bool) string {
	switch id {
	case buf.HTTPConnection:
		return "connection"
	case buf.HTTPContentLen:
		return "content-length"
	case buf.HTTPContentType:
		return "content-type"
	}
	if !req {
		switch id {
		case buf.HTTPStatCode:
			return ":status"
		case buf.HTTPLocation:
			return "location"
		case buf.HTTPServer:
			return "server"
		}
		return ""
	}
	switch id {
	case buf.HTTPMethod:
		return ":method"
	case buf.HTTPURI, buf.HTTPURIRaw:
		return ":path"
	case buf.HTTPUserAgent:
		return "user-agent"
	case buf.HTTPAccept:
		return "accept"
	case buf.HTTPAcceptEnc:
		return "accept-encoding"
	case buf.HTTPAcceptLang:
		return "accept-language"
	case buf.HTTPReferer:
		return "referer"
	}
	return ""
}

// authority is :authority, or the host header of a request without.
func (m *message) authority() ([]byte, bool) {
	if v, ok := m.find(":authority"); ok {
		return v, true
	}
	return m.find("host")
}

// field is header i: its name, or "name: value".
func (t *Tx) field(m *message, i int, value bool) input.View {
	if m.progress < stepHeaders {
		return input.View{Avail: m.later()}
	}
	var raw []byte
	if value {
		v := t.derive(m, drvRaw, m == &t.req)
		if v.Avail != input.Done {
			return none
		}
		raw = v.Data
	}
	off := 0
	for h := (headers{m.block}); ; {
		n, v, update, ok := h.next()
		if !ok {
			return none
		}
		if update {
			continue
		}
		if i == 0 {
			if value {
				return done(raw[off : off+len(n)+2+len(v)])
			}
			return done(n)
		}
		i--
		off += len(n) + 2 + len(v) + 2
	}
}

// fileView is file i of a direction.
func (t *Tx) fileView(id buf.ID, d input.Dir, i int) input.View {
	if f := file.Find(t.files, d, i); f != nil {
		return f.ViewOf(id)
	}
	return input.View{Avail: t.side(d).later()}
}
