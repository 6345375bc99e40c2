package engine

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/weir-ips/weir/event"
)

// Build names what must be equal in both processes: the layout of the shared
// memory, the protocol, and the counters by their number.
var Build = sync.OnceValue(func() string {
	rev := "devel"
	if b, ok := debug.ReadBuildInfo(); ok {
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" {
				rev = s.Value
			}
		}
	}
	return fmt.Sprintf("%s region %d spec %d counters %d", rev, event.RegionVersion, SpecVersion, Counters().Len())
})
