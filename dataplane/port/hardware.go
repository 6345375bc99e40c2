package port

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// Hardware is what a Plan has to go by: where CPUs lie, and what ports can do.
type Hardware struct {
	// Node is the NUMA node of each CPU that is online.
	Node map[int]int
	// Ports by device name; nil before the EAL is started.
	Ports map[string]dpdk.PortInfo
}

// ProbeHardware reads the CPUs from sysfs, and the ports where an EAL runs.
func ProbeHardware(eal bool) (Hardware, error) {
	h := Hardware{Node: map[int]int{}}
	online, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return h, fmt.Errorf("CPUs of this machine: %w", err)
	}
	for _, cpu := range parseCPUList(string(online)) {
		h.Node[cpu] = 0
	}
	nodes, _ := filepath.Glob("/sys/devices/system/node/node[0-9]*/cpulist")
	for _, file := range nodes {
		node, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(filepath.Dir(file)), "node"))
		if err != nil {
			continue
		}
		list, _ := os.ReadFile(file)
		for _, cpu := range parseCPUList(string(list)) {
			if _, ok := h.Node[cpu]; ok {
				h.Node[cpu] = node
			}
		}
	}
	if !eal {
		return h, nil
	}
	h.Ports = map[string]dpdk.PortInfo{}
	for _, id := range dpdk.Ports() {
		info, err := id.Info()
		if err != nil {
			return h, err
		}
		h.Ports[info.Name] = info
	}
	return h, nil
}

// parseCPUList reads the kernel's "0-3,8"; what it cannot read it leaves out.
func parseCPUList(s string) []int {
	var out []int
	for _, part := range strings.Split(strings.TrimSpace(s), ",") {
		lo, hi, span := strings.Cut(part, "-")
		a, err := strconv.Atoi(lo)
		if err != nil {
			continue
		}
		b := a
		if span {
			if b, err = strconv.Atoi(hi); err != nil || b < a || b-a > 1<<16 {
				continue
			}
		}
		for ; a <= b; a++ {
			out = append(out, a)
		}
	}
	return out
}
