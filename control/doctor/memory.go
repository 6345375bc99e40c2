package doctor

import (
	"fmt"
	"strings"
)

// hugepages checks that there are enough free ones for DPDK's memory and that
// hugetlbfs is mounted.
func hugepages(m *Machine, n *Need) []Finding {
	size := m.meminfo("Hugepagesize") / 1024 // MB
	if size == 0 {
		return []Finding{{What: "hugepages", Grade: worse(n.Huge), Found: "this kernel has none; ordinary memory is used (dpdk.huge.enabled: no)"}}
	}
	want := (n.MemoryMB + size - 1) / size
	total, free := m.meminfo("HugePages_Total"), m.meminfo("HugePages_Free")
	if n.Problem != "" {
		return []Finding{hugetlbfs(m, n)}
	}
	f := Finding{What: "hugepages", Found: fmt.Sprintf("%d pages of %d MB are free, %d are wanted", free, size, want)}
	switch {
	case !n.Huge && !n.HugeAuto:
		f.Found = "not used (dpdk.huge.enabled: no): packet memory is slower"
		f.Grade = Note
		return []Finding{f}
	case free < want:
		f.Grade = worse(n.Huge)
		pages := total - free + want
		f.Remedy = []string{
			fmt.Sprintf("sysctl -w vm.nr_hugepages=%d", pages),
			fmt.Sprintf("sh -c 'echo vm.nr_hugepages=%d >/etc/sysctl.d/80-weir.conf'", pages),
		}
		f.Safe = m.UID == 0
	}
	return []Finding{f, hugetlbfs(m, n)}
}

func hugetlbfs(m *Machine, n *Need) Finding {
	f := Finding{What: "hugetlbfs"}
	for line := range strings.Lines(m.read("/proc/mounts")) {
		if w := strings.Fields(line); len(w) > 2 && w[2] == "hugetlbfs" {
			f.Found = "mounted at " + w[1]
			return f
		}
	}
	f.Found, f.Grade = "not mounted", worse(n.Huge)
	f.Remedy = []string{"mkdir -p /dev/hugepages", "mount -t hugetlbfs nodev /dev/hugepages"}
	f.Safe = m.UID == 0
	return f
}

// worse is the grade of something that is needed, or would be faster.
func worse(needed bool) Grade {
	if needed {
		return Broken
	}
	return Slow
}

// free says whether the machine has memory for what is planned.
func free(m *Machine, n *Need) []Finding {
	mb := m.meminfo("MemAvailable") / 1024
	f := Finding{What: "memory", Found: fmt.Sprintf("%d MB are available", mb)}
	if mb < n.MemoryMB+512 {
		f.Grade = Broken
		f.Found += fmt.Sprintf(", %d MB and the tables are wanted: lower dpdk.huge.memory, flow.memcap, stream.reassembly.memcap", n.MemoryMB)
	}
	return []Finding{f}
}
