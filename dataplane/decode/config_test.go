package decode

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

func TestConfigValidate(t *testing.T) {
	c := DefaultConfig()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	c.MaxLayers = 1
	c.VXLAN.Ports = make([]uint16, MaxPorts+1)
	err := c.Validate()
	if err == nil || !strings.Contains(err.Error(), "max-layers") || !strings.Contains(err.Error(), "vxlan") {
		t.Errorf("both mistakes should be named: %v", err)
	}
	if _, err := New(c, new(packet.Pool)); err == nil {
		t.Error("New took it")
	}
}

// TestTunnelPorts looks for tunnels where configured and nowhere else.
func TestTunnelPorts(t *testing.T) {
	frames := tunnelFrames()
	for name, set := range map[string]func(*Config, UDPTunnel){
		"vxlan":  func(c *Config, u UDPTunnel) { c.VXLAN = u },
		"geneve": func(c *Config, u UDPTunnel) { c.Geneve = u },
		"teredo": func(c *Config, u UDPTunnel) { c.Teredo = u },
	} {
		for _, v := range []struct {
			u    UDPTunnel
			want bool
		}{
			{UDPTunnel{}, false},
			{UDPTunnel{Enabled: true, Ports: []uint16{7}}, false},
			{UDPTunnel{Enabled: true, AnyPort: true}, true},
			{UDPTunnel{Enabled: true, Ports: []uint16{7, 4789, 6081, 3544}}, true},
			{UDPTunnel{Ports: []uint16{4789, 6081, 3544}}, false},
		} {
			c := DefaultConfig()
			set(&c, v.u)
			d, err := New(c, new(packet.Pool))
			if err != nil {
				t.Fatal(err)
			}
			var p packet.Packet
			d.Decode(&p, frames[name], input.LinkEthernet, 0, 1)
			if p.Tunnel != v.want {
				t.Errorf("%s with %+v: tunnel %v", name, v.u, p.Tunnel)
			}
		}
	}
}
