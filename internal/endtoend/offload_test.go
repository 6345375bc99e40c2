package endtoend

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// offloading is a pair whose ports may drop flows by themselves.
const offloading = `
dpdk:
  offload: {lease: 500ms}
  ports:
    - {name: lan, vdev: "net_tap0,iface=%s", pair: lab, side: inside}
    - {name: wan, vdev: "net_tap1,iface=%s", pair: lab, side: outside}
  pairs:
    - {name: lab, inside: lan, outside: wan, mode: inline, offload: yes}
`

// bad4 is the client's second address.
const bad4 = "10.77.0.9"

// A flow that is dropped is offered to its port once enough of its packets came
// for nothing. net_tap hands rules to the kernel's flower classifier; where that
// is missing the refusal is counted and said, and weir drops on. Either way the
// flow stays cut, and other flows are untouched.
func TestOffloadIsAHint(t *testing.T) {
	l := bareLab(t, `drop ip `+bad4+` any -> any any (msg:"cut"; sid:1;)`)
	config := filepath.Join(l.dir, "offload.yaml")
	if err := os.WriteFile(config, fmt.Appendf([]byte(configuration), offloading, l.taps[0], l.taps[1]), 0o644); err != nil {
		t.Fatal(err)
	}
	l.args[slices.Index(l.args, "-c")+1] = config
	l.args = l.args[:slices.Index(l.args, "--vdev")]
	l.start()
	l.waitLog("rules are in force", 1, 30*time.Second)
	l.place()
	l.must("ip", "-n", l.client, "addr", "add", bad4+"/24", "dev", l.taps[0])
	got := filepath.Join(l.dir, "got")
	l.background(l.server, "python3", "-c", `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("`+server4+`", 7001))
while True:
    d, a = s.recvfrom(2000)
    open("`+got+`", "ab").write(d + b"\n")`)
	send := func(from, text string, n int) {
		t.Helper()
		l.must("ip", "netns", "exec", l.client, "python3", "-c", fmt.Sprintf(`import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("%s", 0))
for i in range(%d):
    s.sendto(b"%s", ("%s", 7001))
    time.sleep(0.01)`, from, n, text, server4))
	}
	l.until("the listener hears", 20*time.Second, func() error { send(client4, "good", 1); _, err := os.Stat(got); return err })
	send(bad4, "evil", 120)
	send(client4, "good", 40)
	l.until("a rule was made or refused", 10*time.Second, func() error {
		text := l.scrape()
		if metric(text, "weir_offload_rules_total")+metric(text, "weir_offload_refused_total") < 1 {
			return os.ErrNotExist
		}
		return nil
	})
	l.until("the other flows arrive", 10*time.Second, func() error {
		b, err := os.ReadFile(got)
		if err != nil {
			t.Fatal(err)
		}
		if n := countLines(b, "evil"); n != 0 {
			t.Fatalf("%d datagrams of the dropped flow arrived", n)
		}
		if n := countLines(b, "good"); n < 41 {
			return fmt.Errorf("%d datagrams", n)
		}
		return nil
	})
	l.accountBalances()
}

func countLines(b []byte, text string) (n int) {
	for line := range bytes.Lines(b) {
		if bytes.Contains(line, []byte(text)) {
			n++
		}
	}
	return n
}
