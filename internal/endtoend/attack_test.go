package endtoend

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// attack is a tool against the server, and the detector that has to see it.
type attack struct {
	tool     string
	args     []string
	detector string
	// before prepares the server's side.
	before func(l *lab)
	within time.Duration
}

// attacks are real tools in the ways that people use them. They end by
// themselves or are ended after the time that detection may take.
var attacks = []attack{
	{tool: "nmap", args: []string{"-n", "-Pn", "-sS", "-T4", "-p1-600", server4}, detector: "port-scan", within: 20 * time.Second},
	{tool: "nmap", args: []string{"-n", "-Pn", "-sT", "-T3", "-p1-300", server4}, detector: "port-scan", within: 20 * time.Second},
	{tool: "nmap", args: []string{"-n", "-Pn", "-sS", "-T4", "-p1-300", "-6", server6}, detector: "port-scan", within: 20 * time.Second},
	{tool: "nmap", args: []string{"-n", "-Pn", "-sS", "-p445", "--min-rate", "50", "10.77.1.0/24"}, detector: "host-scan", before: manyHosts, within: 20 * time.Second},
	{tool: "nmap", args: []string{"-n", "-sn", "-PE", "--disable-arp-ping", "--min-rate", "50", "10.77.1.0/24"}, detector: "ping-sweep", before: manyHosts, within: 60 * time.Second},
	{tool: "hping3", args: []string{"-q", "-S", "-p", "80", "--rand-source", "-i", "u200", server4}, detector: "syn-flood-target", within: 20 * time.Second},
	{tool: "hping3", args: []string{"-q", "-S", "-p", "81", "-i", "u500", server4}, detector: "syn-flood-source", before: deafPort, within: 20 * time.Second},
	{tool: "hping3", args: []string{"-q", "-1", "-i", "u200", server4}, detector: "icmp-flood", within: 20 * time.Second},
	{tool: "hping3", args: []string{"-q", "--udp", "-p", "9", "-d", "3000", "-f", "-i", "u200", server4}, detector: "fragment-flood", within: 20 * time.Second},
	{tool: "slowhttptest", args: []string{"-H", "-c", "200", "-r", "100", "-i", "20", "-l", "60", "-u", "http://" + server4 + "/"}, detector: "slow-request", before: func(l *lab) { l.serve() }, within: 60 * time.Second},
	{tool: "hydra", args: []string{"-q", "-I", "-t", "16", "-l", "nobody", "-x", "3:3:a", "ssh://" + server4}, detector: "brute-force", before: sshServer, within: 90 * time.Second},
	{tool: "bash", args: []string{"-c", "iodine -f -r -I1 -P x " + server4 + " t.example.com & for i in $(seq 100); do ping -q -i 0.05 -c 20 10.99.0.1; sleep 0.3; done"}, detector: "dns-tunnel", before: tunnelServer, within: 60 * time.Second},
}

// manyHosts gives the server's side a network of which half answers.
func manyHosts(l *lab) {
	l.must("ip", "-n", l.server, "route", "add", "local", "10.77.1.0/25", "dev", "lo")
	l.must("ip", "-n", l.server, "route", "add", "blackhole", "10.77.1.128/25")
	l.must("ip", "-n", l.client, "route", "add", "10.77.1.0/24", "via", server4)
}

// deafPort makes a port that neither answers nor refuses: what a flood of one
// source meets once the backlog is full.
func deafPort(l *lab) {
	l.must("ip", "-n", l.server, "route", "add", "blackhole", client4+"/32")
}

// sshServer starts sshd with a key and settings of its own.
func sshServer(l *lab) {
	l.must("mkdir", "-p", "/run/sshd")
	key := filepath.Join(l.dir, "host_key")
	l.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	l.background(l.server, "/usr/sbin/sshd", "-D", "-f", "/dev/null", "-h", key, "-o", "PidFile=none", "-o", "UsePAM=no", "-o", "MaxStartups=100")
	l.until("sshd answers", 10*time.Second, func() error {
		return in(l.client, "bash", "-c", "exec 3<>/dev/tcp/"+server4+"/22 && head -c 4 <&3").Run()
	})
}

// tunnelServer starts the far end of a tunnel in DNS.
func tunnelServer(l *lab) {
	l.background(l.server, "iodined", "-f", "-c", "-P", "x", "10.99.0.1/24", "t.example.com")
	time.Sleep(time.Second)
}

