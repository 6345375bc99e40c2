package wiring

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dnp3"
	"github.com/weir-ips/weir/dataplane/app/ldap"
	"github.com/weir-ips/weir/dataplane/app/mqtt"
	"github.com/weir-ips/weir/dataplane/app/pop3"
	"github.com/weir-ips/weir/match/input"
)

// max-tx comes to the parsers that bound a flow's transactions by it, and stays
// within what a flow can have.
func TestMaxTx(t *testing.T) {
	for text, want := range map[string][4]int{
		"":             {32, app.MaxTxs, app.MaxTxs - 1, app.MaxTxs},
		"max-tx: 7":    {7, 7, 7, 7},
		"max-tx: 5000": {5000, app.MaxTxs, app.MaxTxs - 1, app.MaxTxs},
	} {
		a, err := layer(t, "app-layer: {protocols: {dnp3: {"+text+"}, ldap: {"+text+"}, mqtt: {"+text+"}, pop3: {"+text+"}}}\n")
		if err != nil {
			t.Fatal(err)
		}
		got := [4]int{a.Options[input.AppDNP3].(*dnp3.Options).Unreplied, a.Options[input.AppLDAP].(*ldap.Options).MaxTx,
			a.Options[input.AppMQTT].(mqtt.Options).MaxTx, a.Options[input.AppPOP3].(*pop3.Options).MaxTx}
		if got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
