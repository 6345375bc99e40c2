package config

import (
	"strings"
)

// ParserState says what is done with a protocol.
type ParserState uint8

// Off: not recognised. DetectionOnly: recognised, not parsed. On: both.
const (
	Off ParserState = iota
	DetectionOnly
	On
)

func (s ParserState) String() string { return [...]string{"no", "detection-only", "yes"}[s] }

// UnmarshalText reads yes, no or detection-only.
func (s *ParserState) UnmarshalText(text []byte) error {
	if strings.EqualFold(string(text), "detection-only") {
		*s = DetectionOnly
		return nil
	}
	b, err := ParseBool(string(text))
	if *s = Off; b {
		*s = On
	}
	return err
}

// AppLayer is what is done with each application protocol.
type AppLayer struct {
	ErrorPolicy Policy
	protocols   map[string]Protocol
}

// Protocol is the setting of one application protocol. Options is its section,
// nil where there is none; Config.Decode(Path, &x) reads a parser's own keys.
type Protocol struct {
	Name     string
	TCP, UDP ParserState
	// Ports on which the protocol is looked for by its first octets, as text;
	// empty where the configuration names none.
	TCPPorts, UDPPorts DetectionPorts
	Options            *Node
	Path               string
}

// DetectionPorts are server (dp) and client (sp) ports, each as written.
type DetectionPorts struct{ Server, Client []string }

// Protocol gives the setting of a protocol, by the name that the configuration
// uses; a protocol that has no section takes its default, which is On for all
// but modbus and dnp3.
func (a AppLayer) Protocol(name string) Protocol {
	if p, ok := a.protocols[name]; ok {
		return p
	}
	p := Protocol{Name: name, Path: "app-layer.protocols." + name}
	_ = p.TCP.UnmarshalText([]byte(LookupKnown(p.Path + ".enabled").Default))
	p.UDP = p.TCP
	return p
}

// Protocols names the protocols that have a section.
func (a AppLayer) Protocols() []string {
	var names []string
	for name := range a.protocols {
		names = append(names, name)
	}
	return names
}

// readAppLayer reads the sections. Whether a protocol is on goes by what stands
// under tcp or udp before what stands directly under the protocol; ports go the
// other way round, as Suricata reads them.
func (c *Config) readAppLayer(a *AppLayer) ([]Warning, error) {
	a.protocols = map[string]Protocol{}
	if n := c.Node("app-layer.error-policy"); !n.IsNull() && n.Kind == Scalar {
		if err := a.ErrorPolicy.UnmarshalText([]byte(n.Value)); err != nil {
			return nil, &Error{n.Pos, "app-layer.error-policy", err.Error(), "write one of " + strings.Join(PolicyNames(), ", ")}
		}
	}
	n := c.Node("app-layer.protocols")
	if n.IsNull() {
		return nil, nil
	}
	var warnings []Warning
	for _, child := range n.Children {
		p := AppLayer{}.Protocol(child.Key)
		p.Options = child
		both := child.Child("enabled")
		for _, t := range []struct {
			name  string
			state *ParserState
			ports *DetectionPorts
		}{{"tcp", &p.TCP, &p.TCPPorts}, {"udp", &p.UDP, &p.UDPPorts}} {
			own := child.Lookup(t.name + ".enabled")
			for _, set := range []*Node{both, own} {
				if !set.IsNull() && set.Kind == Scalar {
					if err := t.state.UnmarshalText([]byte(set.Value)); err != nil {
						return warnings, &Error{set.Pos, p.Path + ".enabled", err.Error(), "write yes, no or detection-only"}
					}
				}
			}
			if differ(own, both) {
				warnings = append(warnings, Warning{own.Pos, p.Path + "." + t.name + ".enabled", Doubtful,
					"differs from " + p.Path + ".enabled and goes before it"})
			}
			for _, ports := range []*Node{child.Lookup(t.name + ".detection-ports"), child.Child("detection-ports")} {
				if dp := ports.Child("dp"); !dp.IsNull() {
					t.ports.Server = dp.Strings()
				}
				if sp := ports.Child("sp"); !sp.IsNull() {
					t.ports.Client = sp.Strings()
				}
			}
		}
		a.protocols[child.Key] = p
	}
	return warnings, nil
}

// differ tells that both are set, and not to the same.
func differ(a, b *Node) bool {
	var x, y ParserState
	return !a.IsNull() && !b.IsNull() && x.UnmarshalText([]byte(a.Value)) == nil && y.UnmarshalText([]byte(b.Value)) == nil && x != y
}
