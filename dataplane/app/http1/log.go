package http1

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/event"
)

// Longest name and value of EVE's header lists.
const (
	maxLogName  = 255
	maxLogValue = 2047
)

// Log writes the http record of a transaction.
func (t *Tx) Log(w *event.Writer, f *app.Flow) bool {
	if t.req.line.n == 0 && t.uri.n == 0 && t.resp.line.n == 0 && t.resp.length == 0 {
		return false
	}
	o := t.st.opt
	w.EventType("http")
	w.Obj("http")
	t.basic(w)
	if o.Extended {
		t.extended(w)
	}
	for i := range o.Custom {
		c := &o.Custom[i]
		if o.Extended && c.Extended {
			continue // is written anyway
		}
		m := &t.req
		if c.Response {
			m = &t.resp
		}
		if h := m.find(c.Name); h != nil {
			w.Str(c.Key, m.at(h.value))
		}
	}
	if o.DumpRequestHeaders {
		t.headers(w, "request_headers", &t.req)
	}
	if o.DumpResponseHeaders {
		t.headers(w, "response_headers", &t.resp)
	}
	w.End()
	return true
}

// Meta writes the object that alerts and files of a transaction carry.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("http")
	t.basic(w)
	t.extended(w)
	o := t.st.opt
	for _, r := range [...]struct {
		m    *message
		text string
		b64  string
	}{{&t.req, "http_request_body_printable", "http_request_body"}, {&t.resp, "http_response_body_printable", "http_response_body"}} {
		b := r.m.body.win.Data()
		if len(b) == 0 {
			continue
		}
		if o.BodyPrintable {
			w.Printable(r.text, b)
		}
		if o.BodyBase64 {
			w.Base64(r.b64, b)
		}
	}
	w.End()
}

func (t *Tx) basic(w *event.Writer) {
	m := &t.req
	if t.hasHost {
		w.Str("hostname", m.at(t.host))
	}
	if t.port >= 0 {
		w.Uint("http_port", uint64(t.port))
	}
	if t.uri.n > 0 {
		w.Str("url", m.at(t.uri))
	}
	if h := m.find("user-agent"); h != nil {
		w.Str("http_user_agent", m.at(h.value))
	}
	if h := m.find("x-forwarded-for"); h != nil {
		w.Str("xff", m.at(h.value))
	}
	r := &t.resp
	if h := r.find("content-type"); h != nil {
		v := r.at(h.value)
		if k := indexByte(v, ';'); k >= 0 {
			v = v[:k]
		}
		w.Str("http_content_type", v)
	}
	if h := r.find("content-range"); h != nil {
		w.Obj("content_range")
		w.Str("raw", r.at(h.value))
		if cr, ok := file.ParseRange(r.at(h.value)); ok {
			if cr.Start >= 0 {
				w.Uint("start", uint64(cr.Start))
			}
			if cr.End >= 0 {
				w.Uint("end", uint64(cr.End))
			}
			if cr.Size >= 0 {
				w.Uint("size", uint64(cr.Size))
			}
		}
		w.End()
	}
}

func (t *Tx) extended(w *event.Writer) {
	m, r := &t.req, &t.resp
	if h := m.find("referer"); h != nil {
		w.Str("http_refer", m.at(h.value))
	}
	if t.method.n > 0 {
		w.Str("http_method", m.at(t.method))
	}
	if m.proto.n > 0 {
		w.Str("protocol", m.at(m.proto))
	}
	if t.status > 0 {
		w.Uint("status", uint64(t.status))
	} else if t.statCode.n > 0 {
		w.Str("status_string", r.at(t.statCode))
	}
	if h := r.find("location"); h != nil {
		w.Str("redirect", r.at(h.value))
	}
	w.Uint("length", r.length)
}

// headers lists the headers of a message.
func (t *Tx) headers(w *event.Writer, key string, m *message) {
	open := false
	for i := range m.nhdr {
		h := m.hdr(i)
		name, value := m.at(h.name), m.at(h.value)
		if !open {
			w.Arr(key)
			open = true
		}
		w.Obj("")
		w.Str("name", name[:min(len(name), maxLogName)])
		w.Str("value", value[:min(len(value), maxLogValue)])
		w.End()
	}
	if open {
		w.End()
	}
}
