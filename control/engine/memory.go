package engine

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/dataplane/slab"
)

// MemoryParts is where this process's memory is: tables and pools by the package
// that mapped them, then what the kernel tells of the rest. Their Resident adds up
// to the process's resident memory.
func MemoryParts() ([]api.MemoryPart, error) {
	rss, err := StatusOctets()
	if err != nil {
		return nil, err
	}
	tables, err := slab.Parts()
	if err != nil {
		return nil, err
	}
	var ps []api.MemoryPart
	mapped := uint64(0)
	for _, t := range tables {
		ps = append(ps, api.MemoryPart{Name: t.Name, Mapped: t.Mapped, Resident: t.Resident})
		mapped += t.Resident
	}
	return append(ps,
		api.MemoryPart{Name: "Go heap (parsers), libraries", Resident: rss["RssAnon"] - min(mapped, rss["RssAnon"])},
		api.MemoryPart{Name: "shared: rules, event rings, packet buffers", Resident: rss["RssShmem"]},
		api.MemoryPart{Name: "program and files", Resident: rss["RssFile"]},
	), nil
}

// StatusOctets are the lines of /proc/self/status that tell an amount of memory, by
// name (VmHWM, RssAnon, …), in octets.
func StatusOctets() (map[string]uint64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	defer f.Close()
	kinds := map[string]uint64{}
	for s := bufio.NewScanner(f); s.Scan(); {
		var kb uint64
		if key, rest, ok := strings.Cut(s.Text(), ":"); ok && strings.HasSuffix(rest, " kB") {
			if _, err := fmt.Sscanf(strings.TrimSpace(rest), "%d kB", &kb); err == nil {
				kinds[key] = kb << 10
			}
		}
	}
	return kinds, nil
}
