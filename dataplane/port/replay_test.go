package port

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// replayEnv makes the test binary a program that replays one capture.
const replayEnv = "WEIR_PORT_TEST_REPLAY"

func replayOnce(file string) error {
	f, err := OpenCapture(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := dpdk.InitEAL(dpdk.VdevConfig(f.Vdev("net_pcap0"))); err != nil {
		return err
	}
	pool, err := dpdk.NewPool("replay", 4095, 256, f.DataRoom(), dpdk.AnySocket)
	if err != nil {
		return err
	}
	c, err := NewCapture(f, "net_pcap0", pool)
	if err != nil {
		return err
	}
	fmt.Println("packets", play(c, func(int, *dpdk.Burst, int) {}), "lost", c.Lost, "out", pool.InUse())
	if err := c.Close(); err != nil {
		return err
	}
	pool.Close()
	return dpdk.CleanupEAL()
}

// TestReplayProgram is a whole replay in a process of its own; two run at once
// do not disturb each other.
func TestReplayProgram(t *testing.T) {
	var buf bytes.Buffer
	if err := formats["pcap"](&buf, 10); err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, buf.Bytes())
	results := make(chan string)
	for range 2 {
		go func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), replayEnv+"="+file)
			start := time.Now()
			out, err := cmd.CombinedOutput()
			t.Logf("start to exit: %v", time.Since(start).Round(time.Millisecond))
			results <- fmt.Sprint(string(out), err)
		}()
	}
	for range 2 {
		if out := <-results; !strings.Contains(out, "packets 10 lost 0 out 0") || !strings.HasSuffix(out, "<nil>") {
			t.Error(out)
		}
	}
}
