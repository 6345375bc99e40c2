package packetbuild

import (
	"testing"

	"github.com/google/gopacket/layers"
)

// Each wrap must be readable by gopacket down to the innermost payload.
func TestWrapsAreReadBack(t *testing.T) {
	v4 := [2]string{"10.0.0.1:1000", "10.0.0.2:2000"}
	v6 := [2]string{"[2001:db8::1]:1000", "[2001:db8::2]:2000"}
	for _, row := range []struct {
		name   string
		ends   [2]string
		wraps  []Wrap
		layers string
	}{
		{"none", v4, nil, "Ethernet IPv4 UDP Payload"},
		{"VLAN", v4, []Wrap{VLAN(5)}, "Ethernet Dot1Q IPv4 UDP Payload"},
		{"QinQ", v6, []Wrap{VLAN(5), ServiceVLAN(9)}, "Ethernet Dot1Q Dot1Q IPv6 UDP Payload"},
		{"PPPoE", v4, []Wrap{PPPoE(3)}, "Ethernet PPPoE PPP IPv4 UDP Payload"},
		{"PPPoE6", v6, []Wrap{PPPoE(3)}, "Ethernet PPPoE PPP IPv6 UDP Payload"},
		{"MPLS", v4, []Wrap{MPLS(100, 200)}, "Ethernet MPLS MPLS IPv4 UDP Payload"},
		{"IPIP", v4, []Wrap{IPIP("192.0.2.1", "192.0.2.2")}, "Ethernet IPv4 IPv4 UDP Payload"},
		{"6in4", v6, []Wrap{IPIP("192.0.2.1", "192.0.2.2")}, "Ethernet IPv4 IPv6 UDP Payload"},
		{"4in6", v4, []Wrap{IPIP("2001:db8::a", "2001:db8::b")}, "Ethernet IPv6 IPv4 UDP Payload"},
		{"GRE", v6, []Wrap{GRE("192.0.2.1", "192.0.2.2", 7)}, "Ethernet IPv4 GRE IPv6 UDP Payload"},
		{"VXLAN", v4, []Wrap{VXLAN("192.0.2.1", "192.0.2.2", 42)}, "Ethernet IPv4 UDP VXLAN Ethernet IPv4 UDP Payload"},
		{"VLAN in VXLAN", v4, []Wrap{VLAN(4), VXLAN("192.0.2.1", "192.0.2.2", 42)},
			"Ethernet IPv4 UDP VXLAN Ethernet Dot1Q IPv4 UDP Payload"},
		{"Geneve", v4, []Wrap{Geneve("192.0.2.1", "192.0.2.2", 42)}, "Ethernet IPv4 UDP Geneve Ethernet IPv4 UDP Payload"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := NewCapture()
			u := c.UDP(row.ends[0], row.ends[1])
			u.Wraps = row.wraps
			u.Send(Client, []byte("x"))
			got := ""
			for _, l := range decode(t, c.Frames()[0]).Layers() {
				if got != "" {
					got += " "
				}
				got += l.LayerType().String()
			}
			if got != row.layers {
				t.Errorf("layers: %s\nwant:   %s", got, row.layers)
			}
		})
	}
}

func TestTunnelEndsSwapInReplies(t *testing.T) {
	c := NewCapture()
	u := c.UDP("10.0.0.1:1", "10.0.0.2:2")
	u.Wraps = []Wrap{GRE("192.0.2.1", "192.0.2.2", 0)}
	u.Send(Client, []byte("q"))
	u.Send(Server, []byte("a"))
	for i, want := range []string{"192.0.2.1", "192.0.2.2"} {
		ip := decode(t, c.Frames()[i]).Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		if ip.SrcIP.String() != want {
			t.Errorf("frame %d: outer source %s, want %s", i, ip.SrcIP, want)
		}
	}
}

func TestIPv6ExtensionHeaders(t *testing.T) {
	c := NewCapture()
	u := c.UDP("[2001:db8::1]:1000", "[2001:db8::2]:2000")
	u.IP[Client] = IPOptions{HopByHop: true, DestOpts: true}
	u.Send(Client, []byte("x"))
	p := decode(t, c.Frames()[0])
	for _, l := range []string{"IPv6HopByHop", "IPv6Destination", "UDP"} {
		found := false
		for _, have := range p.Layers() {
			found = found || have.LayerType().String() == l
		}
		if !found {
			t.Errorf("no %s in %v", l, p.Layers())
		}
	}
}
