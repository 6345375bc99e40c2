package app

// Encryption is what becomes of a flow once a parser finds it encrypted, as
// `encryption-handling` says.
type Encryption uint8

// Ways of handling. TrackOnly goes on following the flow, but payloads are not
// inspected (Flow.Opaque). Bypass gives the flow up. Full goes on as before.
const (
	EncryptionTrackOnly Encryption = iota
	EncryptionBypass
	EncryptionFull
)

// EncryptionOf reads the setting; `default` is an old name of track-only.
func EncryptionOf(word string) (e Encryption, ok bool) {
	switch word {
	case "track-only", "default", "":
		return EncryptionTrackOnly, true
	case "bypass":
		return EncryptionBypass, true
	case "full":
		return EncryptionFull, true
	}
	return EncryptionTrackOnly, false
}
