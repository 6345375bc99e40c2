package endtoend

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Rules of the lab: an attack in a request and one in a reply, dropped; the same
// rejected.
const rules = `
drop http any any -> any any (msg:"request, dropped"; flow:to_server,established; http.uri; content:"attack-drop"; sid:1;)
drop tcp any any -> any any (msg:"reply, dropped"; flow:to_client,established; content:"bad-reply-drop"; sid:2;)
reject http any any -> any any (msg:"request, rejected"; flow:to_server,established; http.uri; content:"attack-reject"; sid:3;)
rejectboth tcp any any -> any any (msg:"reply, rejected"; flow:to_client,established; content:"bad-reply-reject"; sid:4;)
`

// serve starts a web server on the outside.
func (l *lab) serve() (big []byte) {
	l.t.Helper()
	www := filepath.Join(l.dir, "www")
	if err := os.Mkdir(www, 0o755); err != nil {
		l.t.Fatal(err)
	}
	big = make([]byte, 100<<20)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(big)
	for name, text := range map[string][]byte{
		"index.html": []byte("hello from behind weir\n"), "big": big,
		"drop": []byte("bad-reply-drop\n"), "reject": []byte("bad-reply-reject\n"),
		"attack-drop": nil, "attack-reject": nil,
	} {
		if err := os.WriteFile(filepath.Join(www, name), text, 0o644); err != nil {
			l.t.Fatal(err)
		}
	}
	l.background(l.server, "python3", "-m", "http.server", "80", "--bind", "::", "--directory", www)
	l.until("the server answers through the wire", 20*time.Second, func() error {
		_, err := l.get("http://"+server4+"/", 1)
		return err
	})
	return big
}

// curlReset and curlTimeout are curl's exit codes for a reset connection and one
// that stays silent; curlEmpty is a connection that ended without a reply.
const (
	curlTimeout = 28
	curlEmpty   = 52
	curlReset   = 56
)

func exitCode(err error) int {
	if e, ok := err.(*exec.ExitError); ok {
		return e.ExitCode()
	}
	return 0
}

func TestWire(t *testing.T) {
	l := newLab(t, rules)
	big := l.serve()
	for _, v := range []struct{ name, server, host string }{{"IPv4", server4, server4}, {"IPv6", server6, "[" + server6 + "]"}} {
		t.Run(v.name, func(t *testing.T) {
			if out, err := in(l.client, "ping", "-c", "3", "-i", "0.2", "-W", "2", v.server).CombinedOutput(); err != nil {
				t.Errorf("ping: %v\n%s", err, out)
			}
			for _, row := range []struct {
				page  string
				codes []int
			}{
				{"attack-drop", []int{curlTimeout}}, {"drop", []int{curlTimeout}},
				{"attack-reject", []int{curlReset}}, {"reject", []int{curlReset, curlEmpty}},
			} {
				begun := time.Now()
				body, err := l.get("http://"+v.host+"/"+row.page, 2)
				if code := exitCode(err); !contains(row.codes, code) {
					t.Errorf("%s: curl ended with %d after %v and got %q, want exit code %v", row.page, code, time.Since(begun), body, row.codes)
				}
			}
			if body, err := l.get("http://"+v.host+"/", 5); err != nil || !strings.Contains(string(body), "hello") {
				t.Errorf("a page after the attacks: %v %q", err, body)
			}
			begun := time.Now()
			body, err := l.get("http://"+v.host+"/big", 120)
			if err != nil || !bytes.Equal(body, big) {
				t.Errorf("100 MB: %v, %d octets, want %d unchanged", err, len(body), len(big))
			}
			t.Logf("100 MB in %v", time.Since(begun).Round(time.Millisecond))
		})
	}
	if out := l.must("ip", "-n", l.client, "neigh", "show", server4); !strings.Contains(out, "lladdr") {
		t.Errorf("ARP did not pass: %q", out)
	}
	for sid := 1; sid <= 4; sid++ {
		want := 2 // one of each IP version
		l.until(fmt.Sprintf("alerts and drops of rule %d", sid), 10*time.Second, func() error {
			a, d := l.alerts("alert", sid), l.alerts("drop", sid)
			if len(a) < want || len(d) < want {
				return fmt.Errorf("%d alerts and %d drops", len(a), len(d))
			}
			for _, e := range d {
				if drop, _ := e["drop"].(map[string]any); drop == nil || drop["reason"] != "rules" {
					return fmt.Errorf("a drop's reason is %v", e["drop"])
				}
			}
			return nil
		})
	}
	l.metricsAgree()
	l.accountBalances()
}

