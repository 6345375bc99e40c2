package worker

import (
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// store is what rules may read and change beyond the packet: variables of
// flows, hosts and pairs, threshold counters.
type store struct {
	*flow.Vars
}

// Bits answers an xbits or hostbits condition.
func (s *store) Bits(op *match.Op, p *input.Packet) bool { return false }

// SetBits carries out an xbits or hostbits change.
func (s *store) SetBits(op *match.Op, p *input.Packet) {}

// Threshold counts a match.
func (s *store) Threshold(t *match.ThresholdRec, rule *match.RuleRec, p *input.Packet) match.Outcome {
	return match.Emit
}
