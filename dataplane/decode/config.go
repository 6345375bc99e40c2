package decode

import (
	"errors"
	"fmt"
)

// MaxPorts bounds each list of tunnel ports.
const MaxPorts = 4

// UDPTunnel says on which ports a tunnel is looked for.
type UDPTunnel struct {
	Enabled bool
	// AnyPort looks at every UDP datagram, whatever Ports says.
	AnyPort bool
	Ports   []uint16
}

// Config is what may be set about decoding (decoder.* of the configuration).
type Config struct {
	// MaxLayers is decoder.max-layers: a packet with this many headers is invalid.
	MaxLayers int
	// VXLAN goes by the destination port (RFC 7348 §5), Geneve and Teredo by either.
	VXLAN, Geneve, Teredo UDPTunnel
	// VXLANStrict takes a header with reserved bits set for no VXLAN
	// (decoder.vxlan.reserved-bits-check: strict).
	VXLANStrict bool
	// ESP looks at security associations, VNTag behind VN-tags; off, each is the end
	// of decoding.
	ESP, VNTag bool
}

// DefaultConfig is what holds when nothing is configured.
func DefaultConfig() Config {
	return Config{
		MaxLayers:   16,
		VXLAN:       UDPTunnel{Enabled: true, Ports: []uint16{4789}},
		VXLANStrict: true,
		Geneve:      UDPTunnel{Enabled: true, Ports: []uint16{6081}},
		Teredo:      UDPTunnel{Enabled: true, AnyPort: true},
		ESP:         true,
		VNTag:       true,
	}
}

// Validate reports every value that cannot be.
func (c *Config) Validate() error {
	var errs []error
	if c.MaxLayers < 2 || c.MaxLayers > 255 {
		errs = append(errs, fmt.Errorf("decoder.max-layers: %d is not within 2..255", c.MaxLayers))
	}
	for _, t := range []struct {
		name string
		t    *UDPTunnel
	}{{"vxlan", &c.VXLAN}, {"geneve", &c.Geneve}, {"teredo", &c.Teredo}} {
		if len(t.t.Ports) > MaxPorts {
			errs = append(errs, fmt.Errorf("decoder.%s.ports: %d ports, at most %d", t.name, len(t.t.Ports), MaxPorts))
		}
	}
	return errors.Join(errs...)
}

// ports is a UDPTunnel made for lookups: unused places repeat the first port.
type ports struct {
	on, any bool
	list    [MaxPorts]uint16
}

func compilePorts(t UDPTunnel) ports {
	p := ports{on: t.Enabled && (t.AnyPort || len(t.Ports) > 0), any: t.AnyPort}
	if len(t.Ports) > 0 {
		for i := range p.list {
			p.list[i] = t.Ports[min(i, len(t.Ports)-1)]
		}
	}
	return p
}

func (p *ports) has(port uint16) bool {
	return p.any || p.list[0] == port || p.list[1] == port || p.list[2] == port || p.list[3] == port
}
