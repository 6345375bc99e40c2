package mqtt

import (
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// Log writes the event; that of what was no message is empty.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	w.EventType("mqtt")
	t.Meta(w)
	return true
}

// Meta writes the object: each message under its type's name.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("mqtt")
	for i := range t.msgs {
		m := &t.msgs[i]
		if m.typ == unassigned && !m.truncated || w.Full() {
			continue
		}
		w.Obj(typeNames[m.typ])
		w.Uint("qos", uint64(m.qos()))
		w.Bool("retain", m.retain())
		w.Bool("dup", m.dup())
		if m.truncated {
			w.Bool("truncated", true)
			w.Uint("skipped_length", uint64(m.size))
		} else {
			t.logFields(w, m)
		}
		w.End()
	}
	w.End()
}

// logFields writes what the message's type has.
func (t *Tx) logFields(w *event.Writer, m *message) {
	switch m.typ {
	case connect:
		t.logConnect(w, m)
	case connack:
		w.Bool("session_present", m.session)
		w.Uint("return_code", uint64(m.code))
	case publish:
		t.str(w, "topic", m.octets(m.topic))
		if m.hasID {
			w.Uint("message_id", uint64(m.id))
		}
		t.octets(w, "message", m.octets(m.payload))
	default:
		if m.hasID {
			w.Uint("message_id", uint64(m.id))
		}
		if m.hasCode {
			w.Uint("reason_code", uint64(m.code))
		}
		t.logList(w, m)
	}
	t.logProperties(w, m, m.properties)
}

func (t *Tx) logConnect(w *event.Writer, m *message) {
	t.str(w, "protocol_string", m.octets(m.protocol))
	w.Uint("protocol_version", uint64(m.version))
	t.str(w, "client_id", m.octets(m.client))
	w.Obj("flags")
	for _, f := range [...]struct {
		key string
		bit uint8
	}{{"username", flagUser}, {"password", flagPassword}, {"will_retain", flagWillRetain}, {"will", flagWill}, {"clean_session", flagClean}} {
		w.Bool(f.key, m.connectFlags&f.bit != 0)
	}
	w.End()
	if m.connectFlags&flagUser != 0 {
		t.str(w, "username", m.octets(m.user))
	}
	if m.connectFlags&flagPassword != 0 && t.sh.opt.Passwords {
		t.octets(w, "password", m.octets(m.password))
	}
	if m.connectFlags&flagWill != 0 {
		w.Obj("will")
		t.str(w, "topic", m.octets(m.topic))
		t.octets(w, "message", m.octets(m.payload))
		t.logProperties(w, m, m.willProperties)
		w.End()
	}
}

// logList writes topics or codes.
func (t *Tx) logList(w *event.Writer, m *message) {
	switch m.typ {
	case subscribe, unsubscribe:
		w.Arr("topics")
		for c := m.topicList(); c.left() > 0 && !w.Full(); {
			topic, qos := m.nextTopic(&c)
			if m.typ == unsubscribe {
				t.str(w, "", m.octets(topic))
				continue
			}
			w.Obj("")
			t.str(w, "topic", m.octets(topic))
			w.Uint("qos", uint64(qos))
			w.End()
		}
		w.End()
	case suback, unsuback:
		key := "qos_granted"
		if m.typ == unsuback {
			key = "reason_codes"
			if m.list.n == 0 {
				return
			}
		}
		w.Arr(key)
		for _, code := range m.octets(m.list) {
			if w.Full() {
				break
			}
			w.Uint("", uint64(code))
		}
		w.End()
	}
}

// str writes a text, octets what may be anything (MQTT 5 sections 1.5.4 and 1.5.6).
func (t *Tx) str(w *event.Writer, key string, v []byte) { w.Text(key, t.limited(v)) }

func (t *Tx) octets(w *event.Writer, key string, v []byte) { w.Str(key, t.limited(v)) }

// limited is a text as records show it: what is beyond the limit is counted.
func (t *Tx) limited(v []byte) []byte {
	limit := t.sh.opt.Text
	if limit == 0 || len(v) <= limit {
		return v
	}
	b := append(t.sh.text[:0], v[:limit]...)
	b = append(b, "[truncated "...)
	b = strconv.AppendInt(b, int64(len(v)-limit), 10)
	return append(b, " additional bytes]"...)
}
