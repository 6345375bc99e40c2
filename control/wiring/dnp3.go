package wiring

import (
	"math"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dnp3"
	"github.com/weir-ips/weir/match/input"
)

// dnp3App fills the settings of DNP3.
func dnp3App(s *config.Sections, c *app.Config) error {
	o := dnp3.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("dnp3")}
	k.size("max-points", &o.Points, math.MaxUint32)
	k.size("max-objects", &o.Objects, dnp3.MaxObjects)
	k.size("max-tx", &o.Unreplied, math.MaxInt32)
	c.Options[input.AppDNP3] = &o
	return k.err()
}
