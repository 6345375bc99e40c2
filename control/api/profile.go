package api

import "time"

// Profile is what rules cost, by sampling.
type Profile struct {
	Generation uint32 `json:"generation"`
	// Every is how many judgements stand behind a sample; Over how long it was
	// counted.
	Every uint32        `json:"every"`
	Over  time.Duration `json:"over_ns"`
	// Judged counts the rules that were sampled at all, TotalNS their time.
	Judged  int        `json:"judged"`
	TotalNS float64    `json:"total_ns"`
	Rules   []RuleCost `json:"rules"`
}

// RuleCost is what one rule cost. Checks, Matches and TotalNS are estimates: what
// was sampled, times Profile.Every.
type RuleCost struct {
	Index     uint32  `json:"index"`
	GID       uint32  `json:"gid"`
	SID       uint32  `json:"sid"`
	Rev       uint32  `json:"rev"`
	Msg       string  `json:"msg"`
	Samples   uint64  `json:"samples"`
	Checks    uint64  `json:"checks"`
	Matches   uint64  `json:"matches"`
	AverageNS float64 `json:"average_ns"`
	MaxNS     float64 `json:"max_ns"`
	TotalNS   float64 `json:"total_ns"`
	// Percent of the workers' time.
	Percent float64 `json:"percent"`
	// RestsUntil is set for a rule that is left out because of its cost.
	RestsUntil *time.Time `json:"rests_until,omitempty"`
}
