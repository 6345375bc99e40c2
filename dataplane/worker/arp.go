package worker

import (
	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
)

// arpOf is the ARP packet that decoding found, nil where it found none.
func arpOf(p *packet.Packet) header.ARP {
	if p.EtherType != header.EtherTypeARP || p.Invalid || p.L3End <= p.L3Off {
		return nil
	}
	return header.ARP(p.Frame[p.L3Off:p.L3End])
}

// emitARP writes the event of an ARP request or answer (RFC 826).
func (w *Worker) emitARP(wt *waiting) {
	b := arpOf(wt.p)
	if b == nil {
		return
	}
	wr := w.begin(event.KindARP)
	if wr == nil {
		return
	}
	w.head(wr.Head(), wt.p, wt.slot)
	w.writeEther(wr, wt.p)
	var src, dst [16]byte
	copy(src[:], b[14:18])
	copy(dst[:], b[24:28])
	event.WriteARP(wr, b.Operation(), (*[6]byte)(b[8:14]), (*[6]byte)(b[18:24]), &src, &dst)
	w.cfg.Ring.Commit()
}
