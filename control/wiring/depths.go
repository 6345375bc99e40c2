package wiring

import (
	"errors"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/app/protocols"
	"github.com/weir-ips/weir/match/input"
)

// streamDepths are the depths of the streams of protocols that have one of their
// own (stream-depth), by the protocol's id; nil where none has.
func streamDepths(s *config.Sections) ([]int, error) {
	depths := make([]int, input.NumAppProtos)
	for i := range depths {
		depths[i] = -1
	}
	found := false
	var errs []error
	for _, p := range protocols.All() {
		if !p.TCP {
			continue
		}
		k := keys{p: s.AppLayer.Protocol(p.Name)}
		k.size("stream-depth", &depths[p.ID], 1<<31)
		errs = append(errs, k.err())
		found = found || depths[p.ID] >= 0
	}
	if !found {
		depths = nil
	}
	return depths, errors.Join(errs...)
}
