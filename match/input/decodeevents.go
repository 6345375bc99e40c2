package input

// MaxDecodeEvents is one past the last ID that decode events may take; stream
// events start there.
const MaxDecodeEvents = 256

// Decode events, as `decode-event` names them. Append-only: an event's ID never
// changes.
const (
	DecodeAFPacketTruncPkt EventID = iota
	DecodeIPv4PktTooSmall
	DecodeIPv4HLenTooSmall
	DecodeIPv4IPLenSmallerThanHLen
	DecodeIPv4TruncPkt
	DecodeIPv4OptInvalid
	DecodeIPv4OptInvalidLen
	DecodeIPv4OptMalformed
	DecodeIPv4OptPadRequired
	DecodeIPv4OptEOLRequired
	DecodeIPv4OptDuplicate
	DecodeIPv4OptUnknown
	DecodeIPv4WrongIPVersion
	DecodeIPv4ICMPv6
	DecodeIPv4UnknownProtocol
	DecodeICMPv4PktTooSmall
	DecodeICMPv4UnknownType
	DecodeICMPv4UnknownCode
	DecodeICMPv4IPv4TruncPkt
	DecodeICMPv4IPv4UnknownVer
	DecodeICMPv6UnknownType
	DecodeICMPv6UnknownCode
	DecodeICMPv6PktTooSmall
	DecodeICMPv6IPv6UnknownVersion
	DecodeICMPv6IPv6TruncPkt
	DecodeICMPv6MLDMessageWithInvalidHL
	DecodeICMPv6UnassignedType
	DecodeICMPv6ExperimentationType
	DecodeIPv6PktTooSmall
	DecodeIPv6TruncPkt
	DecodeIPv6TruncExtHdr
	DecodeIPv6ExtHdrDuplFH
	DecodeIPv6ExtHdrUselessFH
	DecodeIPv6ExtHdrDuplRH
	DecodeIPv6ExtHdrDuplHH
	DecodeIPv6ExtHdrDuplDH
	DecodeIPv6ExtHdrDuplAH
	DecodeIPv6ExtHdrDuplEH
	DecodeIPv6ExtHdrInvalidOptlen
	DecodeIPv6WrongIPVersion
	DecodeIPv6ExtHdrAHResNotNull
	DecodeIPv6HopOptsUnknownOpt
	DecodeIPv6HopOptsOnlyPadding
	DecodeIPv6DstOptsUnknownOpt
	DecodeIPv6DstOptsOnlyPadding
	DecodeIPv6RHType0
	DecodeIPv6ZeroLenPadN
	DecodeIPv6FHNonZeroReservedField
	DecodeIPv6DataAfterNoneHeader
	DecodeIPv6UnknownNextHeader
	DecodeIPv6ICMPv4
	DecodeTCPPktTooSmall
	DecodeTCPHLenTooSmall
	DecodeTCPInvalidOptlen
	DecodeTCPOptInvalidLen
	DecodeTCPOptDuplicate
	DecodeUDPPktTooSmall
	DecodeUDPHLenTooSmall
	DecodeUDPHLenInvalid
	DecodeUDPLenInvalid
	DecodeSLLPktTooSmall
	DecodeSLL2PktTooSmall
	DecodeEthernetPktTooSmall
	DecodeEthernetUnknownEthertype
	DecodePPPPktTooSmall
	DecodePPPVJUPktTooSmall
	DecodePPPIP4PktTooSmall
	DecodePPPIP6PktTooSmall
	DecodePPPWrongType
	DecodePPPUnsupProto
	DecodePPPoEPktTooSmall
	DecodePPPoEWrongCode
	DecodePPPoEMalformedTags
	DecodeGREPktTooSmall
	DecodeGREWrongVersion
	DecodeGREVersion0Recur
	DecodeGREVersion0Flags
	DecodeGREVersion0HdrTooBig
	DecodeGREVersion0MalformedSREHdr
	DecodeGREVersion1Chksum
	DecodeGREVersion1Route
	DecodeGREVersion1SSR
	DecodeGREVersion1Recur
	DecodeGREVersion1Flags
	DecodeGREVersion1NoKey
	DecodeGREVersion1WrongProtocol
	DecodeGREVersion1MalformedSREHdr
	DecodeGREVersion1HdrTooBig
	DecodeVLANHeaderTooSmall
	DecodeVLANUnknownType
	DecodeVLANTooManyLayers
	DecodeIEEE8021ahHeaderTooSmall
	DecodeVNTagHeaderTooSmall
	DecodeVNTagUnknownType
	DecodeETagHeaderTooSmall
	DecodeETagUnknownType
	DecodeIPRawInvalidIPVersion
	DecodeLTNullPktTooSmall
	DecodeLTNullUnsupportedType
	DecodeSCTPPktTooSmall
	DecodeSCTPChunkTooSmall
	DecodeSCTPChunkLenInvalid
	DecodeSCTPInitChunkBundled
	DecodeSCTPInitWithNonZeroVtag
	DecodeSCTPDataWithZeroVtag
	DecodeSCTPTooManyChunks
	DecodeSCTPTooManyDataChunks
	DecodeESPPktTooSmall
	DecodeIPv4FragPktTooLarge
	DecodeIPv6FragPktTooLarge
	DecodeIPv4FragOverlap
	DecodeIPv6FragOverlap
	DecodeIPv6FragInvalidLength
	DecodeIPv4FragIgnored
	DecodeIPv6FragIgnored
	DecodeIPv6IPv4InIPv6TooSmall
	DecodeIPv6IPv4InIPv6WrongVersion
	DecodeIPv6IPv6InIPv6TooSmall
	DecodeIPv6IPv6InIPv6WrongVersion
	DecodeMPLSHeaderTooSmall
	DecodeMPLSPktTooSmall
	DecodeMPLSBadLabelRouterAlert
	DecodeMPLSBadLabelImplicitNull
	DecodeMPLSBadLabelReserved
	DecodeMPLSUnknownPayloadType
	DecodeVXLANUnknownPayloadType
	DecodeGeneveUnknownPayloadType
	DecodeERSPANHeaderTooSmall
	DecodeERSPANUnsupportedVersion
	DecodeERSPANTooManyVLANLayers
	DecodeDCEPktTooSmall
	DecodeCHDLCPktTooSmall
	DecodeNSHHeaderTooSmall
	DecodeNSHUnsupportedVersion
	DecodeNSHBadHeaderLength
	DecodeNSHReservedType
	DecodeNSHUnsupportedType
	DecodeNSHUnknownPayload
	DecodeIGMPPktTooSmall
	DecodeIGMPV3PktTooSmall
	DecodeIGMPMalformed
	DecodeTooManyLayers
	DecodeARPPktTooSmall
	DecodeARPUnsupportedHardware
	DecodeARPUnsupportedProtocol
	DecodeARPInvalidPkt
	DecodeARPInvalidHardwareSize
	DecodeARPInvalidProtocolSize
	DecodeARPUnsupportedOpcode
	NumDecodeEvents
)

