package input

// DetectorNames are the anomaly detectors as the rule keyword `anomaly` names
// them; the index is the detector's number. A test holds them against the
// detectors themselves.
var DetectorNames = [...]string{
	"syn-flood-source", "syn-flood-target", "udp-flood", "icmp-flood", "fragment-flood", "amplification",
	"port-scan", "host-scan", "block-scan", "ping-sweep", "distributed-scan", "brute-force",
	"dns-tunnel", "dga", "beacon", "exfiltration", "slow-request", "protocol-violations", "new-service",
	"mitigation-cap",
}
