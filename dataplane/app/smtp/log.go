package smtp

import (
	"bytes"
	"crypto/md5"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// LogReady is true once, when both sides are complete.
func (t *Tx) LogReady() bool { return t.clientDone && t.serverDone && !t.logged }

// Log writes the event, once.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.logged {
		return false
	}
	t.logged = true
	w.EventType("smtp")
	t.Meta(w)
	return true
}

// Meta writes the objects smtp and email.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("smtp")
	if len(t.s.helo) > 0 {
		w.Str("helo", t.s.helo)
	}
	if t.hasFrom {
		w.Str("mail_from", t.octets(t.from))
	}
	if len(t.rcpts) > 0 {
		w.Arr("rcpt_to")
		for _, r := range t.rcpts {
			w.Str("", t.octets(r))
		}
		w.End()
	}
	w.End()
	if t.msg != nil && !t.refused {
		t.email(w)
	}
}

// email writes what the message is about.
func (t *Tx) email(w *event.Writer) {
	m, opt := t.msg, t.s.sh.opt
	w.Obj("email")
	w.StrConst("status", "PARSE_DONE")
	if v, ok := m.Field("from", 0); ok {
		w.Str("from", v)
	}
	t.addresses(w, "to", "to")
	t.addresses(w, "cc", "cc")
	if n := m.Attachments(); n > 0 {
		w.Arr("attachment")
		for i := range n {
			w.Str("", m.Attachment(i))
		}
		w.End()
	}
	if n := m.URLs(); n > 0 {
		w.Arr("url")
		for i := n - 1; i >= 0; i-- {
			w.Str("", m.URL(i))
		}
		w.End()
	}
	for i := range emailFields {
		if opt.Fields&(1<<i) != 0 {
			t.field(w, i)
		}
	}
	if opt.SubjectMD5 {
		if v, ok := m.Field("subject", 0); ok {
			sum := md5.Sum(v)
			w.Hex("subject_md5", sum[:])
		}
	}
	if opt.BodyMD5 {
		if sum := m.BodyMD5(); len(sum) > 0 {
			w.Str("body_md5", sum)
		}
	}
	w.End()
}

// field writes an optional member.
func (t *Tx) field(w *event.Writer, i int) {
	f := &emailFields[i]
	v, ok := t.msg.Field(f.field, 0)
	switch {
	case !ok:
	case f.addrs:
		t.addresses(w, f.key, f.field)
	case f.array:
		w.Arr(f.key)
		for k := 0; ok; k++ {
			w.Str("", v)
			v, ok = t.msg.Field(f.field, k+1)
		}
		w.End()
	default:
		w.Str(f.key, v)
	}
}

// addresses writes a list of addresses, cut at its commas outside of quotes.
func (t *Tx) addresses(w *event.Writer, key, field string) {
	v, ok := t.msg.Field(field, 0)
	if !ok {
		return
	}
	opened := false
	for ok {
		var one []byte
		one, v, ok = cutAddress(v)
		if one = bytes.TrimSpace(one); len(one) == 0 {
			continue
		}
		if !opened {
			w.Arr(key)
			opened = true
		}
		w.Str("", one)
	}
	if opened {
		w.End()
	}
}

// cutAddress takes the first element off a list.
func cutAddress(b []byte) (one, rest []byte, more bool) {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				return b[:i], b[i+1:], true
			}
		}
	}
	return b, nil, false
}
