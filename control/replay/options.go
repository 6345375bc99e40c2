package replay

import (
	"io"

	"github.com/weir-ips/weir/control/api"
)

// Options of a run, as `weir replay` takes them.
type Options struct {
	Config    string   // -c
	Sets      []string // --set
	Includes  []string // --include
	Rules     []string // -S; nil: those of the configuration
	MoreRules []string // -s: beside those of the configuration
	Firewall  string   // --firewall-rules-exclusive
	Capture   string   // -r: a file, or a folder of them
	LogDir    string   // -l
	DataDir   string   // --data-dir
	Checksums string   // -k: all or none
	// Filter leaves packets out that it does not match (tcpdump's language); "": none.
	Filter string
	// Recursive looks into the folders of a folder of captures, too.
	Recursive bool
	// AllRules: a rule that does not load is an error.
	AllRules bool
	// FirewallMode switches the firewall on, whatever the configuration says.
	FirewallMode bool
	// CheckOnly loads configuration and rules, and replays nothing.
	CheckOnly bool
	// SimulateIPS: verdicts count, as on an inline pair.
	SimulateIPS bool
	// NoDetection runs without rules.
	NoDetection bool
	// WritePcap writes what would have been forwarded to this file.
	WritePcap string
	// Burst is the most packets of a receive call; 0: 64.
	Burst int
	// Mapped reads the capture from a mapping instead of through net_pcap.
	Mapped bool
	// Workers is how many share the flows, one after the other in one thread, a
	// packet at a time; 0: 1. The events are the same but for flow_id and order.
	Workers int
	// MeterEvery: one judgement of a rule in so many is timed; 0: none.
	MeterEvery uint32
	// Explain is the sid of a rule; what becomes of it goes to Explanation.
	Explain     uint32
	Explanation io.Writer
	// Progress, if not nil, gets a line now and then.
	Progress io.Writer
	// Verbose shows warnings about keys without effect.
	Verbose bool
	Stderr  io.Writer
}

// Summary is what a run saw.
type Summary struct {
	Packets, Octets uint64
	Seconds         float64
	Alerts          uint64
	// Hits by rule, and what became of packets.
	Hits             []Hit
	Sent             uint64
	Freed            map[string]uint64
	Drops            map[string]uint64
	Flows            uint64
	Warnings         []string
	Truncated        string
	Rules, RulesLeft int
	EvePaths         []string
	// Dropping counts rules that may drop, Costs what rules cost; nil: not metered.
	Dropping int
	Costs    *api.Profile `json:",omitempty"`
}

// Hit counts the alerts of a rule.
type Hit struct {
	SID     uint32
	Msg     string
	Count   uint64
	Blocked uint64
}
