package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// frameUse says whether parsers have to note frames: a rule or an output looks at
// them.
func (w *Worker) frameUse(b *match.Bundle) app.FrameUse {
	switch {
	case b != nil && b.NeedsWholeFrames:
		return app.FrameWhole
	case b != nil && b.NeedsFrames || w.cfg.Log.Frame:
		return app.FrameOn
	}
	return app.FrameOff
}

// addFrames offers the flow's frames in the packet's direction to the match
// engine.
func (w *Worker) addFrames(p *packet.Packet, f *app.Flow) bool {
	for _, fr := range f.Frames() {
		if fr.Dir != p.Dir || fr.Detect().Seen[dirIndex(p.Dir)] == inspected {
			continue
		}
		if !w.engine.Room(1) || !w.engine.AddFrame(fr, fr.Proto, fr.Type, p.Dir) {
			return false
		}
	}
	return true
}

// settleFrames writes and drops the frames that are complete and judged; at the
// end of a flow, all of them.
func (w *Worker) settleFrames(p *packet.Packet, slot uint32, r *flow.Record, f *app.Flow, judged, end bool) {
	f.KeepFrames(func(fr *app.Frame) bool {
		det := fr.Detect()
		// What ended it may be an acknowledgement: it is written with a packet of its
		// own direction.
		if !det.Logged && (end || fr.Over() && (p == nil || p.Dir == fr.Dir)) {
			det.Logged = true
			w.logFrame(p, slot, r, fr)
		}
		if !end && (!fr.Over() || !det.Logged && w.cfg.Log.Frame || !judged && det.Seen[dirIndex(fr.Dir)] != inspected) {
			return true
		}
		w.engine.ReleaseTx(fr.Detect())
		return false
	})
}

// logFrame writes a frame's record.
func (w *Worker) logFrame(p *packet.Packet, slot uint32, r *flow.Record, fr *app.Frame) {
	if !w.cfg.Log.Frame {
		return
	}
	wr := w.begin(event.KindFrame)
	if wr == nil {
		return
	}
	h := wr.Head()
	w.flowHead(h, slot, r, fr.Dir)
	if p != nil {
		h.TimeUS, h.PktNum, h.Source = p.TimeUS, p.Num, sourceOf(p)
	}
	fr.Write(wr, event.PayloadBase64|event.PayloadPrintable, w.frameRoom())
	w.cfg.Ring.Commit()
}

// frameRoom is where a frame's payload is put together: one octet less than what
// alerts show of a stream, as Suricata's buffer has it.
func (w *Worker) frameRoom() []byte {
	n := w.cfg.Log.payloadSize() - 1
	return w.excerpt[:0:min(n, cap(w.excerpt))]
}

// ownerOf is the live transaction that a frame belongs to, or nil.
func ownerOf(f *app.Flow, fr *app.Frame) app.Tx {
	if fr.HasTx {
		for _, tx := range f.Txs {
			if tx.ID() == fr.TxID {
				return tx
			}
		}
	}
	return nil
}

// writeAlertFrame adds the frame that an alert is about, and its transaction.
func (w *Worker) writeAlertFrame(wr *event.Writer, slot uint32, fr *app.Frame) {
	h := wr.Head()
	r := w.flows.At(slot)
	if tx := ownerOf(w.layer.At(r.App), fr); tx != nil {
		h.Flags |= event.HasTx
		h.TxID = tx.ID()
		if w.cfg.Log.Metadata {
			tx.Meta(wr)
			file.LogAll(wr, filesOf(tx), tx.ID(), func(f *file.File) bool { return f.Dir == fr.Dir })
		}
	}
	fr.Write(wr, event.PayloadBase64|event.PayloadPrintable, w.frameRoom())
}

var _ input.Tx = (*app.Frame)(nil)
