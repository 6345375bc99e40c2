package wiring

import (
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/modbus"
	"github.com/weir-ips/weir/match/input"
)

// modbusApp fills the settings of Modbus.
func modbusApp(s *config.Sections, c *app.Config) error {
	o := modbus.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("modbus")}
	k.size("request-flood", &o.Flood, modbus.MaxFlood)
	if o.Flood == 0 {
		o.Flood = modbus.MaxFlood
	}
	c.Options[input.AppModbus] = &o
	return k.err()
}
