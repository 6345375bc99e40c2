package wiring

import (
	"fmt"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/state"
)

// State makes the tables that all workers of a process share: threshold
// counters within detect.thresholds.memcap, bits of hosts and pairs and tags
// within host.memcap. They outlive every bundle, and live until the process
// ends.
func State(s *config.Sections, role Role) (*state.Tables, error) {
	c := stateConfig(s)
	mem, err := slab.Map(c.Size())
	if err != nil {
		return nil, fmt.Errorf("%d octets for thresholds, bits and tags: %w; lower detect.thresholds.memcap or host.memcap", c.Size(), err)
	}
	return state.New(c, mem, [2]uint64{seed(role, 4), seed(role, 5)})
}

func stateConfig(s *config.Sections) state.Config {
	c := state.DefaultConfig()
	host := int(s.Host.Memcap)
	c.Thresholds = state.EntriesIn(int(s.Detect.ThresholdsMemcap))
	c.Bits = state.EntriesIn(host / 4 * 3)
	c.Tags = state.EntriesIn(host / 8)
	return c
}
