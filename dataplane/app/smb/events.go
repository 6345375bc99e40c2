package smb

// Events of SMB transactions, by the order of eventNames.
const (
	evInternalError uint16 = iota
	evMalformedData
	evRecordOverflow
	evMalformedNTLMRequest
	evMalformedNTLMResponse
	evDuplicateNegotiate
	evNegotiateMalformedDialects
	evFileOverlap
	evRequestToClient
	evResponseToServer
	evNegotiateMaxReadTooLarge
	evNegotiateMaxWriteTooLarge
	evReadRequestTooLarge
	evReadResponseTooLarge
	evReadQueueSize
	evReadQueueCount
	evWriteRequestTooLarge
	evWriteQueueSize
	evWriteQueueCount
	evUnusualNTLMOrder
	evTooManyTransactions
	numEvents
)

var eventNames = [numEvents]string{"internal_error", "malformed_data", "record_overflow", "malformed_ntlmssp_request",
	"malformed_ntlmssp_response", "duplicate_negotiate", "negotiate_malformed_dialects", "file_overlap", "request_to_client",
	"response_to_server", "negotiate_max_read_size_too_large", "negotiate_max_write_size_too_large", "read_request_too_large",
	"read_response_too_large", "read_queue_size_exceeded", "read_queue_cnt_exceeded", "write_request_too_large",
	"write_queue_size_exceeded", "write_queue_cnt_exceeded", "unusual_ntlmssp_order", "too_many_transactions"}

// raise notes an event on the flow's latest transaction; without one it is lost.
func (s *State) raise(ev uint16) {
	if n := len(s.live); s.last == nil && n > 0 {
		s.last = s.live[n-1]
	}
	if s.last != nil {
		s.last.raise(ev)
	}
}
