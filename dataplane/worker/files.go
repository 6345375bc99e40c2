package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
)

// logFiles writes a record for each file of a transaction that is no longer
// open, once; at the end of a flow, what is open ends there.
func (w *Worker) logFiles(p *packet.Packet, slot uint32, r *flow.Record, tx app.Tx, end bool) {
	carrier, ok := tx.(app.FileTx)
	if !ok {
		return
	}
	for _, f := range carrier.Files() {
		if end {
			f.Close(file.Truncated)
		}
		if f.Logged || f.State == file.Opened {
			continue
		}
		if p != nil && p.Dir != f.Dir && !tx.Done(f.Dir) && !end {
			// What ended it was seen with an acknowledgement: it belongs to the next
			// packet of its own direction.
			continue
		}
		f.Logged = true
		if !w.cfg.Log.Files {
			continue
		}
		wr := w.begin(event.KindFileInfo)
		if wr == nil {
			continue
		}
		h := wr.Head()
		w.flowHead(h, slot, r, f.Dir)
		h.Flags |= event.HasTx
		h.TxID = tx.ID()
		if p != nil {
			h.TimeUS, h.PktNum, h.Source = p.TimeUS, p.Num, sourceOf(p)
		}
		tx.Meta(wr)
		f.Log(wr, tx.ID())
		w.cfg.Ring.Commit()
	}
}
