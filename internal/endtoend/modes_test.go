package endtoend

import (
	"os"
	"testing"
	"time"
)

// One port that only listens: what comes in is judged, nothing is forwarded, and
// events name the port.
func TestListenOnOneDevice(t *testing.T) {
	l := bareLab(t, `alert udp any any -> any 9 (msg:"heard"; content:"overheard"; sid:1;)`, "--mode", "ids")
	l.start()
	l.waitLog("rules are in force", 1, 30*time.Second)
	tap := l.taps[0]
	l.until("tap "+tap, 10*time.Second, func() error { return in(l.client, "true").Run() })
	l.must("ip", "link", "set", tap, "netns", l.client)
	l.must("ip", "-n", l.client, "addr", "add", client4+"/24", "dev", tap)
	l.must("ip", "-n", l.client, "link", "set", tap, "up")
	l.must("ip", "-n", l.client, "neigh", "add", server4, "lladdr", "02:00:00:00:00:09", "dev", tap)
	l.until("an alert", 10*time.Second, func() error {
		in(l.client, "bash", "-c", "echo overheard >/dev/udp/"+server4+"/9").Run()
		if len(l.alerts("alert", 1)) == 0 {
			return os.ErrNotExist
		}
		return nil
	})
	if e := l.alerts("alert", 1)[0]; e["in_iface"] != "port0" {
		t.Errorf("in_iface is %v", e["in_iface"])
	}
	if s := l.mustStatus(); s.Sent != 0 || s.Received == 0 {
		t.Errorf("%d received, %d sent", s.Received, s.Sent)
	}
	l.accountBalances()
}

// In tap mode all is forwarded, and what would have been dropped is said.
func TestTapModeForwardsAll(t *testing.T) {
	l := newLab(t, rules, "--mode", "tap")
	l.serve()
	if _, err := l.get("http://"+server4+"/attack-drop", 3); err != nil {
		t.Errorf("tap mode cuts an attack: %v", err)
	}
	l.until("the alert", 10*time.Second, func() error {
		if len(l.alerts("alert", 1)) == 0 {
			return os.ErrNotExist
		}
		return nil
	})
	l.until("the packet counts as one that would have been dropped", 5*time.Second, func() error {
		if metric(l.scrape(), `weir_would_drop_packets_total{worker="0"}`) < 1 {
			return os.ErrNotExist
		}
		return nil
	})
}
