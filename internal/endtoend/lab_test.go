package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Addresses of the lab: the client stands on the inside, the server outside.
const (
	client4, server4 = "10.77.0.1", "10.77.0.2"
	client6, server6 = "fd77::1", "fd77::2"
)

// binary is the weir that all tests run, built once.
var binary string

func TestMain(m *testing.M) {
	if os.Geteuid() != 0 {
		fmt.Println("end-to-end tests: skipped, they need root (network namespaces, tap devices)")
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "weir-e2e-")
	if err == nil {
		binary = filepath.Join(dir, "weir")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", binary, "../../cmd/weir").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Println("end-to-end tests:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// lab is a client and a server with weir on the wire between them.
type lab struct {
	t       *testing.T
	dir     string
	client  string // namespaces
	server  string
	taps    [2]string
	metrics string // address
	args    []string
	control *exec.Cmd
	log     string
}

// newLab builds the namespaces and starts weir with rules; more are further
// arguments of `weir run`.
func newLab(t *testing.T, rules string, more ...string) *lab {
	t.Helper()
	l := bareLab(t, rules, more...)
	l.args = append(l.args, "--vdev", "net_tap1,iface="+l.taps[1])
	l.start()
	l.waitLog("engine forwards", 1, 30*time.Second)
	l.place()
	return l
}

// bareLab is a lab with one port, not started.
func bareLab(t *testing.T, rules string, more ...string) *lab {
	t.Helper()
	for _, tool := range []string{"ip", "ping", "curl", "python3"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%v: docker/install-deps.sh test", err)
		}
	}
	id := strconv.Itoa(os.Getpid()%100000) + strconv.Itoa(labs)
	labs++
	l := &lab{t: t, dir: t.TempDir(), client: "weir-e2e-c" + id, server: "weir-e2e-s" + id,
		taps: [2]string{"wc" + id, "ws" + id}, metrics: freeAddress(t)}
	l.log = filepath.Join(l.dir, "control.log")
	for _, ns := range []string{l.client, l.server} {
		l.must("ip", "netns", "add", ns)
		t.Cleanup(func() { exec.Command("ip", "netns", "del", ns).Run() })
		l.must("ip", "-n", ns, "link", "set", "lo", "up")
	}
	file := filepath.Join(l.dir, "test.rules")
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(l.dir, "weir.yaml")
	if err := os.WriteFile(config, []byte(configuration), 0o644); err != nil {
		t.Fatal(err)
	}
	l.args = append([]string{"run", "-c", config, "-S", file, "-l", filepath.Join(l.dir, "log"), "--run-dir", filepath.Join(l.dir, "run"),
		"--set", "metrics.listen=" + l.metrics,
		"--vdev", "net_tap0,iface=" + l.taps[0]}, more...)
	t.Cleanup(l.stop)
	return l
}

var labs int

// configuration writes what the tests look for.
const configuration = `%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types: [alert, {drop: {alerts: yes}}, {anomaly: {}}, http, {smtp: {extended: yes}}, ftp, files, flow]
app-layer:
  protocols:
    http: {enabled: yes}
    tls: {enabled: yes}
    smtp: {enabled: yes}
    ftp: {enabled: yes}
    dns: {tcp: {enabled: yes}, udp: {enabled: yes}}
`

func freeAddress(t *testing.T) string {
	t.Helper()
	s, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.Addr().String()
}

// start starts control, or a successor of one that died.
func (l *lab) start() {
	l.t.Helper()
	log, err := os.OpenFile(l.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		l.t.Fatal(err)
	}
	defer log.Close()
	l.control = exec.Command(binary, l.args...)
	l.control.Stdout, l.control.Stderr = log, log
	if err := l.control.Start(); err != nil {
		l.t.Fatal(err)
	}
}

// place moves the taps into the namespaces.
func (l *lab) place() {
	l.t.Helper()
	for i, side := range []struct{ ns, v4, v6 string }{{l.client, client4, client6}, {l.server, server4, server6}} {
		tap := l.taps[i]
		l.until("tap "+tap, 10*time.Second, func() error { return exec.Command("ip", "link", "show", tap).Run() })
		l.must("ip", "link", "set", tap, "netns", side.ns)
		l.must("ip", "-n", side.ns, "addr", "add", side.v4+"/24", "dev", tap)
		l.must("ip", "-n", side.ns, "addr", "add", side.v6+"/64", "dev", tap, "nodad")
		l.must("ip", "-n", side.ns, "link", "set", tap, "up")
	}
}

// stop ends both processes, whatever state they are in.
func (l *lab) stop() {
	engine := 0
	if s, err := l.status(); err == nil {
		engine = s.Engine.PID
	}
	if l.control != nil && l.control.Process != nil {
		l.control.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { l.control.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			l.t.Error("control does not end on TERM within 20 s")
			l.control.Process.Kill()
		}
	}
	if engine > 0 && syscall.Kill(engine, 0) == nil {
		syscall.Kill(engine, syscall.SIGKILL)
	}
	if l.t.Failed() {
		b, _ := os.ReadFile(l.log)
		l.t.Logf("control:\n%s", b)
	}
}

// must runs a command that has to succeed.
func (l *lab) must(name string, args ...string) string {
	l.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		l.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// in is a command in a namespace.
func in(ns string, name string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", ns, name}, args...)...)
}

// background starts a command in a namespace that ends with the test.
func (l *lab) background(ns, name string, args ...string) *exec.Cmd {
	l.t.Helper()
	c := in(ns, name, args...)
	c.Dir = l.dir
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return c
}

// until tries again and again.
func (l *lab) until(what string, within time.Duration, try func() error) {
	l.t.Helper()
	var err error
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	l.t.Fatalf("%s: gave up after %v: %v", what, within, err)
}

// waitLog waits for the n-th line of control's log with a text and returns it.
func (l *lab) waitLog(text string, n int, within time.Duration) string {
	l.t.Helper()
	var line string
	l.until("control says "+strconv.Quote(text), within, func() error {
		b, _ := os.ReadFile(l.log)
		k := 0
		for s := range strings.Lines(string(b)) {
			if strings.Contains(s, text) {
				line = s
				k++
			}
		}
		if k < n {
			return fmt.Errorf("%d of %d so far", k, n)
		}
		return nil
	})
	return line
}

// status is what `weir status --json` says.
type status struct {
	PID    int `json:"pid"`
	Engine struct {
		PID                            int
		Adopted                        bool
		Restarts, Mallocs, Collections int
		HeapBytes                      uint64 `json:"heap_bytes"`
	} `json:"engine"`
	Received, Originated, Sent, Freed, Held uint64
	Degraded                                []string
	Rules                                   struct{ Loaded, Generation int }
	Drops                                   []struct {
		Name  string
		Count uint64
	}
}

func (l *lab) status() (s status, err error) {
	out, err := exec.Command(binary, "status", "--json", "--run-dir", filepath.Join(l.dir, "run")).Output()
	if err == nil {
		err = json.Unmarshal(out, &s)
	}
	return s, err
}

func (l *lab) mustStatus() status {
	l.t.Helper()
	s, err := l.status()
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// events are the lines of eve.json that match.
func (l *lab) events(match func(map[string]any) bool) []map[string]any {
	b, _ := os.ReadFile(filepath.Join(l.dir, "log", "eve.json"))
	var out []map[string]any
	for line := range bytes.Lines(b) {
		var e map[string]any
		if json.Unmarshal(line, &e) == nil && match(e) {
			out = append(out, e)
		}
	}
	return out
}

// alerts are the alert or drop events of a rule.
func (l *lab) alerts(kind string, sid int) []map[string]any {
	return l.events(func(e map[string]any) bool {
		a, _ := e["alert"].(map[string]any)
		if n, ok := e["pcap_cnt"]; ok {
			l.t.Errorf("an event of a wire says pcap_cnt %v: only captures number their packets", n)
		}
		return e["event_type"] == kind && a != nil && a["signature_id"] == float64(sid)
	})
}

// get fetches a page; a page that does not come within the time is an error.
func (l *lab) get(url string, seconds int) ([]byte, error) {
	return in(l.client, "curl", "-sfg", "--path-as-is", "-m", strconv.Itoa(seconds), url).Output()
}
