package event

// Reason says why an mbuf was freed instead of transmitted. It is a counter
// index and EVE's drop.reason. Append-only: dashboards name these.
type Reason uint8

// Reasons. The first ones are Suricata's packet drop reasons.
const (
	ReasonNone Reason = iota
	ReasonDecodeError
	ReasonDefragError
	ReasonDefragMemcap
	ReasonFlowMemcap
	ReasonFlowDrop
	ReasonExceptionFlowDrop
	ReasonAppLayerError
	ReasonAppLayerMemcap
	ReasonRules
	ReasonThreshold
	ReasonStreamError
	ReasonStreamMemcap
	ReasonStreamMidstream
	ReasonStreamReassembly
	ReasonStreamUrgent
	ReasonInnerPacket
	ReasonFirewallRules
	ReasonFirewallDefaultPacket
	ReasonFirewallDefaultApp
	ReasonFirewallStreamPreHook
	ReasonFirewallFlowPreHook
	ReasonFirewallFlowDrop
	// What only weir has.
	ReasonAnomaly
	ReasonRateLimit
	ReasonBlockList
	ReasonStartup
	ReasonOverload
	ReasonTxRingFull
	ReasonTooLong
	ReasonNoPeer
	ReasonLinkDown
	ReasonSteerFull
	// Not drops of policy: where an mbuf ends that was never to be sent.
	ReasonConsumed // ids mode: inspected and done
	ReasonDefragConsumed
	ReasonShutdown
	NumReasons
)

var reasonNames = [...]string{
	ReasonNone:                  "none",
	ReasonDecodeError:           "decode error",
	ReasonDefragError:           "defrag error",
	ReasonDefragMemcap:          "defrag memcap",
	ReasonFlowMemcap:            "flow memcap",
	ReasonFlowDrop:              "flow drop",
	ReasonExceptionFlowDrop:     "exception policy flow drop",
	ReasonAppLayerError:         "applayer error",
	ReasonAppLayerMemcap:        "applayer memcap",
	ReasonRules:                 "rules",
	ReasonThreshold:             "threshold detection_filter",
	ReasonStreamError:           "stream error",
	ReasonStreamMemcap:          "stream memcap",
	ReasonStreamMidstream:       "stream midstream",
	ReasonStreamReassembly:      "stream reassembly",
	ReasonStreamUrgent:          "stream urgent",
	ReasonInnerPacket:           "tunnel packet drop",
	ReasonFirewallRules:         "firewall rules",
	ReasonFirewallDefaultPacket: "firewall default packet policy",
	ReasonFirewallDefaultApp:    "firewall default app policy",
	ReasonFirewallStreamPreHook: "firewall stream pre-hook",
	ReasonFirewallFlowPreHook:   "firewall flow pre-hook",
	ReasonFirewallFlowDrop:      "firewall flow drop",
	ReasonAnomaly:               "anomaly",
	ReasonRateLimit:             "rate limit",
	ReasonBlockList:             "block list",
	ReasonStartup:               "startup",
	ReasonOverload:              "overload",
	ReasonTxRingFull:            "tx ring full",
	ReasonTooLong:               "too long",
	ReasonNoPeer:                "no peer port",
	ReasonLinkDown:              "link down",
	ReasonSteerFull:             "steering ring full",
	ReasonConsumed:              "consumed",
	ReasonDefragConsumed:        "defrag consumed",
	ReasonShutdown:              "shutdown",
}

// String is the reason as EVE's drop.reason prints it.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return "unknown"
}
