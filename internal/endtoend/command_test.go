package endtoend

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What an operator does by command holds for the traffic at once: a value that is
// put into a data set, also one that rules only read, over a reload, and blocks.
func TestCommands(t *testing.T) {
	l := newLab(t, `drop icmp any any -> any any (itype:8; ip.src; dataset:isset,bad,type ip,load bad.lst; sid:70;)`+"\n")
	if err := os.WriteFile(filepath.Join(l.dir, "bad.lst"), []byte("192.0.2.1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	do := func(want string, args ...string) {
		t.Helper()
		out, _ := exec.Command(binary, append(args, "--run-dir", filepath.Join(l.dir, "run"))...).CombinedOutput()
		if !strings.Contains(string(out), want) {
			t.Fatalf("weir %v: %q, want %q", args, out, want)
		}
	}
	pings := func(through bool) {
		t.Helper()
		err := exec.Command("ip", "netns", "exec", l.client, "ping", "-c1", "-W1", server4).Run()
		if (err == nil) != through {
			t.Fatalf("a ping went through: %v, want %v", err == nil, through)
		}
	}
	do("generation", "reload") // the set's file is there now
	do("bad", "dataset", "list")
	pings(true)
	do("data added", "dataset", "add", "bad", "ip", client4)
	do("data already in set", "dataset", "add", "bad", "ip", client4)
	do("item found in set", "dataset", "lookup", "bad", "ip", client4)
	pings(false)
	do("generation", "reload")
	pings(false)
	do("data removed", "dataset", "remove", "bad", "ip", client4)
	pings(true)
	do("no data set", "dataset", "add", "worse", "ip", client4)

	do("", "block", "add", client4, "--for", "1h")
	do(client4, "block", "list")
	pings(false)
	do("1 blocks were taken back", "block", "clear")
	pings(true)
	do("", "block", "resume")
	do("dataplane/flow", "status", "--memory")
	do("\"control\": [", "status", "--memory", "--json")
	l.accountBalances()
}
