package wiring

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/anomaly/sketch"
	"github.com/weir-ips/weir/control/config"
)

// Anomaly makes the detectors' policy of the configuration; nil when they are
// off. Every mistake is reported, and then nothing of the section is used.
func Anomaly(s *config.Sections) (*anomaly.Policy, error) {
	a := &s.Anomaly
	if !a.Enabled {
		return nil, nil
	}
	c := anomaly.DefaultConfig()
	c.Allow = a.Allow
	setPercent(&c.MaxTouchedPercent, a.MaxTouched)
	setPercent(&c.MaxEstablishedPercent, a.MaxEstablished)
	setDuration(&c.CapHold, a.CapHold)
	setDuration(&c.MaxHold, a.MaxHold)
	setDuration(&c.Learn, a.Learn)
	errs := []error{detectors(&c, a.Detectors)}
	for i, o := range a.Overrides {
		over, err := override(&o)
		if err != nil {
			errs = append(errs, fmt.Errorf("anomaly.overrides.%d.%w", i, err))
		}
		c.Overrides = append(c.Overrides, over)
	}
	if a.Shadow {
		shadow(&c)
	}
	errs = append(errs, c.Validate())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return anomaly.NewPolicy(c)
}

func setPercent(to *float64, percent int) {
	if percent > 0 {
		*to = float64(percent)
	}
}

func setDuration(to *time.Duration, d time.Duration) {
	if d > 0 {
		*to = d
	}
}

// shadow turns every action that touches traffic into a report.
func shadow(c *anomaly.Config) {
	quiet := func(action string) string {
		if a, ok := anomaly.ParseAction(action); ok && a != anomaly.Alert {
			return anomaly.Shadow.String()
		}
		return action
	}
	for name, d := range c.Detectors {
		d.Action = quiet(d.Action)
		c.Detectors[name] = d
	}
	for _, o := range c.Overrides {
		for name, action := range o.Actions {
			o.Actions[name] = quiet(action)
		}
	}
}

// detectors reads anomaly.detectors: what a detector does not say keeps its
// default.
func detectors(c *anomaly.Config, n *config.Node) error {
	if n == nil {
		return nil
	}
	var errs []error
	for _, row := range n.Children {
		d, known := c.Detectors[row.Key]
		if !known {
			errs = append(errs, fmt.Errorf("anomaly.detectors.%s: there is no such detector", row.Key))
			continue
		}
		for _, set := range row.Children {
			if set.Value == "" {
				continue
			}
			if err := setting(&d, set.Key, set.Value); err != nil {
				errs = append(errs, fmt.Errorf("anomaly.detectors.%s.%s: %w", row.Key, set.Key, err))
			}
		}
		c.Detectors[row.Key] = d
	}
	return errors.Join(errs...)
}

// setting sets one key of a detector.
func setting(d *anomaly.DetectorConfig, key, value string) (err error) {
	switch key {
	case "enabled":
		d.Enabled, err = config.ParseBool(value)
	case "threshold":
		d.Threshold, err = number(value)
	case "factor":
		d.Factor, err = number(value)
	case "rate":
		d.Rate, err = number(value)
	case "window":
		d.Window, err = config.ParseDuration(value)
	case "hold":
		d.Hold, err = config.ParseDuration(value)
	case "action":
		d.Action = value
	}
	return err
}

func number(value string) (float64, error) {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", value)
	}
	return v, nil
}

func override(o *config.AnomalyOverride) (out anomaly.Override, err error) {
	out = anomaly.Override{Prefix: o.Prefix, Thresholds: map[string]float64{}, Actions: map[string]string{}}
	if o.Pair != "" {
		pair, err := strconv.Atoi(o.Pair)
		if err != nil {
			return out, fmt.Errorf("pair: %q is no number", o.Pair)
		}
		out.Pair = &pair
	}
	if o.Detector == "" {
		return out, errors.New("detector: name one, for example udp-flood")
	}
	if o.Threshold != "" {
		if out.Thresholds[o.Detector], err = number(o.Threshold); err != nil {
			return out, fmt.Errorf("threshold: %w", err)
		}
	}
	if o.Action != "" {
		out.Actions[o.Detector] = o.Action
	}
	return out, nil
}

// sketchSeed keys the sketches: from the system, or fixed for a replay.
func sketchSeed(role Role) sketch.Seed {
	if role.Replay {
		return sketch.SeedFrom([32]byte([]byte("weir replays depend on no chance")))
	}
	return sketch.NewSeed()
}
