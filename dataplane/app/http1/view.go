package http1

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// View is input.Tx's.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	m := t.side(d)
	switch id {
	case buf.FileData, buf.FileName, buf.FileMagic:
		return t.fileView(id, d, i)
	case buf.HTTPRequestHeader, buf.HTTPResponseHeader:
		return t.eachHeader(m, id, d, i)
	}
	if i > 0 {
		return input.View{Avail: input.None}
	}
	req := d == input.ToServer
	switch id {
	case buf.HTTPProtocol:
		return m.view(stepLine, m.proto, true)
	case buf.HTTPHeader:
		name := "set-cookie"
		if req {
			name = "cookie"
		}
		return t.derivedView(m, drvHeader, name)
	case buf.HTTPHeaderRaw:
		if m.progress >= stepHeaders && len(m.block) > 0 {
			return input.View{Data: m.block, Avail: input.Done, First: true, Last: true}
		}
		return m.view(stepHeaders, span{}, false)
	case buf.HTTPHeaderNames:
		return t.derivedView(m, drvNames, "")
	case buf.HTTPStart:
		return t.derivedView(m, drvStart, "")
	case buf.HTTPConnection:
		return m.headerView("connection")
	case buf.HTTPContentLen:
		return m.headerView("content-length")
	case buf.HTTPContentType:
		return m.headerView("content-type")
	case buf.HTTPCookie:
		if req {
			return m.headerView("cookie")
		}
		return m.headerView("set-cookie")
	}
	if req {
		return t.requestView(id)
	}
	return t.responseView(id)
}

func (t *Tx) requestView(id buf.ID) input.View {
	m := &t.req
	switch id {
	case buf.HTTPMethod:
		return m.view(stepLine, t.method, true)
	case buf.HTTPURI:
		return m.view(stepLine, t.norm, true)
	case buf.HTTPURIRaw:
		return m.view(stepLine, t.uri, true)
	case buf.HTTPRequestLine:
		return m.view(stepLine, m.line, true)
	case buf.HTTPHost:
		return m.view(stepHeaders, t.host, t.hasHost)
	case buf.HTTPHostRaw:
		if t.uriParts.hasHost {
			return m.view(stepHeaders, t.uriParts.host, true)
		}
		return m.headerView("host")
	case buf.HTTPUserAgent:
		return m.headerView("user-agent")
	case buf.HTTPAccept:
		return m.headerView("accept")
	case buf.HTTPAcceptEnc:
		return m.headerView("accept-encoding")
	case buf.HTTPAcceptLang:
		return m.headerView("accept-language")
	case buf.HTTPReferer:
		return m.headerView("referer")
	case buf.HTTPRequestBody:
		return m.bodyView()
	}
	return input.View{Avail: input.None}
}

func (t *Tx) responseView(id buf.ID) input.View {
	m := &t.resp
	switch id {
	case buf.HTTPResponseLine:
		return m.view(stepLine, m.line, true)
	case buf.HTTPStatCode:
		return m.view(stepLine, t.statCode, true)
	case buf.HTTPStatMsg:
		return m.view(stepLine, t.msg, true)
	case buf.HTTPLocation:
		return m.headerView("location")
	case buf.HTTPServer:
		return m.headerView("server")
	}
	return input.View{Avail: input.None}
}

// bodyView is the body as far as it came.
func (m *message) bodyView() input.View {
	if m.progress < stepBody {
		return input.View{Avail: input.Wait}
	}
	return m.body.win.View()
}

// derivedView is a buffer that is put together on first use.
func (t *Tx) derivedView(m *message, which int, cookie string) input.View {
	if m.progress < stepHeaders {
		return input.View{Avail: input.Wait}
	}
	s, ok := t.st.derive(m, which, cookie)
	return m.view(stepHeaders, s, ok)
}

// eachHeader is header i as "name: value".
func (t *Tx) eachHeader(m *message, id buf.ID, d input.Dir, i int) input.View {
	if (id == buf.HTTPRequestHeader) != (d == input.ToServer) {
		return input.View{Avail: input.None}
	}
	if m.progress < stepHeaders {
		return input.View{Avail: input.Wait}
	}
	if i >= m.nhdr {
		return input.View{Avail: input.None}
	}
	all, ok := t.st.eachHeader(m)
	if !ok {
		return input.View{Avail: input.None}
	}
	off := all.off
	for k := range i {
		h := m.hdr(k)
		off += h.name.n + h.value.n + 4
	}
	h := m.hdr(i)
	return input.View{Data: m.at(span{off, h.name.n + h.value.n + 2}), Avail: input.Done, First: true, Last: true}
}

// fileView is file i of a direction. A response's body is looked at as a file
// even when it has no name.
func (t *Tx) fileView(id buf.ID, d input.Dir, i int) input.View {
	f := t.file(d, i)
	if f == nil {
		m := t.side(d)
		if id == buf.FileData && d == input.ToClient && i == 0 {
			return m.bodyView()
		}
		if m.progress == input.Complete {
			return input.View{Avail: input.None}
		}
		return input.View{Avail: input.Wait}
	}
	return f.ViewOf(id)
}
