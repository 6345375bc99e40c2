package wiring

import (
	"errors"
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/protocols"
	"github.com/weir-ips/weir/match/input"
)

// apps says which protocols are looked for and parsed, over which transport and
// on which ports.
func apps(s *config.Sections, flows int) (app.Config, error) {
	c := app.DefaultConfig()
	// One in eight of the flows that the table has room for may be looked at by a
	// parser at a time, one in thirty-two by one and the same.
	c.Flows = min(max(flows/8, c.Flows), 1<<17)
	c.States = max(c.Flows/4, c.States)
	c.Disabled, c.DetectOnly = map[input.AppProto]bool{}, map[input.AppProto]bool{}
	c.Options = map[input.AppProto]any{}
	for t := range 2 {
		c.DisabledOver[t], c.PortsOver[t] = map[input.AppProto]bool{}, map[input.AppProto][]uint16{}
	}
	var errs []error
	for _, p := range protocols.All() {
		set := s.AppLayer.Protocol(p.Name)
		over := [2]struct {
			on    bool
			state config.ParserState
			ports config.DetectionPorts
		}{{p.TCP, set.TCP, set.TCPPorts}, {p.UDP, set.UDP, set.UDPPorts}}
		off := true
		for t, o := range over {
			if !o.on {
				continue
			}
			switch o.state {
			case config.Off:
				c.DisabledOver[t][p.ID] = true
			case config.DetectionOnly:
				c.DetectOnly[p.ID] = true
			}
			off = off && o.state == config.Off
			ports, err := detectionPorts(s, set.Path, o.ports.Server)
			if err != nil {
				errs = append(errs, err)
			} else if ports != nil {
				c.PortsOver[t][p.ID] = ports
			}
		}
		if off && p.TCP && p.UDP {
			c.Disabled[p.ID] = true
		}
	}
	return c, errors.Join(errs...)
}

// detectionPorts are the ports that a protocol's section names; nil where it
// names none or any.
func detectionPorts(s *config.Sections, path string, words []string) ([]uint16, error) {
	if len(words) == 0 {
		return nil, nil
	}
	var out []uint16
	for _, w := range words {
		ports, any, err := s.Vars.PortList(path+".detection-ports.dp", w)
		if err != nil || any {
			return nil, err
		}
		out = append(out, ports...)
	}
	return out, nil
}

// option is a key of a protocol's section, or def.
func option(s *config.Sections, proto, key, def string) string {
	n := s.AppLayer.Protocol(proto).Options.Lookup(key)
	if n.IsNull() || n.Kind != config.Scalar {
		return def
	}
	return n.Value
}

// encryption is a protocol's encryption-handling.
func encryption(s *config.Sections, proto string) (app.Encryption, error) {
	word := strings.ToLower(option(s, proto, "encryption-handling", ""))
	e, ok := app.EncryptionOf(word)
	if !ok {
		return e, &config.Error{Key: "app-layer.protocols." + proto + ".encryption-handling", Problem: word + " is no way of handling encryption",
			Remedy: "write track-only, bypass or full"}
	}
	return e, nil
}

// wantsPrint reports whether a fingerprint is computed: auto counts as yes, since
// rules may ask for it at any reload.
func wantsPrint(s *config.Sections, proto, key string) bool {
	on, err := config.ParseBool(option(s, proto, key, "yes"))
	return err != nil || on
}
