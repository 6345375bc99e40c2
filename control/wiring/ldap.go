package wiring

import (
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/ldap"
	"github.com/weir-ips/weir/match/input"
)

// ldapApp fills the settings of LDAP.
func ldapApp(s *config.Sections, c *app.Config) error {
	o := ldap.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("ldap")}
	k.size("max-responses", &o.Responses, 1<<16)
	o.Responses = max(o.Responses, 1)
	k.size("max-tx", &o.MaxTx, app.MaxTxs)
	o.MaxTx = max(o.MaxTx, 1)
	c.Options[input.AppLDAP] = &o
	return k.err()
}
