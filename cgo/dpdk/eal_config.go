package dpdk

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// LogLevel is DPDK's: what it logs is captured for errors, never printed.
type LogLevel uint32

// Log levels of rte_log.h; the zero value means LogInfo.
const (
	LogError   LogLevel = 4
	LogWarning LogLevel = 5
	LogNotice  LogLevel = 6
	LogInfo    LogLevel = 7
	LogDebug   LogLevel = 8
)

const (
	defaultPrefix   = "weir"
	defaultNoHugeMB = 64
	maxArgs         = 512
)

// EALConfig is what InitEAL passes to rte_eal_init. The zero value is a run
// with hugepages and PCI devices.
type EALConfig struct {
	// Lcores is EAL's --lcores. Empty: one main lcore on the first CPU that
	// the process may use; workers register threads of their own.
	Lcores string
	// NoHuge takes ordinary memory: no root, no hugepages, MemoryMB of it.
	NoHuge bool
	// NoPCI leaves PCI devices alone; only Vdevs become ports.
	NoPCI bool
	// NoShconf shares no configuration with other DPDK processes.
	NoShconf bool
	// NoTelemetry opens no telemetry socket.
	NoTelemetry bool
	// InMemory leaves no files in hugetlbfs, so a crash leaves nothing to
	// clean. It cannot be combined with NoHuge.
	InMemory bool
	// MemoryMB is the memory for pools; 0: 64 without hugepages, all
	// that is needed with them. SocketMB gives it by NUMA node instead.
	MemoryMB int
	SocketMB []int
	// HugeDir is the hugetlbfs mount; empty: the EAL finds it.
	HugeDir string
	// FilePrefix keeps several DPDK processes apart; empty: "weir".
	FilePrefix string
	// Vdevs are virtual devices, "net_pcap0,rx_pcap=FILE".
	Vdevs []string
	// Allow are the PCI addresses to take; empty: all that are bound.
	Allow []string
	// Plugins are the PMDs to load, by file or by name ("net_tap"), beside
	// those that Vdevs need. With NoPCI only these are loaded, since loading
	// all takes 100 ms; without, all are.
	Plugins []string
	// PluginDir is where the PMDs lie; empty: beside the DPDK libraries.
	PluginDir string
	LogLevel  LogLevel
}

// VdevConfig is the configuration that needs neither root nor hugepages:
// virtual devices only, nothing shared.
func VdevConfig(vdevs ...string) EALConfig {
	return EALConfig{NoHuge: true, NoPCI: true, NoShconf: true, NoTelemetry: true, Vdevs: vdevs}
}

// Validate reports all mistakes at once.
func (c *EALConfig) Validate() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("dpdk: "+format, a...)) }
	if c.NoHuge && c.InMemory {
		bad("in-memory and no-huge exclude each other: drop in-memory, no-huge leaves no files either")
	}
	if c.NoHuge && (len(c.SocketMB) > 0 || c.HugeDir != "") {
		bad("memory by NUMA node and a hugetlbfs directory need hugepages: drop no-huge")
	}
	if c.MemoryMB < 0 || c.MemoryMB > 1<<20 {
		bad("memory %d MB is outside 0 to %d", c.MemoryMB, 1<<20)
	}
	if c.MemoryMB > 0 && len(c.SocketMB) > 0 {
		bad("memory in all and memory by NUMA node exclude each other")
	}
	for _, m := range c.SocketMB {
		if m < 0 {
			bad("memory by NUMA node: %d MB is negative", m)
		}
	}
	if c.NoPCI && len(c.Allow) > 0 {
		bad("PCI devices %s are asked for and PCI is off", strings.Join(c.Allow, ", "))
	}
	if strings.ContainsAny(c.FilePrefix, "/% ") {
		bad("file prefix %q: no slash, percent sign or space", c.FilePrefix)
	}
	for _, v := range c.Vdevs {
		if name, _, _ := strings.Cut(v, ","); name == "" || strings.HasPrefix(name, "-") {
			bad("virtual device %q has no name", v)
		}
	}
	if 2*(len(c.Vdevs)+len(c.Allow)+len(c.Plugins)) > maxArgs-32 {
		bad("%d devices are too many", len(c.Vdevs)+len(c.Allow))
	}
	return errors.Join(errs...)
}

// args is the argument vector of rte_eal_init, and the plugin directory that
// it is to leave alone.
func (c *EALConfig) args() (args []string, skip string, err error) {
	args = []string{"weir"}
	add := func(a ...string) { args = append(args, a...) }
	lcores := c.Lcores
	if lcores == "" {
		var set unix.CPUSet
		if err := unix.SchedGetaffinity(0, &set); err != nil {
			return nil, "", fmt.Errorf("dpdk: affinity of this process: %w", err)
		}
		cpu := 0
		for !set.IsSet(cpu) {
			cpu++
		}
		lcores = "0@" + strconv.Itoa(cpu)
	}
	add("--lcores", lcores)
	prefix := c.FilePrefix
	if prefix == "" {
		prefix = defaultPrefix
	}
	add("--file-prefix", prefix)
	for _, f := range []struct {
		on   bool
		name string
	}{
		{c.NoHuge, "--no-huge"}, {c.NoPCI, "--no-pci"}, {c.NoShconf && !c.InMemory, "--no-shconf"},
		{c.NoTelemetry, "--no-telemetry"}, {c.InMemory, "--in-memory"},
	} {
		if f.on {
			add(f.name)
		}
	}
	mem := c.MemoryMB
	if mem == 0 && c.NoHuge {
		mem = defaultNoHugeMB
	}
	if mem > 0 {
		add("-m", strconv.Itoa(mem))
	}
	if len(c.SocketMB) > 0 {
		s := make([]string, len(c.SocketMB))
		for i, m := range c.SocketMB {
			s[i] = strconv.Itoa(m)
		}
		add("--socket-mem", strings.Join(s, ","))
	}
	if c.HugeDir != "" {
		add("--huge-dir", c.HugeDir)
	}
	files, skip := c.plugins()
	for _, p := range files {
		add("-d", p)
	}
	for _, a := range c.Allow {
		add("-a", a)
	}
	for _, v := range c.Vdevs {
		add("--vdev", v)
	}
	return args, skip, nil
}
