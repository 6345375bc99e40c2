package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match"
)

// guessTx is the transaction that an alert speaks of whose rule looked at none:
// over UDP that of the datagram, when the rule names the protocol; over TCP the
// flow's only one, when detect.guess-applayer-tx is on. One transaction stands in
// GuessLimit alerts of this kind. nil: none.
func (w *Worker) guessTx(p *packet.Packet, slot uint32, rule *match.RuleRec) (tx app.Tx, guessed bool) {
	if slot == 0 {
		return nil, false
	}
	r := w.flows.At(slot)
	if r.App == 0 {
		return nil, false
	}
	f := w.layer.At(r.App)
	udp := r.Proto == 17
	switch {
	case udp && rule.App != 0:
	case w.cfg.GuessTx && len(f.Txs) == 1:
	default:
		return nil, false
	}
	for _, tx := range f.Txs {
		if !goes(tx, p.Dir) {
			continue
		}
		det := tx.Detect()
		if det.Guessed >= w.cfg.GuessLimit {
			return nil, false
		}
		det.Guessed++
		return tx, !udp
	}
	return nil, false
}
