package app

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/dataplane/app/expect"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Config bounds a Layer.
type Config struct {
	// Flows is the most flows that are looked at by a parser or by detection at a
	// time.
	Flows int
	// States is the most parser states of one protocol at a time, unless its row
	// says less.
	States int
	// Memory is the most octets that parsers keep, all together.
	Memory int
	// Rest is the most octets that a parser may leave unconsumed in one direction.
	Rest int
	// DetectDepth is how many octets detection may see before it gives up.
	DetectDepth int
	// Disabled protocols are neither detected nor parsed; DetectOnly ones are
	// detected.
	Disabled, DetectOnly map[input.AppProto]bool
	// DisabledOver is Disabled for one transport (0 TCP, 1 UDP); it concerns rows
	// that are for that transport only.
	DisabledOver [2]map[input.AppProto]bool
	// Ports replace a protocol's own ports, PortsOver those over one transport.
	Ports     map[input.AppProto][]uint16
	PortsOver [2]map[input.AppProto][]uint16
	// Files bounds the files of all protocols; left empty, the defaults do.
	Files file.Options
	// Expect are the connections that parsers expect, of all workers; nil: the
	// layer makes its own.
	Expect *expect.Table
	// Options of protocols, by id.
	Options map[input.AppProto]any
}

// DefaultConfig fits replay and small links.
func DefaultConfig() Config {
	return Config{Flows: 16384, States: 8192, Memory: 256 << 20, Rest: 1 << 20, DetectDepth: 4096, Files: file.DefaultOptions()}
}

// Validate reports every mistake at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Flows < 1 || c.Flows > 1<<24 {
		errs = append(errs, fmt.Errorf("app-layer: %d flows, want 1 to %d", c.Flows, 1<<24))
	}
	if c.States < 1 {
		errs = append(errs, fmt.Errorf("app-layer: %d parser states, want at least 1", c.States))
	}
	if c.Memory < 1<<20 {
		errs = append(errs, fmt.Errorf("app-layer: %d octets of parser memory, want at least 1 MiB", c.Memory))
	}
	if c.Rest < 4096 || c.Rest > 1<<20 {
		errs = append(errs, fmt.Errorf("app-layer: %d octets unconsumed, want 4096 to 1 MiB", c.Rest))
	}
	if c.Files != (file.Options{}) {
		errs = append(errs, c.Files.Validate())
	}
	return errors.Join(errs...)
}

// expectAlone is how many connections a layer expects that shares with no other.
const expectAlone = 4096

// NumRows is how many rows Stats has: two for each protocol.
const NumRows = 2 * int(input.NumAppProtos)

// Row is where Stats counts a protocol over an IP protocol: over UDP by itself,
// everything else as over TCP.
func Row(p input.AppProto, ipProto uint8) int {
	if ipProto == udp {
		return 2*int(p) + 1
	}
	return 2 * int(p)
}

func (f *Flow) row(p input.AppProto) int { return Row(p, f.IPProto) }

// Stats count what the layer did, by Row: flows, transactions, errors of
// parsers, gaps, want of memory, parsers that panicked.
type Stats struct {
	Flows, Txs, Errors, Gaps, NoMemory, Panics [NumRows]uint64
	FlowsFull, StatesFull, MemFull             uint64
}

// Layer feeds the parsers of one worker.
type Layer struct {
	cfg    Config
	env    Env
	protos []*Protocol
	flows  []Flow
	free   []uint32
	pools  [input.NumAppProtos][]State
	made   [input.NumAppProtos]int
	detect detector
	Stats  Stats
	// Crash is the last parser's panic.
	Crash Crash
	call  Call
	txs   []Tx // room for the transactions of flows
	entry expect.Entry
	// busy are the directions of the flow at hand that are being parsed.
	busy [2]bool
	// locked: the flow at hand changed its protocol with the octets at hand.
	locked bool
}

// NewLayer makes a layer for the given protocols. Everything that it will ever
// need of the Go heap is allocated here or grows to a bound and stays.
func NewLayer(cfg Config, protos []*Protocol) (*Layer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	mem, err := slab.NewBytes(cfg.Memory)
	if err != nil {
		return nil, fmt.Errorf("app-layer: %d octets of parser memory: %w", cfg.Memory, err)
	}
	if cfg.Files == (file.Options{}) {
		cfg.Files = file.DefaultOptions()
	}
	keep := slab.NewDeferred(mem)
	if cfg.Expect == nil {
		if cfg.Expect, err = expect.New(expectAlone, 0); err != nil {
			return nil, fmt.Errorf("app-layer: %w", err)
		}
	}
	l := &Layer{cfg: cfg, env: Env{Mem: mem, Keep: keep, Files: file.NewPool(cfg.Files, keep), Expect: cfg.Expect, Options: cfg.Options}}
	l.env.frames.Max, l.env.txs.Max = maxFrames, max(cfg.Flows/32, minWide)
	for _, p := range protos {
		if cfg.Disabled[p.ID] || !p.UDP && cfg.DisabledOver[0][p.ID] || !p.TCP && cfg.DisabledOver[1][p.ID] {
			continue
		}
		l.protos = append(l.protos, p)
		l.env.Speaks[p.ID] = true
	}
	l.detect.init(l.protos, cfg)
	return l, nil
}

