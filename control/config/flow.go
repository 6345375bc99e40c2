package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Flow is the flow table.
type Flow struct {
	Memcap            Size          `conf:"memcap"`
	MemcapPolicy      Policy        `conf:"memcap-policy"`
	HashSize          uint32        `conf:"hash-size"`
	Prealloc          uint32        `conf:"prealloc"`
	EmergencyRecovery int           `conf:"emergency-recovery"` // percent
	RateBytes         Size          `conf:"rate-tracking.bytes"`
	RateInterval      time.Duration `conf:"rate-tracking.interval"`
}

// Validate checks that there is memory.
func (f Flow) Validate() error {
	if f.Memcap == 0 {
		return &Error{Key: "flow.memcap", Problem: "0 leaves no memory at all", Remedy: "128mb is usual; weir has no unlimited tables"}
	}
	return nil
}

// Timeout holds the seconds of silence after which a flow is forgotten, by the
// flow's state, in normal times and while the table is full.
type Timeout struct {
	New                  uint32 `conf:"new"`
	Established          uint32 `conf:"established"`
	Closed               uint32 `conf:"closed"`
	Bypassed             uint32 `conf:"bypassed"`
	EmergencyNew         uint32 `conf:"emergency-new"`
	EmergencyEstablished uint32 `conf:"emergency-established"`
	EmergencyClosed      uint32 `conf:"emergency-closed"`
	EmergencyBypassed    uint32 `conf:"emergency-bypassed"`
}

// Timeouts are the flow timeouts of each transport.
type Timeouts struct {
	Default Timeout `conf:"default"`
	TCP     Timeout `conf:"tcp"`
	UDP     Timeout `conf:"udp"`
	ICMP    Timeout `conf:"icmp"`
}

// Table is the host table or the table of host pairs.
type Table struct {
	Memcap   Size   `conf:"memcap"`
	HashSize uint32 `conf:"hash-size"`
	Prealloc uint32 `conf:"prealloc"`
}

// Defrag is how datagrams in pieces are put together.
type Defrag struct {
	Memcap       Size   `conf:"memcap"`
	MemcapPolicy Policy `conf:"memcap-policy"`
	HashSize     uint32 `conf:"hash-size"`
	Trackers     uint32 `conf:"trackers"`
	MaxFrags     uint32 `conf:"max-frags"`
	Prealloc     string `conf:"prealloc"`
	Timeout      int    `conf:"timeout"` // seconds
	Hosts        []DefragHost
}

// DefragHost is a timeout of its own for some hosts.
type DefragHost struct {
	Name     string
	Timeout  int // seconds
	Networks []netip.Prefix
}

// Validate checks that there is memory.
func (d Defrag) Validate() error {
	if d.Memcap == 0 {
		return &Error{Key: "defrag.memcap", Problem: "0 leaves no memory at all", Remedy: "32mb is usual; weir has no unlimited tables"}
	}
	return nil
}

func (d *Defrag) readHosts(c *Config) error {
	n := c.Node("defrag.host-config")
	if n.IsNull() {
		return nil
	}
	var errs []error
	for i, e := range n.Children {
		o := e.Options()
		if o == nil {
			continue
		}
		key := fmt.Sprintf("defrag.host-config.%d.%s", i, o.Key)
		h := DefragHost{Name: o.Key, Timeout: d.Timeout}
		if t := o.Child("timeout"); !t.IsNull() {
			h.Timeout, _ = parseInt(t.Value)
		}
		var bad []error
		h.Networks, bad = prefixes(o.Child("address"), key+".address")
		errs = append(errs, bad...)
		d.Hosts = append(d.Hosts, h)
	}
	return errors.Join(errs...)
}

// HostOS says whose ways of resolving overlaps each network has; the most
// specific network counts.
type HostOS struct {
	Networks map[string][]netip.Prefix // by the name of the policy
	errs     []error
}

// HostOSNames are the policies that host-os-policy knows.
var HostOSNames = []string{"windows", "bsd", "bsd-right", "old-linux", "linux", "old-solaris", "solaris",
	"hpux10", "hpux11", "irix", "macos", "vista", "windows2k3"}

func (h *HostOS) read(c *Config) {
	h.Networks = map[string][]netip.Prefix{}
	for _, name := range HostOSNames {
		key := "host-os-policy." + name
		nets, errs := prefixes(c.Node(key), key)
		if h.errs = append(h.errs, errs...); len(nets) > 0 {
			h.Networks[name] = nets
		}
	}
}

