package bench

import (
	"errors"
	"fmt"
	"time"

	"github.com/weir-ips/weir/control/api"
)

// Spec says what is measured. The parent hands it to each engine process.
type Spec struct {
	Config  string   // -c
	Sets    []string // --set
	Bundle  string   // compiled rules, empty: none
	Capture string   // -r; empty: made frames
	// Repeat is how often the capture is played, each copy with addresses of its
	// own; Packets is how many made frames.
	Repeat  uint64
	Packets uint64
	// Flows and Size describe made frames: UDP datagrams of Size octets on the
	// wire (FCS included) of Flows flows in random order.
	Flows, Size int
	Inline      bool
	Burst       int
	Anomaly     bool
	// Stages also measures the stages that run once a packet; that costs time
	// itself, so rates are taken from runs without.
	Stages bool
	// Profile is a file for a CPU profile of the engine, empty: none.
	Profile string
	// CPU that both processes run on; -1: all.
	CPU int
	// Workers share the traffic, each on one of CPUs, as behind a port with
	// symmetric RSS; 0: 1.
	Workers int
	CPUs    []int
	// Budget is what a burst may take before payloads go uninspected; 0: no bound.
	Budget time.Duration
	// Ring measures the latency between two net_ring ports instead.
	Ring bool
	// Prio is a real-time priority for the threads at both ends, 0: none.
	Prio int
}

// Validate reports every mistake at once.
func (s *Spec) Validate() error {
	var errs []error
	if s.Capture == "" && s.Flows < 1 {
		errs = append(errs, errors.New("bench: neither a capture (-r) nor a number of flows (--flows)"))
	}
	if s.Capture != "" && (s.Repeat < 1 || s.Repeat > 65535) {
		errs = append(errs, fmt.Errorf("bench: %d copies of the capture, want 1 to 65535", s.Repeat))
	}
	if s.Capture == "" && (s.Size < 64 || s.Size > 1518) {
		errs = append(errs, fmt.Errorf("bench: frames of %d octets, want 64 to 1518", s.Size))
	}
	if s.Flows > maxFlows {
		errs = append(errs, fmt.Errorf("bench: %d flows, want at most %d", s.Flows, maxFlows))
	}
	if s.Workers < 0 || s.Workers > 64 {
		errs = append(errs, fmt.Errorf("bench: %d workers, want 1 to 64", s.Workers))
	}
	if len(s.CPUs) > 0 && len(s.CPUs) < s.Workers {
		errs = append(errs, fmt.Errorf("bench: %d CPUs for %d workers", len(s.CPUs), s.Workers))
	}
	return errors.Join(errs...)
}

// what names the traffic.
func (s *Spec) what() string {
	if s.Capture != "" {
		return fmt.Sprintf("%s, %d times", s.Capture, s.Repeat)
	}
	return fmt.Sprintf("UDP frames of %d octets, %d flows", s.Size, s.Flows)
}

// Result is what an engine process measured in one run.
type Result struct {
	Packets, Octets uint64
	Flows           uint64 // flows that were made
	// Wall, Worker and Process are nanoseconds between the first packet and the
	// last event: elapsed, CPU of the workers' threads, CPU of the engine process.
	Wall, Worker, Process uint64
	// Source is what making a packet costs where nothing else is done, nanoseconds
	// of CPU: it is in Worker, too.
	Source float64
	// Rate is packets a second of CPU of their worker, the workers' added up.
	Rate float64
	// HandedOver packets went from one worker to another, SteerFull found no room.
	HandedOver, SteerFull uint64
	// Mallocs are those of the whole run, LateMallocs those of its second half.
	Mallocs, LateMallocs, Collections uint64
	Stages                            map[string]uint64 // nanoseconds by stage
	PeakRSS                           uint64
	Memory                            []api.MemoryPart  // where it is after the run
	Match                             map[string]uint64 // what the match engine counted
	Freed                             uint64
	Shed                              uint64 // packets whose payload the latency budget let by
	TXFull                            uint64
	Unbalanced                        int64
	// Ring is what a run through rings measured, and nothing else.
	Ring *LatencyReport `json:",omitempty"`
	// Latency are quantiles of the time from receive to send of a packet, in
	// nanoseconds.
	Latency map[string]uint64
}

// Run is a Result with what the parent saw of it.
type Run struct {
	Result
	Control uint64 // CPU of the control process, nanoseconds
	Alerts  uint64
	// FirstAlerts are those of the first copy, First a hash of them (rule and
	// packet), All a hash of all rules and their counts.
	FirstAlerts uint64
	First, All  string
}

// NS is the cost of a packet, nanoseconds of CPU, everything included.
func (r *Run) NS() float64 { return float64(r.Process+r.Control) / float64(max(r.Packets, 1)) }

// WorkerNS is the part of it that the worker takes.
func (r *Run) WorkerNS() float64 { return float64(r.Worker) / float64(max(r.Packets, 1)) }
