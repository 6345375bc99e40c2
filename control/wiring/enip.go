package wiring

import (
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/enip"
	"github.com/weir-ips/weir/match/input"
)

// enipApp fills the settings of EtherNet/IP.
func enipApp(s *config.Sections, c *app.Config) error {
	o := enip.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("enip")}
	k.size("max-tx", &o.Open, app.MaxTxs)
	o.Open = max(o.Open, 1)
	c.Options[input.AppENIP] = &o
	return k.err()
}
