package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sender sends numbered datagrams, 2,000 a second, until it is told to stop;
// receiver counts them, and those that came after a later one.
const (
	sender = `import socket,sys,time,signal
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.connect((sys.argv[1],9900))
n=0; go=True
def stop(*_):
    global go; go=False
signal.signal(signal.SIGTERM,stop)
t=time.monotonic()
while go:
    s.send(b'%012d'%n+b'x'*200); n+=1
    d=t+n/2000-time.monotonic()
    if d>0: time.sleep(d)
    elif d<-1: t=time.monotonic()-n/2000
print(n)
`
	receiver = `import socket,signal,sys
s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.setsockopt(socket.SOL_SOCKET,socket.SO_RCVBUF,1<<22); s.bind((sys.argv[1],9900)); s.settimeout(0.5)
got=0; late=0; high=-1; go=True
def stop(*_):
    global go; go=False
signal.signal(signal.SIGTERM,stop)
print('ready',flush=True)
while True:
    try: b=s.recv(2048)
    except TimeoutError:
        if not go: break
        continue
    n=int(b[:12]); got+=1
    if n<high: late+=1
    high=max(high,n)
print(got,late)
`
)

// script runs a Python script in a namespace; the function that it returns tells
// it to stop and gives what it printed last.
func (l *lab) script(ns, text string, args ...string) (end func() string) {
	l.t.Helper()
	c := in(ns, "python3", append([]string{"-c", text}, args...)...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Process.Kill() })
	return func() string {
		// ip netns exec becomes the script.
		c.Process.Signal(syscall.SIGTERM)
		c.Wait()
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		return lines[len(lines)-1]
	}
}

// reloads is how often TestReloads reloads: E2E_RELOADS=200 for the figure.
func reloads() int {
	if n, err := strconv.Atoi(os.Getenv("E2E_RELOADS")); err == nil && n > 0 {
		return n
	}
	return 12
}

// resident is the memory that a process has for itself, in octets.
func resident(t *testing.T, pid int) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		t.Fatal(err)
	}
	n := int64(0)
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) >= 2 && (f[0] == "Private_Clean:" || f[0] == "Private_Dirty:") {
			k, _ := strconv.ParseInt(f[1], 10, 64)
			n += k << 10
		}
	}
	return n
}

