package wiring

import (
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dhcp"
	"github.com/weir-ips/weir/match/input"
)

// dhcpApp is the union of what outputs want of DHCP.
func dhcpApp(s *config.Sections, c *app.Config) error {
	o := dhcp.DefaultOptions()
	eveTypes(s, "dhcp", func(t *config.EveType) { o.Extended = o.Extended || t.Other != nil && t.Other.Extended })
	c.Options[input.AppDHCP] = o
	return nil
}
