package dpdk

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// children are the bodies of the tests that need an EAL of their own.
var children = map[string]func(){
	"affinity": func() {
		var before, after unix.CPUSet
		unix.SchedGetaffinity(0, &before)
		if err := InitEAL(VdevConfig("net_null0")); err != nil {
			panic(err)
		}
		unix.SchedGetaffinity(0, &after)
		fmt.Println(before == after, errors.Is(InitEAL(VdevConfig()), ErrEALState), LcoreID() == NoLcore)
		fmt.Println(CleanupEAL(), CleanupEAL())
	},
	"no such device": func() { fmt.Println(InitEAL(VdevConfig("net_nonesuch0"))) },
	"no capture":     func() { fmt.Println(InitEAL(VdevConfig("net_pcap0,rx_pcap=/nonexistent"))) },
	"hugepages":      func() { fmt.Println(InitEAL(EALConfig{NoPCI: true, InMemory: true, NoTelemetry: true, MemoryMB: 64})) },
	"hugepages in use": func() {
		err := InitEAL(EALConfig{NoPCI: true, InMemory: true, NoTelemetry: true, MemoryMB: 32, Vdevs: []string{"net_null0"}})
		if err != nil {
			panic(err)
		}
		pool, err := NewPool("huge", 4095, 128, 2048, AnySocket)
		fmt.Println(err, pool.Available(), pool.Close(), CleanupEAL())
	},
	"user": func() {
		if os.Geteuid() == 0 {
			if err := syscall.Setresuid(65534, 65534, 65534); err != nil {
				panic(err)
			}
		}
		fmt.Println(InitEAL(VdevConfig("net_null0")), len(Ports()))
		fmt.Println(CleanupEAL())
	},
}

func TestEALOwnThread(t *testing.T) {
	out := child(t, "affinity")
	if !strings.Contains(out, "true true true\n<nil> "+ErrEALState.Error()) {
		t.Error(out)
	}
}

func TestEALOrdinaryUser(t *testing.T) {
	for _, env := range []string{"XDG_RUNTIME_DIR=", "XDG_RUNTIME_DIR=/nonexistent"} {
		if out := child(t, "user", env); !strings.Contains(out, "<nil> 1\n<nil>") {
			t.Errorf("%s: %s", env, out)
		}
	}
}

func TestEALErrors(t *testing.T) {
	for _, row := range []struct {
		name string
		want []string
	}{
		{"no such device", []string{"EAL init", "net_nonesuch", "PMD is installed"}},
		{"no capture", []string{"net_pcap0", "/nonexistent", "check the file"}},
	} {
		out := child(t, row.name)
		for _, w := range row.want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: %q is not in %s", row.name, w, out)
			}
		}
		t.Log(out)
	}
	if freeHugepages() == 0 {
		out := child(t, "hugepages")
		if !strings.Contains(out, "vm.nr_hugepages") {
			t.Error(out)
		}
		t.Log(out)
	}
}

func freeHugepages() int {
	b, _ := os.ReadFile("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")
	n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return n
}

func TestEALHugepages(t *testing.T) {
	if n := freeHugepages(); n < 32 || os.Geteuid() != 0 {
		t.Skipf("%d free hugepages, 32 and root are needed", n)
	}
	if out := child(t, "hugepages in use"); !strings.Contains(out, "<nil> 4095 <nil> <nil>") {
		t.Error(out)
	}
}