// DecodeEventNames are the names that `decode-event` takes; EVE's
// anomaly.event puts "decoder." before them.
var DecodeEventNames = [...]string{
	DecodeAFPacketTruncPkt:              "afpacket.trunc_pkt",
	DecodeIPv4PktTooSmall:               "ipv4.pkt_too_small",
	DecodeIPv4HLenTooSmall:              "ipv4.hlen_too_small",
	DecodeIPv4IPLenSmallerThanHLen:      "ipv4.iplen_smaller_than_hlen",
	DecodeIPv4TruncPkt:                  "ipv4.trunc_pkt",
	DecodeIPv4OptInvalid:                "ipv4.opt_invalid",
	DecodeIPv4OptInvalidLen:             "ipv4.opt_invalid_len",
	DecodeIPv4OptMalformed:              "ipv4.opt_malformed",
	DecodeIPv4OptPadRequired:            "ipv4.opt_pad_required",
	DecodeIPv4OptEOLRequired:            "ipv4.opt_eol_required",
	DecodeIPv4OptDuplicate:              "ipv4.opt_duplicate",
	DecodeIPv4OptUnknown:                "ipv4.opt_unknown",
	DecodeIPv4WrongIPVersion:            "ipv4.wrong_ip_version",
	DecodeIPv4ICMPv6:                    "ipv4.icmpv6",
	DecodeIPv4UnknownProtocol:           "ipv4.unknown_protocol",
	DecodeICMPv4PktTooSmall:             "icmpv4.pkt_too_small",
	DecodeICMPv4UnknownType:             "icmpv4.unknown_type",
	DecodeICMPv4UnknownCode:             "icmpv4.unknown_code",
	DecodeICMPv4IPv4TruncPkt:            "icmpv4.ipv4_trunc_pkt",
	DecodeICMPv4IPv4UnknownVer:          "icmpv4.ipv4_unknown_ver",
	DecodeICMPv6UnknownType:             "icmpv6.unknown_type",
	DecodeICMPv6UnknownCode:             "icmpv6.unknown_code",
	DecodeICMPv6PktTooSmall:             "icmpv6.pkt_too_small",
	DecodeICMPv6IPv6UnknownVersion:      "icmpv6.ipv6_unknown_version",
	DecodeICMPv6IPv6TruncPkt:            "icmpv6.ipv6_trunc_pkt",
	DecodeICMPv6MLDMessageWithInvalidHL: "icmpv6.mld_message_with_invalid_hl",
	DecodeICMPv6UnassignedType:          "icmpv6.unassigned_type",
	DecodeICMPv6ExperimentationType:     "icmpv6.experimentation_type",
	DecodeIPv6PktTooSmall:               "ipv6.pkt_too_small",
	DecodeIPv6TruncPkt:                  "ipv6.trunc_pkt",
	DecodeIPv6TruncExtHdr:               "ipv6.trunc_exthdr",
	DecodeIPv6ExtHdrDuplFH:              "ipv6.exthdr_dupl_fh",
	DecodeIPv6ExtHdrUselessFH:           "ipv6.exthdr_useless_fh",
	DecodeIPv6ExtHdrDuplRH:              "ipv6.exthdr_dupl_rh",
	DecodeIPv6ExtHdrDuplHH:              "ipv6.exthdr_dupl_hh",
	DecodeIPv6ExtHdrDuplDH:              "ipv6.exthdr_dupl_dh",
	DecodeIPv6ExtHdrDuplAH:              "ipv6.exthdr_dupl_ah",
	DecodeIPv6ExtHdrDuplEH:              "ipv6.exthdr_dupl_eh",
	DecodeIPv6ExtHdrInvalidOptlen:       "ipv6.exthdr_invalid_optlen",
	DecodeIPv6WrongIPVersion:            "ipv6.wrong_ip_version",
	DecodeIPv6ExtHdrAHResNotNull:        "ipv6.exthdr_ah_res_not_null",
	DecodeIPv6HopOptsUnknownOpt:         "ipv6.hopopts_unknown_opt",
	DecodeIPv6HopOptsOnlyPadding:        "ipv6.hopopts_only_padding",
	DecodeIPv6DstOptsUnknownOpt:         "ipv6.dstopts_unknown_opt",
	DecodeIPv6DstOptsOnlyPadding:        "ipv6.dstopts_only_padding",
	DecodeIPv6RHType0:                   "ipv6.rh_type_0",
	DecodeIPv6ZeroLenPadN:               "ipv6.zero_len_padn",
	DecodeIPv6FHNonZeroReservedField:    "ipv6.fh_non_zero_reserved_field",
	DecodeIPv6DataAfterNoneHeader:       "ipv6.data_after_none_header",
	DecodeIPv6UnknownNextHeader:         "ipv6.unknown_next_header",
	DecodeIPv6ICMPv4:                    "ipv6.icmpv4",
	DecodeTCPPktTooSmall:                "tcp.pkt_too_small",
	DecodeTCPHLenTooSmall:               "tcp.hlen_too_small",
	DecodeTCPInvalidOptlen:              "tcp.invalid_optlen",
	DecodeTCPOptInvalidLen:              "tcp.opt_invalid_len",
	DecodeTCPOptDuplicate:               "tcp.opt_duplicate",
	DecodeUDPPktTooSmall:                "udp.pkt_too_small",
	DecodeUDPHLenTooSmall:               "udp.hlen_too_small",
	DecodeUDPHLenInvalid:                "udp.hlen_invalid",
	DecodeUDPLenInvalid:                 "udp.len_invalid",
	DecodeSLLPktTooSmall:                "sll.pkt_too_small",
	DecodeSLL2PktTooSmall:               "sll2.pkt_too_small",
	DecodeEthernetPktTooSmall:           "ethernet.pkt_too_small",
	DecodeEthernetUnknownEthertype:      "ethernet.unknown_ethertype",
	DecodePPPPktTooSmall:                "ppp.pkt_too_small",
	DecodePPPVJUPktTooSmall:             "ppp.vju_pkt_too_small",
	DecodePPPIP4PktTooSmall:             "ppp.ip4_pkt_too_small",
	DecodePPPIP6PktTooSmall:             "ppp.ip6_pkt_too_small",
	DecodePPPWrongType:                  "ppp.wrong_type",
	DecodePPPUnsupProto:                 "ppp.unsup_proto",
	DecodePPPoEPktTooSmall:              "pppoe.pkt_too_small",
	DecodePPPoEWrongCode:                "pppoe.wrong_code",
	DecodePPPoEMalformedTags:            "pppoe.malformed_tags",
	DecodeGREPktTooSmall:                "gre.pkt_too_small",
	DecodeGREWrongVersion:               "gre.wrong_version",
	DecodeGREVersion0Recur:              "gre.version0_recur",
	DecodeGREVersion0Flags:              "gre.version0_flags",
	DecodeGREVersion0HdrTooBig:          "gre.version0_hdr_too_big",
	DecodeGREVersion0MalformedSREHdr:    "gre.version0_malformed_sre_hdr",
	DecodeGREVersion1Chksum:             "gre.version1_chksum",
	DecodeGREVersion1Route:              "gre.version1_route",
	DecodeGREVersion1SSR:                "gre.version1_ssr",
	DecodeGREVersion1Recur:              "gre.version1_recur",
	DecodeGREVersion1Flags:              "gre.version1_flags",
	DecodeGREVersion1NoKey:              "gre.version1_no_key",
	DecodeGREVersion1WrongProtocol:      "gre.version1_wrong_protocol",
	DecodeGREVersion1MalformedSREHdr:    "gre.version1_malformed_sre_hdr",
	DecodeGREVersion1HdrTooBig:          "gre.version1_hdr_too_big",
	DecodeVLANHeaderTooSmall:            "vlan.header_too_small",
	DecodeVLANUnknownType:               "vlan.unknown_type",
	DecodeVLANTooManyLayers:             "vlan.too_many_layers",
	DecodeIEEE8021ahHeaderTooSmall:      "ieee8021ah.header_too_small",
	DecodeVNTagHeaderTooSmall:           "vntag.header_too_small",
	DecodeVNTagUnknownType:              "vntag.unknown_type",
	DecodeETagHeaderTooSmall:            "etag.header_too_small",
	DecodeETagUnknownType:               "etag.unknown_type",
	DecodeIPRawInvalidIPVersion:         "ipraw.invalid_ip_version",
	DecodeLTNullPktTooSmall:             "ltnull.pkt_too_small",
	DecodeLTNullUnsupportedType:         "ltnull.unsupported_type",
	DecodeSCTPPktTooSmall:               "sctp.pkt_too_small",
	DecodeSCTPChunkTooSmall:             "sctp.chunk_too_small",
	DecodeSCTPChunkLenInvalid:           "sctp.chunk_len_invalid",
	DecodeSCTPInitChunkBundled:          "sctp.init_chunk_bundled",
	DecodeSCTPInitWithNonZeroVtag:       "sctp.init_with_non_zero_vtag",
	DecodeSCTPDataWithZeroVtag:          "sctp.data_with_zero_vtag",
	DecodeSCTPTooManyChunks:             "sctp.too_many_chunks",
	DecodeSCTPTooManyDataChunks:         "sctp.too_many_data_chunks",
	DecodeESPPktTooSmall:                "esp.pkt_too_small",
	DecodeIPv4FragPktTooLarge:           "ipv4.frag_pkt_too_large",
	DecodeIPv6FragPktTooLarge:           "ipv6.frag_pkt_too_large",
	DecodeIPv4FragOverlap:               "ipv4.frag_overlap",
	DecodeIPv6FragOverlap:               "ipv6.frag_overlap",
	DecodeIPv6FragInvalidLength:         "ipv6.frag_invalid_length",
	DecodeIPv4FragIgnored:               "ipv4.frag_ignored",
	DecodeIPv6FragIgnored:               "ipv6.frag_ignored",
	DecodeIPv6IPv4InIPv6TooSmall:        "ipv6.ipv4_in_ipv6_too_small",
	DecodeIPv6IPv4InIPv6WrongVersion:    "ipv6.ipv4_in_ipv6_wrong_version",
	DecodeIPv6IPv6InIPv6TooSmall:        "ipv6.ipv6_in_ipv6_too_small",
	DecodeIPv6IPv6InIPv6WrongVersion:    "ipv6.ipv6_in_ipv6_wrong_version",
	DecodeMPLSHeaderTooSmall:            "mpls.header_too_small",
	DecodeMPLSPktTooSmall:               "mpls.pkt_too_small",
	DecodeMPLSBadLabelRouterAlert:       "mpls.bad_label_router_alert",
	DecodeMPLSBadLabelImplicitNull:      "mpls.bad_label_implicit_null",
	DecodeMPLSBadLabelReserved:          "mpls.bad_label_reserved",
	DecodeMPLSUnknownPayloadType:        "mpls.unknown_payload_type",
	DecodeVXLANUnknownPayloadType:       "vxlan.unknown_payload_type",
	DecodeGeneveUnknownPayloadType:      "geneve.unknown_payload_type",
	DecodeERSPANHeaderTooSmall:          "erspan.header_too_small",
	DecodeERSPANUnsupportedVersion:      "erspan.unsupported_version",
	DecodeERSPANTooManyVLANLayers:       "erspan.too_many_vlan_layers",
	DecodeDCEPktTooSmall:                "dce.pkt_too_small",
	DecodeCHDLCPktTooSmall:              "chdlc.pkt_too_small",
	DecodeNSHHeaderTooSmall:             "nsh.header_too_small",
	DecodeNSHUnsupportedVersion:         "nsh.unsupported_version",
	DecodeNSHBadHeaderLength:            "nsh.bad_header_length",
	DecodeNSHReservedType:               "nsh.reserved_type",
	DecodeNSHUnsupportedType:            "nsh.unsupported_type",
	DecodeNSHUnknownPayload:             "nsh.unknown_payload",
	DecodeIGMPPktTooSmall:               "igmp.pkt_too_small",
	DecodeIGMPV3PktTooSmall:             "igmp.v3_pkt_too_small",
	DecodeIGMPMalformed:                 "igmp.malformed",
	DecodeTooManyLayers:                 "too_many_layers",
	DecodeARPPktTooSmall:                "arp.pkt_too_small",
	DecodeARPUnsupportedHardware:        "arp.unsupported_hardware",
	DecodeARPUnsupportedProtocol:        "arp.unsupported_protocol",
	DecodeARPInvalidPkt:                 "arp.invalid_pkt",
	DecodeARPInvalidHardwareSize:        "arp.invalid_hardware_size",
	DecodeARPInvalidProtocolSize:        "arp.invalid_protocol_size",
	DecodeARPUnsupportedOpcode:          "arp.unsupported_opcode",
}

// DecodeEventByName finds the event that `decode-event:name` means.
func DecodeEventByName(name string) (EventID, bool) {
	for i, n := range DecodeEventNames {
		if n == name {
			return EventID(i), true
		}
	}
	return 0, false
}
