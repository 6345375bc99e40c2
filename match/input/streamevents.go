package input

// Stream events, as `stream-event` names them; their IDs follow those of decode
// events. Append-only: an event's ID never changes.
const (
	Stream3WHSAckInWrongDir EventID = iota + MaxDecodeEvents
	Stream3WHSAsyncWrongSeq
	Stream3WHSRightSeqWrongAckEvasion
	Stream3WHSSynAckInWrongDirection
	Stream3WHSSynAckResendWithDiffAck
	Stream3WHSSynAckResendWithDiffSeq
	Stream3WHSSynAckToserverOnSynRecv
	Stream3WHSSynAckWithWrongAck
	Stream3WHSSynAckFlood
	Stream3WHSSynAckTFODataIgnored
	Stream3WHSSynResendDiffSeqOnSynRecv
	Stream3WHSSynToclientOnSynRecv
	Stream3WHSSynFlood
	Stream3WHSWrongSeqWrongAck
	Stream3WHSAckDataInject
	Stream4WHSSynAckWithWrongAck
	Stream4WHSSynAckWithWrongSyn
	Stream4WHSWrongSeq
	Stream4WHSInvalidAck
	StreamCloseWaitAckOutOfWindow
	StreamCloseWaitFinOutOfWindow
	StreamCloseWaitPktBeforeLastAck
	StreamCloseWaitInvalidAck
	StreamClosingAckWrongSeq
	StreamClosingInvalidAck
	StreamEstPacketOutOfWindow
	StreamEstPktBeforeLastAck
	StreamEstSynAckResend
	StreamEstSynAckResendWithDiffAck
	StreamEstSynAckResendWithDiffSeq
	StreamEstSynAckToserver
	StreamEstSynResend
	StreamEstSynResendDiffSeq
	StreamEstSynToclient
	StreamEstInvalidAck
	StreamEstAckZWPData
	StreamFinInvalidAck
	StreamFin1AckWrongSeq
	StreamFin1FinWrongSeq
	StreamFin1InvalidAck
	StreamFin2AckWrongSeq
	StreamFin2FinWrongSeq
	StreamFin2InvalidAck
	StreamFinButNoSession
	StreamFinOutOfWindow
	StreamFinSyn
	StreamLastAckAckWrongSeq
	StreamLastAckInvalidAck
	StreamRSTButNoSession
	StreamTimeWaitAckWrongSeq
	StreamTimeWaitInvalidAck
	StreamShutdownSynResend
	StreamPktInvalidTimestamp
	StreamPktInvalidAck
	StreamPktBrokenAck
	StreamRSTInvalidAck
	StreamRSTWithData
	StreamPktRetransmission
	StreamPktSpuriousRetransmission
	StreamPktBadWindowUpdate
	StreamSuspectedRSTInject
	StreamWrongThread
	StreamReassemblySegmentBeforeBaseSeq
	StreamReassemblyNoSegment
	StreamReassemblySeqGap
	StreamReassemblyOverlapDifferentData
	StreamReassemblyDepthReached
	StreamReassemblyInsertMemcap
	StreamReassemblyInsertLimit
	StreamReassemblyInsertInvalid
	StreamReassemblyUrgentOOBLimitReached

	// EndStreamEvents is one past the last stream event.
	EndStreamEvents
)

// NumStreamEvents counts the stream events.
const NumStreamEvents = EndStreamEvents - MaxDecodeEvents

