package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/control/config"
)

// cpus checks what keeps a worker from polling without interruption.
func cpus(m *Machine, n *Need) []Finding {
	workers := config.CPUs{List: n.Workers}.String()
	out := []Finding{{What: "CPUs", Found: fmt.Sprintf("workers on %s, everything else on %s", workers, config.CPUs{List: n.Control})}}
	if sharing(n) {
		out[0].Grade = Slow
		out[0].Found += ": a worker shares its CPU, packets wait now and then; give weir another CPU"
	}
	return append(out, isolation(m, n, workers), governor(m, n), clock(m), vectors(m))
}

func sharing(n *Need) bool {
	for _, c := range n.Control {
		if !slices.Contains(n.Workers, c) {
			return false
		}
	}
	return true
}

func isolation(m *Machine, n *Need, workers string) Finding {
	f := Finding{What: "CPU isolation"}
	var isolated config.CPUs
	if s := m.read("/sys/devices/system/cpu/isolated"); s != "" {
		isolated.UnmarshalText([]byte(s))
	}
	var missing []int
	for _, c := range n.Workers {
		if !slices.Contains(isolated.List, c) {
			missing = append(missing, c)
		}
	}
	if len(missing) == 0 {
		f.Found = "the workers' CPUs are isolated"
		return f
	}
	f.Grade, f.Reboot = Slow, true
	f.Found = fmt.Sprintf("the scheduler may put other threads on CPU %s", config.CPUs{List: missing})
	f.Remedy = []string{
		fmt.Sprintf(`sed -i 's/^GRUB_CMDLINE_LINUX="/&isolcpus=%s nohz_full=%s rcu_nocbs=%s /' /etc/default/grub`, workers, workers, workers),
		"update-grub",
	}
	return f
}

func governor(m *Machine, n *Need) Finding {
	f := Finding{What: "CPU frequency", Found: "fixed, or the hypervisor's"}
	var slow []string
	for _, c := range n.Workers {
		p := fmt.Sprintf("/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", c)
		switch g := m.read(p); g {
		case "":
		case "performance":
			f.Found = "governor performance"
		default:
			slow = append(slow, p)
			f.Found = "governor " + g + ": the frequency follows the load with a delay"
		}
	}
	if len(slow) > 0 {
		f.Grade, f.Safe = Slow, m.UID == 0
		for _, p := range slow {
			f.Remedy = append(f.Remedy, "sh -c 'echo performance >"+p+"'")
		}
	}
	return f
}

func clock(m *Machine) Finding {
	c := m.read("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	f := Finding{What: "clock", Found: c}
	if c != "" && c != "tsc" && c != "kvm-clock" && c != "arch_sys_counter" {
		f.Grade = Slow
		f.Found += ": reading the time is a system call; boot with clocksource=tsc where the processor's counter is stable"
	}
	return f
}

// vectors names the instructions that the pattern matcher can use.
func vectors(m *Machine) Finding {
	flags := ""
	for line := range strings.Lines(m.read("/proc/cpuinfo")) {
		if strings.HasPrefix(line, "flags") || strings.HasPrefix(line, "Features") {
			flags = " " + strings.TrimSpace(line) + " "
			break
		}
	}
	f := Finding{What: "instructions"}
	switch {
	case strings.Contains(flags, " avx512vbmi "):
		f.Found = "AVX-512 with VBMI"
	case strings.Contains(flags, " avx512bw "):
		f.Found = "AVX-512"
	case strings.Contains(flags, " avx2 "):
		f.Found = "AVX2"
	case strings.Contains(flags, " ssse3 "):
		f.Grade, f.Found = Slow, "SSSE3 only: the pattern matcher is about half as fast as with AVX2"
	case strings.Contains(flags, " asimd "):
		f.Found = "NEON"
	default:
		f.Grade, f.Found = Broken, "no SSSE3: Hyperscan does not run on this processor"
	}
	return f
}
