package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/doctor"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/control/supervisor"
	"github.com/weir-ips/weir/dataplane/port"
)

func doctorCommand() *cobra.Command {
	var o runOptions
	var fix, asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check this machine: hugepages, drivers, CPUs, privileges; print what mends it",
		Long: `Hold the machine against the configuration and print, for each thing, fine or
the exact command that mends it. --fix runs the commands that change nothing that
runs; taking a card from the kernel or changing the boot line stays with you.
The exit code is 1 while something keeps weir from running.`,
		Example: `  weir doctor -c /etc/weir/weir.yaml
  weir doctor --vdev net_tap0,iface=weir0 --vdev net_tap1,iface=weir1
  sudo weir doctor -c /etc/weir/weir.yaml --fix`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			need, ports, why, err := doctorNeeds(&o)
			if err != nil {
				return err
			}
			// Ports and plan are asked for once: the EAL starts once a process.
			look := func() doctor.Report {
				m := doctor.This()
				m.Ports, m.PortsWhy = ports, why
				return doctor.Examine(m, need)
			}
			r := look()
			if fix {
				n, err := r.Fix(os.Stdout, runShell)
				if err != nil {
					return err
				}
				fmt.Printf("%d findings were acted on; now:\n", n)
				r = look()
			}
			if asJSON {
				enc := json.NewEncoder(os.Stdout)
				enc.SetIndent("", "  ")
				err = enc.Encode(r)
			} else {
				r.Print(os.Stdout)
			}
			if err == nil && r.Broken() {
				err = errors.New("doctor: what is marked broken keeps weir from running as it is configured")
			}
			return err
		},
	}
	o.flags(c)
	f := c.Flags()
	f.StringArrayVar(&o.vdevs, "vdev", nil, "virtual device; every two form a pair, as for run")
	f.StringVar(&o.mode, "mode", "inline", "what the pairs of --vdev do: inline, tap or ids")
	f.BoolVar(&o.noHuge, "no-huge", false, "use ordinary memory, not hugepages")
	f.BoolVar(&fix, "fix", false, "run the safe commands, then check again")
	f.BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return c
}

// runShell runs one remedy.
func runShell(command string) error {
	out, err := exec.Command("sh", "-c", command).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// doctorNeeds plans what run would do and asks DPDK what the ports can do.
func doctorNeeds(o *runOptions) (n doctor.Need, ports map[string]dpdk.PortInfo, why string, err error) {
	cfg, sec, err := o.load()
	if err != nil {
		return n, nil, "", err
	}
	n = doctor.Need{
		Huge:     sec.DPDK.Huge.Enabled == config.Yes,
		HugeAuto: sec.DPDK.Huge.Enabled != config.No && sec.DPDK.Huge.Enabled != config.Yes,
		RunDir:   sec.Placement.RunDir, LogDir: sec.Files.LogDir,
	}
	plan, err := supervisor.NewPlan(cfg, sec)
	if err != nil {
		// The configuration does not fit this machine: the rest is still told.
		n.Problem = err.Error()
		n.Workers, n.Control = sec.Placement.Workers.List, sec.Placement.ControlCPUs.List
		for _, p := range sec.DPDK.Ports {
			if p.VDev != "" {
				n.Vdevs = append(n.Vdevs, p.VDev)
			} else {
				n.PCI = append(n.PCI, p.Device)
			}
		}
		return n, nil, "the configuration does not fit this machine", nil
	}
	n.MemoryMB, n.RunDir = plan.Spec.EAL.MemoryMB, plan.RunDir
	n.Workers, n.Control = plan.Placement.Workers, plan.Placement.Control
	n.PCI, n.Vdevs = plan.Spec.EAL.Allow, plan.Spec.EAL.Vdevs
	if pid := engine.LockedBy(engine.LockPath(plan.RunDir)); pid != 0 {
		return n, nil, fmt.Sprintf("engine %d uses the ports; weir status shows them", pid), nil
	}
	ports, why = askPorts(plan)
	return n, ports, why, nil
}

// askPorts starts DPDK with the plan's devices for a moment.
func askPorts(plan *supervisor.Plan) (map[string]dpdk.PortInfo, string) {
	eal := plan.Spec.EAL
	eal.FilePrefix += "-doctor"
	// The drivers need little memory to say what they can do.
	eal.NoHuge, eal.InMemory, eal.HugeDir, eal.SocketMB, eal.MemoryMB = true, false, "", nil, 64
	if err := dpdk.InitEAL(eal); err != nil {
		return nil, err.Error()
	}
	defer dpdk.CleanupEAL()
	hw, err := port.ProbeHardware(true)
	if err != nil {
		return nil, err.Error()
	}
	return hw.Ports, ""
}
