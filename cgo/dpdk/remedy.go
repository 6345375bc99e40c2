package dpdk

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// remedies maps what DPDK logs to what the reader can do. The first that
// matches is taken, so the narrower ones come first.
var remedies = []struct{ logged, remedy string }{
	{"No free 2048 kB hugepages", "reserve hugepages (sysctl vm.nr_hugepages=512) or run without (no-huge)"},
	{"No free hugepages", "reserve hugepages (sysctl vm.nr_hugepages=512) or run without (no-huge)"},
	{"No available", "reserve hugepages (sysctl vm.nr_hugepages=512), mount hugetlbfs, or run without (no-huge)"},
	{"hugetlbfs", "mount hugetlbfs (mount -t hugetlbfs none /dev/hugepages) or run without hugepages (no-huge)"},
	{"Cannot create lock on", "another DPDK process runs under the same file prefix: choose another prefix or stop it"},
	{"Is another primary process running", "another DPDK process runs under the same file prefix: choose another prefix or stop it"},
	{"Cannot get hugepage information", "reserve hugepages (sysctl vm.nr_hugepages=512) or run without (no-huge)"},
	{"VFIO", "bind the device to vfio-pci (dpdk-devbind.py -b vfio-pci ADDRESS) and load the module (modprobe vfio-pci)"},
	{"failed to initialize net_tap", "net_tap needs CAP_NET_ADMIN and /dev/net/tun"},
	{"net_tap", "net_tap needs CAP_NET_ADMIN and /dev/net/tun"},
	{"Couldn't open", "the capture cannot be read by libpcap: check the file and its format"},
	{"Unable to find a bus for the device", "no such driver: check the name of the virtual device and that its PMD is installed"},
	{"failed to parse device", "no such device or driver: check its name and that its PMD is installed"},
	{"no driver supports", "no such driver: check the name of the virtual device and that its PMD is installed"},
	{"Permission denied", "run as root or without hugepages and PCI (no-huge, no-pci)"},
	{"invalid parameter for --lcores", "choose CPUs that this machine has and that the process may use"},
}

// explain makes the error of a failed call out of its number, the last lines
// that DPDK logged, and a remedy where the log has a known cause.
func explain(what string, errno Errno, log string) error {
	reason := lastLines(log, 3)
	for _, r := range remedies {
		if strings.Contains(log, r.logged) {
			return &Failure{What: what, Errno: errno, Reason: reason, Remedy: r.remedy}
		}
	}
	f := &Failure{What: what, Errno: errno, Reason: reason}
	switch {
	case errors.Is(errno, syscall.ENOMEM):
		f.Remedy = "give DPDK more memory (MemoryMB, hugepages) or make the pools smaller"
	case errors.Is(errno, syscall.EACCES), errors.Is(errno, syscall.EPERM):
		f.Remedy = "run as root or without hugepages and PCI (no-huge, no-pci)"
	}
	return f
}

// Failure is a call of DPDK that failed, with what it logged and what helps.
type Failure struct {
	What   string
	Errno  Errno
	Reason string
	Remedy string
}

// Error is one line: what, number, reason, remedy.
func (f *Failure) Error() string {
	s := fmt.Sprintf("dpdk: %s: %v", f.What, f.Errno)
	if f.Reason != "" {
		s += ": " + f.Reason
	}
	if f.Remedy != "" {
		s += " (" + f.Remedy + ")"
	}
	return s
}

// Unwrap gives the Errno.
func (f *Failure) Unwrap() error { return f.Errno }

// lastLines joins the last n lines of a log that say something went wrong;
// "Detected CPU lcores: 2" is no reason.
func lastLines(log string, n int) string {
	var out []string
	for _, l := range strings.Split(log, "\n") {
		l = strings.TrimSpace(l)
		switch {
		case l == "", strings.Contains(l, "Detected "), strings.Contains(l, "Selected IOVA"),
			strings.Contains(l, "Multi-process socket"), strings.Contains(l, "selecting IOVA"):
		default:
			out = append(out, l)
		}
	}
	if len(out) > n {
		out = out[len(out)-n:]
	}
	return strings.Join(out, "; ")
}
