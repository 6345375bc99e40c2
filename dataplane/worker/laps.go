package worker

// Stage is a part of the packet's way whose time is counted.
type Stage uint8

// Stages. Those of a burst are always told apart when there is a clock; those of
// a packet (Flow to Add) only with Config.Fine, and else are part of Admit.
const (
	StageIdle Stage = iota
	StageReceive
	StageDecode
	StageLookup
	StageAdmit
	StageStream
	StageApp
	StageAnomaly
	StageAdd
	StageExpire
	StageScan
	StageRules
	StageEvents
	StageSettle
	StageSend
	StageAway // the thread did not run
	NumStages
)

var stageNames = [NumStages]string{"idle", "receive", "decode", "lookup", "admit", "stream", "app", "anomaly",
	"add", "expire", "scan", "rules", "events", "settle", "send", "away"}

// String is the stage's name in reports.
func (s Stage) String() string { return stageNames[s] }

// awayCycles is how long a lap can take at most: what is longer was spent off the
// CPU (about 0.2 ms; no stage of a burst takes as long).
const awayCycles = 500_000

// laps is a stopwatch: time since the last lap belongs to the stage that was
// entered there.
type laps struct {
	clock func() uint64
	at    uint64
	cur   Stage
	fine  bool
	own   uint64 // what a lap takes itself, left out where single packets are timed
	total [NumStages]uint64
}

func newLaps(clock func() uint64, fine bool) laps {
	l := laps{clock: clock, fine: fine}
	if clock == nil || !fine {
		return l
	}
	// Laps with nothing between them: the shortest of many is what one takes.
	own := uint64(awayCycles)
	for range 1000 {
		before := l.total[StageIdle]
		l.lap(StageIdle)
		own = min(own, l.total[StageIdle]-before)
	}
	return laps{clock: clock, fine: fine, own: own}
}

// lap enters a stage and returns the one that was left.
func (l *laps) lap(s Stage) Stage {
	was := l.cur
	if l.clock == nil {
		return was
	}
	now := l.clock()
	if d := now - l.at; d < awayCycles {
		l.total[was] += d - min(d, l.own)
	} else {
		l.total[StageAway] += d
	}
	l.at, l.cur = now, s
	return was
}

// step is lap for stages of single packets.
func (l *laps) step(s Stage) Stage {
	if !l.fine {
		return l.cur
	}
	return l.lap(s)
}

// StageTime is the time spent in a stage so far, in the clock's unit.
func (w *Worker) StageTime(s Stage) uint64 { return w.laps.total[s] }
