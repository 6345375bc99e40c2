package pgsql

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// Log writes the record of a transaction that has something to tell.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.req == none && !t.answered {
		return false
	}
	w.EventType("pgsql")
	t.Meta(w)
	return true
}

// Meta writes the object that alerts carry.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("pgsql")
	w.Uint("tx_id", t.id+1)
	if t.req != none {
		w.Obj("request")
		t.writeRequest(w)
		w.End()
	}
	if t.answered {
		w.Obj("response")
		t.writeResponse(w)
		w.End()
	}
	w.End()
}

func (t *Tx) writeRequest(w *event.Writer) {
	switch t.req {
	case reqSSL:
		w.StrConst("message", "SSL Request")
	case reqGSS:
		w.StrConst("message", "GSSENC Request")
	case reqCancel:
		w.StrConst("message", "cancel_request")
		w.Uint("process_id", uint64(t.reqPID))
		w.Uint("secret_key", uint64(t.reqSecret))
	case reqStart:
		w.StrConst("protocol_version", versionName(t.version))
		w.Obj("startup_parameters")
		t.writeStart(w)
		w.End()
	case reqPassword:
		if t.sh.opt.Passwords {
			w.Str("password", t.text)
		} else {
			w.Bool("password_redacted", true)
		}
	case reqSASLFirst:
		switch string(t.mechanism) {
		case "SCRAM-SHA-256":
			w.StrConst("sasl_authentication_mechanism", "scram_SHA256")
		case "SCRAM-SHA-256-PLUS":
			w.StrConst("sasl_authentication_mechanism", "scram_SHA256_plus")
		default:
			w.Str("sasl_authentication_mechanism", t.mechanism)
		}
		w.Str("sasl_param", t.text)
	case reqSASL:
		w.Str("sasl_response", t.text)
	case reqGSSAnswer:
		w.StrConst("message", "gss_response")
	case reqQuery:
		w.Str("simple_query", t.text)
		if t.copiedIn > 0 {
			w.Obj("copy_data_in")
			w.Uint("msg_count", t.copiedIn)
			w.Uint("data_size", t.copyInOctets)
			w.End()
		}
	case reqTerminate:
		w.StrConst("message", "termination_message")
	}
}

// versionName is a version of the protocol; later minor ones are told apart no
// further.
func versionName(v uint32) string {
	switch v & 0xffff {
	case 0:
		return "3.0"
	case 1:
		return "3.1"
	case 2:
		return "3.2"
	}
	return "3.x"
}

// writeStart writes the user, and the other parameters in their order.
func (t *Tx) writeStart(w *event.Writer) {
	for p := t.text; len(p) > 0; {
		var name, value []byte
		name, value, p = pair(p)
		if string(name) == "user" {
			w.Str("user", value)
			break
		}
	}
	open := false
	for p := t.text; len(p) > 0; {
		var name, value []byte
		name, value, p = pair(p)
		if len(name) == 0 || string(name) == "user" {
			continue
		}
		if !open {
			open = true
			w.Arr("optional_parameters")
		}
		writePair(w, name, value)
	}
	if open {
		w.End()
	}
}

// pair cuts a name and a value off.
func pair(p []byte) (name, value, rest []byte) {
	name, rest, _ = bytes.Cut(p, nul)
	value, rest, _ = bytes.Cut(rest, nul)
	return name, value, rest
}

// maxName is how much of a parameter's name makes a key, octets.
const maxName = 32

// writePair writes an object of one parameter. Peers choose the names: what does
// not belong into a key is replaced.
func writePair(w *event.Writer, name, value []byte) {
	w.Obj("")
	defer w.End()
	switch string(name) {
	case "DateStyle":
		w.Str("date_style", value)
		return
	case "IntervalStyle":
		w.Str("interval_style", value)
		return
	case "TimeZone":
		w.Str("time_zone", value)
		return
	}
	var key [maxName]byte
	n := copy(key[:], name)
	for i, c := range key[:n] {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			key[i] = '_'
		}
	}
	w.Str(string(key[:n]), value)
}

func (t *Tx) writeResponse(w *event.Writer) {
	if t.req == reqSSL || t.req == reqGSS {
		w.Bool("ssl_accepted", t.accepted)
	}
	if t.final {
		w.Str("authentication_sasl_final", t.detail)
	}
	if t.authed {
		if t.auth == authMD5 {
			w.Str("authentication_md5_password", t.detail)
		} else if !t.failed {
			w.StrConst("message", authName(t.auth))
		}
	}
	if len(t.status) > 0 {
		w.Arr("parameter_status")
		for p := t.status; len(p) > 0; {
			var name, value []byte
			name, value, p = pair(p)
			writePair(w, name, value)
		}
		w.End()
	}
	if t.key {
		w.Uint("process_id", uint64(t.pid))
		w.Uint("secret_key", uint64(t.secret))
	}
	t.writeFields(w)
	t.writeData(w)
	if len(t.command) > 0 {
		w.Str("command_completed", t.command)
	}
}

func (t *Tx) writeData(w *event.Writer) {
	if t.described {
		w.Uint("field_count", uint64(t.columns))
	}
	if t.rows > 0 {
		w.Uint("data_rows", t.rows)
		w.Uint("data_size", t.rowOctets)
	}
	switch t.copying {
	case 'G':
		w.Obj("copy_in_response")
		w.Uint("columns", uint64(t.columns))
		w.End()
	case 'H':
		w.Obj("copy_out_response")
		w.Uint("columns", uint64(t.columns))
		w.End()
	}
	if t.copied > 0 {
		w.Obj("copy_data_out")
		w.Uint("row_count", t.copied)
		w.Uint("data_size", t.copyOctets)
		w.End()
	}
}

// writeFields writes those of an error or a notice, the first of each kind.
func (t *Tx) writeFields(w *event.Writer) {
	var seen uint32
	for p := t.fields; len(p) > 1; {
		kind := p[0]
		var value []byte
		value, p, _ = bytes.Cut(p[1:], nul)
		for i := range fieldNames {
			f := &fieldNames[i]
			if f.kind != kind || seen>>i&1 != 0 || kind == 'M' && t.authed && !t.failed {
				continue
			}
			seen |= 1 << i
			w.Str(f.name, value)
		}
	}
}

// fieldNames are those of "Error and Notice Message Fields".
var fieldNames = [...]struct {
	kind byte
	name string
}{{'S', "severity_localizable"}, {'V', "severity_non_localizable"}, {'C', "code"}, {'M', "message"}, {'D', "detail"}, {'H', "hint"},
	{'P', "position"}, {'p', "internal_position"}, {'q', "internal_query"}, {'W', "where"}, {'s', "schema_name"}, {'t', "table_name"},
	{'c', "column_name"}, {'d', "data_type_name"}, {'n', "constraint_name"}, {'F', "file"}, {'L', "line"}, {'R', "routine"}}

func authName(kind uint32) string {
	switch kind {
	case authOK:
		return "authentication_ok"
	case authClear:
		return "authentication_cleartext_password"
	case authGSS:
		return "authentication_gss"
	case authGSSContinue:
		return "authentication_gss_continue"
	case authSSPI:
		return "authentication_sspi"
	case authSASL:
		return "authentication_sasl"
	case authSASLGoOn:
		return "authentication_sasl_continue"
	}
	return "authentication_unknown"
}
