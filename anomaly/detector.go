package anomaly

import "time"

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
// the same name. The thresholds are floors per window and subject.
var Detectors = [NumDetectors]Detector{
	SYNFloodSource:     {"syn-flood-source", "unanswered SYNs from the source", "SYNs", RoleSource, on(300, 4, time.Second, Shadow, 100, time.Minute)},
	SYNFloodTarget:     {"syn-flood-target", "never-completed SYNs to the host", "SYNs", RoleDestination, on(1000, 4, time.Second, Shadow, 500, time.Minute)},
	UDPFlood:           {"udp-flood", "UDP packets to the host", "", RoleDestination, on(20000, 8, time.Second, Shadow, 10000, time.Minute)},
	ICMPFlood:          {"icmp-flood", "ICMP packets to the host", "", RoleDestination, on(1000, 8, time.Second, Shadow, 200, time.Minute)},
	FragmentFlood:      {"fragment-flood", "fragments to the host", "", RoleDestination, on(2000, 8, time.Second, Shadow, 1000, time.Minute)},
	Amplification:      {"amplification", "octets nobody asked for, from reflector ports", "", RoleDestination, on(250000, 8, time.Second, Shadow, 50, time.Minute)},
	PortScan:           {"port-scan", "distinct ports tried", "failed attempts", RoleSource, on(40, 0, time.Minute, Alert, 10, 5*time.Minute)},
	HostScan:           {"host-scan", "distinct hosts tried on few ports", "failed attempts", RoleSource, on(40, 0, time.Minute, Alert, 10, 5*time.Minute)},
	BlockScan:          {"block-scan", "attempts over many hosts and ports", "failed attempts", RoleSource, on(200, 0, time.Minute, Alert, 10, 5*time.Minute)},
	PingSweep:          {"ping-sweep", "distinct hosts pinged", "unanswered", RoleSource, on(50, 0, time.Minute, Alert, 10, 5*time.Minute)},
	DistributedScan:    {"distributed-scan", "distinct ports that failed", "distinct sources", RoleDestination, on(40, 0, 10*time.Minute, Alert, 100, 5*time.Minute)},
	BruteForce:         {"brute-force", "failed or short logins", "", RoleSource, on(20, 0, time.Minute, Alert, 1, 10*time.Minute)},
	DNSTunnel:          {"dns-tunnel", "distinct names under one domain", "mean octets below the domain", RoleSource, on(60, 0, time.Minute, Alert, 1, 10*time.Minute)},
	DGA:                {"dga", "distinct domains that do not exist", "share of answers, percent", RoleSource, on(40, 0, time.Minute, Alert, 1, 10*time.Minute)},
	Beacon:             {"beacon", "flows at even intervals", "interval, seconds", RoleSource, on(16, 0, 12*time.Hour, Alert, 1, time.Hour)},
	Exfiltration:       {"exfiltration", "octets uploaded", "usual octets", RoleSource, on(500e6, 6, time.Hour, Alert, 1, time.Hour)},
	SlowRequest:        {"slow-request", "connections kept open with no whole request", "", RoleSource, on(40, 0, 10*time.Second, Alert, 5, 5*time.Minute)},
	ProtocolViolations: {"protocol-violations", "violations", "", RoleSource, on(200, 0, time.Minute, Alert, 100, 5*time.Minute)},
	NewService:         {"new-service", "answers from a port not seen before on a known host", "", RoleDestination, on(1, 0, 24*time.Hour, Alert, 1, time.Hour)},
	MitigationCap:      {"mitigation-cap", "percent of packets held back", "", RolePair, on(1, 0, 10*time.Second, Alert, 1, time.Minute)},
}

func on(threshold, factor float64, window time.Duration, a Action, rate float64, hold time.Duration) DetectorConfig {
	return DetectorConfig{Enabled: true, Action: a.String(), Threshold: threshold, Factor: factor, Window: window, Rate: rate, Hold: hold}
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
