package rdp

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/weir-ips/weir/event"
)

// Meta writes the object. Its tx_id counts from 1.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("rdp")
	w.Uint("tx_id", t.id+1)
	switch t.kind {
	case connectionRequest:
		w.StrConst("event_type", "initial_request")
		if len(t.text) > 0 {
			w.Str("cookie", t.text)
		}
		if t.hasNeg && t.neg[0] == 1 && t.neg[1]&^0xb == 0 {
			flags(w, "flags", uint16(t.neg[1]), requestFlags[:])
		}
	case connectionConfirm:
		w.StrConst("event_type", "initial_response")
		if t.hasNeg {
			t.confirm(w)
		}
	case mcsRequest:
		w.StrConst("event_type", "connect_request")
		if len(t.text) > 0 {
			w.Obj("client")
			t.client(w)
			w.End()
		}
		if len(t.channels) > 0 {
			w.Arr("channels")
			for b := t.channels; len(b) >= lenChannel; b = b[lenChannel:] {
				name, _, _ := bytes.Cut(b[:8], nul)
				w.Str("", name)
			}
			w.End()
		}
	case mcsResponse:
		w.StrConst("event_type", "connect_response")
	case certificates:
		w.StrConst("event_type", "tls_handshake")
		w.Arr("x509_serials")
		for b := t.text; len(b) > 0; b = b[1+int(b[0]):] {
			w.Str("", t.sh.hex(b[1:1+int(b[0])]))
		}
		w.End()
	}
	w.End()
}

var nul = []byte{0}

// Names of flags, by bit; what has none is not told.
var (
	requestFlags  = [...]string{0: "restricted_admin_mode_required", 1: "redirected_authentication_mode_required", 3: "correlation_info_present"}
	responseFlags = [...]string{0: "extended_client_data", 1: "dynvc_gfx", 3: "restricted_admin", 4: "redirected_authentication"}
	capabilities  = [...]string{0: "support_errinfo_pdf", 1: "want_32bpp_session", 2: "support_statusinfo_pdu", 3: "strong_asymmetric_keys",
		5: "valid_connection_type", 6: "support_monitor_layout_pdu", 7: "support_netchar_autodetect", 8: "support_dynvc_gfx_protocol",
		9: "support_dynamic_time_zone", 10: "support_heartbeat_pdu"}
	failures = [...]string{1: "ssl required by server", 2: "ssl not allowed by server", 3: "ssl cert not on server", 4: "inconsistent flags",
		5: "hybrid required by server", 6: "ssl with user auth required by server"}
	// protocols are those that a server chooses (MS-RDPBCGR section 2.2.1.2.1).
	protocols = [...]string{0: "rdp", 1: "ssl", 2: "hybrid", 4: "rds_tls", 8: "hybrid_ex"}
	hints     = [...]string{1: "modem", 2: "low_broadband", 3: "satellite", 4: "high_broadband", 5: "wan", 6: "lan", 7: "autodetect"}
	keyboards = [...]string{1: "xt", 2: "ico", 3: "at", 4: "enhanced", 5: "1050", 6: "9140", 7: "jp"}
	versions  = [...]string{1: "v4", 4: "v5", 5: "v10.0", 6: "v10.1", 7: "v10.2", 8: "v10.3", 9: "v10.4", 10: "v10.5", 11: "v10.6", 12: "v10.7"}
)

// nameOf is a number's name, or nothing.
func nameOf(names []string, v uint32) string {
	if v < uint32(len(names)) {
		return names[v]
	}
	return ""
}

// flags writes the names of the bits that are set; nothing when none is.
func flags(w *event.Writer, key string, v uint16, names []string) {
	if v == 0 {
		return
	}
	w.Arr(key)
	for i, name := range names {
		if v>>i&1 != 0 && name != "" {
			w.StrConst("", name)
		}
	}
	w.End()
}

// confirm writes what the server answered to the negotiation.
func (t *Tx) confirm(w *event.Writer) {
	v := binary.LittleEndian.Uint32(t.neg[4:])
	switch t.neg[0] {
	case 2:
		name := nameOf(protocols[:], v)
		if name == "" || t.neg[1]&^0x1f != 0 {
			return
		}
		flags(w, "server_supports", uint16(t.neg[1]), responseFlags[:])
		w.StrConst("protocol", name)
	case 3:
		if reason := nameOf(failures[:], v); reason != "" {
			w.Uint("error_code", uint64(v))
			w.StrConst("reason", reason)
		}
	}
}

// hex writes a number in hexadecimal, without a leading zero.
func (sh *shared) hex(b []byte) []byte {
	const digits = "0123456789abcdef"
	out := sh.number[:0]
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	if len(out) > 1 && out[0] == '0' {
		out = out[1:]
	}
	return out
}

// utf16le is a text of UTF-16 up to its end or a NUL, as UTF-8.
func (sh *shared) utf16le(b []byte) []byte {
	out := sh.text[:0]
	for len(b) >= 2 {
		r := rune(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if r == 0 {
			break
		}
		if utf16.IsSurrogate(r) && len(b) >= 2 {
			if both := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b))); both != utf8.RuneError {
				r, b = both, b[2:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}
