package mqtt

// Events of app-layer-event, by id.
const (
	EventMissingConnect uint16 = iota
	EventMissingPublish
	EventMissingSubscribe
	EventMissingUnsubscribe
	EventDoubleConnect
	EventUnintroducedMessage
	EventInvalidQoSLevel
	EventMissingMsgID
	EventUnassignedMsgType
	EventTooManyTransactions
	EventMalformedTraffic
	EventTooManyMessages
)

// Events names them.
var Events = []string{"missing_connect", "missing_publish", "missing_subscribe", "missing_unsubscribe", "double_connect",
	"unintroduced_message", "invalid_qos_level", "missing_msg_id", "unassigned_msg_type", "too_many_transactions", "malformed_traffic",
	"too_many_messages"}
