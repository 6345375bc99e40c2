package rule

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// publicEnv is an environment with the variables that public rules use.
func publicEnv(t testing.TB, dir string) *Env {
	t.Helper()
	env := &Env{
		Addresses: map[string]string{"HOME_NET": "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]", "EXTERNAL_NET": "!$HOME_NET",
			"DC_SERVERS": "$HOME_NET", "MODBUS_SERVER": "$HOME_NET", "MODBUS_CLIENT": "$HOME_NET", "DNP3_SERVER": "$HOME_NET",
			"DNP3_CLIENT": "$HOME_NET", "ENIP_SERVER": "$HOME_NET", "ENIP_CLIENT": "$HOME_NET", "AIM_SERVERS": "$EXTERNAL_NET"},
		Ports: map[string]string{"HTTP_PORTS": "80", "SHELLCODE_PORTS": "!80", "ORACLE_PORTS": "1521", "SSH_PORTS": "22",
			"DNP3_PORTS": "20000", "MODBUS_PORTS": "502", "FILE_DATA_PORTS": "[$HTTP_PORTS,110,143]", "FTP_PORTS": "21",
			"GENEVE_PORTS": "6081", "VXLAN_PORTS": "4789", "TEREDO_PORTS": "3544"},
	}
	for _, n := range []string{"HTTP", "SMTP", "SQL", "DNS", "TELNET"} {
		env.Addresses[n+"_SERVERS"] = "$HOME_NET"
	}
	return env
}

// rulesDir is a folder of public rules beside the module, if it is there.
func rulesDir(t testing.TB, sub string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", sub)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no public rules beside the module")
	}
	return dir
}

// TestEmergingThreats parses every enabled rule of ET Open.
func TestEmergingThreats(t *testing.T) {
	dir := rulesDir(t, "rules/et-open")
	files, _ := filepath.Glob(filepath.Join(dir, "*.rules"))
	env := publicEnv(t, dir)
	n, start := 0, time.Now()
	for _, f := range files {
		out, err := ParseFile(f, env)
		if err != nil {
			t.Fatal(err)
		}
		n += len(out.Rules)
		for i, e := range out.Errors {
			if i < 10 {
				t.Error(e)
			}
		}
	}
	t.Logf("%d rules in %v", n, time.Since(start))
	if n < 10_000 {
		t.Errorf("only %d rules", n)
	}
}

// TestConformanceRules parses the rule files of the conformance cases. Those
// that a case expects to fail stand in its name or its expectations, so the
// errors are listed, not judged, unless they grow.
func TestConformanceRules(t *testing.T) {
	dir := rulesDir(t, "conformance/cases")
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*.rules"))
	good := 0
	for _, f := range files {
		out, err := ParseFile(f, publicEnv(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Errors) == 0 {
			good++
		}
		for _, e := range out.Errors {
			t.Log(strings.TrimPrefix(e.Error(), dir))
		}
	}
	t.Logf("%d of %d files", good, len(files))
}
