package wiring

import (
	"math"
	"sort"
	"time"

	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/event/eve"
	"github.com/weir-ips/weir/match"
)

// Costs are what meters say of rules, the dearest first; top 0: all that were
// judged. hz is the rate of the meters' counter, over how long they have counted.
func Costs(m *match.MeterPage, name func(uint32) *eve.Rule, hz uint64, over time.Duration, top int) api.Profile {
	p := api.Profile{Every: m.Every(), Over: over}
	every := float64(m.Every())
	nanos := func(cycles float64) float64 { return cycles / float64(hz) * 1e9 }
	for i := range m.Rules() {
		x := m.Sum(i)
		if x.Checks == 0 {
			continue
		}
		total := nanos(float64(x.Cycles)) * every
		p.TotalNS += total
		c := api.RuleCost{Index: uint32(i), Checks: uint64(float64(x.Checks) * every), Matches: uint64(float64(x.Matches) * every), Samples: x.Checks,
			AverageNS: math.Round(nanos(float64(x.Cycles)/float64(x.Checks))*10) / 10, MaxNS: math.Round(nanos(float64(x.MaxCycles))), TotalNS: math.Round(total)}
		p.Rules = append(p.Rules, c)
	}
	p.Judged = len(p.Rules)
	sort.Slice(p.Rules, func(i, j int) bool { return p.Rules[i].TotalNS > p.Rules[j].TotalNS })
	if top > 0 && len(p.Rules) > top {
		p.Rules = p.Rules[:top]
	}
	whole := float64(over.Nanoseconds()) * float64(m.Workers())
	for i := range p.Rules {
		c := &p.Rules[i]
		if whole > 0 {
			c.Percent = math.Round(c.TotalNS/whole*1e4) / 100
		}
		if r := name(c.Index); r != nil {
			c.SID, c.GID, c.Rev, c.Msg = r.SID, r.GID, r.Rev, r.Msg
		}
	}
	return p
}
