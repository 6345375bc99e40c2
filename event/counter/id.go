package counter

// ID is a counter; its index in a page. The fixed ones stand below, those that
// depend on tables of other packages are reached through Set.
type ID uint32

// Counters, by the names that EVE stats gives them: Suricata's where the concept
// exists, and under weir where it does not.
const (
	// Packets, by decoder.
	DecodePkts ID = iota
	DecodeBytes
	DecodeInvalid
	DecodeIPv4
	DecodeIPv6
	DecodeEthernet
	DecodeARP
	DecodeUnknownEthertype
	DecodeCHDLC
	DecodeRaw
	DecodeNull
	DecodeSLL
	DecodeSLL2
	DecodeTCP
	DecodeUDP
	DecodeSCTP
	DecodeESP
	DecodeICMPv4
	DecodeICMPv6
	DecodeIGMP
	DecodePPP
	DecodePPPoE
	DecodeGeneve
	DecodeGRE
	DecodeERSPAN
	DecodeVLAN
	DecodeVLANQinQ
	DecodeVLANQinQinQ
	DecodeVXLAN
	DecodeVNTag
	DecodeETag
	DecodeIEEE8021ah
	DecodeTeredo
	DecodeIPv4InIPv4
	DecodeIPv4InIPv6
	DecodeIPv6InIPv4
	DecodeIPv6InIPv6
	DecodeMPLS
	DecodeNSH
	DecodeTooManyLayers
	DecodeMaxPktSize
	// SCTP chunks.
	SCTPInit
	SCTPInitAck
	SCTPData
	SCTPAbort
	SCTPShutdown
	// Flows.
	FlowTotal
	FlowActive
	FlowTCP
	FlowUDP
	FlowICMPv4
	FlowICMPv6
	FlowTCPReuse
	FlowMemcap
	FlowMemUse
	FlowSpare
	FlowGetUsed
	FlowGetUsedFailed
	FlowElephant
	FlowElephantToserver
	FlowElephantToclient
	FlowEmergencyModeEntered
	FlowEmergencyModeOver
	FlowMgrFlowsChecked
	FlowMgrFlowsNotimeout
	FlowMgrFlowsTimeout
	FlowMgrFlowsEvicted
	FlowEndStateNew
	FlowEndStateEstablished
	FlowEndStateClosed
	FlowEndStateLocalBypassed
	FlowEndStateCaptureBypassed
	FlowEndTCPStateNone
	FlowEndTCPStateSYNSent
	FlowEndTCPStateSYNRecv
	FlowEndTCPStateEstablished
	FlowEndTCPStateFinWait1
	FlowEndTCPStateFinWait2
	FlowEndTCPStateTimeWait
	FlowEndTCPStateLastAck
	FlowEndTCPStateCloseWait
	FlowEndTCPStateClosing
	FlowEndTCPStateClosed
	FlowEndTCPLiberal
	FlowBypassedLocalPkts
	FlowBypassedLocalBytes
	FlowBypassedLocalCapturePkts
	FlowBypassedLocalCaptureBytes
	// Rules that ports carry out by themselves.
	OffloadActive
	OffloadMade
	OffloadRefused
	FlowBypassedClosed
	FlowBypassedPkts
	FlowBypassedBytes
	// Fragments.
	DefragIPv4Fragments
	DefragIPv4Reassembled
	DefragIPv4Timeouts
	DefragIPv6Fragments
	DefragIPv6Reassembled
	DefragIPv6Timeouts
	DefragMaxTrackersReached
	DefragMaxFragsReached
	DefragTrackerSoftReuse
	DefragTrackerHardReuse
	DefragWorkerTrackerTimeout
	DefragMemUse
	// TCP streams.
	TCPSessions
	TCPActiveSessions
	TCPSessionMemcapDrop
	TCPPseudo
	TCPInvalidChecksum
	TCPMidstreamPickups
	TCPNoFlow
	TCPPktOnWrongThread
	TCPSYN
	TCPSYNACK
	TCPRST
	TCPUrg
	TCPUrgentOobData
	TCPSegmentMemcapDrop
	TCPStreamDepthReached
	TCPReassemblyGap
	TCPOverlap
	TCPOverlapDiffData
	TCPInsertDataNormalFail
	TCPInsertDataOverlapFail
	TCPAckUnseenData
	TCPMemUse
	TCPReassemblyMemUse
	// Detection.
	DetectAlert
	DetectAlertQueueOverflow
	DetectAlertsSuppressed
	DetectLuaErrors
	DetectLuaBlockedFunctionErrors
	DetectLuaInstructionLimitErrors
	DetectLuaMemoryLimitErrors
	DetectThresholdsMemcap
	DetectThresholdsMemUse
	// Verdicts.
	IPSAccepted
	IPSBlocked
	IPSRejected
	IPSReplaced
	FirewallAccepted
	FirewallBlocked
	FirewallRejected
	FirewallDiscardedAlerts
	// Files.
	FileStoreOpenFiles
	FileStoreOpenFilesMaxHit
	FileStoreFsErrors
	// Memory of parsers and shared tables.
	HTTPMemUse
	HTTPMemcap
	FTPMemUse
	FTPMemcap
	HostMemUse
	HostMemcap
	IPPairMemUse
	IPPairMemcap
	MemcapPressure
	MemcapPressureMax
	// The worker: where every mbuf came from and went, and what loops cost.
	RXPkts
	RXBytes
	RXMissed
	RXNoMbuf
	TXPkts
	TXBytes
	TXFull
	FreedTotal
	Originated
	AnswersFull
	Held
	HandedOver
	TakenOver
	SteerFull
	WouldDrop
	ShedPkts
	ShedBytes
	ShedFlows
	ShedRegex
	OverBudget
	Mailbox
	Loops
	LoopsEmpty
	BundleGeneration
	BundleSwaps
	PollGapMaxNS
	PollGapAbove200us
	EngineMallocs
	EngineGC
	EngineHeapBytes
	// Matching.
	MatchScannedBytes
	MatchScans
	MatchHits
	MatchHitsFull
	MatchCandidates
	MatchEvaluated
	MatchPCRELimit
	// Anomaly detectors.
	AnomalyFindings
	AnomalyLimitedPkts
	AnomalyBlocks
	AnomalyBlocksActive
	numFixed
)
