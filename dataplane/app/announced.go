package app

import (
	"github.com/weir-ips/weir/dataplane/app/expect"
	"github.com/weir-ips/weir/match/input"
)

// announced gives the flow the protocol that another connection said it would
// speak.
func (l *Layer) announced(f *Flow, now int64) {
	k := expect.Key{Src: f.Src, Dst: f.Dst, Port: f.DstPort, Version: f.IPVersion}
	if !l.env.Expect.Take(&k, now, &l.entry) {
		return
	}
	for _, p := range l.protos {
		if p.ID != l.entry.Proto {
			continue
		}
		f.Proto = [2]input.AppProto{p.ID, p.ID}
		for d := input.ToServer; d <= input.ToClient; d++ {
			f.settle(d)
			f.side[d-1].ruledOut = false
		}
		if l.assign(f, p) {
			if s, ok := f.state.(Expecting); ok {
				s.Expected(&l.entry)
			}
		}
		return
	}
}
