package worker

import (
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/port"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// rewrite carries out the replace keyword on a packet that goes on, and mends its
// checksums and those of the packets around it. A reassembled datagram is not what
// is sent, so that nothing is rewritten there.
func (w *Worker) rewrite(p *packet.Packet) {
	if w.ports[p.Port].Mode != port.Inline || p.Verdict >= packet.Drop || p.Source == input.SourceDefrag || p.Source == input.SourceFlowEnd {
		return
	}
	if !w.engine.Rewrite() {
		return
	}
	w.ctr.Inc(counter.IPSReplaced)
	decode.FixL4(&p.Packet)
	for o := p.Outer; o != nil; o = o.Outer {
		decode.FixL4(o)
	}
}