// Validate reports addresses that could not be read, and one network under two
// names.
func (h HostOS) Validate() error {
	errs := h.errs
	owner := map[netip.Prefix]string{}
	for _, name := range HostOSNames {
		for _, p := range h.Networks[name] {
			if other := owner[p]; other != "" && other != name {
				errs = append(errs, &Error{Key: "host-os-policy." + name, Problem: p.String() + " stands under " + other + " as well", Remedy: "remove one"})
			}
			owner[p] = name
		}
	}
	return errors.Join(errs...)
}

// prefixes reads a list of addresses and networks.
func prefixes(n *Node, key string) ([]netip.Prefix, []error) {
	var out []netip.Prefix
	var errs []error
	for _, text := range n.Strings() {
		p, err := parsePrefix(text)
		if err != nil {
			errs = append(errs, &Error{Pos: n.Pos, Key: key, Problem: quote(text) + " is neither an address nor a network", Remedy: "write 10.0.0.0/8, 192.0.2.1 or 2001:db8::/32"})
			continue
		}
		out = append(out, p)
	}
	return out, errs
}

func parsePrefix(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		return p.Masked(), err
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// Decoder is how packets are taken apart.
type Decoder struct {
	TeredoEnabled   bool   `conf:"teredo.enabled"`
	TeredoPorts     string `conf:"teredo.ports"` // empty and "any" are all ports
	VXLANEnabled    bool   `conf:"vxlan.enabled"`
	VXLANPorts      string `conf:"vxlan.ports"`
	VXLANReserved   string `conf:"vxlan.reserved-bits-check"` // strict or permissive
	GeneveEnabled   bool   `conf:"geneve.enabled"`
	GenevePorts     string `conf:"geneve.ports"`
	VNTagEnabled    bool   `conf:"vntag.enabled"`
	ERSPANTypeI     bool   `conf:"erspan.typeI.enabled"`
	ESPEnabled      bool   `conf:"esp.enabled"`
	MaxLayers       int    `conf:"max-layers"`
	TrackRecursions bool   `conf:"recursion-level.use-for-tracking"`
}

// Detect is how rules are grouped and run.
type Detect struct {
	Profile            string   `conf:"profile"`
	ToClientGroups     int      `conf:"custom-values.toclient-groups"`
	ToServerGroups     int      `conf:"custom-values.toserver-groups"`
	SGHMPMContext      string   `conf:"sgh-mpm-context"`
	RecursionLimit     uint32   `conf:"inspection-recursion-limit"` // 0 is without limit
	StreamTxLogLimit   uint8    `conf:"stream-tx-log-limit"`
	GuessAppLayerTx    bool     `conf:"guess-applayer-tx"`
	DelayedDetect      bool     `conf:"delayed-detect"`
	Prefilter          string   `conf:"prefilter.default"` // mpm or auto
	TCPPriorityPorts   []string `conf:"grouping.tcp-priority-ports"`
	UDPPriorityPorts   []string `conf:"grouping.udp-priority-ports"`
	ThresholdsHashSize uint32   `conf:"thresholds.hash-size"`
	ThresholdsMemcap   Size     `conf:"thresholds.memcap"`
	MaxFlowbits        uint8    `conf:"flowbits.max-per-signature"`
}

// PortList resolves a port setting of the decoder ("4789", "[8472, 4789]",
// "$VXLAN_PORTS", "any") through port-groups. any tells that every port counts.
func (v Vars) PortList(key, text string) (ports []uint16, any bool, err error) {
	const mostPorts, mostSteps = 4, 16
	for step := 0; strings.HasPrefix(text, "$"); step++ {
		next, ok := v.PortGroups[text[1:]]
		if !ok || step == mostSteps {
			return nil, false, &Error{Key: key, Problem: quote(text) + " is not defined", Remedy: "define it under vars.port-groups"}
		}
		text = strings.TrimSpace(next)
	}
	if text == "any" || text == "" {
		return nil, true, nil
	}
	for _, item := range splitList(text) {
		n, err := parseInt(item)
		if err != nil || n < 1 || n > 65535 {
			return nil, false, &Error{Key: key, Problem: quote(item) + " is not a port", Remedy: "write numbers from 1 to 65535, or any"}
		}
		ports = append(ports, uint16(n))
	}
	if len(ports) > mostPorts {
		return nil, false, &Error{Key: key, Problem: fmt.Sprintf("names %d ports", len(ports)), Remedy: "name at most four"}
	}
	return ports, false, nil
}
