package doctor

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// machine is a root folder with the given files; a value "->x" is a link.
func machine(t *testing.T, files map[string]string) Machine {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		p := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if to, ok := strings.CutPrefix(text, "->"); ok {
			err = os.Symlink(to, p)
		} else {
			err = os.WriteFile(p, []byte(text+"\n"), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return Machine{Root: root, UID: 0}
}

const meminfo = "MemAvailable:   16000000 kB\nHugePages_Total:     100\nHugePages_Free:      40\nHugepagesize:       2048 kB"

func TestEachThing(t *testing.T) {
	card := func(driver string) map[string]string {
		return map[string]string{
			"sys/bus/pci/devices/0000:3b:00.0/class":                "0x020000",
			"sys/bus/pci/devices/0000:3b:00.0/driver":               "->../../../bus/pci/drivers/" + driver,
			"sys/bus/pci/devices/0000:3b:00.0/net/eth3/mtu":         "1500",
			"sys/bus/pci/devices/0000:3b:00.0/numa_node":            "1",
			"sys/devices/system/node/node1/cpulist":                 "8-15",
			"sys/devices/system/node/node1/cpu8/online":             "1",
			"sys/module/vfio_pci/version":                           "1",
			"sys/kernel/iommu_groups/0/type":                        "DMA",
			"sys/module/vfio/parameters/enable_unsafe_noiommu_mode": "N",
			"proc/cpuinfo":                    "vendor_id : GenuineIntel\nflags : fpu ssse3 avx2",
			"sys/devices/system/cpu/isolated": "8-9",
			"sys/devices/system/cpu/cpu8/cpufreq/scaling_governor":            "powersave",
			"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet",
			"proc/meminfo": meminfo, "proc/mounts": "nodev /dev/hugepages hugetlbfs rw 0 0",
		}
	}
	pci := Need{PCI: []string{"3b:00.0"}, Workers: []int{8}, Control: []int{0}, Huge: true, MemoryMB: 64}
	for _, row := range []struct {
		name   string
		files  map[string]string
		need   Need
		check  func(*Machine, *Need) []Finding
		grade  Grade // of the first finding
		found  string
		remedy string
	}{
		{"enough hugepages", map[string]string{"proc/meminfo": meminfo, "proc/mounts": "nodev /dev/hugepages hugetlbfs rw 0 0"},
			Need{Huge: true, MemoryMB: 80}, hugepages, Fine, "40 pages of 2 MB are free, 40 are wanted", ""},
		{"too few hugepages", map[string]string{"proc/meminfo": meminfo},
			Need{Huge: true, MemoryMB: 82}, hugepages, Broken, "41 are wanted", "sysctl -w vm.nr_hugepages=101"},
		{"hugepages would be faster", map[string]string{"proc/meminfo": meminfo},
			Need{HugeAuto: true, MemoryMB: 200}, hugepages, Slow, "100 are wanted", "sysctl -w vm.nr_hugepages=160"},
		{"no hugepages wanted", map[string]string{"proc/meminfo": meminfo}, Need{MemoryMB: 200}, hugepages, Note, "not used", ""},
		{"card with the kernel", card("ixgbe"), pci, cards, Broken, "driver ixgbe (interface eth3)", "dpdk-devbind.py -b vfio-pci 0000:3b:00.0"},
		{"card with vfio", card("vfio-pci"), pci, cards, Fine, "bound to vfio-pci", ""},
		{"card that stays with the kernel", card("mlx5_core"), pci, cards, Fine, "mlx5_core", ""},
		{"no such card", card("ixgbe"), Need{PCI: []string{"0000:99:00.0"}}, cards, Broken, "network cards are: 0000:3b:00.0", "dpdk-devbind.py --status-dev net"},
		{"IOMMU on", card("vfio-pci"), pci, iommu, Fine, "on", ""},
		{"IOMMU off", map[string]string{"proc/cpuinfo": "GenuineIntel"}, pci, iommu, Broken, "off", "intel_iommu=on"},
		{"IOMMU not needed", nil, Need{Vdevs: []string{"net_tap0"}}, iommu, Fine, "not needed", ""},
		{"a worker on a shared CPU", nil, Need{Workers: []int{1}, Control: []int{1}}, cpus, Slow, "shares its CPU", ""},
		{"no tun", nil, Need{Vdevs: []string{"net_tap0,iface=a"}}, vdevs, Broken, "/dev/net/tun", "modprobe tun"},
		{"no interface", nil, Need{Vdevs: []string{"net_af_packet0,iface=eth7"}}, vdevs, Broken, "no interface eth7", ""},
		{"no capture", nil, Need{Vdevs: []string{"net_pcap0,rx_pcap=/x.pcap"}}, vdevs, Broken, "no capture /x.pcap", ""},
		{"little memory", map[string]string{"proc/meminfo": "MemAvailable: 600000 kB"}, Need{MemoryMB: 200}, free, Broken, "200 MB", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := machine(t, row.files)
			got := row.check(&m, &row.need)
			f := got[0]
			if f.Grade != row.grade || !strings.Contains(f.Found, row.found) {
				t.Errorf("%v %q, want %v with %q", f.Grade, f.Found, row.grade, row.found)
			}
			if all := strings.Join(f.Remedy, "\n"); row.remedy == "" && all != "" || !strings.Contains(all, row.remedy) {
				t.Errorf("remedy %q, want %q", all, row.remedy)
			}
		})
	}
}

func TestCPUsOfOneCard(t *testing.T) {
	m := machine(t, map[string]string{
		"sys/devices/system/cpu/isolated": "8", "sys/devices/system/cpu/cpu8/cpufreq/scaling_governor": "powersave",
		"sys/bus/pci/devices/0000:3b:00.0/numa_node": "1", "sys/devices/system/node/node1/cpulist": "8-15", "sys/devices/system/node/node1/cpu8/x": "",
	})
	n := Need{Workers: []int{8, 9}, Control: []int{0}}
	if f := isolation(&m, &n, "8-9"); f.Grade != Slow || !f.Reboot || !strings.Contains(f.Found, "CPU 9") {
		t.Errorf("isolation: %+v", f)
	}
	if f := governor(&m, &n); f.Grade != Slow || !f.Safe || len(f.Remedy) != 1 {
		t.Errorf("governor: %+v", f)
	}
	if f := numa(&m, &n, "0000:3b:00.0"); f.Grade != Slow || !strings.Contains(f.Found, "8-15") {
		t.Errorf("numa: %+v", f)
	}
}

func TestCapabilitiesOfPorts(t *testing.T) {
	for _, row := range []struct {
		name    string
		info    dpdk.PortInfo
		workers int
		want    Grade
	}{
		{"RSS", dpdk.PortInfo{Driver: "net_ice", MaxRxQueues: 64, MaxTxQueues: 64, RSS: dpdk.RSSFiveTuple}, 4, Fine},
		{"no RSS", dpdk.PortInfo{Driver: "net_virtio", MaxRxQueues: 1, MaxTxQueues: 8}, 4, Slow},
		{"one worker", dpdk.PortInfo{Driver: "net_virtio", MaxRxQueues: 1, MaxTxQueues: 1}, 1, Fine},
		{"too few queues", dpdk.PortInfo{Driver: "net_virtio", MaxRxQueues: 1, MaxTxQueues: 1}, 2, Broken},
	} {
		m := Machine{Ports: map[string]dpdk.PortInfo{"p": row.info}}
		n := Need{Workers: make([]int, row.workers)}
		if f := capabilities(&m, &n)[0]; f.Grade != row.want {
			t.Errorf("%s: %v %q, want %v", row.name, f.Grade, f.Found, row.want)
		}
	}
}

// Fix runs safe remedies only, in order, and stops at the first that fails.
func TestFixRunsOnlyWhatIsSafe(t *testing.T) {
	r := Report{
		{What: "a", Grade: Slow, Remedy: []string{"a1", "a2"}, Safe: true},
		{What: "b", Grade: Broken, Remedy: []string{"takes the card away"}},
		{What: "c", Grade: Fine, Remedy: []string{"c"}, Safe: true},
		{What: "d", Grade: Broken, Remedy: []string{"d"}, Safe: true},
	}
	var ran []string
	n, err := r.Fix(&bytes.Buffer{}, func(c string) error { ran = append(ran, c); return nil })
	if n != 2 || err != nil || strings.Join(ran, " ") != "a1 a2 d" {
		t.Errorf("acted on %d, ran %v, %v", n, ran, err)
	}
	if _, err := r.Fix(&bytes.Buffer{}, func(string) error { return errors.New("no") }); err == nil || !strings.Contains(err.Error(), "a1") {
		t.Errorf("a failure is %v", err)
	}
	if !r.Broken() || r[:1].Broken() {
		t.Error("Broken is wrong")
	}
}

// The report on this very machine has a line for each thing and no empty one.
func TestThisMachine(t *testing.T) {
	r := Examine(This(), Need{MemoryMB: 64, HugeAuto: true, Workers: []int{0}, Control: []int{1}, RunDir: t.TempDir(), LogDir: t.TempDir()})
	var b bytes.Buffer
	r.Print(&b)
	for _, f := range r {
		if f.What == "" || f.Found == "" && f.What != "clock" || f.Word == "" {
			t.Errorf("an empty finding: %+v", f)
		}
	}
	for _, what := range []string{"privileges", "hugepages", "memory", "CPUs", "instructions", "run directory"} {
		if !strings.Contains(b.String(), what) {
			t.Errorf("nothing is said of %s:\n%s", what, b.String())
		}
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range folders(nil, &Need{RunDir: file, LogDir: t.TempDir() + "/a/b"}) {
		if want := f.What == "run directory"; (f.Grade == Broken) != want {
			t.Errorf("%s: %v %s", f.What, f.Grade, f.Found)
		}
	}
}