// StreamEventNames holds the names by ID - MaxDecodeEvents, without the
// "stream." that counters and EVE put before them.
var StreamEventNames = [...]string{
	Stream3WHSAckInWrongDir - MaxDecodeEvents:               "3whs_ack_in_wrong_dir",
	Stream3WHSAsyncWrongSeq - MaxDecodeEvents:               "3whs_async_wrong_seq",
	Stream3WHSRightSeqWrongAckEvasion - MaxDecodeEvents:     "3whs_right_seq_wrong_ack_evasion",
	Stream3WHSSynAckInWrongDirection - MaxDecodeEvents:      "3whs_synack_in_wrong_direction",
	Stream3WHSSynAckResendWithDiffAck - MaxDecodeEvents:     "3whs_synack_resend_with_diff_ack",
	Stream3WHSSynAckResendWithDiffSeq - MaxDecodeEvents:     "3whs_synack_resend_with_diff_seq",
	Stream3WHSSynAckToserverOnSynRecv - MaxDecodeEvents:     "3whs_synack_toserver_on_syn_recv",
	Stream3WHSSynAckWithWrongAck - MaxDecodeEvents:          "3whs_synack_with_wrong_ack",
	Stream3WHSSynAckFlood - MaxDecodeEvents:                 "3whs_synack_flood",
	Stream3WHSSynAckTFODataIgnored - MaxDecodeEvents:        "3whs_synack_tfo_data_ignored",
	Stream3WHSSynResendDiffSeqOnSynRecv - MaxDecodeEvents:   "3whs_syn_resend_diff_seq_on_syn_recv",
	Stream3WHSSynToclientOnSynRecv - MaxDecodeEvents:        "3whs_syn_toclient_on_syn_recv",
	Stream3WHSSynFlood - MaxDecodeEvents:                    "3whs_syn_flood",
	Stream3WHSWrongSeqWrongAck - MaxDecodeEvents:            "3whs_wrong_seq_wrong_ack",
	Stream3WHSAckDataInject - MaxDecodeEvents:               "3whs_ack_data_inject",
	Stream4WHSSynAckWithWrongAck - MaxDecodeEvents:          "4whs_synack_with_wrong_ack",
	Stream4WHSSynAckWithWrongSyn - MaxDecodeEvents:          "4whs_synack_with_wrong_syn",
	Stream4WHSWrongSeq - MaxDecodeEvents:                    "4whs_wrong_seq",
	Stream4WHSInvalidAck - MaxDecodeEvents:                  "4whs_invalid_ack",
	StreamCloseWaitAckOutOfWindow - MaxDecodeEvents:         "closewait_ack_out_of_window",
	StreamCloseWaitFinOutOfWindow - MaxDecodeEvents:         "closewait_fin_out_of_window",
	StreamCloseWaitPktBeforeLastAck - MaxDecodeEvents:       "closewait_pkt_before_last_ack",
	StreamCloseWaitInvalidAck - MaxDecodeEvents:             "closewait_invalid_ack",
	StreamClosingAckWrongSeq - MaxDecodeEvents:              "closing_ack_wrong_seq",
	StreamClosingInvalidAck - MaxDecodeEvents:               "closing_invalid_ack",
	StreamEstPacketOutOfWindow - MaxDecodeEvents:            "est_packet_out_of_window",
	StreamEstPktBeforeLastAck - MaxDecodeEvents:             "est_pkt_before_last_ack",
	StreamEstSynAckResend - MaxDecodeEvents:                 "est_synack_resend",
	StreamEstSynAckResendWithDiffAck - MaxDecodeEvents:      "est_synack_resend_with_diff_ack",
	StreamEstSynAckResendWithDiffSeq - MaxDecodeEvents:      "est_synack_resend_with_diff_seq",
	StreamEstSynAckToserver - MaxDecodeEvents:               "est_synack_toserver",
	StreamEstSynResend - MaxDecodeEvents:                    "est_syn_resend",
	StreamEstSynResendDiffSeq - MaxDecodeEvents:             "est_syn_resend_diff_seq",
	StreamEstSynToclient - MaxDecodeEvents:                  "est_syn_toclient",
	StreamEstInvalidAck - MaxDecodeEvents:                   "est_invalid_ack",
	StreamEstAckZWPData - MaxDecodeEvents:                   "est_ack_zwp_data",
	StreamFinInvalidAck - MaxDecodeEvents:                   "fin_invalid_ack",
	StreamFin1AckWrongSeq - MaxDecodeEvents:                 "fin1_ack_wrong_seq",
	StreamFin1FinWrongSeq - MaxDecodeEvents:                 "fin1_fin_wrong_seq",
	StreamFin1InvalidAck - MaxDecodeEvents:                  "fin1_invalid_ack",
	StreamFin2AckWrongSeq - MaxDecodeEvents:                 "fin2_ack_wrong_seq",
	StreamFin2FinWrongSeq - MaxDecodeEvents:                 "fin2_fin_wrong_seq",
	StreamFin2InvalidAck - MaxDecodeEvents:                  "fin2_invalid_ack",
	StreamFinButNoSession - MaxDecodeEvents:                 "fin_but_no_session",
	StreamFinOutOfWindow - MaxDecodeEvents:                  "fin_out_of_window",
	StreamFinSyn - MaxDecodeEvents:                          "fin_syn",
	StreamLastAckAckWrongSeq - MaxDecodeEvents:              "lastack_ack_wrong_seq",
	StreamLastAckInvalidAck - MaxDecodeEvents:               "lastack_invalid_ack",
	StreamRSTButNoSession - MaxDecodeEvents:                 "rst_but_no_session",
	StreamTimeWaitAckWrongSeq - MaxDecodeEvents:             "timewait_ack_wrong_seq",
	StreamTimeWaitInvalidAck - MaxDecodeEvents:              "timewait_invalid_ack",
	StreamShutdownSynResend - MaxDecodeEvents:               "shutdown_syn_resend",
	StreamPktInvalidTimestamp - MaxDecodeEvents:             "pkt_invalid_timestamp",
	StreamPktInvalidAck - MaxDecodeEvents:                   "pkt_invalid_ack",
	StreamPktBrokenAck - MaxDecodeEvents:                    "pkt_broken_ack",
	StreamRSTInvalidAck - MaxDecodeEvents:                   "rst_invalid_ack",
	StreamRSTWithData - MaxDecodeEvents:                     "rst_with_data",
	StreamPktRetransmission - MaxDecodeEvents:               "pkt_retransmission",
	StreamPktSpuriousRetransmission - MaxDecodeEvents:       "pkt_spurious_retransmission",
	StreamPktBadWindowUpdate - MaxDecodeEvents:              "pkt_bad_window_update",
	StreamSuspectedRSTInject - MaxDecodeEvents:              "suspected_rst_inject",
	StreamWrongThread - MaxDecodeEvents:                     "wrong_thread",
	StreamReassemblySegmentBeforeBaseSeq - MaxDecodeEvents:  "reassembly_segment_before_base_seq",
	StreamReassemblyNoSegment - MaxDecodeEvents:             "reassembly_no_segment",
	StreamReassemblySeqGap - MaxDecodeEvents:                "reassembly_seq_gap",
	StreamReassemblyOverlapDifferentData - MaxDecodeEvents:  "reassembly_overlap_different_data",
	StreamReassemblyDepthReached - MaxDecodeEvents:          "reassembly_depth_reached",
	StreamReassemblyInsertMemcap - MaxDecodeEvents:          "reassembly_insert_memcap",
	StreamReassemblyInsertLimit - MaxDecodeEvents:           "reassembly_insert_limit",
	StreamReassemblyInsertInvalid - MaxDecodeEvents:         "reassembly_insert_invalid",
	StreamReassemblyUrgentOOBLimitReached - MaxDecodeEvents: "reassembly_urgent_oob_limit_reached",
}

// streamEventAliases are older spellings that published rules still use.
var streamEventAliases = map[string]EventID{
	"3whs_synack_resend_with_different_ack": Stream3WHSSynAckResendWithDiffAck,
	"est_synack_resend_with_different_ack":  StreamEstSynAckResendWithDiffAck,
}

// StreamEventByName finds the event that `stream-event:name` means.
func StreamEventByName(name string) (EventID, bool) {
	for i, n := range StreamEventNames {
		if n == name {
			return MaxDecodeEvents + EventID(i), true
		}
	}
	id, ok := streamEventAliases[name]
	return id, ok
}
