package smtp

import "github.com/weir-ips/weir/dataplane/app/mime"

// Events of app-layer-event, by id.
const (
	EventInvalidReply uint16 = iota
	EventUnableToMatchReplyWithRequest
	EventMaxCommandLineLenExceeded
	EventMaxReplyLineLenExceeded
	EventInvalidPipelinedSequence
	EventBDATChunkLenExceeded
	EventNoServerWelcomeMessage
	EventTLSRejected
	EventDataCommandRejected
	EventMimeParseFailed
	EventMimeMalformedMsg
	EventMimeInvalidBase64
	EventMimeInvalidQP
	EventMimeLongLine
	EventMimeLongEncLine
	EventMimeLongHeaderName
	EventMimeLongHeaderValue
	EventMimeLongBoundary
	EventMimeLongFilename
	EventDuplicateFields
	EventUnparsableContent
	EventTruncatedLine
	EventInvalidBDAT
	EventFailedProtocolChange
)

// Events names them, as EVE writes them; rules may use lower case.
var Events = []string{"INVALID_REPLY", "UNABLE_TO_MATCH_REPLY_WITH_REQUEST", "MAX_COMMAND_LINE_LEN_EXCEEDED",
	"MAX_REPLY_LINE_LEN_EXCEEDED", "INVALID_PIPELINED_SEQUENCE", "BDAT_CHUNK_LEN_EXCEEDED", "NO_SERVER_WELCOME_MESSAGE",
	"TLS_REJECTED", "DATA_COMMAND_REJECTED", "MIME_PARSE_FAILED", "MIME_MALFORMED_MSG", "MIME_INVALID_BASE64", "MIME_INVALID_QP",
	"MIME_LONG_LINE", "MIME_LONG_ENC_LINE", "MIME_LONG_HEADER_NAME", "MIME_LONG_HEADER_VALUE", "MIME_LONG_BOUNDARY",
	"MIME_LONG_FILENAME", "DUPLICATE_FIELDS", "UNPARSABLE_CONTENT", "TRUNCATED_LINE", "INVALID_BDAT", "FAILED_PROTOCOL_CHANGE"}

// eventOf is the event of each anomaly of a message.
var eventOf = [...]struct {
	anomaly mime.Anomaly
	event   uint16
}{
	{mime.InvalidBase64, EventMimeInvalidBase64}, {mime.InvalidQP, EventMimeInvalidQP}, {mime.LongLine, EventMimeLongLine},
	{mime.LongEncodedLine, EventMimeLongEncLine}, {mime.LongFieldName, EventMimeLongHeaderName},
	{mime.LongFieldValue, EventMimeLongHeaderValue}, {mime.LongBoundary, EventMimeLongBoundary},
	{mime.LongFilename, EventMimeLongFilename}, {mime.Malformed, EventMimeMalformedMsg},
}
