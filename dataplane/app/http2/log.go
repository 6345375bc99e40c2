package http2

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Log writes the record of a stream, or of a frame that concerns the connection.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if !t.req.telling() && !t.resp.telling() {
		return false
	}
	if t.dnsOf() != nil {
		w.EventType("dns")
	} else {
		w.EventType("http2")
	}
	t.Meta(w)
	return true
}

// telling reports whether a direction has something that a record shows: a ping,
// an acknowledgement or a window alone does not.
func (m *message) telling() bool {
	return len(m.block) > 0 || m.nsettings > 0 || m.nerrors > 0 || m.nweights > 0
}

// Meta writes the object that alerts and files carry.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("http")
	w.StrConst("version", "2")
	t.fields(w)
	for _, side := range [...]struct {
		key string
		m   *message
	}{{"request_headers", &t.req}, {"response_headers", &t.resp}} {
		writeHeaders(w, side.key, side.m)
	}
	w.Obj("http2")
	w.Uint("stream_id", uint64(t.stream))
	for _, side := range [...]struct {
		key string
		m   *message
	}{{"request", &t.req}, {"response", &t.resp}} {
		w.Obj(side.key)
		writeFrames(w, side.m)
		w.End()
	}
	w.End()
	w.End()
	if x := t.dnsOf(); x != nil {
		x.Meta(w)
	}
}

// fields are those that HTTP/1 has as well.
func (t *Tx) fields(w *event.Writer) {
	str := func(key string, m *message, name string) {
		if v, ok := m.find(name); ok {
			w.Str(key, v)
		}
	}
	str("http_method", &t.req, ":method")
	str("url", &t.req, ":path")
	if v := t.View(buf.HTTPHost, input.ToServer, 0); v.Avail == input.Done {
		w.Str("hostname", v.Data)
	}
	str("http_user_agent", &t.req, "user-agent")
	str("http_refer", &t.req, "referer")
	str("http_content_type", &t.resp, "content-type")
	if v, ok := t.resp.find(":status"); ok {
		w.Uint("status", numberOf(v))
	}
	if t.stream != 0 {
		w.Uint("length", t.resp.body.length)
	}
}

// maxLogHeaders bounds the headers of one message that are written.
const maxLogHeaders = 256

func writeHeaders(w *event.Writer, key string, m *message) {
	if len(m.block) == 0 {
		return
	}
	w.Arr(key)
	k := 0
	for h := (headers{m.block}); k < maxLogHeaders && !w.Full(); k++ {
		n, v, update, ok := h.next()
		if !ok {
			break
		}
		w.Obj("")
		if update {
			w.Uint("table_size_update", uint64(v[0])<<24|uint64(v[1])<<16|uint64(v[2])<<8|uint64(v[3]))
		} else {
			w.Str("name", n)
			w.Str("value", v)
		}
		w.End()
	}
	w.End()
}

// writeFrames writes what frames other than headers and data said.
func writeFrames(w *event.Writer, m *message) {
	if m.nsettings > 0 {
		w.Arr("settings")
		for i := range m.nsettings {
			w.Obj("")
			w.StrConst("settings_id", settingName(m.settings[i].id))
			w.Uint("settings_value", uint64(m.settings[i].value))
			w.End()
		}
		w.End()
	}
	if m.nerrors > 0 {
		w.StrConst("error_code", errorName(m.errors[0]))
	}
	if m.nweights > 0 {
		w.Uint("priority", uint64(m.weights[0]))
	}
	if m.nweights > 1 || m.nerrors > 1 {
		w.StrConst("has_multiple", multipleName(m))
	}
}

func multipleName(m *message) string {
	if m.nweights > 1 {
		return "priority"
	}
	return "error_code"
}

func settingName(id uint16) string {
	if int(id) < len(settingNames) && settingNames[id] != "" {
		return settingNames[id]
	}
	return "UNKNOWN"
}

var settingNames = [...]string{1: "SETTINGSHEADERTABLESIZE", 2: "SETTINGSENABLEPUSH", 3: "SETTINGSMAXCONCURRENTSTREAMS",
	4: "SETTINGSINITIALWINDOWSIZE", 5: "SETTINGSMAXFRAMESIZE", 6: "SETTINGSMAXHEADERLISTSIZE"}

func errorName(code uint32) string {
	if int64(code) < int64(len(errorNames)) {
		return errorNames[code]
	}
	return "UNKNOWN"
}

var errorNames = [...]string{"NOERROR", "PROTOCOLERROR", "INTERNALERROR", "FLOWCONTROLERROR", "SETTINGSTIMEOUT", "STREAMCLOSED",
	"FRAMESIZEERROR", "REFUSEDSTREAM", "CANCEL", "COMPRESSIONERROR", "CONNECTERROR", "ENHANCEYOURCALM", "INADEQUATESECURITY", "HTTP11REQUIRED"}
