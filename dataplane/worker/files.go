package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/file"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// filesOf are the files of a transaction.
func filesOf(tx input.Tx) []*file.File {
	if c, ok := tx.(app.FileTx); ok {
		return c.Files()
	}
	return nil
}

// needFiles tells the parsers what the rules of a policy ask of files.
func (w *Worker) needFiles(p *Policy) {
	b := p.Bundle
	w.layer.Env().Files.Need(file.Needs{Magic: p.Magic, Store: b.NeedsStore,
		Wanted: file.Wanted{MD5: b.NeedsDigest[input.MD5], SHA1: b.NeedsDigest[input.SHA1], SHA256: b.NeedsDigest[input.SHA256]}})
}

// ruleFiles answers the match engine's questions about files.
type ruleFiles struct{ w *Worker }

// File is input.Files'.
func (r ruleFiles) File(tx input.Tx, d input.Dir, i int) (input.File, input.Avail) {
	t, ok := tx.(app.FileTx)
	if !ok {
		return nil, input.None
	}
	if f := file.Find(t.Files(), d, i); f != nil {
		return f, input.Done
	}
	if tx.Progress(d) == input.Complete {
		return nil, input.None
	}
	return nil, input.Wait
}

// Keep is input.Files'.
func (r ruleFiles) Keep(p *input.Packet, tx input.Tx, d input.Dir, set uint64, scope input.FileScope, dirs uint8, sid uint32) {
	w := r.w
	if dirs == 0 {
		dirs = uint8(d)
	}
	if scope == input.FileFlow && p.Flow != nil && p.Flow.Slot != 0 {
		if a := w.flows.At(p.Flow.Slot).App; a != 0 {
			if f := w.layer.At(a); f.KeepFiles == 0 {
				f.KeepFiles, f.KeepFrom = dirs, tx.ID()
			} else {
				f.KeepFiles |= dirs
			}
		}
	}
	if p.Flow != nil && p.Flow.Slot != 0 {
		w.streams.Stores(w.flows.At(p.Flow.Slot))
	}
	i := 0
	for _, f := range filesOf(tx) {
		chosen := scope != input.FileOnly
		if f.Dir == d {
			chosen = chosen || i < 64 && set>>i&1 != 0
			i++
		}
		if chosen && dirs&uint8(f.Dir) != 0 {
			f.KeepFor(sid)
		}
	}
}

// truncateFiles ends the open files of a direction that goes on past the reassembly
// depth, before its parser takes that for its end.
func truncateFiles(f *app.Flow, d input.Dir) {
	for _, tx := range f.Txs {
		for _, x := range filesOf(tx) {
			if x.Dir == d {
				x.Close(file.Truncated)
			}
		}
	}
}

// logFiles writes a record for each file of a transaction that is no longer
// open, once; at the end of a flow, what is open ends there. judged: no rule will
// look at the transaction any more.
func (w *Worker) logFiles(p *packet.Packet, slot uint32, r *flow.Record, tx app.Tx, judged, end bool) {
	for _, f := range filesOf(tx) {
		if end {
			f.Close(file.Truncated)
		}
		if f.Logged || f.State == file.Opened {
			continue
		}
		if !end && p != nil && p.Dir != f.Dir && (!tx.Done(f.Dir) || !judged && tx.Detect().Seen[dirIndex(f.Dir)] != inspected) {
			// What ended it was seen with an acknowledgement: it belongs to the next
			// packet of its own direction, which rules see.
			continue
		}
		f.Logged = true
		if a := w.layer.At(r.App); a.KeepFiles&uint8(f.Dir) != 0 && tx.ID() >= a.KeepFrom {
			f.Store = true
		}
		w.endStore(f)
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
		x := &w.cfg.Log.XFF.Files
		xff := x.place(h, f.Dir, x.forwarded(tx))
		w.metadata(wr, slot, false)
		tx.Meta(wr)
		f.Log(wr, tx.ID())
		if len(xff) > 0 {
			wr.Str("xff", xff)
		}
		w.cfg.Ring.Commit()
	}
}

// fileOctets hands octets of files to control's file store, in pieces.
type fileOctets struct{ w *Worker }

// filePiece is how many octets one record carries.
const filePiece = 16 << 10

// Octets is file.Store's.
func (s fileOctets) Octets(id, at uint64, data []byte) bool {
	for len(data) > 0 {
		n := min(len(data), filePiece)
		wr := s.w.begin(event.KindFileData)
		if wr == nil {
			return false
		}
		event.WriteFileData(wr, id, at, data[:n])
		s.w.cfg.Ring.Commit()
		data, at = data[n:], at+uint64(n)
	}
	return true
}

// endStore tells the file store what becomes of a file.
func (w *Worker) endStore(f *file.File) {
	id, ok := f.Transfer()
	if !ok {
		return
	}
	keep := f.Store && f.Size > 0 && f.Sums() != nil
	wr := w.begin(event.KindFileData)
	if wr == nil {
		return
	}
	if !keep {
		event.WriteFileEnd(wr, id, nil, 0)
		w.cfg.Ring.Commit()
		return
	}
	w.stored++
	f.Stored, f.StoreID = true, w.stored<<8|uint64(w.cfg.ID)
	if w.cfg.Workers <= 1 {
		f.StoreID = w.stored
	}
	event.WriteFileEnd(wr, id, f.Sums().SHA256[:], f.StoreID)
	w.cfg.Ring.Commit()
}
