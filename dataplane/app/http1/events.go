package http1

// Events of HTTP/1 transactions, by the order of eventNames.
const (
	evGzipFailed uint16 = iota
	evReqMissingColon
	evRespMissingColon
	evReqChunkLen
	evRespChunkLen
	evReqTE
	evRespTE
	evReqCL
	evRespCL
	evReqDupCL
	evRespDupCL
	evContinueTwice
	evNoRequest
	evServerPort
	evAuthorityPort
	evReqHeaderInvalid
	evRespHeaderInvalid
	evNoHost
	evHostAmbiguous
	evReqFolding
	evRespFolding
	evReqTooLong
	evRespTooLong
	evReqLineInvalid
	evReqBodyUnexpected
	evRespBodyUnexpected
	evPortMismatch
	evURIHostInvalid
	evHostInvalid
	evAuthUnrecognized
	evReqRepetition
	evRespRepetition
	evDoubleEncoded
	evURIDelim
	evMethodDelim
	evLeadingSpace
	evTooManyLayers
	evReqLzmaLayers
	evRespLzmaLayers
	evAbnormalCE
	evByteranges
	evAbnormalTE
	evChunkedOld
	evRespInvalidProto
	evRespInvalidStatus
	evReqLineIncomplete
	evProtoExtra
	evCLExtraStart
	evCLExtraEnd
	evSwitchWithCL
	evDeformedEOL
	evMethodOnly
	evMethodNoProto
	evMethodBadProto
	evNoProto
	evRespLineProto
	evRespLineStatus
	evRespEmptyName
	evReqEmptyName
	evRespSpaceAfterName
	evRespNotToken
	evReqSpaceAfterName
	evLzmaDisabled
	evBadEncoding
	evGap
	evReqChunkExt
	evRespChunkExt
	evLzmaMemory
	evBomb
	evBombLimit
	evReqManyHeaders
	evRespManyHeaders
	evMultipartError
	evMultipartNoData
	evMultipartHeader
	evManyWarnings
	evRangeInvalid
	evNameTooLong
	evFailedSwitch
	evUnknown
	numEvents
)

