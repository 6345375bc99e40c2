package worker

import (
	"fmt"
	"sync/atomic"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/cgo/hyperscan"
	"github.com/weir-ips/weir/cgo/magic"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/defrag"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/dataplane/stream"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// Worker is one lcore's engine.
type Worker struct {
	cfg   Config
	ports []Port

	rx      dpdk.Burst
	burst   packet.Burst
	decode  *decode.Decoder
	frags   *defrag.Table
	streams *stream.Stage
	raw     [stream.MaxRaw]stream.RawView
	pseudo  packet.Packet
	curSlot uint32 // flow that the stream stage is working on
	flows   *flow.Table
	keys    [packet.Size]flow.Key
	hashes  [packet.Size]uint64
	haskey  [packet.Size]bool
	ahead   flow.Ahead
	lines   slab.Lines

	layer  *app.Layer
	engine *match.Engine
	vars   *flow.Vars
	rates  *flow.Rates // nil: flows are not measured
	scorer *anomaly.Scorer
	obs    anomaly.Observation
	ended  anomaly.FlowEnd
	saver  saver
	// arena and sketches are the memory of engine and scorer.
	arena, sketches []byte

	// batch are the packets that wait for judgement, in order of arrival.
	batch  [match.MaxItems]waiting
	facts  [match.MaxItems]input.Flow
	pre    waiting // the packet that a firewall's early table looks at
	nbatch int
	// stalled are flows of the batch with octets that wait; resuming: they are being
	// taken up, those that origin brought at the moment.
	stalled  [match.MaxItems]stalled
	nstalled int
	resuming bool
	// goOn is where the packet at hand goes on offering transactions.
	goOn    owed
	origin  *packet.Packet
	batchNo uint32

	out  [][packet.Size]dpdk.Mbuf // by port, to be sent
	nout []int
	dead [packet.Size * 2]dpdk.Mbuf
	nd   int

	answers   [maxAnswers]answer // resets and errors that leave behind the burst
	nanswers  int
	fresh     [1]dpdk.Mbuf
	freshAddr [1]uintptr
	freshLen  [1]uint32

	now int64 // the newest packet's time, µs
	// swept are the slots that expiry owes, times sweepUS, at the time sweptAt.
	swept, sweptAt int64
	// dgrams are the datagrams that this burst completed, fragged the mbufs of
	// their fragments; held counts mbufs that defrag keeps.
	dgrams         [maxDatagrams]datagram
	fragged        [maxFragments]uintptr
	ndgrams, nfrag int
	held           int

	stored  uint64 // files that were handed to the store
	account account
	// told is when a target without a flow was reported last, uses what flow events
	// are made of.
	told    [counter.NumTargets]int64
	uses    [counter.NumTargets]event.ExceptionUse
	excerpt []byte              // for payloads of alerts
	macs    *slab.Array[macSet] // by flow slot; nil: not asked for

	num uint64
	ctr *counter.Local

	laps   laps
	shed   shedder
	steer  steering
	offers *offers // nil: ports drop nothing by themselves

	next atomic.Pointer[Policy]
	cur  *Policy
	// variable is what a walk over variables stands at.
	variable flow.Variable
	// judging: there are rules, or a firewall that drops without any. A policy
	// without both costs no more than none.
	judging bool
	// wire: nobody asks what packets hold (onlyWire).
	wire bool
}

// waiting is a packet whose judgement is to come.
type waiting struct {
	p       *packet.Packet
	slot    uint32 // its flow, 0: none
	item    int    // in the engine's batch, -1: not inspected
	txFlow  *app.Flow
	passed  bool   // detection let it pass
	rule    uint32 // that decided the verdict
	sides   uint8  // that its reject answers
	hasRule bool
	// detected: what the flow speaks was settled with this packet.
	detected bool
	offered  bool // all transactions of its direction went to the engine
}

// Policy is a bundle made ready for one worker.
type Policy struct {
	Bundle  *match.Bundle
	Scratch *hyperscan.Scratch
	// Magic names types of files, where a rule asks; nil else.
	Magic *magic.Library
	// Meters say what rules cost and which of them rest; nil: neither.
	Meters *match.MeterPage
	// Scripts are the machines of the bundle's scripts, for this worker.
	Scripts *match.Scripts
	// Taken is set by the worker when it runs the policy; Old is then the scratch
	// that it gave up.
	Taken atomic.Bool
	Old   *hyperscan.Scratch
}

// New allocates everything that the worker will use.
func New(cfg Config) (*Worker, error) {
	w := &Worker{cfg: cfg, ports: cfg.Ports, ctr: cfg.Counters, laps: newLaps(cfg.Clock, cfg.Fine)}
	if cfg.Burst < 1 || cfg.Burst > packet.Size {
		return nil, fmt.Errorf("worker %d: burst of %d packets, want 1 to %d", cfg.ID, cfg.Burst, packet.Size)
	}
	w.shed.init(cfg.Overload, cfg.Clock)
	var err error
	if o := cfg.Offload; o != nil {
		w.offers = &offers{ring: o.Ring(cfg.ID), lease: o.LeaseUS()}
	}
	if err = w.newSteering(cfg.Steer); err != nil {
		return nil, err
	}
	if w.decode, err = decode.New(cfg.Decode, &w.burst.Pool); err != nil {
		return nil, err
	}
	if w.frags, err = defrag.New(cfg.Defrag); err != nil {
		return nil, err
	}
	if w.streams, err = stream.New(cfg.Stream); err != nil {
		return nil, err
	}
	if w.flows, err = flow.New(cfg.Flow); err != nil {
		return nil, err
	}
	if w.layer, err = app.NewLayer(cfg.App, cfg.Protocols); err != nil {
		return nil, err
	}
	w.layer.Env().Frames = w.frameUse(nil)
	if w.vars, err = flow.NewVars(max(cfg.Flow.Flows/4, 1024)); err != nil {
		return nil, err
	}
	if cfg.Flow.RateOctets > 0 {
		if w.rates, err = flow.NewRates(cfg.Flow.Flows, cfg.Flow.RateOctets, cfg.Flow.RateUS); err != nil {
			return nil, err
		}
	}
	w.arena, err = slab.Map(arenaSize)
	if err != nil {
		return nil, fmt.Errorf("worker %d: %d octets for buffers: %w", cfg.ID, arenaSize, err)
	}
	states, err := slab.Map(stateSize)
	if err != nil {
		return nil, fmt.Errorf("worker %d: %d octets for rule states: %w", cfg.ID, stateSize, err)
	}
	if cfg.State == nil {
		if cfg.State, err = privateState(); err != nil {
			return nil, fmt.Errorf("worker %d: memory for thresholds and bits: %w", cfg.ID, err)
		}
	}
	if cfg.Sets == nil {
		if cfg.Sets, err = SharedSets(); err != nil {
			return nil, fmt.Errorf("worker %d: memory for data sets: %w", cfg.ID, err)
		}
	}
	if cfg.Anomaly != nil {
		if w.sketches, err = slab.Map(anomaly.Size(cfg.Anomaly)); err != nil {
			return nil, fmt.Errorf("worker %d: memory for sketches: %w", cfg.ID, err)
		}
		if w.scorer, err = anomaly.NewScorer(cfg.Anomaly, cfg.AnomalySeed, w.sketches); err != nil {
			return nil, err
		}
		if cfg.Learned != nil {
			w.scorer.Restore(cfg.Learned)
		}
		if cfg.SaveState {
			w.saver.part = make([]byte, anomaly.StatePartSize)
		}
	}
	if w.engine, err = match.NewEngine(cfg.Match, &store{w.vars, cfg.State, cfg.Sets, w.scorer}, match.NewArena(w.arena), states); err != nil {
		return nil, err
	}
	w.engine.SetFiles(ruleFiles{w})
	if cfg.StoreFiles {
		w.layer.Env().Files.SetStore(fileOctets{w}, 1)
	}
	w.excerpt = make([]byte, 0, cfg.Log.payloadSize())
	if cfg.Log.Ether {
		if w.macs, err = slab.NewArray[macSet](cfg.Flow.Flows + 1); err != nil {
			return nil, fmt.Errorf("worker %d: memory for link-layer addresses: %w", cfg.ID, err)
		}
	}
	w.out = make([][packet.Size]dpdk.Mbuf, len(cfg.Ports))
	w.nout = make([]int, len(cfg.Ports))
	w.batchNo = 1
	w.newAccount()
	return w, nil
}

const (
	arenaSize = 8 << 20
	stateSize = 16 << 20
)

// spillSize is room for a burst of the longest frames in several segments.
const spillSize = packet.Size * 16 << 10

func (w *Worker) newSteering(s *port.Steer) error {
	if s == nil || s.Workers() < 2 {
		return nil
	}
	if w.cfg.ID < 0 || w.cfg.ID >= s.Workers() {
		return fmt.Errorf("worker %d: the rings are for %d workers", w.cfg.ID, s.Workers())
	}
	var err error
	if w.steer.spill, err = slab.Map(spillSize); err != nil {
		return fmt.Errorf("worker %d: %d octets for frames in segments: %w", w.cfg.ID, spillSize, err)
	}
	w.steer.rx.SetSpill(slab.AddressOf(w.steer.spill), spillSize)
	w.steer.Steer = s
	return nil
}

// Publish hands a policy to the worker; it is taken up between bursts.
func (w *Worker) Publish(p *Policy) { w.next.Store(p) }

// takePolicy runs a policy that was published since the last burst.
func (w *Worker) takePolicy() {
	p := w.next.Load()
	if p == nil || p == w.cur {
		return
	}
	p.Old = w.engine.SetBundle(p.Bundle, p.Scratch)
	w.needFiles(p)
	w.engine.SetMeters(p.Meters, w.cfg.ID, w.cfg.MeterClock)
	w.engine.SetScripts(p.Scripts)
	w.cur = p
	w.judging = len(p.Bundle.Rules) > 0 || p.Bundle.Firewall()
	w.wire = w.onlyWire()
	w.streams.SetCheckOverlap(w.cfg.Stream.CheckOverlap || w.cfg.Stream.Inline || p.Bundle.NeedsOverlaps)
	w.layer.Env().Frames = w.frameUse(p.Bundle)
	p.Taken.Store(true)
}

// Poll receives and processes one burst from each port and from each other worker.
// It returns the number of packets received.
func (w *Worker) Poll(nowUS int64) int {
	w.takePolicy()
	if nowUS > w.now {
		w.now = nowUS
	}
	n := 0
	for i := range w.ports {
		if w.ports[i].Rx == nil {
			continue
		}
		w.laps.lap(StageReceive)
		if k := w.ports[i].Rx.RxBurst(&w.rx); k > 0 {
			n += k
			if w.wire {
				w.forward(i, k)
				continue
			}
			for at := 0; at < k; at += w.cfg.Burst {
				w.process(i, at, min(w.cfg.Burst, k-at))
			}
		}
	}
	n += w.PollRings()
	if n == 0 {
		w.laps.lap(StageExpire)
		w.expire(idleExpire)
		w.tick()
	}
	w.laps.lap(StageIdle)
	return n
}

// process is the packet's way: the order of the stages, over n packets of what
// was received, from at on.
func (w *Worker) process(port, at, n int) {
	w.burst.Reset()
	w.burst.N = n
	w.laps.lap(StageReceive)
	w.shedBegin()
	w.receive(port, at, n) // handles, ports
	w.laps.lap(StageDecode)
	w.decodeBurst(port, at, n)
	w.laps.lap(StageLookup)
	w.lookup(n) // hash all, then touch their buckets and records
	w.laps.lap(StageAdmit)
	for i := range n {
		w.admit(&w.burst.Pkts[i], i) // steer, defrag, flow, stream, app: gather what is to be judged
		if w.steer.leaving != 0 {
			w.handOverDatagram()
		}
		was := w.laps.step(StageExpire)
		w.expire(w.sweep())
		w.laps.step(was)
	}
	w.expireFragments()
	w.judge() // one scan, candidate rules, anomaly score, verdicts in order
	w.tick()
	w.laps.lap(StageSend)
	w.send() // transmit or free, each mbuf once
	w.shedEnd()
}

// Expiry looks at slots with every packet, so that the cost is spread and the
// result does not depend on the size of bursts: as many as it takes to see all of
// them once in sweepUS of the packets' time, at most packetExpire.
const (
	packetExpire = 2
	sweepUS      = 1_000_000
	idleExpire   = 256
)

// sweep is how many slots expiry looks at with this packet.
func (w *Worker) sweep() int {
	w.swept += max(w.now-w.sweptAt, 0) * int64(w.flows.High())
	w.sweptAt = w.now
	n := min(w.swept/sweepUS, packetExpire)
	w.swept = min(w.swept-n*sweepUS, packetExpire*sweepUS)
	return int(n)
}

// Unbalanced is received + taken over + originated - sent - freed - handed over -
// held: always 0, or an mbuf was lost or ended twice.
func (w *Worker) Unbalanced() int64 {
	n := int64(w.ctr.Get(counter.RXPkts)) + int64(w.ctr.Get(counter.Originated)) - int64(w.ctr.Get(counter.TXPkts)) - int64(w.held) +
		int64(w.ctr.Get(counter.TakenOver)) - int64(w.ctr.Get(counter.HandedOver))
	for r := event.Reason(0); r < event.NumReasons; r++ {
		n -= int64(w.ctr.Get(counter.Freed(r)))
	}
	return n
}

// Counter reads one of the worker's counters; for its own thread and tests.
func (w *Worker) Counter(id counter.ID) uint64 { return w.ctr.Get(id) }

// Flows is the flow table, for its own thread and tests.
func (w *Worker) Flows() *flow.Table { return w.flows }

// Engine is the match engine, for its own thread and tests.
func (w *Worker) Engine() *match.Engine { return w.engine }

// Now is the newest packet time that the worker saw, µs.
func (w *Worker) Now() int64 { return w.now }

// dirIndex is 0 to the server, 1 to the client.
func dirIndex(d input.Dir) int {
	if d == input.ToClient {
		return 1
	}
	return 0
}