func contains(list []int, n int) bool {
	for _, k := range list {
		if k == n {
			return true
		}
	}
	return false
}

// accountBalances: every packet that came ended once.
func (l *lab) accountBalances() {
	l.t.Helper()
	l.until("received + originated = sent + freed + held", 5*time.Second, func() error {
		s := l.mustStatus()
		if in, out := s.Received+s.Originated, s.Sent+s.Freed+s.Held; in != out || in == 0 {
			return fmt.Errorf("%d + %d, and %d + %d + %d", s.Received, s.Originated, s.Sent, s.Freed, s.Held)
		}
		return nil
	})
}

// scrape is the text of /metrics.
func (l *lab) scrape() string {
	l.t.Helper()
	r, err := http.Get("http://" + l.metrics + "/metrics")
	if err != nil {
		l.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(b)
}

// metric is a number of a scrape by its name and labels.
func metric(text, series string) float64 {
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		return -1
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	return v
}

// metricsAgree compares /metrics with eve.json and with status, has promtool
// check them and a real Prometheus scrape them.
func (l *lab) metricsAgree() {
	l.t.Helper()
	text := l.scrape()
	for sid := 1; sid <= 4; sid++ {
		want := float64(len(l.alerts("alert", sid)))
		if got := metric(text, fmt.Sprintf(`weir_rule_hits_total{gid="1",sid="%d"}`, sid)); got != want {
			l.t.Errorf("rule %d has %v hits in metrics, %v in eve.json", sid, got, want)
		}
	}
	var rules float64
	for _, d := range l.mustStatus().Drops {
		if d.Name == "rules" {
			rules = float64(d.Count)
		}
	}
	if got := metric(text, `weir_dropped_packets_total{worker="0",reason="rules"}`); got != rules || got < 1 {
		l.t.Errorf("%v packets dropped by rules in metrics, %v in status", got, rules)
	}
	for _, series := range []string{`weir_flows{worker="0"}`, `weir_scanned_bytes_total{worker="0"}`, `weir_stats_total{name="tcp.sessions"}`, `weir_stats_total{name="app_layer.tx.http"}`} {
		if got := metric(text, series); got < 1 {
			l.t.Errorf("%s is %v", series, got)
		}
	}
	if got := metric(text, "weir_engine_gc_cycles_total"); got != 0 {
		l.t.Errorf("the engine collected garbage %v times", got)
	}
	check := exec.Command("promtool", "check", "metrics")
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		l.t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
	l.prometheus()
}

// prometheus runs Debian's for a moment.
func (l *lab) prometheus() {
	l.t.Helper()
	at := freeAddress(l.t)
	config := filepath.Join(l.dir, "prometheus.yaml")
	text := fmt.Sprintf("global:\n  scrape_interval: 1s\nscrape_configs:\n- job_name: weir\n  static_configs:\n  - targets: [%q]\n", l.metrics)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
	p := exec.Command("prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(l.dir, "tsdb"), "--web.listen-address="+at)
	if err := p.Start(); err != nil {
		l.t.Fatalf("%v: docker/install-deps.sh test", err)
	}
	defer func() { p.Process.Kill(); p.Wait() }()
	l.until("Prometheus holds weir's counters", 30*time.Second, func() error {
		r, err := http.Get("http://" + at + "/api/v1/query?query=weir_received_packets_total")
		if err != nil {
			return err
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err == nil && !bytes.Contains(b, []byte(`"worker":"0"`)) {
			err = fmt.Errorf("%s", b)
		}
		return err
	})
}