// Each tool is found by its detector, and the finding says what was counted.
func TestAttacksAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes; run without -short")
	}
	type outcome struct{ attack, detector, after, counted string }
	var table []outcome
	for _, a := range attacks {
		name := a.tool + "-" + a.detector
		t.Run(name, func(t *testing.T) {
			if _, err := exec.LookPath(a.tool); err != nil {
				t.Fatalf("%v: docker/install-deps.sh test", err)
			}
			l := newLab(t, rules)
			if a.before != nil {
				a.before(l)
			}
			begun := time.Now()
			c := in(l.client, a.tool, a.args...)
			c.Dir = l.dir
			c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { syscall.Kill(-c.Process.Pid, syscall.SIGKILL); c.Wait() }()
			var found map[string]any
			l.until(a.detector, a.within, func() error {
				for _, e := range l.findings() {
					if w, _ := e["weir"].(map[string]any); w["detector"] == a.detector {
						found = e
						return nil
					}
				}
				return fmt.Errorf("findings so far: %v", names(l.findings()))
			})
			w := found["weir"].(map[string]any)
			if w["counted"].(float64) < w["expected"].(float64) || w["window_ms"] == nil || w["score"].(float64) < 50 {
				t.Errorf("the finding does not explain itself: %v", found)
			}
			at, _ := time.Parse("2006-01-02T15:04:05.000000-0700", found["timestamp"].(string))
			table = append(table, outcome{a.tool + " " + strings.Join(a.args, " "), a.detector,
				at.Sub(begun).Round(100 * time.Millisecond).String(), fmt.Sprintf("%v over %v", w["counted"], w["expected"])})
		})
	}
	for _, o := range table {
		t.Logf("%-18s after %-7s %-28s %s", o.detector, o.after, o.counted, o.attack)
	}
}

// findings are the records of detectors.
func (l *lab) findings() []map[string]any {
	return l.events(func(e map[string]any) bool {
		a, _ := e["anomaly"].(map[string]any)
		return e["event_type"] == "anomaly" && a["type"] == "detector"
	})
}

func names(events []map[string]any) (out []string) {
	for _, e := range events {
		w, _ := e["weir"].(map[string]any)
		out = append(out, fmt.Sprintf("%v %v", w["detector"], w["phase"]))
	}
	return out
}

// Ordinary use raises nothing: pages, a long download, logins, pings.
func TestBenignUseRaisesNothing(t *testing.T) {
	l := newLab(t, rules)
	l.serve()
	sshServer(l)
	for range 150 {
		if _, err := l.get("http://"+server4+"/", 5); err != nil {
			t.Fatalf("a page does not come: %v", err)
		}
	}
	if _, err := l.get("http://["+server6+"]/big", 120); err != nil {
		t.Errorf("the download does not come: %v", err)
	}
	l.background(l.server, "iperf3", "-s", "-1")
	time.Sleep(300 * time.Millisecond)
	in(l.client, "iperf3", "-c", server4, "-t", "3").Run()
	in(l.client, "ping", "-q", "-i", "0.01", "-c", "300", server4).Run()
	for range 5 {
		in(l.client, "ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "nobody@"+server4, "true").Run()
	}
	time.Sleep(time.Second)
	if f := l.findings(); len(f) > 0 {
		t.Errorf("findings on benign traffic: %v", f)
	}
	t.Logf("%d packets, no finding", l.mustStatus().Received)
}

// A rule can require a finding: what a scanner sends once it was found is
// dropped, others are served on.
func TestRuleOnAFinding(t *testing.T) {
	l := newLab(t, `drop ip any any -> any any (msg:"a scanner"; anomaly:port-scan,>=50; sid:7;)`)
	l.serve()
	in(l.client, "nmap", "-n", "-Pn", "-sS", "-T4", "-p1-300", server4).Run()
	l.until("the rule drops the scanner", 10*time.Second, func() error {
		if len(l.alerts("drop", 7)) == 0 {
			return os.ErrNotExist
		}
		return nil
	})
	if _, err := l.get("http://"+server4+"/", 1); exitCode(err) != curlTimeout {
		t.Errorf("the scanner is still served: curl exit code %d", exitCode(err))
	}
	if _, err := l.get("http://["+server6+"]/", 5); err != nil {
		t.Errorf("another address is not served: %v", err)
	}
}

// A flood with spoofed sources is challenged; who proved its address is served.
func TestFloodIsMitigated(t *testing.T) {
	l := newLab(t, rules, "--set", "anomaly.detectors.syn-flood-target.action=challenge")
	l.serve()
	flood := l.background(l.client, "hping3", "-q", "-S", "-p", "80", "--rand-source", "-i", "u200", server4)
	defer flood.Process.Kill()
	l.until("packets are held back", 20*time.Second, func() error {
		for _, d := range l.mustStatus().Drops {
			if d.Name == "anomaly" && d.Count > 100 {
				return nil
			}
		}
		return fmt.Errorf("drops: %v", l.mustStatus().Drops)
	})
	served := 0
	for range 20 {
		if _, err := l.get("http://"+server4+"/", 4); err == nil {
			served++
		}
	}
	if served < 18 {
		t.Errorf("%d of 20 pages were served during the flood", served)
	}
	t.Logf("%d of 20 pages during the flood; drops %v", served, l.mustStatus().Drops)
}
