package wiring

import (
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/pop3"
	"github.com/weir-ips/weir/match/input"
)

// pop3App fills the settings of POP3.
func pop3App(s *config.Sections, c *app.Config) error {
	o := pop3.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("pop3")}
	k.size("max-tx", &o.MaxTx, app.MaxTxs)
	o.MaxTx = max(o.MaxTx, 1)
	c.Options[input.AppPOP3] = &o
	return k.err()
}
