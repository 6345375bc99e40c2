package metrics

import (
	"time"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

// Source gives the present state.
type Source interface{ Snapshot() *Snapshot }

// Snapshot is what one scrape shows.
type Snapshot struct {
	Version string
	// Set names the counters; Rows are those of the workers, Engine those of
	// housekeeping.
	Set    *counter.Set
	Rows   [][]uint64
	Engine []uint64
	// Rings and Ages (of the last heartbeat) are by worker, housekeeping last.
	Rings []event.Counters
	Ages  []time.Duration
	Ports []Port
	// RuleHits are alerts that control read, by rule.
	RuleHits []RuleHits
	Outputs  []Output
	// Up says that an engine runs; Restarts and Outage are of this control.
	Up          bool
	Restarts    int
	Outage      time.Duration // all in all
	RulesLoaded int
	RulesFailed int
	Generation  uint32
	Blocks      int
	Started     time.Time
}

// Port is one port.
type Port struct {
	Name, Pair, Side                       string
	Up                                     bool
	RxPackets, RxBytes, RxMissed, RxErrors uint64
	RxNoMbuf, TxPackets, TxBytes, TxErrors uint64
}

// RuleHits is how often a rule alerted.
type RuleHits struct {
	GID, SID uint32
	Hits     uint64
}

// Output is where events go.
type Output struct {
	Name          string
	Written, Lost uint64
	Degraded      bool
}
