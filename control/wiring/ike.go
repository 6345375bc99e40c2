package wiring

import (
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ike"
	"github.com/weir-ips/weir/match/input"
)

// ikeApp is the union of what outputs want of IKE.
func ikeApp(s *config.Sections, c *app.Config) error {
	var o ike.Options
	eveTypes(s, "ike", func(t *config.EveType) { o.Extended = o.Extended || t.Other != nil && t.Other.Extended })
	c.Options[input.AppIKE] = &o
	return nil
}
