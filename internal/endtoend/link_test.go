package endtoend

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// joined is a pair of taps that hands the loss of a link on.
const joined = `
dpdk:
  ports:
    - {name: lan, vdev: "net_tap0,iface=%s", pair: joined, side: inside}
    - {name: wan, vdev: "net_tap1,iface=%s", pair: joined, side: outside}
  pairs:
    - {name: joined, inside: lan, outside: wan, mode: inline, link-propagation: yes}
`

// A link that is lost on one side is taken down on the other, comes back with it,
// and both are told.
func TestLinkIsHandedOn(t *testing.T) {
	l := bareLab(t, `alert ip any any -> any any (msg:"any"; content:"none"; sid:1;)`)
	config := filepath.Join(l.dir, "joined.yaml")
	if err := os.WriteFile(config, fmt.Appendf([]byte(configuration), joined, l.taps[0], l.taps[1]), 0o644); err != nil {
		t.Fatal(err)
	}
	l.args[slices.Index(l.args, "-c")+1] = config
	l.args = l.args[:slices.Index(l.args, "--vdev")]
	l.start()
	l.waitLog("rules are in force", 1, 30*time.Second)
	names := []string{"lan", "wan"}
	for i, name := range names {
		pulled, other := l.taps[i], l.taps[1-i]
		l.linkIs(other, true)
		l.linkEvent(names[1-i], "up", false)
		if err := os.Truncate(filepath.Join(l.dir, "log", "eve.json"), 0); err != nil {
			t.Fatal(err)
		}
		l.must("ip", "link", "set", pulled, "down")
		l.linkIs(other, false)
		l.linkEvent(name, "down", false)
		l.linkEvent(names[1-i], "down", true)
		l.must("ip", "link", "set", pulled, "up")
		l.linkIs(other, true)
		l.linkEvent(name, "up", false)
		l.linkEvent(names[1-i], "up", true)
		// Seen up again; what is pulled before that was never up.
		l.linkEvent(names[1-i], "up", false)
	}
}

// linkEvent waits for a record of a link.
func (l *lab) linkEvent(port, state string, handedOn bool) {
	l.t.Helper()
	l.until(fmt.Sprintf("the event %s %s, handed on: %v", port, state, handedOn), 10*time.Second, func() error {
		if len(l.events(func(e map[string]any) bool {
			o, _ := e["engine"].(map[string]any)
			return o != nil && o["event"] == "link" && o["port"] == port && o["state"] == state && o["handed_on"] == handedOn
		})) == 0 {
			return os.ErrNotExist
		}
		return nil
	})
}

// linkIs waits until a tap of this namespace is up or down.
func (l *lab) linkIs(tap string, up bool) {
	l.t.Helper()
	l.until(fmt.Sprintf("%s up: %v", tap, up), 20*time.Second, func() error {
		out, err := exec.Command("ip", "-br", "link", "show", tap).CombinedOutput()
		if err != nil || strings.Contains(string(out), "LOWER_UP") != up {
			return fmt.Errorf("%v: %s", err, out)
		}
		return nil
	})
}

// Two workers behind ports that do not spread flows symmetrically: what the
// kernel hands to one worker and its answers to the other is judged as one flow.
func TestTwoWorkers(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("two workers need two CPUs")
	}
	l := newLab(t, rules, "--set", "workers=0-1")
	l.serve()
	for k := range 20 {
		for _, host := range []string{server4, "[" + server6 + "]"} {
			if body, err := l.get("http://"+host+"/", 5); err != nil || !strings.Contains(string(body), "hello") {
				t.Fatalf("page %d: %v %q", k, err, body)
			}
		}
	}
	for _, page := range []string{"attack-drop", "drop"} {
		for k := range 3 {
			if body, err := l.get("http://"+server4+"/"+page, 1); exitCode(err) != curlTimeout {
				t.Errorf("%s, flow %d: curl ended with %v and got %q", page, k, err, body)
			}
		}
	}
	l.until("six drops", 10*time.Second, func() error {
		if n := len(l.alerts("drop", 1)) + len(l.alerts("drop", 2)); n < 6 {
			return fmt.Errorf("%d drops", n)
		}
		return nil
	})
	text := l.scrape()
	for w := range 2 {
		if n := metric(text, `weir_received_packets_total{worker="`+strconv.Itoa(w)+`"}`); n == 0 {
			t.Errorf("worker %d received nothing", w)
		}
	}
	l.accountBalances()
	// The taps are in other namespaces: their links are not seen, which is no loss.
	for _, d := range l.mustStatus().Degraded {
		if strings.Contains(d, "link") {
			t.Errorf("degraded: %s", d)
		}
	}
}
