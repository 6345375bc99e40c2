package eve

// Rule is what control knows of a rule.
type Rule struct {
	SID, GID, Rev, Priority uint32
	Msg                     string
	// Category is the description of the rule's classtype.
	Category string
	// References are complete addresses (prefix and reference).
	References []string
	// Metadata is a JSON object of the rule's metadata, rendered once when the
	// rules are loaded; nil when it has none.
	Metadata []byte
	// Raw is the rule's text.
	Raw    string
	Target Target
	// Hook and Policy are a firewall rule's (packet:filter, drop:packet).
	Firewall     bool
	Hook, Policy string
}

// Target is the side that the rule's target keyword names.
type Target uint8

// Targets.
const (
	TargetNone Target = iota
	TargetSource
	TargetDestination
)

// Names resolves the numbers of a record. Every method must take any number: a
// broken engine may send it.
type Names interface {
	// Rule is a rule of a policy bundle, or nil when that is not known (any more).
	Rule(generation, index uint32) *Rule
	// AppProto is a protocol's name as EVE prints it; empty for none.
	AppProto(id uint16) string
	// Interface is the name of a port for in_iface; empty for none.
	Interface(port uint8) string
}

// Options are those of one eve-log.
type Options struct {
	// IPv6Compress writes IPv6 addresses as RFC 5952 does.
	IPv6Compress bool
	CommunityID  bool
	Seed         uint16
	Metadata     bool // the metadata member (flowbits and the like)
	Ethernet     bool // the ether member
	// Version is printed as suricata_version, Sensor as host and PcapFile as
	// pcap_filename, where not empty.
	Version, Sensor, PcapFile string
	// FirewallMode prints alert.engine.
	FirewallMode bool

	// Magic names the type of a file by its first octets; nil: it is not printed.
	Magic func(head []byte) string

	Alert AlertOptions
	// DropAlerts and DropVerdict add those objects to drop events.
	DropAlerts, DropVerdict bool
	Stats                   StatsOptions
}

// AlertOptions say which parts of an alert are written. The worker writes the
// union of what all outputs want.
type AlertOptions struct {
	Payload, PayloadPrintable, PayloadLength, Packet bool
	AppLayer, Flow                                   bool
	RuleMetadata, RuleRaw, RuleReference             bool
	Verdict                                          bool
}

// DefaultOptions are those of an eve-log that sets nothing.
func DefaultOptions() Options {
	return Options{Metadata: true, Alert: AlertOptions{AppLayer: true, Flow: true, RuleMetadata: true}}
}
