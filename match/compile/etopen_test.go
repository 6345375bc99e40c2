package compile

import (
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// etOpen finds the Emerging Threats rules beside the project.
func etOpen(t testing.TB) []string {
	files, _ := filepath.Glob("../../../shared/rules/et-open/*.rules")
	if len(files) == 0 {
		t.Skip("no rules beside the project: ../shared/rules/et-open is not there")
	}
	return files
}

func testEnv() *rule.Env {
	any := "any"
	e := &rule.Env{Addresses: map[string]string{}, Ports: map[string]string{}}
	for _, n := range []string{"HOME_NET", "EXTERNAL_NET", "HTTP_SERVERS", "SMTP_SERVERS", "SQL_SERVERS", "DNS_SERVERS", "TELNET_SERVERS",
		"AIM_SERVERS", "DC_SERVERS", "DNP3_SERVER", "DNP3_CLIENT", "MODBUS_CLIENT", "MODBUS_SERVER", "ENIP_CLIENT", "ENIP_SERVER"} {
		e.Addresses[n] = any
	}
	for n, v := range map[string]string{"HTTP_PORTS": "80", "SHELLCODE_PORTS": "!80", "ORACLE_PORTS": "1521", "SSH_PORTS": "22",
		"DNP3_PORTS": "20000", "MODBUS_PORTS": "502", "FILE_DATA_PORTS": "[$HTTP_PORTS,110,143]", "FTP_PORTS": "21",
		"GENEVE_PORTS": "6081", "VXLAN_PORTS": "4789", "TEREDO_PORTS": "3544", "SIP_PORTS": "[5060, 5061]"} {
		e.Ports[n] = v
	}
	return e
}

func TestETOpen(t *testing.T) {
	env := testEnv()
	var rules []*rule.Rule
	bad := 0
	start := time.Now()
	for _, f := range etOpen(t) {
		got, err := rule.ParseFile(f, env)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, got.Rules...)
		for _, e := range got.Errors {
			bad++
			// With HOME_NET any, three rules exclude every address: the reference
			// engine refuses them too.
			if !strings.Contains(e.Msg, "leaves no address") {
				t.Error(e)
			}
		}
	}
	t.Logf("%d rules parsed in %v, %d errors", len(rules), time.Since(start), bad)
	if bad > 3 {
		t.Errorf("%d rules cannot be parsed, at most 3 may", bad)
	}
	start = time.Now()
	res, err := Compile(rules, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules compiled in %v, %d left out, bundle of %d octets", len(res.Rules), time.Since(start), len(res.Left), len(res.Bundle))
	why := map[string]int{}
	for _, l := range res.Left {
		why[l.Err.Error()]++
	}
	var lines []string
	for w := range why {
		lines = append(lines, w)
	}
	sort.Slice(lines, func(i, j int) bool { return why[lines[i]] > why[lines[j]] })
	for _, l := range lines {
		t.Logf("%5d %s", why[l], l)
	}
	start = time.Now()
	b, err := match.Open(res.Bundle, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	t.Logf("opened in %v: %d databases", time.Since(start), len(b.DBs))
}
