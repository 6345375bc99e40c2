package engine

import (
	"runtime/metrics"

	"github.com/weir-ips/weir/event/counter"
)

// runtimeStats reads what Go's runtime counts, with the same samples each time,
// so that the reading itself shows in none of them.
type runtimeStats struct{ samples []metrics.Sample }

func newRuntimeStats() *runtimeStats {
	r := &runtimeStats{}
	for _, name := range []string{
		"/gc/heap/allocs:objects", "/gc/heap/tiny/allocs:objects",
		"/gc/cycles/total:gc-cycles", "/memory/classes/heap/objects:bytes",
	} {
		r.samples = append(r.samples, metrics.Sample{Name: name})
	}
	return r
}

// publish sets the engine's counters.
func (r *runtimeStats) publish(c *counter.Local) {
	metrics.Read(r.samples)
	v := func(i int) uint64 {
		if r.samples[i].Value.Kind() != metrics.KindUint64 {
			return 0
		}
		return r.samples[i].Value.Uint64()
	}
	c.Set(counter.EngineMallocs, v(0)+v(1))
	c.Set(counter.EngineGC, v(2))
	c.Set(counter.EngineHeapBytes, v(3))
}
