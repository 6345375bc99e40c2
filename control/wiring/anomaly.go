package wiring

import (
	"fmt"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/anomaly/sketch"
	"github.com/weir-ips/weir/control/config"
)

// synFlood is the detector that the section anomaly.syn sets.
const synFlood = "syn-flood-source"

// Anomaly makes the detectors' policy of the configuration; nil when they are
// off.
func Anomaly(s *config.Sections) (*anomaly.Policy, error) {
	a := &s.Anomaly
	if !a.Enabled {
		return nil, nil
	}
	c := anomaly.DefaultConfig()
	c.Allow = a.Allow
	if a.MaxTouched > 0 {
		c.MaxTouchedPercent = float64(a.MaxTouched)
	}
	d := c.Detectors[synFlood]
	set := &a.SYN
	d.Enabled = set.Enabled
	if set.Threshold > 0 {
		d.Threshold = float64(set.Threshold)
	}
	if set.Window > 0 {
		d.Window = set.Window
	}
	if set.Action != "" {
		d.Action = set.Action
	}
	if set.Rate > 0 {
		d.Rate = float64(set.Rate)
	}
	if set.Expire > 0 {
		d.Hold = set.Expire
	}
	c.Detectors[synFlood] = d
	if a.Shadow {
		for name, d := range c.Detectors {
			if d.Action == "rate-limit" || d.Action == "drop" || d.Action == "challenge" {
				d.Action = "shadow"
				c.Detectors[name] = d
			}
		}
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("anomaly: %w", err)
	}
	return anomaly.NewPolicy(c)
}

// sketchSeed keys the sketches: from the system, or fixed for a replay.
func sketchSeed(role Role) sketch.Seed {
	if role.Replay {
		return sketch.SeedFrom([32]byte([]byte("weir replays depend on no chance")))
	}
	return sketch.NewSeed()
}
