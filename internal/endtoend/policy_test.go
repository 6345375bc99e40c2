package endtoend

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The policy lives: changed files are taken without being asked, a rule in shadow
// lets its packets pass and says so, and a rule over its budget rests for a time,
// with events.
func TestPolicyLives(t *testing.T) {
	const icmp = `alert icmp any any -> any any (msg:"dear"; itype:8; sid:50;)` + "\n"
	l := newLab(t, rules+icmp, "--set", "policy.watch=300ms", "--set", "policy.cache.enabled=no", "--set", "policy.shadow.0=60",
		"--set", "policy.profile.sample=1", "--set", "policy.profile.budget=0.000001", "--set", "policy.profile.suspend=2s",
		"--set", "engine.heartbeat-timeout=30s")
	l.waitLog("rules are in force", 1, 30*time.Second)
	answered := l.ping("6000")
	l.waitLog("a rule takes more than its budget", 1, 60*time.Second)
	l.waitLog("a rule is judged again", 1, 60*time.Second)
	l.until("both are events", 20*time.Second, func() error {
		got := map[string]bool{}
		for _, e := range l.events(func(e map[string]any) bool { return e["engine"] != nil }) {
			x, _ := e["engine"].(map[string]any)
			if s, _ := x["event"].(string); x["signature_id"] == float64(50) {
				got[s] = true
			}
		}
		if !got["rule_budget"] || !got["rule_resumed"] {
			return exec.ErrNotFound
		}
		return nil
	})
	out, err := exec.Command(binary, "rules", "profile", "--json", "--run-dir", filepath.Join(l.dir, "run")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var p struct {
		Rules []struct {
			SID    uint32
			Checks uint64
		}
	}
	if i := strings.IndexByte(string(out), '{'); i < 0 || json.Unmarshal(out[i:], &p) != nil {
		t.Fatalf("%s", out)
	}
	found := false
	for _, r := range p.Rules {
		found = found || r.SID == 50 && r.Checks > 0
	}
	if !found {
		t.Errorf("the profile does not know sid 50: %s", out)
	}

	l.writeRules(rules + icmp + `drop icmp any any -> any any (msg:"shadow"; itype:8; sid:60;)` + "\n")
	l.waitLog("rule files have changed", 1, 30*time.Second)
	l.until("the rule in shadow says what it would do", 30*time.Second, func() error {
		for _, e := range l.alerts("alert", 60) {
			if v, _ := e["verdict"].(map[string]any); v != nil && v["would_drop"] == true {
				return nil
			}
		}
		return exec.ErrNotFound
	})
	if got := answered(); got != "6000" {
		t.Errorf("%s of 6000 echo requests were answered: a rule in shadow drops", got)
	}
	l.accountBalances()
}
