package replay

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

const childEnv = "WEIR_REPLAY_CHILD"

// TestMain lets the test binary be the process of one replay: an EAL is started
// once a process.
func TestMain(m *testing.M) {
	said := os.Getenv(childEnv)
	if said == "" {
		os.Exit(m.Run())
	}
	o := Options{Stderr: os.Stderr}
	if os.Getenv(bombEnv) != "" {
		amend = withBomb
	}
	if err := json.Unmarshal([]byte(said), &o); err == nil {
		if _, err = Run(o); err == nil {
			os.Exit(0)
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(1)
}

// writeCapture writes frames as a capture.
func writeCapture(t *testing.T, path string, frames []packetbuild.Frame) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := packetbuild.WritePcap(f, packetbuild.LinkEthernet, frames); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// usage is what a replay took: memory at its peak, and processor time.
type usage struct {
	peakKB  int64
	seconds float64
}

// last is that of the last one.
var last usage

// replayed runs a replay and gives its events, without what depends on the
// worker, sorted, and what all workers counted.
func replayed(t *testing.T, o Options) (events []string, stats map[string]any) {
	t.Helper()
	o.LogDir = t.TempDir()
	said, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(said))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%+v: %v\n%s", o, err, out)
	}
	if use, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		last = usage{use.Maxrss, cmd.ProcessState.UserTime().Seconds() + cmd.ProcessState.SystemTime().Seconds()}
	}
	f, err := os.Open(filepath.Join(o.LogDir, "eve.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		e := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		if e["event_type"] == "stats" {
			stats, _ = e["stats"].(map[string]any)
			continue
		}
		delete(e, "flow_id")
		if w, ok := e["weir"].(map[string]any); ok {
			delete(w, "worker")
		}
		b, _ := json.Marshal(e)
		events = append(events, string(b))
	}
	slices.Sort(events)
	return events, stats
}

// crossing is traffic that a port would give to another worker than its flow's:
// fragments, tunnels, ICMP errors, and rules that count or remember over flows.
func crossing() *packetbuild.Capture {
	c := packetbuild.NewCapture()
	const tunnelA, tunnelB = "192.0.2.1", "192.0.2.2"
	wraps := [][]packetbuild.Wrap{nil, {packetbuild.VXLAN(tunnelA, tunnelB, 7)}, {packetbuild.GRE(tunnelA, tunnelB, 0)},
		{packetbuild.IPIP(tunnelA, tunnelB)}, {packetbuild.VLAN(7)}, {packetbuild.MPLS(20, 21)},
		{packetbuild.GRE("198.51.100.1", "198.51.100.2", 3), packetbuild.VXLAN(tunnelA, tunnelB, 9)}}
	for i := range 40 {
		client, server := fmt.Sprintf("10.0.%d.%d", i%3, i+1), fmt.Sprintf("172.16.0.%d", i%5+1)
		tcp := c.TCP(fmt.Sprintf("%s:%d", client, 40000+i), server+":80")
		tcp.Wraps = wraps[i%len(wraps)]
		tcp.Handshake()
		tcp.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", fmt.Sprintf("/%d/secret-%d", i, i%4), "example.com"))
		tcp.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/plain", []byte("the answer is forty-two")))
		if i%6 == 5 {
			tcp.Send(packetbuild.Client, []byte("GET /attack-now HTTP/1.1\r\nHost: a\r\n\r\n"))
		}
		tcp.Close()
		udp := c.UDP(fmt.Sprintf("%s:%d", client, 50000+i), server+":5000")
		// A tunnel whose packets carry fragments is seen where these are held, so
		// there is none here.
		udp.Wraps = [][]packetbuild.Wrap{nil, {packetbuild.VLAN(7)}, {packetbuild.MPLS(20, 21)}}[i%3]
		big := append(make([]byte, 900), "marker-in-a-datagram"...)
		for _, side := range []packetbuild.Side{packetbuild.Client, packetbuild.Server} {
			for _, f := range packetbuild.Fragments(udp.Datagram(side, big), uint32(i), 304) {
				c.IP(f, side == packetbuild.Server, udp.Wraps...)
			}
		}
		udp.Wraps = wraps[(i+2)%len(wraps)]
		udp.Send(packetbuild.Client, []byte("marker-alone"))
		c.Unreachable(server, client, 3, udp.Datagram(packetbuild.Client, []byte("marker-alone")))
		six := c.UDP(fmt.Sprintf("[2001:db8::%d]:%d", i+1, 50000+i), "[2001:db8:1::1]:5000")
		for _, f := range packetbuild.Fragments(six.Datagram(packetbuild.Client, big), uint32(i), 304) {
			c.IP(f, false)
		}
		c.Ping(client, server, uint16(i), 1, []byte("ping"))
	}
	return c
}

