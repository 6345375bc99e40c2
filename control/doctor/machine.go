package doctor

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// Machine is where an examination looks.
type Machine struct {
	// Root stands before /proc, /sys and /dev; tests put a folder of theirs there.
	Root string
	// UID of the process, and its effective capabilities (bits of
	// linux/capability.h).
	UID  int
	Caps uint64
	// Ports are what DPDK says of the ports, by device; nil: they were not asked.
	// PortsWhy is why not.
	Ports    map[string]dpdk.PortInfo
	PortsWhy string
}

// Need is what the configuration asks of the machine.
type Need struct {
	// Problem is why the configuration does not fit this machine at all.
	Problem string
	// MemoryMB is DPDK's memory; Huge says that it is to lie in hugepages, HugeAuto
	// that it may.
	MemoryMB       int
	Huge, HugeAuto bool
	// Workers and Control are CPUs.
	Workers, Control []int
	// PCI are the cards, Vdevs the virtual devices with their arguments.
	PCI, Vdevs     []string
	RunDir, LogDir string
}

// This is the machine that the process runs on.
func This() Machine {
	m := Machine{UID: os.Geteuid()}
	for line := range strings.Lines(m.read("/proc/self/status")) {
		if rest, ok := strings.CutPrefix(line, "CapEff:"); ok {
			m.Caps, _ = strconv.ParseUint(strings.TrimSpace(rest), 16, 64)
		}
	}
	return m
}

func (m *Machine) path(p string) string { return filepath.Join(m.Root, p) }

// read is a file's text without the line's end, empty where there is none.
func (m *Machine) read(p string) string {
	b, _ := os.ReadFile(m.path(p))
	return strings.TrimRight(string(b), "\n")
}

func (m *Machine) exists(p string) bool {
	_, err := os.Stat(m.path(p))
	return err == nil
}

func (m *Machine) list(p string) []string {
	entries, _ := os.ReadDir(m.path(p))
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// link is the last element of what a symbolic link points to.
func (m *Machine) link(p string) string {
	to, err := os.Readlink(m.path(p))
	if err != nil {
		return ""
	}
	return filepath.Base(to)
}

// meminfo is a number of /proc/meminfo, in its own unit.
func (m *Machine) meminfo(key string) int {
	for line := range strings.Lines(m.read("/proc/meminfo")) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				n, _ := strconv.Atoi(f[0])
				return n
			}
		}
	}
	return 0
}

// Capabilities of linux/capability.h that matter.
const (
	capNetAdmin = 12
	capIPCLock  = 14
	capSysNice  = 23
)

func (m *Machine) can(capability int) bool { return m.Caps&(1<<capability) != 0 }
