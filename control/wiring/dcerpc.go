package wiring

import (
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc"
	"github.com/weir-ips/weir/match/input"
)

// dcerpcApp fills the settings of DCE/RPC.
func dcerpcApp(s *config.Sections, c *app.Config) error {
	o := dcerpc.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("dcerpc")}
	k.size("max-tx", &o.Transactions, app.MaxTxs)
	k.size("max-stub-size", &o.Stub, dcerpc.MaxStub)
	c.Options[input.AppDCERPC] = &o
	return k.err()
}
