package sip

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message.
type Tx struct {
	sh  *shared
	id  uint64
	dir input.Dir
	det input.TxDetect
	// text is the head, and the description behind it.
	text                       []byte
	line, method, uri, version span
	code, reason               span
	fields                     []field
	few                        [16]field
	fewLines                   [16]line
	lines                      []line
	length                     uint64
	hasLength, response        bool
	logged                     bool
	events                     uint8
}

func (t *Tx) octets(s span) []byte { return t.text[s.off : s.off+s.n : s.off+s.n] }

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Only is the direction that the message went.
func (t *Tx) Only() input.Dir { return t.dir }

// PacketWay is app.PacketWay's: a message that was acknowledged before it was read
// is told of the acknowledgement's way.
func (t *Tx) PacketWay() {}

// Done: a message is complete when it is made.
func (t *Tx) Done(input.Dir) bool { return true }

// Progress has no steps.
func (t *Tx) Progress(input.Dir) uint8 { return input.Complete }

// View is a part of the message.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if d != t.dir {
		return input.View{Avail: input.None}
	}
	var s span
	k := otherField
	switch id {
	case buf.SIPMethod:
		s = t.method
	case buf.SIPURI:
		s = t.uri
	case buf.SIPRequestLine:
		if !t.response {
			s = t.line
		}
	case buf.SIPResponseLine:
		if t.response {
			s = t.line
		}
	case buf.SIPStatCode:
		s = t.code
	case buf.SIPStatMsg:
		s = t.reason
	case buf.SIPProtocol:
		s = t.version
	case buf.SIPFrom:
		k = from
	case buf.SIPTo:
		k = to
	case buf.SIPVia:
		k = via
	case buf.SIPUserAgent:
		k = userAgent
	case buf.SIPContentType:
		k = contentType
	case buf.SIPContentLength:
		k = contentLength
	default:
		if p := partOf(id); p.letter != 0 {
			v, ok := t.nth(p, i)
			return input.Whole(v, ok && len(v) > 0, true)
		}
	}
	if k != otherField {
		for x := range t.fields {
			if f := &t.fields[x]; f.kind == k {
				if i == 0 {
					return input.Whole(t.octets(f.value), true, true)
				}
				i--
			}
		}
		return input.View{Avail: input.None}
	}
	return input.Whole(t.octets(s), i == 0 && s.n > 0, true)
}

// Num: SIP has no numbers.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts the flow's transactions.
func (t *Tx) ID() uint64 { return t.id }

// LogReady is true once.
func (t *Tx) LogReady() bool { return !t.logged }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("sip")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("sip")
	for _, m := range [...]struct {
		key string
		s   span
	}{{"method", t.method}, {"uri", t.uri}, {"version", t.version}, {"code", t.code}, {"reason", t.reason}} {
		if m.s.n > 0 {
			w.Str(m.key, t.octets(m.s))
		}
	}
	key := "request_line"
	if t.response {
		key = "response_line"
	}
	w.Str(key, t.octets(t.line))
	if len(t.lines) > 0 {
		t.sdp(w)
	}
	w.End()
}

// Release gives everything back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	sh.env.Keep.Later(t.text)
	*t = Tx{fields: sh.fields.Back(t.fields, t.few[:]), lines: sh.lines.Back(t.lines, t.fewLines[:])}
	sh.txs.Put(t)
}