// Reload after reload under traffic: no packet is lost, none overtakes another of
// its flow, and the memory of both processes is what it was.
func TestReloads(t *testing.T) {
	text := rules
	if files, _ := filepath.Glob("../../../shared/rules/et-open/*.rules"); len(files) > 0 {
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			text += string(b)
		}
	}
	sets := []string{"--set", "policy.cache.path=" + filepath.Join(t.TempDir(), "cache"), "--set", "policy.cache.enabled=yes",
		// This machine may be busy with other tests.
		"--set", "engine.heartbeat-timeout=30s"}
	for _, group := range []string{"HOME_NET", "EXTERNAL_NET", "HTTP_SERVERS", "SMTP_SERVERS", "SQL_SERVERS", "DNS_SERVERS", "TELNET_SERVERS",
		"AIM_SERVERS", "DC_SERVERS", "DNP3_SERVER", "DNP3_CLIENT", "MODBUS_CLIENT", "MODBUS_SERVER", "ENIP_CLIENT", "ENIP_SERVER"} {
		sets = append(sets, "--set", "vars.address-groups."+group+"=10.77.0.0/24")
	}
	for group, ports := range map[string]string{"HTTP_PORTS": "80", "SHELLCODE_PORTS": "!80", "ORACLE_PORTS": "1521", "SSH_PORTS": "22",
		"DNP3_PORTS": "20000", "MODBUS_PORTS": "502", "FILE_DATA_PORTS": "[$HTTP_PORTS,110,143]", "FTP_PORTS": "21",
		"GENEVE_PORTS": "6081", "VXLAN_PORTS": "4789", "TEREDO_PORTS": "3544"} {
		sets = append(sets, "--set", "vars.port-groups."+group+"="+ports)
	}
	l := newLab(t, text, sets...)
	l.waitLog("rules are in force", 1, 120*time.Second)
	// The taps wait for a worker whose core others took; what is lost is weir's.
	l.must("ip", "-n", l.client, "link", "set", l.taps[0], "txqueuelen", "50000")
	recv := l.script(l.server, receiver, server4)
	time.Sleep(500 * time.Millisecond)
	send := l.script(l.client, sender, server4)
	n := reloads()
	var engineBefore, controlBefore int64
	var longest time.Duration
	before := l.mustStatus()
	for i := range n {
		// Two policies in turn, so that each reload changes something; both are
		// compiled once.
		l.writeRules(text + fmt.Sprintf("alert udp any any -> any 1 (msg:\"turn\"; sid:%d;)\n", 9_900_000+i%2))
		begun := time.Now()
		out, err := exec.Command(binary, "reload", "--run-dir", filepath.Join(l.dir, "run")).CombinedOutput()
		if err != nil {
			t.Fatalf("reload %d: %v\n%s", i, err, out)
		}
		longest = max(longest, time.Since(begun))
		if i == 0 {
			t.Logf("%s", lastLine(out))
		}
		if i%20 == 0 {
			t.Logf("after %d reloads: engine %d MiB (its Go heap %d MiB), control %d MiB", i+1, resident(t, before.Engine.PID)>>20, l.mustStatus().Engine.HeapBytes>>20, resident(t, before.PID)>>20)
		}
		if i == min(5, n/2) {
			engineBefore, controlBefore = resident(t, before.Engine.PID), resident(t, before.PID)
		}
	}
	after := l.mustStatus()
	engineAfter, controlAfter := resident(t, after.Engine.PID), resident(t, after.PID)
	sent, err := strconv.Atoi(send())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	var got, late int
	if _, err := fmt.Sscan(recv(), &got, &late); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d reloads of %d rules, the longest took %v; %d datagrams sent, %d received, %d late; engine %d to %d MiB, control %d to %d MiB; %s",
		n, after.Rules.Loaded, longest.Round(time.Millisecond), sent, got, late, engineBefore>>20, engineAfter>>20, controlBefore>>20, controlAfter>>20, l.pollGaps())
	if got != sent || late != 0 {
		t.Errorf("%d of %d datagrams came, %d late", got, sent, late)
	}
	if after.Rules.Generation != before.Rules.Generation+n {
		t.Errorf("generation %d after %d and %d reloads", after.Rules.Generation, before.Rules.Generation, n)
	}
	if engineAfter > engineBefore+engineBefore/10+(8<<20) {
		t.Errorf("the engine had %d MiB and has %d", engineBefore>>20, engineAfter>>20)
	}
	if controlAfter > controlBefore+controlBefore/2+(64<<20) {
		t.Errorf("control had %d MiB and has %d", controlBefore>>20, controlAfter>>20)
	}
	if after.Engine.Collections != before.Engine.Collections {
		t.Errorf("the engine's collector ran %d times", after.Engine.Collections-before.Engine.Collections)
	}
	l.accountBalances()
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// pollGaps is what the workers say of the time between two polls.
func (l *lab) pollGaps() string {
	out, err := exec.Command(binary, "status", "--json", "--run-dir", filepath.Join(l.dir, "run")).Output()
	if err != nil {
		return err.Error()
	}
	var s struct {
		Workers []struct {
			ID  int           `json:"id"`
			Gap time.Duration `json:"poll_gap_p999_ns"`
		}
	}
	if err := json.Unmarshal(out, &s); err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, w := range s.Workers {
		fmt.Fprintf(&b, "worker %d: poll gap p99.9 %v ", w.ID, w.Gap)
	}
	return strings.TrimSpace(b.String())
}
