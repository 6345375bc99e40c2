package flow

import (
	"errors"
	"fmt"
)

// Tracking says what beside the tuple keeps flows apart.
type Tracking uint8

// Tracking bits (vlan.use-for-tracking, decoder.recursion-level.use-for-tracking).
const (
	TrackVLAN Tracking = 1 << iota
	TrackDepth
)

// Class of a flow, for its timeouts.
type Class uint8

// Timeout classes, as the sections of flow-timeouts.
const (
	ClassDefault Class = iota
	ClassTCP
	ClassUDP
	ClassICMP
	numClasses
)

// Timeouts of one class, in seconds, by FlowState.
type Timeouts struct {
	New, Established, Closed, Bypassed uint32
	// Emergency values hold when the table is nearly full.
	EmergencyNew, EmergencyEstablished, EmergencyClosed, EmergencyBypassed uint32
}

// Config sizes a table.
type Config struct {
	// Flows is the most records at a time.
	Flows int
	// EmergencyPercent of Flows in use switches emergency mode on; it goes off
	// again ten points below.
	EmergencyPercent int
	Track            Tracking
	Seed             uint64
	Timeouts         [numClasses]Timeouts
	// RateOctets within RateUS make a flow an elephant; 0: flows are not measured.
	RateOctets uint64
	RateUS     int64
}

// DefaultConfig has Suricata's compiled-in timeouts.
func DefaultConfig() Config {
	return Config{
		Flows:            100_000,
		EmergencyPercent: 90,
		Track:            TrackVLAN | TrackDepth,
		Timeouts: [numClasses]Timeouts{
			ClassDefault: {30, 300, 0, 100, 10, 100, 0, 50},
			ClassTCP:     {60, 600, 60, 100, 5, 100, 10, 50},
			ClassUDP:     {30, 300, 0, 100, 10, 100, 0, 50},
			ClassICMP:    {30, 300, 0, 100, 10, 100, 0, 50},
		},
	}
}

// MaxFlows bounds Config.Flows: slots are 32 bits and memory has an end.
const MaxFlows = 64 << 20

// Validate reports every mistake at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Flows < 1 || c.Flows > MaxFlows {
		errs = append(errs, fmt.Errorf("flow: %d flows, want 1 to %d", c.Flows, MaxFlows))
	}
	if c.EmergencyPercent < 10 || c.EmergencyPercent > 100 {
		errs = append(errs, fmt.Errorf("flow: emergency mode at %d%%, want 10 to 100", c.EmergencyPercent))
	}
	if c.RateOctets > 0 && c.RateUS < 1 {
		errs = append(errs, fmt.Errorf("flow: rates over %d µs, want at least 1", c.RateUS))
	}
	return errors.Join(errs...)
}

// classes are the timeout classes of IP protocols.
var classes = [256]Class{6: ClassTCP, 17: ClassUDP, 1: ClassICMP, 58: ClassICMP}
