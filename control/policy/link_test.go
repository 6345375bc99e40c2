package policy

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/control/config"
)

// firewallOf loads a firewall of the given rules and settings.
func firewallOf(t *testing.T, rules string, sets ...string) *Set {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fw.rules")
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	c, _, err := config.Load(config.Options{Defaults: true, Sets: sets})
	if err != nil {
		t.Fatal(err)
	}
	sec, _, err := c.Sections()
	if err != nil {
		t.Fatal(err)
	}
	set, err := Load(Request{Config: c, Sections: sec, Files: nil, Firewall: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestRemedies: each proposed rule is a rule, accepts what it is proposed for and
// nothing that another one is for, but where two kinds are one to rules.
func TestRemedies(t *testing.T) {
	all := ""
	for i, v := range vitals() {
		r := fmt.Sprintf("%s sid:%d;)\n", v.remedy, i+1)
		all += r
		fates, err := Link(firewallOf(t, r))
		if err != nil {
			t.Fatal(err)
		}
		for k, f := range fates {
			if f.Accepted != (k == i) {
				t.Errorf("%s: %s is accepted: %v", strings.TrimSpace(r), f.Name, f.Accepted)
			}
		}
	}
	fates, err := Link(firewallOf(t, all))
	if err != nil {
		t.Fatal(err)
	}
	var w bytes.Buffer
	if PrintLink(&w, fates); !strings.Contains(w.String(), "accepts what a link lives on") {
		t.Errorf("with all of them:\n%s", w.String())
	}
}

// TestLinkNamesWhoDrops: a rule by its sid, else the policy.
func TestLinkNamesWhoDrops(t *testing.T) {
	fates, err := Link(firewallOf(t, "drop:packet arp:all any any -> any any (sid:77;)\n"))
	if err != nil || fates[0].Accepted || fates[0].SID != 77 || fates[1].SID != 0 {
		t.Errorf("%+v, %v", fates[:min(len(fates), 2)], err)
	}
	var w bytes.Buffer
	PrintLink(&w, fates)
	for _, want := range []string{"ARP, by sid 77", "firewall.policies.packet.filter", "accept:packet arp:all any any -> any any (sid:9000901;)"} {
		if !strings.Contains(w.String(), want) {
			t.Errorf("%q is missing in\n%s", want, w.String())
		}
	}
	fates, err = Link(firewallOf(t, "drop:packet ip:pre_flow any any -> any any (sid:78;)\n", "firewall.policies.packet.filter.0=accept:packet"))
	if err != nil || !fates[0].Accepted || fates[6].Accepted || fates[6].SID != 78 {
		t.Errorf("an early table: %+v, %v", fates, err)
	}
}
