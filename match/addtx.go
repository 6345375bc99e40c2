package match

import "github.com/weir-ips/weir/match/input"

// AddTx puts a transaction of the last packet's flow into the batch, to be
// judged in direction d, and scans those of its buffers that became ready. It
// returns false when there was no room: the transaction is judged with a later
// packet.
func (e *Engine) AddTx(tx input.Tx, app input.AppProto, d input.Dir) bool {
	if e.b == nil || e.nitems == 0 || e.ntxs == maxTxs {
		return false
	}
	ai := e.appIndex(app, d)
	if ai == nil {
		// No rule looks at it: it is judged as far as it goes.
		tx.Detect().Seen[d-1] = uint16(tx.Progress(d)) + 1
		return true
	}
	t := e.ntxs
	e.ntxs++
	e.items[e.nitems-1].txs.N++
	ref := &e.txs[t]
	*ref = txRef{tx: tx, app: app, dir: d, jobs: Span{uint32(e.njobs), 0}}
	det := tx.Detect()
	if det.Generation != e.b.Generation {
		quiet, speaker := det.NoLog, det.Speaker
		e.ReleaseTx(det)
		det.NoLog, det.Speaker = quiet, speaker
		det.Generation = e.b.Generation
	}
	for row := range ai.Tx.N {
		e.scanKey(t, ref, det, row, &e.b.Tx[ai.Tx.Off+row])
	}
	return true
}

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
// yet, and marks the buffer when nothing more will come.
func (e *Engine) scanKey(t int, ref *txRef, det *input.TxDetect, row uint32, ti *TxIndex) {
	di := ref.dir - 1
	bits := &det.Scanned[di]
	if row < 128 && bits[row>>6]&(1<<(row&63)) != 0 {
		return
	}
	k := &e.b.Keys[ti.Key]
	if k.Flags&KMulti == 0 && k.Flags&KWindow == 0 && ref.tx.Progress(ref.dir) < k.Progress[di] {
		return
	}
	for i := 0; i < maxInstances; i++ {
		v := ref.tx.View(k.Buf, ref.dir, i)
		if v.Avail == input.Wait {
			return
		}
		if v.Avail != input.None && len(v.Data) > 0 {
			if data, ok := e.transform(k, v.Data); ok && len(data) > 0 {
				if e.njobs < maxJobs {
					e.job(e.nitems-1, t, ti.DB, data)
					ref.jobs.N++
				}
			}
		}
		if v.Avail == input.More {
			return
		}
		if v.Avail == input.None || k.Flags&KMulti == 0 {
			break
		}
	}
	if row < 128 {
		bits[row>>6] |= 1 << (row & 63)
	}
}

// maxInstances bounds the instances of a buffer that one transaction is
// inspected for.
const maxInstances = 1024
