package anomaly

// ID is a detector. Append-only: state files and dashboards name them.
type ID uint8

// Detectors.
const (
	SYNFloodSource ID = iota
	SYNFloodTarget
	UDPFlood
	ICMPFlood
	FragmentFlood
	Amplification
	PortScan
	HostScan
	BlockScan
	PingSweep
	DistributedScan
	BruteForce
	DNSTunnel
	DGA
	Beacon
	Exfiltration
	SlowRequest
	ProtocolViolations
	NewService
	MitigationCap
	NumDetectors
)

// Detector is a row of the list: what it counts and its defaults.
type Detector struct {
	Name string
	// Counts says what Finding.Counted is; Second what Finding.Second is.
	Counts, Second string
	Role           Role
	Default        DetectorConfig
}

// Detectors is the visible list: one line a detector, its code in the file of
// the same name. Defaults: floor per window and subject, factor over the
// baseline, window in seconds, action, rate a second, hold in seconds.
var Detectors = [NumDetectors]Detector{
	SYNFloodSource:     {"syn-flood-source", "unanswered SYNs from the source", "SYNs", RoleSource, on(300, 4, 1, Shadow, 100, 60)},
	SYNFloodTarget:     {"syn-flood-target", "never-completed SYNs to the host", "SYNs", RoleDestination, on(1000, 4, 1, Shadow, 500, 60)},
	UDPFlood:           {"udp-flood", "UDP packets to the host", "", RoleDestination, on(20000, 8, 1, Shadow, 10000, 60)},
	ICMPFlood:          {"icmp-flood", "ICMP packets to the host", "", RoleDestination, on(1000, 8, 1, Shadow, 200, 60)},
	FragmentFlood:      {"fragment-flood", "fragments to the host", "", RoleDestination, on(2000, 8, 1, Shadow, 1000, 60)},
	Amplification:      {"amplification", "octets nobody asked for, from reflector ports", "", RoleDestination, on(250000, 8, 1, Shadow, 50, 60)},
	PortScan:           {"port-scan", "distinct ports tried", "failed attempts", RoleSource, on(40, 0, 60, Alert, 10, 300)},
	HostScan:           {"host-scan", "distinct hosts tried on few ports", "failed attempts", RoleSource, on(40, 0, 60, Alert, 10, 300)},
	BlockScan:          {"block-scan", "attempts over many hosts and ports", "failed attempts", RoleSource, on(200, 0, 60, Alert, 10, 300)},
	PingSweep:          {"ping-sweep", "distinct hosts pinged", "unanswered", RoleSource, on(50, 0, 60, Alert, 10, 300)},
	DistributedScan:    {"distributed-scan", "distinct ports that failed", "distinct sources", RoleDestination, on(40, 0, 600, Alert, 100, 300)},
	BruteForce:         {"brute-force", "failed or short logins", "", RoleSource, on(20, 0, 60, Alert, 1, 600)},
	DNSTunnel:          {"dns-tunnel", "distinct names under one domain", "mean octets below the domain", RoleSource, on(60, 0, 60, Alert, 1, 600)},
	DGA:                {"dga", "distinct domains that do not exist", "share of answers, percent", RoleSource, on(40, 0, 60, Alert, 1, 600)},
	Beacon:             {"beacon", "flows at even intervals", "interval, seconds", RoleSource, on(16, 0, 43200, Alert, 1, 3600)},
	Exfiltration:       {"exfiltration", "octets uploaded", "usual octets", RoleSource, on(500e6, 6, 3600, Alert, 1, 3600)},
	SlowRequest:        {"slow-request", "connections kept open with no whole request", "", RoleSource, on(40, 0, 10, Alert, 5, 300)},
	ProtocolViolations: {"protocol-violations", "violations", "", RoleSource, on(200, 0, 60, Alert, 100, 300)},
	NewService:         {"new-service", "answers from a port not seen before on a known host", "", RoleDestination, on(1, 0, 86400, Alert, 1, 3600)},
	MitigationCap:      {"mitigation-cap", "percent of packets held back", "", RolePair, on(1, 0, 10, Alert, 1, 60)},
}

// String is the detector's name, as rules and the configuration write it.
func (d ID) String() string {
	if d < NumDetectors {
		return Detectors[d].Name
	}
	return "unknown"
}

// ParseID finds a detector by name.
func ParseID(name string) (ID, bool) {
	for i := range Detectors {
		if Detectors[i].Name == name {
			return ID(i), true
		}
	}
	return 0, false
}
