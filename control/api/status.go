package api

import (
	"net/netip"
	"time"
)

// Status is what `weir status` shows. Times are wall clock, counts are since the
// shared memory was made, over restarts of either process.
type Status struct {
	Version string    `json:"version"`
	Config  string    `json:"config"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Engine  Engine    `json:"engine"`
	Pairs   []Pair    `json:"pairs"`
	Workers []Worker  `json:"workers"`
	// Drops are packets dropped by reason, only those that happened.
	Drops []Count `json:"drops"`
	// Received to Held are mbufs: received + originated = sent + freed + held.
	Received   uint64   `json:"received"`
	Originated uint64   `json:"originated"`
	Sent       uint64   `json:"sent"`
	Freed      uint64   `json:"freed"`
	Held       uint64   `json:"held"`
	WouldDrop  uint64   `json:"would_drop"`
	Rules      Rules    `json:"rules"`
	Events     Events   `json:"events"`
	Outputs    []Output `json:"outputs"`
	Blocks     int      `json:"blocks"`
	// Degraded says, one line each, what is not as it should be.
	Degraded []string `json:"degraded"`
}

// Engine is the engine process.
type Engine struct {
	PID     int       `json:"pid"`
	State   string    `json:"state"` // running, restarting, stopping
	Adopted bool      `json:"adopted"`
	Since   time.Time `json:"since"`
	// Restarts by this control; Outage is how long the wire was away last.
	Restarts    int           `json:"restarts"`
	Outage      time.Duration `json:"outage_ns"`
	OutageCause string        `json:"outage_cause,omitempty"`
	Mallocs     uint64        `json:"mallocs"`
	Collections uint64        `json:"collections"`
	HeapBytes   uint64        `json:"heap_bytes"`
}

// Pair is a pair of ports.
type Pair struct {
	Name    string `json:"name"`
	Mode    string `json:"mode"`
	Startup string `json:"startup"`
	Ports   []Port `json:"ports"`
}

// Port is one side of a pair; counts are the port's own.
type Port struct {
	Name   string `json:"name"`
	Device string `json:"device"`
	Side   string `json:"side"`
	Link   bool   `json:"link"`
	// LinkUnknown: the interface is in another network namespace; Link is said then.
	LinkUnknown bool   `json:"link_unknown,omitempty"`
	Mbps        uint64 `json:"mbps"` // 4294967295: not known
	RxPackets   uint64 `json:"rx_packets"`
	RxBytes     uint64 `json:"rx_bytes"`
	RxMissed    uint64 `json:"rx_missed"`
	RxNoMbuf    uint64 `json:"rx_nombuf"`
	RxErrors    uint64 `json:"rx_errors"`
	TxPackets   uint64 `json:"tx_packets"`
	TxBytes     uint64 `json:"tx_bytes"`
	TxErrors    uint64 `json:"tx_errors"`
}

// Worker is one worker of the engine.
type Worker struct {
	ID           int           `json:"id"`
	CPU          int           `json:"cpu"`
	HeartbeatAge time.Duration `json:"heartbeat_age_ns"`
	Received     uint64        `json:"received"`
	Sent         uint64        `json:"sent"`
	Flows        uint64        `json:"flows"`
	Generation   uint64        `json:"generation"`
	RingDepth    uint64        `json:"ring_depth"`
	RingSize     uint64        `json:"ring_size"`
	EventsLost   uint64        `json:"events_lost"`
	PollGapP999  time.Duration `json:"poll_gap_p999_ns"`
}

// Count is a number with a name.
type Count struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
}

// Rules are the rules in force.
type Rules struct {
	Generation uint32    `json:"generation"`
	Loaded     int       `json:"loaded"`
	Refused    int       `json:"refused"`
	Since      time.Time `json:"since"`
	// Error is why the last attempt to load rules failed; the old ones run on.
	Error string `json:"error,omitempty"`
}

// Events are those that workers wrote.
type Events struct {
	Written uint64 `json:"written"`
	Lost    uint64 `json:"lost"`
	Read    uint64 `json:"read"`
	Broken  uint64 `json:"broken"`
}

// Output is where events go.
type Output struct {
	Name     string `json:"name"`
	Written  uint64 `json:"written"`
	Lost     uint64 `json:"lost"`
	Degraded bool   `json:"degraded"`
	Error    string `json:"error,omitempty"`
}

// Reloaded is the outcome of a reload.
type Reloaded struct {
	Generation uint32        `json:"generation"`
	Loaded     int           `json:"loaded"`
	Refused    int           `json:"refused"`
	Took       time.Duration `json:"took_ns"`
	// FromCache: the bundle had been compiled before.
	FromCache bool `json:"from_cache"`
	// Forecast is what loading was to take, said before it began.
	Forecast Forecast `json:"forecast"`
	// Messages are about rules that were not loaded, with their places.
	Messages []string `json:"messages,omitempty"`
}

// Forecast is the memory, in octets, that loading rules takes at its peak on top
// of what is used, and what the machine has.
type Forecast struct {
	Control   uint64 `json:"control"`
	Engine    uint64 `json:"engine"`
	Available uint64 `json:"available"`
}

// Block is a prefix whose packets are dropped until Expires.
type Block struct {
	Prefix  netip.Prefix `json:"prefix"`
	Expires time.Time    `json:"expires"`
	Reason  string       `json:"reason,omitempty"`
}
