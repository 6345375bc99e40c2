package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// wantCerts has the certificates kept of the side that sent a packet (tls.store).
func (w *Worker) wantCerts(p *packet.Packet, slot uint32) {
	if !w.cfg.StoreCerts || slot == 0 || p.Dir == input.DirUnknown {
		return
	}
	r := w.flows.At(slot)
	if r.App == 0 {
		return
	}
	for _, tx := range w.layer.At(r.App).Txs {
		if c, ok := tx.(app.CertTx); ok {
			c.WantCertificates(p.Dir)
			w.takeCerts(p, slot, r, tx)
		}
	}
}

// takeCerts sends the certificates of a transaction that are wanted and were not
// sent.
func (w *Worker) takeCerts(p *packet.Packet, slot uint32, r *flow.Record, tx app.Tx) {
	c, ok := tx.(app.CertTx)
	if !ok {
		return
	}
	for d := input.ToServer; d <= input.ToClient; d++ {
		var x event.Certs
		x.Chain, x.Subject, x.Issuer, x.Fingerprint = c.TakeCertificates(d)
		if len(x.Chain) == 0 {
			continue
		}
		wr := w.begin(event.KindCerts)
		if wr == nil {
			return
		}
		// Whose they are is in the record; the addresses are client first.
		w.flowHead(wr.Head(), slot, r, input.ToServer)
		if p != nil {
			wr.Head().TimeUS, wr.Head().PktNum = p.TimeUS, p.Num
		}
		x.Client = d == input.ToServer
		event.WriteCerts(wr, &x)
		w.cfg.Ring.Commit()
	}
}
