package supervisor

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"

	"github.com/weir-ips/weir/control/config"
	"golang.org/x/sys/unix"
)

// Placement is which CPUs do what.
type Placement struct {
	Workers []int
	Control []int
	// Share: a worker has to live with the rest on one CPU.
	Share bool
}

// Place chooses CPUs out of those that this process may use. What the
// configuration names goes first: workers and control.cpus, then Suricata's
// threading section.
func Place(p config.Placement, t config.Threading, allowed []int) (Placement, error) {
	if len(allowed) == 0 {
		return Placement{}, fmt.Errorf("workers: this process may use no CPU")
	}
	workers, control := p.Workers, p.ControlCPUs
	if t.SetAffinity {
		if workers.Auto && len(t.Workers.List) > 0 {
			workers = t.Workers
		}
		if control.Auto && len(t.Management.List) > 0 {
			control = t.Management
		}
	}
	for _, c := range []struct {
		key  string
		cpus config.CPUs
	}{{"workers", workers}, {"control.cpus", control}} {
		for _, cpu := range c.cpus.List {
			if !slices.Contains(allowed, cpu) {
				return Placement{}, fmt.Errorf("%s: CPU %d is not one that this process may use (%s): choose among those", c.key, cpu, config.CPUs{List: allowed})
			}
		}
	}
	out := Placement{Workers: workers.List, Control: control.List}
	if control.All {
		out.Control = allowed
	}
	if workers.All {
		out.Workers = allowed
	}
	if len(out.Control) == 0 {
		out.Control = without(allowed, out.Workers)
		// A few are enough; the rest is for packets.
		if most := 1 + len(allowed)/16; len(out.Workers) == 0 && len(out.Control) > most {
			out.Control = out.Control[:most]
		}
		if len(out.Control) == 0 {
			out.Control = allowed[:1]
		}
	}
	if len(out.Workers) == 0 {
		if out.Workers = without(allowed, out.Control); len(out.Workers) == 0 {
			out.Workers = allowed[len(allowed)-1:]
		}
	}
	// Only where every thread that is no worker would wait for one.
	out.Share = len(without(out.Control, out.Workers)) == 0
	return out, nil
}

func without(cpus, taken []int) []int {
	var out []int
	for _, c := range cpus {
		if !slices.Contains(taken, c) {
			out = append(out, c)
		}
	}
	return out
}

// AllowedCPUs are those that this process may use.
func AllowedCPUs() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, os.NewSyscallError("sched_getaffinity", err)
	}
	var out []int
	for cpu := range config.MaxCPU + 1 {
		if cpu < len(set)*64 && set.IsSet(cpu) {
			out = append(out, cpu)
		}
	}
	return out, nil
}

// confine keeps all threads of this process on cpus. New threads inherit it from
// those that make them, so a second pass finds what the first one missed.
func confine(cpus []int) error {
	set := cpuSet(cpus)
	for range 2 {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, t := range tasks {
			tid, err := strconv.Atoi(t.Name())
			if err != nil {
				continue
			}
			if err := unix.SchedSetaffinity(tid, &set); err != nil && err != unix.ESRCH {
				return os.NewSyscallError("sched_setaffinity", err)
			}
		}
	}
	runtime.GOMAXPROCS(max(2, len(cpus)))
	return nil
}

func cpuSet(cpus []int) unix.CPUSet {
	var set unix.CPUSet
	for _, c := range cpus {
		set.Set(c)
	}
	return set
}
