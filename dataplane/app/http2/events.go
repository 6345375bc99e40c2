package http2

// Events of HTTP/2 transactions, by the order of eventNames.
const (
	evInvalidFrameHeader uint16 = iota
	evInvalidClientMagic
	evInvalidFrameData
	evInvalidHeader
	evInvalidFrameLength
	evExtraHeaderData
	evLongFrameData
	evStreamIDReuse
	evInvalidHTTP1Settings
	evFailedDecompression
	evInvalidRange
	evHeaderIntegerOverflow
	evTooManyStreams
	evAuthorityHostMismatch
	evUserinfoInURI
	evReassemblyLimit
	evDNSRequestTooLong
	evDNSResponseTooLong
	evDataStreamZero
	evTooManyFrames
	evCompressionBomb
	numEvents
)

var eventNames = [numEvents]string{
	"invalid_frame_header", "invalid_client_magic", "invalid_frame_data", "invalid_header", "invalid_frame_length",
	"extra_header_data", "long_frame_data", "stream_id_reuse", "invalid_http1_settings", "failed_decompression",
	"invalid_range", "header_integer_overflow", "too_many_streams", "authority_host_mismatch", "userinfo_in_uri",
	"reassembly_limit_reached", "dns_request_too_long", "dns_response_too_long", "data_stream_zero", "too_many_frames",
	"compression_bomb",
}
