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

// eventNames are what app-layer-event knows under `http`.
var eventNames = [numEvents]string{
	evUnknown:            "unknown_error",
	evGzipFailed:         "gzip_decompression_failed",
	evReqMissingColon:    "request_field_missing_colon",
	evRespMissingColon:   "response_field_missing_colon",
	evReqChunkLen:        "invalid_request_chunk_len",
	evRespChunkLen:       "invalid_response_chunk_len",
	evReqTE:              "invalid_transfer_encoding_value_in_request",
	evRespTE:             "invalid_transfer_encoding_value_in_response",
	evReqCL:              "invalid_content_length_field_in_request",
	evRespCL:             "invalid_content_length_field_in_response",
	evReqDupCL:           "duplicate_content_length_field_in_request",
	evRespDupCL:          "duplicate_content_length_field_in_response",
	evContinueTwice:      "100_continue_already_seen",
	evNoRequest:          "unable_to_match_response_to_request",
	evServerPort:         "invalid_server_port_in_request",
	evAuthorityPort:      "invalid_authority_port",
	evReqHeaderInvalid:   "request_header_invalid",
	evRespHeaderInvalid:  "response_header_invalid",
	evNoHost:             "missing_host_header",
	evHostAmbiguous:      "host_header_ambiguous",
	evReqFolding:         "invalid_request_field_folding",
	evRespFolding:        "invalid_response_field_folding",
	evReqTooLong:         "request_field_too_long",
	evRespTooLong:        "response_field_too_long",
	evReqLineInvalid:     "request_line_invalid",
	evReqBodyUnexpected:  "request_body_unexpected",
	evRespBodyUnexpected: "response_body_unexpected",
	evPortMismatch:       "request_server_port_tcp_port_mismatch",
	evURIHostInvalid:     "request_uri_host_invalid",
	evHostInvalid:        "request_header_host_invalid",
	evAuthUnrecognized:   "request_auth_unrecognized",
	evReqRepetition:      "request_header_repetition",
	evRespRepetition:     "response_header_repetition",
	evDoubleEncoded:      "double_encoded_uri",
	evURIDelim:           "uri_delim_non_compliant",
	evMethodDelim:        "method_delim_non_compliant",
	evLeadingSpace:       "request_line_leading_whitespace",
	evTooManyLayers:      "too_many_encoding_layers",
	evReqLzmaLayers:      "request_too_many_lzma_layers",
	evRespLzmaLayers:     "response_too_many_lzma_layers",
	evAbnormalCE:         "abnormal_ce_header",
	evByteranges:         "response_multipart_byteranges",
	evAbnormalTE:         "response_abnormal_transfer_encoding",
	evChunkedOld:         "response_chunked_old_proto",
	evRespInvalidProto:   "response_invalid_protocol",
	evRespInvalidStatus:  "response_invalid_status",
	evReqLineIncomplete:  "request_line_incomplete",
	evProtoExtra:         "protocol_contains_extra_data",
	evCLExtraStart:       "content_length_extra_data_start",
	evCLExtraEnd:         "content_length_extra_data_end",
	evSwitchWithCL:       "switching_proto_with_content_length",
	evDeformedEOL:        "deformed_eol",
	evMethodOnly:         "request_line_unknown_method",
	evMethodNoProto:      "request_line_unknown_method_no_protocol",
	evMethodBadProto:     "request_line_unknown_method_invalid_protocol",
	evNoProto:            "request_line_missing_protocol",
	evRespLineProto:      "response_line_invalid_protocol",
	evRespLineStatus:     "response_line_invalid_response_status",
	evRespEmptyName:      "response_invalid_empty_name",
	evReqEmptyName:       "request_invalid_empty_name",
	evRespSpaceAfterName: "response_invalid_lws_after_name",
	evRespNotToken:       "response_header_name_not_token",
	evReqSpaceAfterName:  "request_invalid_lws_after_name",
	evLzmaDisabled:       "lzma_decompression_disabled",
	evBadEncoding:        "invalid_content_encoding",
	evGap:                "invalid_gap",
	evReqChunkExt:        "request_chunk_extension",
	evRespChunkExt:       "response_chunk_extension",
	evLzmaMemory:         "lzma_memlimit_reached",
	evBomb:               "compression_bomb",
	evBombLimit:          "compression_bomb_limit_reached",
	evReqManyHeaders:     "request_too_many_headers",
	evRespManyHeaders:    "response_too_many_headers",
	evMultipartError:     "multipart_generic_error",
	evMultipartNoData:    "multipart_no_filedata",
	evMultipartHeader:    "multipart_invalid_header",
	evManyWarnings:       "too_many_warnings",
	evRangeInvalid:       "range_invalid",
	evNameTooLong:        "file_name_too_long",
	evFailedSwitch:       "failed_protocol_change",
}
