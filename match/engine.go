package match

import (
	"github.com/weir-ips/weir/cgo/hyperscan"
	"github.com/weir-ips/weir/cgo/pcre2"
	"github.com/weir-ips/weir/cgo/zlib"
	"github.com/weir-ips/weir/match/input"
)

// Sizes of a batch. A batch is at most a burst and the inner packets and
// datagrams that came out of it.
const (
	MaxItems   = 128
	maxJobs    = 1024
	maxHits    = 8192
	maxCands   = 8192
	maxTxs     = 512
	maxStreams = 256
	// MaxAlerts is how many matches of one packet are queued before thresholds.
	MaxAlerts = 128
)

// Inspect says which parts of a packet are to be judged.
type Inspect uint8

// Parts.
const (
	InspectHeader  Inspect = 1 << iota // packet rules
	InspectPayload                     // the packet's own payload
	InspectIPOnly                      // the first packet of a flow in its direction
)

type item struct {
	pkt     *input.Packet
	what    Inspect
	app     input.AppProto
	group   *Group
	jobs    Span // jobs of this item
	streams Span
	txs     Span
	// streamJobs is the first job of a stream; scan is known when they hit nothing.
	streamJobs uint32
	scan       input.StreamScan
}

type stream struct {
	data  []byte
	start uint64
	seen  int
}

type txRef struct {
	tx   input.Tx
	app  input.AppProto
	dir  input.Dir
	jobs Span
	// frame: it is no transaction but a frame of type ftype.
	frame bool
	ftype uint8
	// fresh: the parser looked at octets of this direction in this packet.
	fresh bool
}

// jobInfo says what a scan job was made for: a packet's payload, a stream view
// or a transaction's buffer.
type jobInfo struct {
	item int32
	tx   int32 // index into txs, -1: packet level
	db   uint32
}

// Limits bound the work on one packet.
type Limits struct {
	// Steps bounds content inspection of one list on one buffer
	// (detect.inspection-recursion-limit).
	Steps int
	// Alerts is how many alerts of one packet are kept (packet-alert-max); at most
	// MaxAlerts.
	Alerts int
}

// DefaultLimits are Suricata's.
func DefaultLimits() Limits { return Limits{Steps: 3000, Alerts: 15} }

// Stats count what the engine did; the worker copies them into its page.
type Stats struct {
	Jobs, ScannedOctets, Hits, Candidates, Matches uint64
	AlertOverflow, CandidateOverflow, HitsFull     uint64
	ScanFailed                                     uint64
	// Scripts counts calls of scripts; ScriptFailed those that ended in an error,
	// ScriptSteps and ScriptMemory those that ended at a limit.
	Scripts, ScriptFailed, ScriptSteps, ScriptMemory uint64

	StepsExceeded, RegexLimit, StateFull uint64
	// RegexLate are regular expressions that were not run: the burst was over its time.
	RegexLate uint64
	// FirewallDiscarded counts alerts of firewall rules beyond the limit.
	FirewallDiscarded uint64
	// Suppressed counts alerts that thresholds, suppressions or noalert kept back.
	Suppressed uint64
}

// Engine runs one bundle for one worker.
type Engine struct {
	b       *Bundle
	limits  Limits
	scratch *hyperscan.Scratch
	state   State
	Stats   Stats

	nitems, njobs, ntxs, nstreams int
	items                         [MaxItems]item
	txs                           [maxTxs]txRef
	streams                       [maxStreams]stream
	jobs                          [maxJobs]hyperscan.Job
	info                          [maxJobs]jobInfo
	hits                          [maxHits]hyperscan.Hit
	nhits, scanned                int // hits at hand; jobs scanned so far
	// streamHit: a stream of the item at hand was hit. scanDoubt: some hits of this
	// batch may be missing.
	streamHit, scanDoubt bool
	hitAt                int // first hit not consumed yet

	cands  [maxCands]uint32
	ncands int
	result Result
	insp   inspector
	vars   captures
	repl   replacements
	states ruleStates
	// files answers for files; fileFrom is the first that the rule at hand looks at,
	// fileHits those that it matched on.
	files    input.Files
	fileFrom int
	fileHits uint64
	arena    *Arena
	rx       regexScratch
	unzip    *zlib.Decoder
	// scripts are the machines of the bundle's scripts; nil: none.
	scripts *Scripts
	fw      firewall
	single  item // the packet of Pre
	metering
	explain *explaining // nil on a live wire
	limit   timeLimit
}

// NewEngine makes an engine with memory for its batches: arena lies outside
// the Go heap and holds what transforms make of buffers; states is room for
// what is remembered of transactions. The engine has no bundle yet.
func NewEngine(l Limits, st State, arena *Arena, stateMem []byte) (*Engine, error) {
	sc, err := hyperscan.NewScratch()
	if err != nil {
		return nil, err
	}
	e := &Engine{limits: l, state: st, arena: arena, scratch: sc}
	e.insp.e = e
	if e.rx.m, err = pcre2.NewMatcher(pcre2.Config{}); err != nil {
		return nil, err
	}
	if e.unzip, err = zlib.New(zlib.Gzip); err != nil {
		return nil, err
	}
	e.states.init(stateMem)
	return e, nil
}

