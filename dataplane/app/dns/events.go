package dns

// Events of app-layer-event, by id.
const (
	EventMalformedData uint16 = iota
	EventNotRequest
	EventNotResponse
	EventZFlagSet
	EventInvalidOpcode
	EventNameTooLong
	EventInfiniteLoop
	EventTooManyLabels
	EventInvalidAdditionals
	EventInvalidAuthorities
)

// Events names them.
var Events = []string{
	"malformed_data",
	"not_request",
	"not_response",
	"z_flag_set",
	"invalid_opcode",
	"name_too_long",
	"infinite_loop",
	"too_many_labels",
	"invalid_additionals",
	"invalid_authorities",
}
