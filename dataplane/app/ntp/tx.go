package ntp

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message; its text is the reference identifier.
type Tx struct {
	single.Base[Tx]
	// bad: no message, and none of the rest is set.
	bad                    bool
	time                   bool
	version, mode, stratum uint8
	logged                 bool
}

func base(t *Tx) *single.Base[Tx] { return &t.Base }

// View is the reference identifier.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if id != buf.NTPReferenceID || d != t.Dir || i > 0 || !t.time {
		return input.View{Avail: input.None}
	}
	return input.View{Data: t.Text, Avail: input.Done, First: true, Last: true}
}

// Num is a field of the head.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if d != t.Dir || i > 0 || t.bad {
		return 0, input.None
	}
	switch id {
	case buf.FieldNTPVersion:
		return uint64(t.version), input.Done
	case buf.FieldNTPMode:
		return uint64(t.mode), input.Done
	case buf.FieldNTPStratum:
		if t.time {
			return uint64(t.stratum), input.Done
		}
	}
	return 0, input.None
}

// LogReady is true once.
func (t *Tx) LogReady() bool { return !t.logged && !t.bad }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged || t.bad {
		return false
	}
	t.logged = true
	w.EventType("ntp")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	if t.bad {
		return
	}
	w.Obj("ntp")
	w.Uint("version", uint64(t.version))
	w.Uint("mode", uint64(t.mode))
	if t.time {
		w.Uint("stratum", uint64(t.stratum))
		w.HexColon("reference_id", t.Text)
	}
	w.End()
}
