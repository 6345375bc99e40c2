package port

import (
	"fmt"
	"os"
	"testing"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// TestMain starts the process's one EAL; captures are attached by
// dpdk.ProbeDevice.
func TestMain(m *testing.M) {
	if file := os.Getenv(replayEnv); file != "" {
		if err := replayOnce(file); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	cfg := dpdk.VdevConfig("net_null0", "net_ring0", "net_ring1")
	cfg.Plugins = []string{"net_pcap"}
	cfg.MemoryMB = 256
	if err := dpdk.InitEAL(cfg); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := dpdk.CleanupEAL(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// pools numbers the pools of the tests: two of one name exclude each other.
var pools int

// newPool fails the test if an mbuf is still out at its end.
func newPool(t testing.TB, n, room int) *dpdk.Pool {
	t.Helper()
	pools++
	p, err := dpdk.NewPool(fmt.Sprintf("test%d", pools), n, 32, room, dpdk.AnySocket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out := p.InUse(); out != 0 {
			t.Errorf("%d mbufs are still out", out)
		}
		p.Close()
	})
	return p
}
