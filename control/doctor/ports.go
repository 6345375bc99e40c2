package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// iommu checks what vfio needs; nothing of it where all ports are virtual.
func iommu(m *Machine, n *Need) []Finding {
	if len(n.PCI) == 0 {
		return []Finding{{What: "IOMMU, vfio", Found: "not needed, all ports are virtual devices"}}
	}
	f := Finding{What: "IOMMU", Found: "on"}
	if len(m.list("/sys/kernel/iommu_groups")) == 0 {
		kernel := "intel_iommu=on iommu=pt"
		if strings.Contains(m.read("/proc/cpuinfo"), "AuthenticAMD") {
			kernel = "iommu=pt"
		}
		f.Grade, f.Reboot = Broken, true
		f.Found = "off: vfio-pci cannot take a card (switch VT-d or AMD-Vi on in the firmware, too)"
		f.Remedy = []string{`sed -i 's/^GRUB_CMDLINE_LINUX="/&` + kernel + ` /' /etc/default/grub`, "update-grub"}
		if m.exists("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") {
			f.Found += "; in a virtual machine without one: echo 1 >/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
		}
	}
	v := Finding{What: "vfio-pci", Found: "loaded"}
	if !m.exists("/sys/module/vfio_pci") {
		v.Grade, v.Found, v.Safe = Broken, "not loaded", m.UID == 0
		v.Remedy = []string{"modprobe vfio-pci", "sh -c 'echo vfio-pci >/etc/modules-load.d/weir.conf'"}
	}
	return []Finding{f, v}
}

// bifurcated drivers stay with the kernel while DPDK uses the card.
var bifurcated = []string{"mlx4_core", "mlx5_core", "mana"}

// cards checks each PCI port's driver and NUMA node.
func cards(m *Machine, n *Need) []Finding {
	var out []Finding
	for _, a := range n.PCI {
		if !strings.Contains(a, ".") {
			continue
		}
		if strings.Count(a, ":") == 1 {
			a = "0000:" + a
		}
		dir := "/sys/bus/pci/devices/" + a
		f := Finding{What: "port " + a}
		if !m.exists(dir) {
			f.Grade, f.Found = Broken, "this machine has no such device; network cards are: "+networkCards(m)
			f.Remedy = []string{"dpdk-devbind.py --status-dev net"}
			out = append(out, f)
			continue
		}
		switch d := m.link(dir + "/driver"); {
		case d == "vfio-pci" || d == "uio_pci_generic" || d == "igb_uio":
			f.Found = "bound to " + d
		case slices.Contains(bifurcated, d):
			f.Found = "driver " + d + ", which stays with the kernel"
		default:
			// Never done by --fix: it takes the card from the kernel, and with it
			// maybe the connection over which somebody works.
			f.Grade = Broken
			f.Found = "belongs to the kernel's driver " + d + " (interface " + strings.Join(m.list(dir+"/net"), ", ") + ")"
			f.Remedy = []string{"dpdk-devbind.py -b vfio-pci " + a}
		}
		out = append(out, f, numa(m, n, a))
	}
	return out
}

func networkCards(m *Machine) string {
	var out []string
	for _, a := range m.list("/sys/bus/pci/devices") {
		if strings.HasPrefix(m.read("/sys/bus/pci/devices/"+a+"/class"), "0x02") {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, " ")
}

// numa compares a card's node with its workers'.
func numa(m *Machine, n *Need, address string) Finding {
	node := m.read("/sys/bus/pci/devices/" + address + "/numa_node")
	f := Finding{What: "NUMA " + address, Found: "node " + node}
	if node == "" || node == "-1" {
		f.Found = "the machine has one node"
		return f
	}
	var far []string
	for _, c := range n.Workers {
		if !m.exists(fmt.Sprintf("/sys/devices/system/node/node%s/cpu%d", node, c)) {
			far = append(far, fmt.Sprint(c))
		}
	}
	if len(far) > 0 {
		f.Grade = Slow
		f.Found += fmt.Sprintf(", but worker CPUs %s are on another one: choose `workers` among %s", strings.Join(far, ","),
			m.read("/sys/devices/system/node/node"+node+"/cpulist"))
	}
	return f
}

// vdevs checks what virtual devices need of the kernel.
func vdevs(m *Machine, n *Need) []Finding {
	var out []Finding
	for _, v := range n.Vdevs {
		name, args, _ := strings.Cut(v, ",")
		f := Finding{What: "port " + name, Found: "virtual device"}
		switch {
		case strings.HasPrefix(name, "net_tap"):
			if !m.exists("/dev/net/tun") {
				f.Grade, f.Safe, f.Found = Broken, m.UID == 0, "/dev/net/tun is missing"
				f.Remedy = []string{"modprobe tun"}
			} else if m.UID != 0 && !m.can(capNetAdmin) {
				f.Grade, f.Found = Broken, "tap devices need root or CAP_NET_ADMIN"
			}
		case strings.HasPrefix(name, "net_af_packet"):
			for _, a := range strings.Split(args, ",") {
				if i, ok := strings.CutPrefix(a, "iface="); ok && !m.exists("/sys/class/net/"+i) {
					f.Grade, f.Found = Broken, "there is no interface "+i
				}
			}
		case strings.HasPrefix(name, "net_pcap"):
			for _, a := range strings.Split(args, ",") {
				if file, ok := strings.CutPrefix(a, "rx_pcap="); ok && !m.exists(file) {
					f.Grade, f.Found = Broken, "there is no capture "+file
				}
			}
		}
		out = append(out, f)
	}
	return out
}

// capabilities says what the drivers of the ports can do.
func capabilities(m *Machine, n *Need) []Finding {
	if m.Ports == nil {
		return []Finding{{What: "drivers", Grade: Note, Found: "not asked: " + m.PortsWhy}}
	}
	names := make([]string, 0, len(m.Ports))
	for d := range m.Ports {
		names = append(names, d)
	}
	slices.Sort(names)
	var out []Finding
	for _, d := range names {
		i := m.Ports[d]
		f := Finding{What: "driver " + d, Found: fmt.Sprintf("%s, %d rx and %d tx queues", i.Driver, i.MaxRxQueues, i.MaxTxQueues)}
		switch workers := len(n.Workers); {
		case i.MaxTxQueues > 0 && i.MaxTxQueues < workers:
			f.Grade = Broken
			f.Found += fmt.Sprintf(": %d workers need a tx queue each, name at most %d in `workers`", workers, i.MaxTxQueues)
		case workers == 1:
			f.Found += ", one worker needs no RSS"
		case i.RSS&dpdk.RSSFiveTuple == 0:
			f.Grade = Slow
			f.Found += ": no RSS, one worker receives all and hands the others' flows on"
		default:
			f.Found += ", RSS with a symmetric key"
		}
		out = append(out, f)
	}
	return out
}
