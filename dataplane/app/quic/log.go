package quic

import (
	"encoding/binary"
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// Log writes the packet's event. What has no header that can be read has no version
// to be told.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.events&(1<<EventErrorOnHeader) != 0 {
		return false
	}
	w.EventType("quic")
	t.write(w, t.sh.opts.LogJA4)
	return true
}

// Meta writes the object of alerts.
func (t *Tx) Meta(w *event.Writer) { t.write(w, true) }

func (t *Tx) write(w *event.Writer, ja4 bool) {
	w.Obj("quic")
	var b [8]byte
	w.Str("version", appendVersion(b[:0], version(binary.BigEndian.Uint32(t.version[:]))))
	if name := t.name(); len(name) > 0 {
		w.Text("sni", name)
	}
	if t.ua.Len > 0 {
		w.Text("ua", at(t.text, t.ua))
	}
	if t.ncyu > 0 {
		w.Arr("cyu")
		for i := range t.ncyu {
			w.Obj("")
			w.Str("hash", at(t.text, t.cyu[i].hash))
			w.Str("string", at(t.text, t.cyu[i].str))
			w.End()
		}
		w.End()
	}
	if t.ja3.Len > 0 {
		if t.dir == input.ToServer {
			w.Obj("ja3")
		} else {
			w.Obj("ja3s")
		}
		w.Str("hash", at(t.text, t.ja3Hash))
		w.Str("string", at(t.text, t.ja3))
		w.End()
	}
	if ja4 && t.ja4.Len > 0 {
		w.Str("ja4", at(t.text, t.ja4))
	}
	t.writeExtensions(w)
	w.End()
}

// writeExtensions writes the extensions of a hello in their order, with the names
// that some of them hold.
func (t *Tx) writeExtensions(w *event.Writer) {
	b := at(t.body, t.hello.Extensions)
	if len(b) < 4 {
		return
	}
	w.Arr("extensions")
	for len(b) >= 4 && !w.Full() {
		typ, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n > len(b)-4 {
			break
		}
		w.Obj("")
		if name := extensionName(typ); name != "" {
			w.StrConst("name", name)
		}
		w.Uint("type", uint64(typ))
		t.writeValues(w, typ, b[4:4+n])
		w.End()
		b = b[4+n:]
	}
	w.End()
}

// Extensions whose values are written.
const (
	extSNI      = 0
	extSigAlgs  = 13
	extALPN     = 16
	extVersions = 43
)

// writeValues writes what an extension holds, where that is names or a list of
// numbers (RFC 8446 sections 4.2.1 and 4.2.3).
func (t *Tx) writeValues(w *event.Writer, typ uint16, b []byte) {
	head := 0 // octets of the list's length
	switch {
	case typ == extSNI && t.hello.SNI.Len > 0, typ == extALPN:
	case typ == extSigAlgs:
		head = 2
	case typ == extVersions && t.dir == input.ToServer:
		head = 1
	case typ == extVersions:
	default:
		return
	}
	if len(b) < head+2 {
		return
	}
	w.Arr("values")
	switch typ {
	case extSNI:
		w.Text("", at(t.body, t.hello.SNI))
	case extALPN:
		for i := 0; ; i++ {
			name, ok := t.hello.Name(t.body, i)
			if !ok {
				break
			}
			w.Text("", name)
		}
	default:
		for b = b[head:]; len(b) >= 2 && !w.Full(); b = b[2:] {
			var room [32]byte
			v := binary.BigEndian.Uint16(b)
			if typ == extVersions {
				w.Str("", appendTLS(room[:0], v))
			} else {
				w.Str("", strconv.AppendUint(room[:0], uint64(v), 10))
			}
		}
	}
	w.End()
}

// appendTLS writes a version of TLS by its name, drafts of 1.3 (0x7f12 to 0x7f17)
// among them, or as a number.
func appendTLS(b []byte, v uint16) []byte {
	switch {
	case v == 0x0300:
		return append(b, "Ssl30"...)
	case v > 0x0300 && v <= 0x0304:
		return append(b, 'T', 'l', 's', '1', '0'+byte(v-0x0301))
	case v >= 0x7f12 && v <= 0x7f17:
		return strconv.AppendUint(append(b, "Tls13Draft"...), uint64(v&0xff), 10)
	}
	b = strconv.AppendUint(append(b, "TlsVersion("...), uint64(v), 10)
	return append(strconv.AppendUint(append(b, " / 0x"...), uint64(v), 16), ')')
}

// extensionNames are those of IANA's registry of TLS extensions.
var extensionNames = [...]string{0: "server_name", 1: "max_fragment_length", 2: "client_certificate_url", 3: "trusted_ca_keys",
	4: "truncated_hmac", 5: "status_request", 6: "user_mapping", 7: "client_authz", 8: "server_authz", 9: "cert_type",
	10: "supported_groups", 11: "ec_point_formats", 12: "srp", 13: "signature_algorithms", 14: "use_srtp", 15: "heartbeat",
	16: "alpn", 17: "status_request_v2", 18: "signed_certificate_timestamp", 19: "client_certificate_type",
	20: "server_certificate_type", 21: "padding", 22: "encrypt_then_mac", 23: "extended_master_secret", 24: "token_binding",
	25: "cached_info", 26: "tls_lts", 27: "compress_certificate", 28: "record_size_limit", 29: "pwd_protect", 30: "pwd_clear",
	31: "password_salt", 32: "ticket_pinning", 33: "tls_cert_with_extern_psk", 34: "delegated_credentials",
	35: "session_ticket", 36: "TLMSP", 37: "TLMSP_proxying", 38: "TLMSP_delegate", 39: "supported_ekt_ciphers",
	41: "pre_shared_key", 42: "early_data", 43: "supported_versions", 44: "cookie", 45: "psk_key_exchange_modes",
	47: "certificate_authorities", 48: "oid_filters", 49: "post_handshake_auth", 50: "signature_algorithms_cert",
	51: "key_share", 52: "transparency_info", 53: "connection_id_deprecated", 54: "connection_id",
	55: "external_id_hash", 56: "external_session_id", 57: "quic_transport_parameters", 58: "ticket_request",
	59: "dnssec_chain", 60: "sequence_number_encryption_algorithms"}

func extensionName(typ uint16) string {
	switch {
	case int(typ) < len(extensionNames):
		return extensionNames[typ]
	case typ == 65281:
		return "renegotiation_info"
	}
	return ""
}