// eventNames are what app-layer-event knows under `http`, in any case, as EVE
// prints them.
var eventNames = [numEvents]string{
	evUnknown:            "UNKNOWN_ERROR",
	evGzipFailed:         "GZIP_DECOMPRESSION_FAILED",
	evReqMissingColon:    "REQUEST_FIELD_MISSING_COLON",
	evRespMissingColon:   "RESPONSE_FIELD_MISSING_COLON",
	evReqChunkLen:        "INVALID_REQUEST_CHUNK_LEN",
	evRespChunkLen:       "INVALID_RESPONSE_CHUNK_LEN",
	evReqTE:              "INVALID_TRANSFER_ENCODING_VALUE_IN_REQUEST",
	evRespTE:             "INVALID_TRANSFER_ENCODING_VALUE_IN_RESPONSE",
	evReqCL:              "INVALID_CONTENT_LENGTH_FIELD_IN_REQUEST",
	evRespCL:             "INVALID_CONTENT_LENGTH_FIELD_IN_RESPONSE",
	evReqDupCL:           "DUPLICATE_CONTENT_LENGTH_FIELD_IN_REQUEST",
	evRespDupCL:          "DUPLICATE_CONTENT_LENGTH_FIELD_IN_RESPONSE",
	evContinueTwice:      "100_CONTINUE_ALREADY_SEEN",
	evNoRequest:          "UNABLE_TO_MATCH_RESPONSE_TO_REQUEST",
	evServerPort:         "INVALID_SERVER_PORT_IN_REQUEST",
	evAuthorityPort:      "INVALID_AUTHORITY_PORT",
	evReqHeaderInvalid:   "REQUEST_HEADER_INVALID",
	evRespHeaderInvalid:  "RESPONSE_HEADER_INVALID",
	evNoHost:             "MISSING_HOST_HEADER",
	evHostAmbiguous:      "HOST_HEADER_AMBIGUOUS",
	evReqFolding:         "INVALID_REQUEST_FIELD_FOLDING",
	evRespFolding:        "INVALID_RESPONSE_FIELD_FOLDING",
	evReqTooLong:         "REQUEST_FIELD_TOO_LONG",
	evRespTooLong:        "RESPONSE_FIELD_TOO_LONG",
	evReqLineInvalid:     "REQUEST_LINE_INVALID",
	evReqBodyUnexpected:  "REQUEST_BODY_UNEXPECTED",
	evRespBodyUnexpected: "RESPONSE_BODY_UNEXPECTED",
	evPortMismatch:       "REQUEST_SERVER_PORT_TCP_PORT_MISMATCH",
	evURIHostInvalid:     "REQUEST_URI_HOST_INVALID",
	evHostInvalid:        "REQUEST_HEADER_HOST_INVALID",
	evAuthUnrecognized:   "REQUEST_AUTH_UNRECOGNIZED",
	evReqRepetition:      "REQUEST_HEADER_REPETITION",
	evRespRepetition:     "RESPONSE_HEADER_REPETITION",
	evDoubleEncoded:      "DOUBLE_ENCODED_URI",
	evURIDelim:           "URI_DELIM_NON_COMPLIANT",
	evMethodDelim:        "METHOD_DELIM_NON_COMPLIANT",
	evLeadingSpace:       "REQUEST_LINE_LEADING_WHITESPACE",
	evTooManyLayers:      "TOO_MANY_ENCODING_LAYERS",
	evReqLzmaLayers:      "REQUEST_TOO_MANY_LZMA_LAYERS",
	evRespLzmaLayers:     "RESPONSE_TOO_MANY_LZMA_LAYERS",
	evAbnormalCE:         "ABNORMAL_CE_HEADER",
	evByteranges:         "RESPONSE_MULTIPART_BYTERANGES",
	evAbnormalTE:         "RESPONSE_ABNORMAL_TRANSFER_ENCODING",
	evChunkedOld:         "RESPONSE_CHUNKED_OLD_PROTO",
	evRespInvalidProto:   "RESPONSE_INVALID_PROTOCOL",
	evRespInvalidStatus:  "RESPONSE_INVALID_STATUS",
	evReqLineIncomplete:  "REQUEST_LINE_INCOMPLETE",
	evProtoExtra:         "PROTOCOL_CONTAINS_EXTRA_DATA",
	evCLExtraStart:       "CONTENT_LENGTH_EXTRA_DATA_START",
	evCLExtraEnd:         "CONTENT_LENGTH_EXTRA_DATA_END",
	evSwitchWithCL:       "SWITCHING_PROTO_WITH_CONTENT_LENGTH",
	evDeformedEOL:        "DEFORMED_EOL",
	evMethodOnly:         "REQUEST_LINE_UNKNOWN_METHOD",
	evMethodNoProto:      "REQUEST_LINE_UNKNOWN_METHOD_NO_PROTOCOL",
	evMethodBadProto:     "REQUEST_LINE_UNKNOWN_METHOD_INVALID_PROTOCOL",
	evNoProto:            "REQUEST_LINE_MISSING_PROTOCOL",
	evRespLineProto:      "RESPONSE_LINE_INVALID_PROTOCOL",
	evRespLineStatus:     "RESPONSE_LINE_INVALID_RESPONSE_STATUS",
	evRespEmptyName:      "RESPONSE_INVALID_EMPTY_NAME",
	evReqEmptyName:       "REQUEST_INVALID_EMPTY_NAME",
	evRespSpaceAfterName: "RESPONSE_INVALID_LWS_AFTER_NAME",
	evRespNotToken:       "RESPONSE_HEADER_NAME_NOT_TOKEN",
	evReqSpaceAfterName:  "REQUEST_INVALID_LWS_AFTER_NAME",
	evLzmaDisabled:       "LZMA_DECOMPRESSION_DISABLED",
	evBadEncoding:        "INVALID_CONTENT_ENCODING",
	evGap:                "INVALID_GAP",
	evReqChunkExt:        "REQUEST_CHUNK_EXTENSION",
	evRespChunkExt:       "RESPONSE_CHUNK_EXTENSION",
	evLzmaMemory:         "LZMA_MEMLIMIT_REACHED",
	evBomb:               "COMPRESSION_BOMB",
	evBombLimit:          "COMPRESSION_BOMB_LIMIT_REACHED",
	evReqManyHeaders:     "REQUEST_TOO_MANY_HEADERS",
	evRespManyHeaders:    "RESPONSE_TOO_MANY_HEADERS",
	evMultipartError:     "MULTIPART_GENERIC_ERROR",
	evMultipartNoData:    "MULTIPART_NO_FILEDATA",
	evMultipartHeader:    "MULTIPART_INVALID_HEADER",
	evManyWarnings:       "TOO_MANY_WARNINGS",
	evRangeInvalid:       "RANGE_INVALID",
	evNameTooLong:        "FILE_NAME_TOO_LONG",
	evFailedSwitch:       "FAILED_PROTOCOL_CHANGE",
}
