package input

// FirstAppEvent is the first of the events of protocol detection, which belong
// to the packet that raised them and to no transaction: the last IDs of an
// EventSet.
const FirstAppEvent EventID = MaxEvents - 8

// Events of protocol detection, from FirstAppEvent on. Append-only.
const (
	AppMismatchProtocolBothDirections EventID = iota
	AppWrongDirectionFirstData
	AppDetectProtocolOnlyOneDirection
	AppProtoDetectionSkipped
	AppNoTLSAfterStartTLS
	AppUnexpectedProtocol
	NumAppEvents
)

// AppEventNames are EVE's names; `app-layer-event` knows them in any case.
var AppEventNames = [NumAppEvents]string{
	"APPLAYER_MISMATCH_PROTOCOL_BOTH_DIRECTIONS",
	"APPLAYER_WRONG_DIRECTION_FIRST_DATA",
	"APPLAYER_DETECT_PROTOCOL_ONLY_ONE_DIRECTION",
	"APPLAYER_PROTO_DETECTION_SKIPPED",
	"APPLAYER_NO_TLS_AFTER_STARTTLS",
	"APPLAYER_UNEXPECTED_PROTOCOL",
}

// AppEventByName finds the event of detection that `app-layer-event:name` means,
// in lower case.
func AppEventByName(name string) (EventID, bool) {
	for i, n := range AppEventNames {
		if equalLower(n, name) {
			return FirstAppEvent + EventID(i), true
		}
	}
	return 0, false
}

// equalLower compares upper with lower case.
func equalLower(upper, lower string) bool {
	if len(upper) != len(lower) {
		return false
	}
	for i := range len(upper) {
		c := upper[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
