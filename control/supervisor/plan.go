package supervisor

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/control/engine"
	"github.com/weir-ips/weir/dataplane/port"
)

// Plan is what a configuration comes to on this machine, before anything is
// started.
type Plan struct {
	Spec      engine.Spec
	Ports     *port.Plan
	Placement Placement
	RunDir    string
	// RingSize is the octets of each worker's event ring.
	RingSize int
	// HeapLimit is GOMEMLIMIT of the engine.
	HeapLimit int64
	Notes     []string
}

// defaultRing holds some seconds of events at a rate that no disk takes.
const defaultRing = 32 << 20

// NewPlan reads the sections that say which ports, CPUs and memory there are.
func NewPlan(cfg *config.Config, s *config.Sections) (*Plan, error) {
	p := &Plan{RingSize: defaultRing, RunDir: runDir(cfg, s)}
	ports, pairs, err := s.DPDK.Resolve()
	if err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		return nil, errors.New("dpdk.pairs: there is no pair of ports: name two ports under dpdk.ports and join them under dpdk.pairs, or try --vdev net_tap0,iface=weir0 --vdev net_tap1,iface=weir1")
	}
	allowed, err := AllowedCPUs()
	if err != nil {
		return nil, err
	}
	if p.Placement, err = Place(s.Placement, s.Threading, allowed); err != nil {
		return nil, err
	}
	p.Spec = engine.Spec{RunDir: p.RunDir, ControlCPUs: p.Placement.Control, Share: p.Placement.Share, Burst: dpdk.BurstSize,
		ConfigName: cfg.File, PortNames: map[string]string{}}
	if p.Spec.Config, err = json.Marshal(tree(cfg.Root())); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	if err := p.addPorts(ports, pairs, s); err != nil {
		return nil, err
	}
	hw, err := port.ProbeHardware(false)
	if err != nil {
		return nil, err
	}
	if p.Ports, err = port.NewPlan(p.Spec.Ports, hw); err != nil {
		return nil, err
	}
	if len(p.Ports.Ports) > engine.MaxPorts {
		return nil, fmt.Errorf("dpdk.ports: %d ports, %d are possible", len(p.Ports.Ports), engine.MaxPorts)
	}
	p.memory(s)
	if p.Placement.Share {
		p.Notes = append(p.Notes, fmt.Sprintf("CPU %d is shared by a worker and everything else: packets will wait now and then", p.Placement.Control[0]))
	}
	return p, nil
}

// addPorts turns ports and pairs as people name them into devices.
func (p *Plan) addPorts(ports []config.Port, pairs []config.Pair, s *config.Sections) error {
	byName := map[string]config.Port{}
	device := map[string]string{}
	eal := &p.Spec.EAL
	c := &p.Spec.Ports
	c.CPUs = p.Placement.Workers
	c.OffloadFlows, c.OffloadLease = s.DPDK.Offload.MaxFlows, s.DPDK.Offload.Lease.Microseconds()
	for _, o := range ports {
		byName[o.Name] = o
		d := o.Device
		if o.VDev != "" {
			d, _, _ = strings.Cut(o.VDev, ",")
			eal.Vdevs = append(eal.Vdevs, o.VDev)
		} else {
			eal.Allow = append(eal.Allow, o.Device)
		}
		device[o.Name] = d
		p.Spec.PortNames[d] = o.Name
		c.Promisc = c.Promisc || o.Promiscuous
		c.RxDescs = max(c.RxDescs, int(o.RxDescriptors.N))
		c.TxDescs = max(c.TxDescs, int(o.TxDescriptors.N))
		if o.Queues.N != 0 && int(o.Queues.N) != len(c.CPUs) {
			p.Notes = append(p.Notes, fmt.Sprintf("port %s: %d queues are configured; each worker takes one, so it gets %d", o.Name, o.Queues.N, len(c.CPUs)))
		}
	}
	eal.NoPCI = len(eal.Allow) == 0
	for _, q := range pairs {
		mode, err := port.ParseMode(q.Mode)
		if err != nil {
			return fmt.Errorf("dpdk.pairs: %s: %w", q.Name, err)
		}
		startup := q.Startup
		if startup == "" {
			startup = s.Placement.Startup
		}
		up, err := port.ParseStartup(startup)
		if err != nil {
			return fmt.Errorf("dpdk.pairs: %s: %w", q.Name, err)
		}
		inside, outside := q.Inside, q.Outside
		if inside == "" {
			inside, outside = outside, ""
		}
		pc := port.PairConfig{Name: q.Name, Mode: mode, Inside: device[inside], Outside: device[outside], LinkPropagation: q.LinkPropagation, Startup: up, Offload: q.Offload}
		for _, side := range []string{inside, outside} {
			if m := byName[side].MTU; side != "" && m > pc.MTU && byName[side].VDev == "" {
				pc.MTU = m
			}
		}
		c.Pairs = append(c.Pairs, pc)
		p.Spec.Modes = append(p.Spec.Modes, mode)
	}
	// A tap pair forwards as an inline pair does; only its verdicts are not
	// carried out, which is the worker's part.
	for i := range c.Pairs {
		if c.Pairs[i].Mode == port.Tap {
			c.Pairs[i].Mode = port.Inline
		}
	}
	return nil
}

