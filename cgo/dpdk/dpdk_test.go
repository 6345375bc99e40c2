package dpdk

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// capturePackets is the number of packets of the capture on net_pcap0.
const capturePackets = 150

// captureStart is the arrival time of its first packet; one follows per ms.
var captureStart = time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC)

// TestMain starts the process's one EAL. A subprocess (childEnv) does what
// needs an EAL of its own.
func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		children[name]()
		os.Exit(0)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "dpdk-test")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "in.pcap")
	writeCapture(file, capturePackets)
	cfg := VdevConfig("net_pcap0,rx_pcap="+file, "net_null0", "net_ring0")
	start := time.Now()
	if err := InitEAL(cfg); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintf(os.Stderr, "EAL init %v\n", time.Since(start).Round(time.Millisecond))
	code := m.Run()
	if err := CleanupEAL(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func writeCapture(file string, n int) {
	f, err := os.Create(file)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	w := pcapgo.NewWriter(f)
	if err := w.WriteFileHeader(262144, layers.LinkTypeEthernet); err != nil {
		panic(err)
	}
	for i := range n {
		b := frame(i, 60+i)
		ci := gopacket.CaptureInfo{Timestamp: captureStart.Add(time.Duration(i) * time.Millisecond), CaptureLength: len(b), Length: len(b)}
		if err := w.WritePacket(ci, b); err != nil {
			panic(err)
		}
	}
}

// frame is n octets, each of them the packet's number.
func frame(i, n int) []byte {
	b := make([]byte, n)
	for k := range b {
		b[k] = byte(i)
	}
	return b
}

// pools numbers the pools of the tests: two of one name exclude each other.
var pools int

func newPool(t testing.TB, n, room int) *Pool {
	t.Helper()
	pools++
	name := fmt.Sprintf("test%d", pools)
	p, err := NewPool(name, n, 128, room, AnySocket)
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

// lock makes the test's thread an lcore for its time.
func lock(t testing.TB) {
	t.Helper()
	runtime.LockOSThread()
	if err := RegisterThread(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { UnregisterThread(); runtime.UnlockOSThread() })
}

func startPort(t testing.TB, name string, cfg PortConfig) (PortID, PortSetup) {
	t.Helper()
	id, err := PortByName(name)
	if err != nil {
		t.Fatal(err)
	}
	setup, err := id.Configure(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := id.Stop(); err != nil {
			t.Error(err)
		}
	})
	return id, setup
}

const childEnv = "WEIR_DPDK_TEST_CHILD"

// child runs children[name] in a process of its own.
func child(t *testing.T, name string, env ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append(env, childEnv+"="+name)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func TestPcapBurst(t *testing.T) {
	pool := newPool(t, 1023, 2048)
	id, setup := startPort(t, "net_pcap0", PortConfig{Pools: []*Pool{pool}, Promisc: true})
	t.Log(setup)
	q := NewQueue(id, 0)
	var b Burst
	seen := 0
	for {
		n := q.RxBurst(&b)
		if n == 0 {
			break
		}
		for i := range n {
			data := b.Bytes(i)
			if len(data) != 60+seen || data[0] != byte(seen) || data[len(data)-1] != byte(seen) {
				t.Fatalf("packet %d: %d octets, first %d", seen, len(data), data[0])
			}
			want := captureStart.Add(time.Duration(seen) * time.Millisecond).UnixMicro()
			if b.Timestamp[i] != want || b.Flags[i]&FlagTimestamp == 0 {
				t.Fatalf("packet %d: timestamp %d, want %d", seen, b.Timestamp[i], want)
			}
			if b.PktLen[i] != b.Len[i] || b.NSegs[i] != 1 || b.Port[i] != uint16(id) || b.Flags[i]&FlagRefused != 0 {
				t.Fatalf("packet %d: %+v", seen, b.Flags[i])
			}
			seen++
		}
		if got := pool.InUse(); got != n {
			t.Fatalf("%d mbufs out, want %d", got, n)
		}
		FreeBurst(b.Handles())
	}
	if seen != capturePackets {
		t.Fatalf("%d packets, want %d", seen, capturePackets)
	}
	st, err := id.Stats()
	if err != nil || st.RxPackets != capturePackets {
		t.Fatalf("stats %+v, %v", st, err)
	}
}

func TestRingRoundTrip(t *testing.T) {
	lock(t)
	pool := newPool(t, 1023, 2048)
	id, _ := startPort(t, "net_ring0", PortConfig{Pools: []*Pool{pool}})
	q := NewQueue(id, 0)
	var m [40]Mbuf
	var addr [40]uintptr
	var lens [40]uint32
	if pool.AllocBurst(m[:], addr[:]) != 40 {
		t.Fatal("alloc")
	}
	for i := range m {
		lens[i] = uint32(60 + i)
		copy(Bytes(addr[i], lens[i]), frame(i, int(lens[i])))
	}
	SetLens(m[:], lens[:])
	if sent := q.TxBurst(m[:]); sent != 40 {
		t.Fatalf("sent %d", sent)
	}
	var b Burst
	if n := q.RxBurst(&b); n != 40 {
		t.Fatalf("received %d", n)
	}
	for i := range m {
		if d := b.Bytes(i); len(d) != 60+i || d[0] != byte(i) || d[len(d)-1] != byte(i) {
			t.Fatalf("packet %d: % x", i, d)
		}
		if b.Timestamp[i] != 0 || b.Flags[i]&FlagTimestamp != 0 {
			t.Fatalf("packet %d has a timestamp from nowhere", i)
		}
	}
	if sent := q.TxFree(b.Mbuf[:10], b.Mbuf[10:40]); sent != 10 {
		t.Fatalf("sent %d", sent)
	}
	if n := q.RxBurst(&b); n != 10 {
		t.Fatalf("received %d", n)
	}
	FreeBurst(b.Handles())
}

func TestSetLensCutsToRoom(t *testing.T) {
	pool := newPool(t, 255, 100)
	id, _ := startPort(t, "net_ring0", PortConfig{Pools: []*Pool{pool}})
	q := NewQueue(id, 0)
	var m [1]Mbuf
	var addr [1]uintptr
	pool.AllocBurst(m[:], addr[:])
	SetLens(m[:], []uint32{5000})
	q.TxBurst(m[:])
	var b Burst
	if n := q.RxBurst(&b); n != 1 || b.Len[0] != 100 {
		t.Fatalf("%d packets, %d octets", n, b.Len[0])
	}
	FreeBurst(b.Handles())
}

func TestPoolExhaustion(t *testing.T) {
	pool := newPool(t, 255, 128)
	var m [256]Mbuf
	var addr [256]uintptr
	if n := pool.AllocBurst(m[:], addr[:]); n != 0 {
		t.Fatalf("%d of a pool of 255", n)
	}
	if n := pool.AllocBurst(m[:255], addr[:255]); n != 255 || pool.Available() != 0 || pool.InUse() != 255 {
		t.Fatalf("%d taken, %d available", n, pool.Available())
	}
	FreeBurst(m[:255])
}

func TestPoolMistakes(t *testing.T) {
	_, err := NewPool("", 10, 600, 70000, AnySocket)
	for _, want := range []string{"name", "cache of 600", "70000"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	_, err = NewPool("huge", 1<<20, 0, 9000, AnySocket)
	if !errors.Is(err, syscall.ENOMEM) || !strings.Contains(err.Error(), "MB") {
		t.Errorf("pool larger than the memory: %v", err)
	}
}