const crossingRules = `alert tcp any any -> any any (msg:"each"; content:"GET"; sid:1;)
alert tcp any any -> any any (msg:"limit by source"; content:"secret"; threshold:type limit, track by_dst, count 2, seconds 3600; sid:2;)
alert tcp any any -> any any (msg:"every fourth to a server"; content:"secret"; threshold:type threshold, track by_dst, count 4, seconds 3600; sid:3;)
alert tcp any any -> any any (msg:"over flows"; content:"secret"; detection_filter:track by_dst, count 5, seconds 3600; sid:4;)
alert tcp any any -> any any (msg:"sets a host's bit"; content:"secret-3"; hostbits:set,seen,dst,3600; sid:5;)
alert tcp any any -> any any (msg:"host seen"; content:"GET"; hostbits:isset,seen,dst; sid:6;)
alert tcp any any -> any any (msg:"sets a pair's bit"; content:"secret-1"; xbits:set,met,track ip_dst,expire 3600; sid:7;)
alert udp any any -> any any (msg:"met before"; content:"marker"; xbits:isset,met,track ip_dst; sid:8;)
alert http any any -> any any (msg:"new address"; http.uri; dataset:set,uris,type string; sid:9;)
alert http any any -> any any (msg:"known address"; http.uri; content:"/attack"; dataset:isset,uris,type string; sid:10;)
alert udp any any -> any any (msg:"datagram"; content:"marker-in-a-datagram"; sid:11;)
alert icmp any any -> any any (msg:"unreachable"; itype:3; sid:12;)
alert udp any any -> any 4789 (msg:"the tunnel itself"; sid:13;)
drop tcp any any -> any any (msg:"attack"; flow:established,to_server; content:"attack-now"; sid:20;)
drop udp any any -> any any (msg:"drop a datagram"; content:"marker-in-a-datagram"; threshold:type limit, track by_src, count 1, seconds 3600; sid:21;)
`

// The same traffic gives the same events on one worker and on several: what is
// counted, remembered and put together over flows included.
func TestWorkersMakeNoDifference(t *testing.T) {
	dir := t.TempDir()
	capture, rules := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules")
	writeCapture(t, capture, crossing().Frames())
	if err := os.WriteFile(rules, []byte(crossingRules), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ips := range []bool{false, true} {
		o := Options{Capture: capture, Rules: []string{rules}, SimulateIPS: ips, Sets: []string{"anomaly.enabled=no"}}
		want, stats := replayed(t, o)
		if n := counted(stats, "handed_over"); n != 0 {
			t.Fatalf("one worker handed %v packets over", n)
		}
		for sid := range 21 {
			if !strings.Contains(crossingRules, fmt.Sprintf("sid:%d;", sid)) || ips && sid == 21 {
				continue
			}
			id := fmt.Sprintf(`"signature_id":%d}`, sid)
			if !slices.ContainsFunc(want, func(e string) bool { return strings.Contains(e, id) }) {
				t.Errorf("ips %v: rule %d, which the test is about, does not alert", ips, sid)
			}
		}
		for _, o.Workers = range []int{2, 3, 8} {
			for _, o.Burst = range []int{0, 1} {
				got, stats := replayed(t, o)
				if n := counted(stats, "handed_over"); n < 100 || n != counted(stats, "taken_over") || counted(stats, "steer_full") != 0 {
					t.Errorf("%d workers: handed over %v, taken over %v, lost %v", o.Workers, n, counted(stats, "taken_over"), counted(stats, "steer_full"))
				}
				if only := missing(want, got); len(only) > 0 {
					t.Errorf("ips %v, %d workers, burst %d: %d events of one worker are missing, the first:\n%s", ips, o.Workers, o.Burst, len(only), only[0])
				}
				if only := missing(got, want); len(only) > 0 {
					t.Errorf("ips %v, %d workers, burst %d: %d events that one worker has not, the first:\n%s", ips, o.Workers, o.Burst, len(only), only[0])
				}
			}
		}
	}
}

func counted(stats map[string]any, name string) float64 {
	w, _ := stats["weir"].(map[string]any)
	n, _ := w[name].(float64)
	return n
}

// missing are the lines of a, sorted, that b has not, or has less often.
func missing(a, b []string) (out []string) {
	n := map[string]int{}
	for _, l := range b {
		n[l]++
	}
	for _, l := range a {
		if n[l]--; n[l] < 0 {
			out = append(out, l)
		}
	}
	return out
}
