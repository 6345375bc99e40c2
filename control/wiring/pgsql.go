package wiring

import (
	"errors"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/pgsql"
	"github.com/weir-ips/weir/match/input"
)

// pgsqlApp fills the settings of PostgreSQL.
func pgsqlApp(s *config.Sections, c *app.Config) error {
	o := pgsql.DefaultOptions()
	k := keys{p: s.AppLayer.Protocol("pgsql")}
	k.size("max-tx", &o.MaxTx, app.MaxTxs)
	eveTypes(s, "pgsql", func(t *config.EveType) {
		o.Passwords = o.Passwords || t.Other != nil && t.Other.Passwords
	})
	c.Options[input.AppPGSQL] = o
	return errors.Join(k.err(), o.Validate())
}
