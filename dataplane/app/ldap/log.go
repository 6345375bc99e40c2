package ldap

import (
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/event"
)

// Log writes the record; false when there is neither a request nor a response.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if len(t.request) == 0 && t.kept == 0 {
		return false
	}
	w.EventType("ldap")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("ldap")
	m, c := parse(t.request)
	asked := c == ber.Whole
	if asked {
		w.Obj("request")
		w.Uint("message_id", uint64(m.id))
		m.log(w)
		w.End()
	}
	if t.kept > 0 {
		w.Arr("responses")
		for at := 0; !w.Full(); {
			m, next, ok := t.response(at)
			if !ok {
				break
			}
			w.Obj("")
			if !asked {
				w.Uint("message_id", uint64(m.id))
			}
			m.log(w)
			w.End()
			at = next
		}
		w.End()
	}
	w.End()
}

// log writes the operation's name, its object under that name, and the controls.
func (m *message) log(w *event.Writer) {
	w.StrConst("operation", opNames[m.op])
	switch m.op {
	case opUnbindRequest, opAbandonRequest, opSearchReference:
	default:
		m.logOperation(w)
	}
	m.logControls(w)
}

func (m *message) logOperation(w *event.Writer) {
	w.Obj(opNames[m.op])
	switch r := m.body; m.op {
	case opBindRequest:
		m.logBind(w)
	case opSearchRequest:
		m.logSearch(w)
	case opSearchEntry:
		w.Str("base_object", r.Octets())
		m.logAttributes(w, "type")
	case opAddRequest:
		w.Str("entry", r.Octets())
		m.logAttributes(w, "name")
	case opModifyRequest:
		w.Str("object", r.Octets())
		m.logChanges(w)
	case opDelRequest:
		w.Str("dn", r.Bytes())
	case opModDNRequest:
		w.Str("entry", r.Octets())
		w.Str("new_rdn", r.Octets())
		w.Bool("delete_old_rdn", truth(r.Take(ber.Bool).Bytes()))
		if superior := r.Take(0x80); !superior.Empty() {
			w.Str("new_superior", superior.Bytes())
		}
	case opCompareRequest:
		w.Str("entry", r.Octets())
		pair := r.Take(ber.Sequence)
		w.Obj("attribute_value_assertion")
		w.Str("description", pair.Octets())
		w.Str("value", pair.Octets())
		w.End()
	case opBindResponse:
		m.logResult(w)
		for range 8 {
			tag, in, ok := r.Next()
			if !ok {
				break
			}
			if tag == 0x87 {
				w.Hex("server_sasl_creds", in.Bytes())
			}
		}
	case opExtendedResponse:
		m.logResult(w)
		m.logExtension(w)
	case opExtendedRequest, opIntermediate:
		m.logExtension(w)
	default:
		m.logResult(w)
	}
	w.End()
}

func truth(b []byte) bool { return len(b) > 0 && b[0] != 0 }

// logBind writes no password, as no record does.
func (m *message) logBind(w *event.Writer) {
	r := m.body
	w.Uint("version", r.Number(ber.Integer))
	w.Str("name", r.Octets())
	if sasl := r.Take(0xa3); !sasl.Empty() {
		w.Obj("sasl")
		w.Str("mechanism", sasl.Octets())
		if creds := sasl.Octets(); len(creds) > 0 {
			w.Hex("credentials", creds)
		}
		w.End()
	}
}

func (m *message) logSearch(w *event.Writer) {
	r := m.body
	w.Str("base_object", r.Octets())
	w.Uint("scope", r.Number(ber.Enum))
	w.Uint("deref_alias", r.Number(ber.Enum))
	w.Uint("size_limit", r.Number(ber.Integer))
	w.Uint("time_limit", r.Number(ber.Integer))
	w.Bool("types_only", truth(r.Take(ber.Bool).Bytes()))
	if tag, filter, ok := r.Next(); ok && tag == filterPresent {
		w.Obj("filter")
		w.StrConst("type", "present")
		w.Str("value", filter.Bytes())
		w.End()
	}
	if list := m.attributes(); !list.Empty() {
		logStrings(w, "attributes", list)
	}
}

// filterPresent is the tag of a filter that asks for an attribute's presence
// (section 4.5.1.7).
const filterPresent = 0x87

// logControls writes what stands behind the operation (section 4.1.11).
func (m *message) logControls(w *event.Writer) {
	r := m.tail
	tag, list, ok := r.Next()
	if !ok || tag != 0xa0 {
		return
	}
	w.Arr("controls")
	for !w.Full() {
		oid, critical, value, has, ok := control(&list)
		if !ok {
			break
		}
		w.Obj("")
		w.Str("control_type", oid)
		w.Bool("criticality", critical)
		if has {
			w.Hex("control_value", value.Bytes())
		}
		w.End()
	}
	w.End()
}

// logAttributes writes a list of attributes; key is what their types are called.
func (m *message) logAttributes(w *event.Writer, key string) {
	list := m.attributes()
	if list.Empty() {
		return
	}
	w.Arr("attributes")
	for !w.Full() {
		name, values, _, ok := m.attribute(&list)
		if !ok {
			break
		}
		w.Obj("")
		w.Str(key, name)
		if !values.Empty() {
			logStrings(w, "values", values)
		}
		w.End()
	}
	w.End()
}

// changes are the kinds of modification (RFC 4511 section 4.6, RFC 4525).
var changes = [...]string{"add", "delete", "replace", "increment"}

func (m *message) logChanges(w *event.Writer) {
	list := m.attributes()
	w.Arr("changes")
	for !w.Full() {
		name, values, kind, ok := m.attribute(&list)
		if !ok {
			break
		}
		w.Obj("")
		if kind < uint64(len(changes)) {
			w.StrConst("operation", changes[kind])
		} else {
			unknown(w, "operation", kind)
		}
		w.Obj("modification")
		w.Str("attribute_type", name)
		if !values.Empty() {
			logStrings(w, "attribute_values", values)
		}
		w.End()
		w.End()
	}
	w.End()
}

func (m *message) logResult(w *event.Writer) {
	code, dn, text, ok := m.result()
	if !ok {
		return
	}
	if s := resultNames[code]; s != "" {
		w.StrConst("result_code", s)
	} else {
		unknown(w, "result_code", uint64(code))
	}
	w.Str("matched_dn", dn)
	w.Str("message", text)
}

// unknown writes a number that has no name.
func unknown(w *event.Writer, key string, n uint64) {
	var b [32]byte
	w.Str(key, strconv.AppendUint(append(b[:0], "unknown-"...), n, 10))
}

func (m *message) logExtension(w *event.Writer) {
	name, value := m.extension()
	if len(name) > 0 {
		w.Str("name", name)
	}
	if len(value) > 0 {
		w.Str("value", value)
	}
}

// logStrings writes the elements of a list, each a string.
func logStrings(w *event.Writer, key string, list ber.Reader) {
	w.Arr(key)
	for !w.Full() {
		_, in, ok := list.Next()
		if !ok {
			break
		}
		w.Str("", in.Bytes())
	}
	w.End()
}