// memory decides on hugepages and on the amounts.
func (p *Plan) memory(s *config.Sections) {
	eal, h := &p.Spec.EAL, s.DPDK.Huge
	eal.NoTelemetry, eal.NoShconf = true, true
	switch h.Enabled {
	case config.Yes:
	case config.No:
		eal.NoHuge = true
	default:
		eal.NoHuge = freeHugepages("/proc/meminfo") == 0
		if eal.NoHuge {
			p.Notes = append(p.Notes, "no free hugepages: ordinary memory is used, which costs speed (weir doctor --fix reserves some)")
		}
	}
	eal.InMemory = !eal.NoHuge
	eal.HugeDir = h.Dir
	// Rings of the PMDs, packets of our own and what DPDK's allocator cannot use
	// between them come on top of the pools.
	eal.MemoryMB = 2*p.Ports.MemoryMB() + 64
	if h.Memory.N > 0 {
		eal.MemoryMB = int(h.Memory.N >> 20)
	}
	sum := fnv.New32a()
	sum.Write([]byte(p.RunDir))
	eal.FilePrefix = fmt.Sprintf("weir-%08x", sum.Sum32())
	for name, value := range s.DPDK.EALParams {
		switch name {
		case "file-prefix":
			eal.FilePrefix = value
		case "huge-dir":
			eal.HugeDir = value
		default:
			p.Notes = append(p.Notes, fmt.Sprintf("dpdk.eal-params.%s is not used: weir sets the environment's arguments itself", name))
		}
	}
	p.HeapLimit = 1<<30 + int64(len(p.Placement.Workers))<<30
	if n := s.Placement.MemoryLimit.N; n > 0 {
		p.HeapLimit = int64(n)
	}
}

// freeHugepages reads the number of hugepages that nobody uses.
func freeHugepages(file string) int {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "HugePages_Free:"); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(rest))
			return n
		}
	}
	return 0
}

// runDir is the run directory; an ordinary user cannot write to the default one.
func runDir(cfg *config.Config, s *config.Sections) string {
	if !cfg.Has("control.run-dir") && os.Geteuid() != 0 {
		if d := os.Getenv("XDG_RUNTIME_DIR"); d != "" {
			return filepath.Join(d, "weir")
		}
		return filepath.Join(os.TempDir(), fmt.Sprintf("weir-%d", os.Geteuid()))
	}
	return s.Placement.RunDir
}

// SocketPath is where the API listens: what api.socket says, or in the run
// directory.
func SocketPath(cfg *config.Config, s *config.Sections) string {
	if cfg.Has("api.socket") {
		return s.Placement.APISocket
	}
	return filepath.Join(runDir(cfg, s), "api.sock")
}

// Layout is that of the shared memory: the workers and, behind them,
// housekeeping.
func (p *Plan) workers() int { return len(p.Placement.Workers) }

// String is what --dry-run prints.
func (p *Plan) String() string {
	var b strings.Builder
	b.WriteString(p.Ports.String())
	fmt.Fprintf(&b, "control: CPUs %s, run directory %s\n", config.CPUs{List: p.Placement.Control}, p.RunDir)
	huge := "hugepages"
	if p.Spec.EAL.NoHuge {
		huge = "ordinary pages"
	}
	rings := (p.workers() + 1) * p.RingSize
	fmt.Fprintf(&b, "memory: %d MB for DPDK in %s, %d MB for event rings, %d MB at most for the engine's Go heap\n",
		p.Spec.EAL.MemoryMB, huge, rings>>20, p.HeapLimit>>20)
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// tree is a node as JSON. Every value is a text, as it is in the node; YAML reads
// JSON, so the engine parses it as a file.
func tree(n *config.Node) any {
	switch n.Kind {
	case config.Map:
		return object(n.Children)
	case config.List:
		l := make([]any, len(n.Children))
		for i, c := range n.Children {
			l[i] = tree(c)
		}
		return l
	case config.Scalar:
		return n.Value
	}
	return nil
}

// object keeps the order of keys, which outputs and list elements need.
type object []*config.Node

// MarshalJSON writes the keys in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, c := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(c.Key)
		if err != nil {
			return nil, err
		}
		val, err := json.Marshal(tree(c))
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(val)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}
