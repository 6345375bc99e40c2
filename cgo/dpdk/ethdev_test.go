package dpdk

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// TestBurstLayout keeps Burst and C's struct weir_burst the same.
func TestBurstLayout(t *testing.T) {
	size, offsets := burstLayout()
	var b Burst
	got := []uintptr{
		unsafe.Offsetof(b.Mbuf), unsafe.Offsetof(b.Addr), unsafe.Offsetof(b.OlFlags), unsafe.Offsetof(b.Timestamp),
		unsafe.Offsetof(b.Len), unsafe.Offsetof(b.PktLen), unsafe.Offsetof(b.WireLen), unsafe.Offsetof(b.RSSHash),
		unsafe.Offsetof(b.VLAN), unsafe.Offsetof(b.Port), unsafe.Offsetof(b.NSegs), unsafe.Offsetof(b.Flags),
		unsafe.Offsetof(b.spill), unsafe.Offsetof(b.spillSize), unsafe.Offsetof(b.N),
	}
	if size != unsafe.Sizeof(b) || !slices.Equal(got, offsets) {
		t.Errorf("Go %d %v, C %d %v", unsafe.Sizeof(b), got, size, offsets)
	}
}

func TestPortInfo(t *testing.T) {
	ids := Ports()
	if len(ids) != 3 {
		t.Fatalf("ports %v", ids)
	}
	for _, id := range ids {
		info, err := id.Info()
		if err != nil || info.Bus != "vdev" || len(info.MAC) != 6 || !strings.HasPrefix(info.Name, "net_") || info.MaxRxQueues < 1 {
			t.Errorf("%+v, %v", info, err)
		}
	}
	if _, err := PortID(31).Info(); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("no such port: %v", err)
	}
	if _, err := PortByName("net_none"); !errors.Is(err, syscall.ENODEV) || !strings.Contains(err.Error(), "net_none") {
		t.Errorf("no such name: %v", err)
	}
}

func TestConfigureAdjusts(t *testing.T) {
	pool := newPool(t, 1023, 2048)
	id, setup := startPort(t, "net_ring0", PortConfig{
		RxQueues: 500, TxQueues: 2, MTU: 70000, RSS: RSSFiveTuple, Checksum: true, Pools: []*Pool{pool},
	})
	info, err := id.Info()
	if err != nil {
		t.Fatal(err)
	}
	if setup.RxQueues != info.MaxRxQueues || setup.TxQueues != 2 || setup.RSS != 0 || setup.Symmetric {
		t.Errorf("%v of %+v", setup, info)
	}
	for _, want := range []string{"receive queues instead of 500", "RSS over ipv4", "checksum", "re-steer"} {
		if !strings.Contains(setup.String(), want) {
			t.Errorf("%q is not in %v", want, setup)
		}
	}
	if _, err := id.Configure(PortConfig{}); err == nil {
		t.Error("configured without a pool")
	}
}

func TestLinkAndXstats(t *testing.T) {
	pool := newPool(t, 1023, 2048)
	id, _ := startPort(t, "net_ring0", PortConfig{Pools: []*Pool{pool}})
	for _, up := range []bool{false, true} {
		if err := id.SetLink(up); err != nil {
			t.Fatal(err)
		}
		if l, err := id.Link(); err != nil || l.Up != up {
			t.Errorf("link %+v, %v, want up %v", l, err, up)
		}
	}
	names, err := id.XstatNames()
	if err != nil || !slices.Contains(names, "rx_good_packets") {
		t.Fatalf("%v, %v", names, err)
	}
	var m [5]Mbuf
	var addr [5]uintptr
	var b Burst
	q := NewQueue(id, 0)
	v := make([]uint64, len(names))
	read := func() uint64 {
		if n, err := id.XstatValues(v); err != nil || n != len(names) {
			t.Fatalf("%d values, %v", n, err)
		}
		return v[slices.Index(names, "rx_good_packets")]
	}
	before := read()
	pool.AllocBurst(m[:], addr[:])
	q.TxBurst(m[:])
	q.RxBurst(&b)
	FreeBurst(b.Handles())
	if got := read() - before; got != 5 {
		t.Errorf("rx_good_packets rose by %d", got)
	}
}

func TestSymmetricKey(t *testing.T) {
	if k := SymmetricKey(5); !slices.Equal(k, []byte{0x6d, 0x5a, 0x6d, 0x5a, 0x6d}) {
		t.Errorf("% x", k)
	}
}

func TestConfigMistakes(t *testing.T) {
	c := EALConfig{NoHuge: true, InMemory: true, NoPCI: true, Allow: []string{"0000:03:00.0"}, FilePrefix: "a/b",
		Vdevs: []string{",x=1"}, MemoryMB: -1}
	err := c.Validate()
	for _, want := range []string{"in-memory", "PCI is off", "a/b", "no name", "-1 MB"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

func TestPluginFile(t *testing.T) {
	dir := pluginDir(loadedLibrary("librte_eal.so"))
	if dir == "" {
		t.Skip("DPDK is linked statically")
	}
	for name, want := range map[string]string{
		"net_pcap0": "librte_net_pcap.so", "eth_pcap_in": "librte_net_pcap.so", "net_virtio_user0": "librte_net_virtio.so",
		"net_af_packet0": "librte_net_af_packet.so", "*": "", "nonesuch": "",
	} {
		got := pluginFile(dir, name)
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, row := range []struct {
		cfg  EALConfig
		some bool
	}{
		{EALConfig{NoPCI: true, Vdevs: []string{"net_pcap0"}}, true},
		{EALConfig{Vdevs: []string{"net_pcap0"}}, false},
		{EALConfig{NoPCI: true, Vdevs: []string{"nonesuch"}}, false},
	} {
		if files, skip := row.cfg.plugins(); (len(files) > 0) != row.some || (skip != "") != row.some {
			t.Errorf("%+v: %v, skip %q", row.cfg, files, skip)
		}
	}
}

// A port without rules says so, and with which number.
func TestFlowRulesRefused(t *testing.T) {
	id, err := PortByName("net_ring0")
	if err != nil {
		t.Fatal(err)
	}
	m := FlowMatch{Src: [16]byte{10, 0, 0, 1}, Dst: [16]byte{10, 0, 0, 2}, SrcPort: 1, DstPort: 2, Proto: 6}
	if _, err := id.DropFlow(&m); !errors.Is(err, syscall.ENOSYS) && !errors.Is(err, syscall.ENOTSUP) {
		t.Errorf("%v", err)
	}
}