// Env is what the layer's parsers share.
func (l *Layer) Env() *Env { return &l.env }

// Flush frees what parsers gave up since the last one. The worker calls it when a
// batch was judged and nothing points into parser memory any more.
func (l *Layer) Flush() { l.env.Keep.Flush() }

// Open gives a flow its place; 0 when there is none left.
func (l *Layer) Open() uint32 {
	if n := len(l.free); n > 0 {
		i := l.free[n-1]
		l.free = l.free[:n-1]
		l.flows[i].used = true
		return i
	}
	l.reserve()
	if len(l.flows) == cap(l.flows) {
		l.Stats.FlowsFull++
		return 0
	}
	i := len(l.flows)
	l.flows = append(l.flows, Flow{Env: &l.env, used: true})
	if at := i * fewTxs; at+fewTxs <= len(l.txs) {
		l.flows[i].few = l.txs[at : at : at+fewTxs]
		l.flows[i].Txs = l.flows[i].few
	}
	return uint32(i)
}

// reserve makes the room for flows once at the bound, so that pointers into it
// stay valid.
func (l *Layer) reserve() {
	if len(l.flows) == 0 {
		l.flows = make([]Flow, 1, l.cfg.Flows+1)
	}
}

// fewTxs is how many live transactions each flow has room for from the start; for
// more there are places in a list, at least minWide.
const (
	fewTxs  = 4
	minWide = 256
)

// Warm allocates now what packets would: room for all flows, states, transactions,
// files and frames up to their bounds, and some states of each protocol. Most of it
// is address space, of which the system gives the pages that are used; those of the
// first flows are taken now.
func (l *Layer) Warm(flows, states int) {
	l.reserve()
	l.txs = make([]Tx, (l.cfg.Flows+1)*fewTxs)
	slab.WarmSlice(l.flows[:cap(l.flows)], flows)
	slab.WarmSlice(l.txs, flows*fewTxs)
	l.env.txs.Reserve(l.env.txs.Max)
	l.env.frames.Reserve(maxFrames)
	l.env.Files.Reserve()
	l.free = append(make([]uint32, 0, l.cfg.Flows), l.free...)
	for _, p := range l.protos {
		limit := l.cfg.States
		if p.Max > 0 {
			limit = min(limit, p.Max)
		}
		if p.New == nil || l.cfg.DetectOnly[p.ID] {
			continue
		}
		l.env.room = limit
		l.pools[p.ID] = append(make([]State, 0, limit), l.pools[p.ID]...)
		for l.made[p.ID] < min(states, limit) {
			l.made[p.ID]++
			l.pools[p.ID] = append(l.pools[p.ID], p.New(&l.env))
		}
	}
	l.env.room = 0
}

// Ahead notes a flow for being fetched before its packet comes.
func (l *Layer) Ahead(i uint32, lines *slab.Lines) {
	if i != 0 {
		slab.Add(lines, &l.flows[i], 128)
	}
}

// At is the flow behind a handle from Open.
func (l *Layer) At(i uint32) *Flow { return &l.flows[i] }

// Close releases a flow's transactions and parser. release is called for each
// transaction before it is reused.
func (l *Layer) Close(i uint32, release func(Tx)) {
	if i == 0 {
		return
	}
	f := &l.flows[i]
	l.Stats.Txs[f.row(f.Final)] += f.Count
	l.letGo(f, release)
	f.KeepFrames(dropFrame)
	frames := f.frames
	f.Keep(f.Txs[:0])
	txs := f.few
	for s := range f.side {
		l.env.Mem.Put(f.side[s].rest)
	}
	l.env.Mem.Put(f.Handover)
	*f = Flow{Txs: txs, few: txs, frames: frames, Env: &l.env}
	l.free = append(l.free, i)
}

// letGo releases what a flow's parsers hold. Of one that panics nothing is used again.
func (l *Layer) letGo(f *Flow, release func(Tx)) {
	defer func() {
		if v := recover(); v != nil {
			l.crash(f, nil, v)
		}
	}()
	for _, tx := range f.Txs {
		release(tx)
		tx.Release()
	}
	l.dropState(f)
	for k := range f.nold {
		f.state, f.proto = f.old[k].state, f.old[k].proto
		l.dropState(f)
	}
}

func (l *Layer) dropState(f *Flow) {
	if f.state == nil {
		return
	}
	f.state.Reset()
	l.pools[f.proto.ID] = append(l.pools[f.proto.ID], f.state)
	f.state, f.proto = nil, nil
}

// takeState gives the flow a parser for p; false when all are in use.
func (l *Layer) takeState(f *Flow, p *Protocol) bool {
	pool := l.pools[p.ID]
	if n := len(pool); n > 0 {
		f.state = pool[n-1]
		l.pools[p.ID] = pool[:n-1]
	} else {
		limit := l.cfg.States
		if p.Max > 0 {
			limit = min(limit, p.Max)
		}
		if l.made[p.ID] >= limit {
			l.Stats.StatesFull++
			return false
		}
		l.made[p.ID]++
		f.state = p.New(&l.env)
	}
	f.proto = p
	return true
}

// Protocols are the rows that are on.
func (l *Layer) Protocols() []*Protocol { return l.protos }
