package krb5

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is one message.
type Tx struct {
	single.Base[Tx]
	// message's names and realm lie in Text.
	message
	// request is the type of the one before.
	request uint8
}

func base(t *Tx) *single.Base[Tx] { return &t.Base }

// keep copies the names from the message that was read; false: no memory.
func (t *Tx) keep() bool {
	parts := [...][]byte{t.cname.Bytes(), t.realm, t.sname.Bytes()}
	for i, b := range parts {
		parts[i] = b[:min(len(b), maxNames)]
		if !t.Keep(parts[i]) {
			return false
		}
	}
	c, r := len(parts[0]), len(parts[0])+len(parts[1])
	t.cname = ber.Reader{B: t.Text, At: 0, End: c}
	t.realm = t.Text[c:r:r]
	t.sname = ber.Reader{B: t.Text, At: r, End: len(t.Text)}
	if t.hasEtype && weak(t.etype) {
		t.Raise(EventWeakEncryption)
	}
	return true
}

// View is a component of a name.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	list := t.cname
	switch {
	case d != t.Dir || id != buf.KRB5CName && id != buf.KRB5SName:
		return input.View{Avail: input.None}
	case id == buf.KRB5SName:
		list = t.sname
	}
	for ; ; i-- {
		_, in, ok := list.Next()
		if !ok {
			return input.View{Avail: input.None}
		}
		if i == 0 {
			return input.View{Data: in.Bytes(), Avail: input.Done, First: true, Last: true}
		}
	}
}

// Num is the message's type or its error.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	switch {
	case d != t.Dir || i > 0:
	case id == buf.FieldKRB5MsgType && t.kind != 0:
		return uint64(t.kind), input.Done
	case id == buf.FieldKRB5ErrCode && t.hasE:
		return uint64(int64(t.err)), input.Done
	case id == buf.FieldKRB5Ticket && t.hasTicket:
		return uint64(uint32(t.ticket)), input.Done
	}
	return 0, input.None
}

// Log writes the record of a message.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.kind == 0 {
		return false
	}
	w.EventType("krb5")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("krb5")
	w.StrConst("msg_type", typeName(t.kind))
	if t.kind == krbError {
		w.StrConst("failed_request", orUnknown(typeName(t.request)))
		number(w, "error_code", errorName(t.err), t.err)
	}
	logName(w, "cname", t.cname, t.hasCName)
	if len(t.realm) > 0 {
		w.Str("realm", t.realm)
	} else {
		w.StrConst("realm", "<empty>")
	}
	logName(w, "sname", t.sname, t.hasSName)
	if t.hasEtype {
		number(w, "encryption", encryptionName(t.etype), t.etype)
	} else {
		w.StrConst("encryption", "<none>")
	}
	w.Bool("weak_encryption", t.hasEtype && weak(t.etype))
	if t.hasTicket {
		number(w, "ticket_encryption", encryptionName(t.ticket), t.ticket)
		w.Bool("ticket_weak_encryption", weak(t.ticket))
	}
	w.End()
}

func orUnknown(s string) string {
	if s == "" {
		return "UNKNOWN"
	}
	return s
}

// number writes a value by its name, or as it is where it has none.
func number(w *event.Writer, key, name string, v int32) {
	if name != "" {
		w.StrConst(key, name)
	} else {
		w.Int(key, int64(v))
	}
}

// logName writes the components of a name with slashes between.
func logName(w *event.Writer, key string, list ber.Reader, there bool) {
	if !there {
		w.StrConst(key, "<empty>")
		return
	}
	var joined [512]byte
	n := 0
	for i := 0; n < len(joined); i++ {
		_, in, ok := list.Next()
		if !ok {
			break
		}
		if i > 0 {
			joined[n] = '/'
			n++
		}
		n += copy(joined[n:], in.Bytes())
	}
	w.Str(key, joined[:n])
}

// PacketWay is app.PacketWay's: a message that was acknowledged before it was read
// is told of the acknowledgement's way.
func (t *Tx) PacketWay() {}
