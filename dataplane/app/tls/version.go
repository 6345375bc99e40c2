package tls

// Protocol versions as they stand on the wire.
const (
	ssl2       = 0x0200
	ssl3       = 0x0300
	tls10      = 0x0301
	tls11      = 0x0302
	tls12      = 0x0303
	tls13      = 0x0304
	preDraft16 = 0x7f01
)

// versionNames are the names of events. Drafts of 1.3 have numbers of their own.
var versionNames = map[uint16]string{0: "UNDETERMINED", ssl2: "SSLv2", ssl3: "SSLv3", tls10: "TLSv1", tls11: "TLS 1.1",
	tls12: "TLS 1.2", tls13: "TLS 1.3", preDraft16: "TLS 1.3 draft-<16", 0x7f10: "TLS 1.3 draft-16",
	0x7f11: "TLS 1.3 draft-17", 0x7f12: "TLS 1.3 draft-18", 0x7f13: "TLS 1.3 draft-19", 0x7f14: "TLS 1.3 draft-20",
	0x7f15: "TLS 1.3 draft-21", 0x7f16: "TLS 1.3 draft-22", 0x7f17: "TLS 1.3 draft-23", 0x7f18: "TLS 1.3 draft-24",
	0x7f19: "TLS 1.3 draft-25", 0x7f1a: "TLS 1.3 draft-26", 0x7f1b: "TLS 1.3 draft-27", 0x7f1c: "TLS 1.3 draft-28",
	0xfb14: "TLS 1.3 draft-20-fb", 0xfb15: "TLS 1.3 draft-21-fb", 0xfb16: "TLS 1.3 draft-22-fb",
	0xfb17: "TLS 1.3 draft-23-fb", 0xfb1a: "TLS 1.3 draft-26-fb"}

// validVersion reports whether v may stand in a record or in supported_versions.
func validVersion(v uint16) bool {
	if v == 0 || v == ssl2 {
		return false
	}
	_, ok := versionNames[v]
	return ok
}

// isDraft reports whether v is a draft of TLS 1.3 by its number.
func isDraft(v uint16) bool { return v>>8 == 0x7f }

// grease reports whether v is one of the values that clients send to keep servers
// tolerant (RFC 8701).
func grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }
