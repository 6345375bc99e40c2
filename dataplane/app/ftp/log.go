package ftp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// LogReady is true once, when the last reply is there.
func (t *Tx) LogReady() bool { return (t.replied || t.closed) && !t.logged }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("ftp")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("ftp")
	if t.verb.n > 0 {
		w.Str("command", t.octets(t.verb))
	} else if t.cmd != unknown {
		w.StrConst("command", names[t.cmd])
	}
	if t.arg.n > 0 {
		w.Str("command_data", t.octets(t.arg))
	}
	if t.request {
		w.Bool("command_truncated", t.cmdCut)
	}
	codes := false
	for i := range t.lines {
		if l := &t.lines[i]; l.code {
			if !codes {
				w.Arr("completion_code")
				codes = true
			}
			w.Str("", t.octets(span{l.off, 3}))
		}
	}
	if codes {
		w.End()
	}
	if len(t.lines) > 0 {
		w.Arr("reply")
		for i := range t.lines {
			w.Str("", t.textOf(&t.lines[i]))
		}
		w.End()
	}
	if t.hasAddr {
		w.Uint("dynamic_port", uint64(t.addr.port))
	}
	if t.names() {
		mode := "passive"
		if t.active() {
			mode = "active"
		}
		w.StrConst("mode", mode)
	}
	received := "no"
	if t.replied {
		received = "yes"
	}
	w.StrConst("reply_received", received)
	w.Bool("reply_truncated", t.replyCut)
	w.End()
}
