package wiring

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/app/dhcp"
	"github.com/weir-ips/weir/match/input"
)

func TestDHCPOptions(t *testing.T) {
	for types, want := range map[string]bool{
		"        - dhcp\n":                                                  false,
		"        - dhcp: {extended: yes}\n":                                 true,
		"        - dhcp: {extended: yes, enabled: no}\n":                    false,
		"        - dhcp: {extended: yes}\n        - dhcp: {extended: no}\n": true,
		"        - alert\n":                                                 false,
	} {
		a, err := layer(t, eveTypesOf(types))
		if o, _ := a.Options[input.AppDHCP].(*dhcp.Options); err != nil || o == nil || o.Extended != want {
			t.Errorf("%q: %+v, %v", types, o, err)
		}
	}
}
