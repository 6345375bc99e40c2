package wiring

import (
	"math"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/nfs"
	"github.com/weir-ips/weir/match/input"
)

// nfsApp fills the settings of NFS. Values above what a flow can have count as that.
func nfsApp(s *config.Sections, c *app.Config) error {
	o := nfs.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("nfs")}
	k.size("max-tx", &o.MaxTx, math.MaxInt32)
	k.size("max-requests", &o.Requests, math.MaxInt32)
	k.size("max-names", &o.Names, math.MaxInt32)
	o.Limit()
	c.Options[input.AppNFS] = &o
	return k.err()
}
