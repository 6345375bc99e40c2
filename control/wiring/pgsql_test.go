package wiring

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/pgsql"
	"github.com/weir-ips/weir/match/input"
)

func TestPostgreSQLOptions(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want pgsql.Options
	}{
		"none":      {"", pgsql.Options{MaxTx: app.MaxTxs, Transactions: 16384}},
		"max-tx":    {"app-layer: {protocols: {pgsql: {enabled: yes, max-tx: 5}}}\n", pgsql.Options{MaxTx: 5, Transactions: 16384}},
		"too many":  {"app-layer: {protocols: {pgsql: {enabled: yes, max-tx: 99999}}}\n", pgsql.Options{MaxTx: app.MaxTxs, Transactions: 16384}},
		"passwords": {eveTypesOf("        - pgsql: {enabled: yes, passwords: yes}\n"), pgsql.Options{MaxTx: app.MaxTxs, Transactions: 16384, Passwords: true}},
	} {
		a, err := layer(t, c.text)
		if o, _ := a.Options[input.AppPGSQL].(*pgsql.Options); err != nil || o == nil || *o != c.want {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
	if _, err := layer(t, "app-layer: {protocols: {pgsql: {max-tx: 0}}}\n"); err == nil || !strings.Contains(err.Error(), "pgsql.max-tx") {
		t.Errorf("max-tx 0 is reported as %v", err)
	}
}

func TestStreamDepths(t *testing.T) {
	depths := func(text string) ([]int, error) {
		c, _, err := config.Parse("test.yaml", []byte(text), config.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := c.Sections()
		if err != nil {
			t.Fatal(err)
		}
		return streamDepths(s)
	}
	d, err := depths("app-layer: {protocols: {pgsql: {stream-depth: 0}, pop3: {stream-depth: 2kb}}}\n")
	if err != nil || d[input.AppPGSQL] != 0 || d[input.AppPOP3] != 2048 || d[input.AppSSH] != -1 {
		t.Errorf("depths %v, %v", d, err)
	}
	if d, err := depths("app-layer: {protocols: {ssh: {enabled: yes}}}\n"); d != nil || err != nil {
		t.Errorf("without a depth: %v, %v", d, err)
	}
}
