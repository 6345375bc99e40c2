package match

import "github.com/weir-ips/weir/match/input"

// AddTx puts a transaction of the last packet's flow into the batch, to be
// judged in direction d, and scans those of its buffers that became ready. It
// returns false when there was no room: what is left is judged with a later
// packet.
//
// fresh says that the parser looked at octets of this direction in this packet:
// only then are states judged.
func (e *Engine) AddTx(tx input.Tx, app input.AppProto, d input.Dir, fresh bool) bool {
	return e.add(txRef{tx: tx, app: app, dir: d, fresh: fresh})
}

// AddFrame is AddTx for a frame of type typ.
func (e *Engine) AddFrame(fr input.Tx, app input.AppProto, typ uint8, d input.Dir) bool {
	return e.add(txRef{tx: fr, app: app, dir: d, frame: true, ftype: typ})
}

func (e *Engine) add(r txRef) bool {
	if e.b == nil || e.nitems == 0 || e.ntxs == maxTxs {
		return false
	}
	tx, d := r.tx, r.dir
	ai := e.indexOf(&r)
	if ai == nil && !r.frame && e.b.Firewall() {
		ai = &noRules
	}
	if ai == nil {
		// No rule looks at it: it is judged as far as it goes.
		tx.Detect().Seen[d-1] = uint16(tx.Progress(d)) + 1
		return true
	}
	t := e.ntxs
	e.ntxs++
	e.items[e.nitems-1].txs.N++
	ref := &e.txs[t]
	*ref = r
	ref.jobs = Span{uint32(e.njobs), 0}
	det := tx.Detect()
	if det.Generation != e.b.Generation {
		old := *det
		det.State = 0
		e.ReleaseTx(det)
		e.carryOver(det, old.State)
		// What the firewall accepted stays accepted under other rules.
		det.Guessed = old.Guessed
		det.NoLog, det.Logged, det.Speaker, det.Accepted, det.Hook, det.Told = old.NoLog, old.Logged, old.Speaker, old.Accepted, old.Hook, old.Told
		det.Generation = e.b.Generation
	}
	all := true
	for row := range ai.Tx.N {
		all = e.scanKey(t, ref, det, row, &e.b.Tx[ai.Tx.Off+row]) && all
	}
	return all
}

// indexOf is what a transaction or frame is held against.
func (e *Engine) indexOf(r *txRef) *AppIndex {
	if r.frame {
		return e.appIndex(FrameRow, r.dir)
	}
	return e.appIndex(r.app, r.dir)
}

// FrameRow stands in AppIndex's rows for the frames of all protocols.
const FrameRow = input.NumAppProtos

// noRules is the index of a protocol without rules of detection.
var noRules AppIndex

func (e *Engine) appIndex(app input.AppProto, d input.Dir) *AppIndex {
	i := 2*int(app) + int(d) - 1
	if i < 0 || i >= len(e.b.App) {
		return nil
	}
	ai := &e.b.App[i]
	if ai.Tx.N == 0 && ai.Always.N == 0 {
		return nil
	}
	return ai
}

// scanKey adds scan jobs for the instances of one buffer that were not scanned
// yet, and marks the buffer when nothing more will come. It returns false when
// there was no room: the rest is scanned with a later packet.
func (e *Engine) scanKey(t int, ref *txRef, det *input.TxDetect, row uint32, ti *TxIndex) bool {
	di := ref.dir - 1
	bits := &det.Scanned[di]
	if row < 128 && bits[row>>6]&(1<<(row&63)) != 0 {
		return true
	}
	k := &e.b.Keys[ti.Key]
	if k.Flags&KMulti == 0 && k.Flags&KWindow == 0 && ref.tx.Progress(ref.dir) < k.Progress[di] {
		return true
	}
	var mark *input.ScanMark
	if k.Flags&KWindow != 0 && k.Transforms.N == 0 || k.Flags&(KWindow|KMulti) == KMulti {
		mark = det.Mark(ref.dir, row)
	}
	from := 0
	if mark != nil {
		from = int(mark.Instance)
	}
	for i := from; i < maxInstances; i++ {
		v := ref.tx.View(k.Buf, ref.dir, i)
		if v.Avail == input.Wait {
			return true
		}
		if v.Avail != input.None && len(v.Data) > 0 && !e.scanView(t, ref, k, ti.DB, &v, mark) {
			return false
		}
		if v.Avail == input.More {
			return true
		}
		if v.Avail == input.None || k.Flags&KMulti == 0 {
			break
		}
		if mark != nil {
			mark.Instance, mark.Upto = uint16(i+1), 0
		}
	}
	if row < 128 {
		bits[row>>6] |= 1 << (row & 63)
	}
	return true
}

// scanView adds a scan of one instance of a buffer. Of a body that grows, marked
// by how far it was scanned, it takes what is new, with as much before it as a
// pattern may reach back.
func (e *Engine) scanView(t int, ref *txRef, k *BufKey, db uint32, v *input.View, mark *input.ScanMark) bool {
	if e.njobs == maxJobs {
		return false
	}
	data, start := v.Data, uint64(0)
	if !v.First && k.Flags&KWindow != 0 {
		start = v.Start
	}
	if mark != nil {
		end := v.Start + uint64(len(data))
		if end <= mark.Upto {
			return true
		}
		reach := uint64(max(e.b.DBs[db-1].Longest, 1) - 1)
		if old := mark.Upto - min(mark.Upto, reach); old > v.Start {
			data = data[old-v.Start:]
			start += old - v.Start
		}
		mark.Upto = end
	}
	if data, ok := e.transform(k, data); ok && len(data) > 0 {
		e.job(e.nitems-1, t, db, data, start)
		ref.jobs.N++
	}
	return true
}

// maxInstances bounds the instances of a buffer that one transaction is
// inspected for.
const maxInstances = 1024