// SetBundle takes up another bundle; the batch must be empty. prepared is a
// scratch grown for the bundle's databases by a thread that is no worker; the
// old scratch is handed back for closing.
func (e *Engine) SetBundle(b *Bundle, prepared *hyperscan.Scratch) (old *hyperscan.Scratch) {
	e.Reset()
	e.b = b
	e.insp.b = b
	if prepared == nil {
		return nil
	}
	old, e.scratch = e.scratch, prepared
	return old
}

// Bundle is what the engine runs now, or nil.
func (e *Engine) Bundle() *Bundle { return e.b }

// Reset empties the batch.
func (e *Engine) Reset() {
	for i := range e.items[:e.nitems] {
		e.items[i].pkt = nil
	}
	for i := range e.txs[:e.ntxs] {
		e.txs[i].tx = nil
	}
	e.nitems, e.njobs, e.ntxs, e.nstreams = 0, 0, 0, 0
	e.nhits, e.scanned, e.hitAt, e.scanDoubt = 0, 0, 0, false
	e.arena.Reset()
}

// Room reports whether another packet with up to txs transactions fits.
func (e *Engine) Room(txs int) bool {
	return e.nitems < MaxItems && e.ntxs+txs <= maxTxs && e.njobs+64 <= maxJobs && e.nstreams+4 <= maxStreams
}

// Add puts a packet into the batch. Streams and transactions that are added
// next belong to it; where the packet says Covered, a stream with its payload must
// follow. It returns the index for Evaluate, -1 when the batch is
// full.
func (e *Engine) Add(p *input.Packet, what Inspect, app input.AppProto) int {
	if e.b == nil || e.nitems == MaxItems {
		return -1
	}
	i := e.nitems
	e.nitems++
	it := &e.items[i]
	*it = item{pkt: p, what: what, app: app,
		jobs:    Span{uint32(e.njobs), 0},
		streams: Span{uint32(e.nstreams), 0},
		txs:     Span{uint32(e.ntxs), 0}}
	if what&InspectHeader != 0 {
		it.group = e.groupOf(p)
	}
	if g := it.group; g != nil && what&InspectPayload != 0 {
		if pl := p.Payload(); len(pl) > 0 {
			switch {
			case p.Proto != 6:
				e.scanBoth(i, g.DB, g.AnyDB, pl, 0)
			case p.Covered:
				e.scanBoth(i, g.BareDB, g.AnyBareDB, pl, 0)
			default:
				e.scanBoth(i, g.DB, g.AnyDB, pl, 0)
				if !p.Streamed {
					e.scanBoth(i, g.StreamDB, g.AnyStreamDB, pl, 0)
				}
			}
		}
	}
	return i
}

// AddStream adds reassembled octets that the last packet makes ready: data
// stands start octets into its direction's stream; its first seen octets were
// inspected before and are context, without which a pattern that is cut between
// two looks would be missed. memo is what Result.Scan said of the stream before, or
// nothing. Not called: no stream inspection on this packet.
func (e *Engine) AddStream(data []byte, start uint64, seen int, memo input.StreamScan) {
	if e.nitems == 0 || e.nstreams == maxStreams || len(data) == 0 {
		return
	}
	it := &e.items[e.nitems-1]
	e.streams[e.nstreams] = stream{data, start, min(max(seen, 0), len(data))}
	e.nstreams++
	it.streams.N++
	if g := it.group; g != nil {
		if it.streams.N == 1 {
			it.streamJobs = uint32(e.njobs)
		}
		it.scan = e.scanStream(e.nitems-1, g, data, start, memo)
	}
}

// scanBoth adds the scans of a packet-level buffer in its group's databases.
func (e *Engine) scanBoth(item int, own, any uint32, data []byte, start uint64) {
	if own != 0 {
		e.job(item, -1, own, data, start)
	}
	if any != 0 {
		e.job(item, -1, any, data, start)
	}
}

// job adds a scan; data must lie outside the Go heap. start is how far behind the
// place that a pattern's offset counts from it stands.
func (e *Engine) job(item, tx int, db uint32, data []byte, start uint64) {
	if e.njobs == maxJobs {
		e.Stats.HitsFull++
		e.scanDoubt = true
		return
	}
	e.jobs[e.njobs] = hyperscan.Job{
		DB: e.b.dbHandle(db), Data: addressOf(data), Len: uint32(len(data)), Tag: uint32(e.njobs),
		Start: uint32(min(start, uint64(hyperscan.Elsewhere))),
	}
	e.info[e.njobs] = jobInfo{int32(item), int32(tx), db}
	e.njobs++
	e.items[item].jobs.N++
	e.Stats.ScannedOctets += uint64(len(data))
}

// Scan runs the jobs of the batch in one crossing. Hits beyond the array are
// fetched when Evaluate comes to them.
func (e *Engine) Scan() {
	e.Stats.Jobs += uint64(e.njobs)
	if e.njobs > 0 {
		e.scanMore()
	}
}

// scanMore scans the jobs that are left into the emptied hit array.
func (e *Engine) scanMore() {
	r := e.scratch.Scan(e.jobs[e.scanned:e.njobs], e.hits[:])
	e.nhits, e.hitAt = r.Hits, 0
	e.Stats.Hits += uint64(r.Hits)
	e.scanned += r.Jobs
	switch r.Status {
	case hyperscan.Overflow:
		e.Stats.HitsFull++
		e.scanDoubt = true
	case hyperscan.Failed:
		// Skip the job that the matcher refused rather than ask again for ever.
		e.Stats.ScanFailed++
		e.scanDoubt = true
		if r.Jobs == 0 {
			e.scanned++
		}
	}
}
