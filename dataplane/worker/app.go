package worker

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/match/input"
)

// inspected is TxDetect.Seen of a direction that was judged when it was complete.
const inspected = uint16(input.Complete) + 1

// appOf is what the application layer knows of a flow, made when it is first
// asked for; nil when there is no room.
func (w *Worker) appOf(slot uint32, r *flow.Record) *app.Flow {
	if r.App == 0 {
		if r.App = w.layer.Open(); r.App == 0 {
			return nil
		}
		f := w.layer.At(r.App)
		f.Slot, f.ID = slot, w.flowID(slot, r)
		f.Src, f.Dst, f.SrcPort, f.DstPort = r.Src, r.Dst, r.SrcPort, r.DstPort
		f.IPProto, f.IPVersion = r.Proto, r.IPVersion
		f.Midstream = r.Flags&flow.FlagMidstream != 0
	}
	return w.layer.At(r.App)
}

// datagram gives a UDP payload to its parser.
func (w *Worker) datagramToApp(p *packet.Packet, slot uint32, r *flow.Record) {
	data := p.Payload()
	if len(data) == 0 || r.Flags&flow.FlagNoPayload != 0 || quiet(r, p.Dir) {
		return
	}
	f := w.appOf(slot, r)
	if f == nil {
		return
	}
	if f.Idle(p.Dir) {
		r.Flags |= flow.QuietFlag(p.Dir)
		return
	}
	if f.Active() {
		w.layer.Datagram(f, p.Dir, data, p.TimeUS)
		w.tellCrash(p, slot, r)
		if f.Parser() != nil {
			r.Flags &^= flow.FlagQuietTS | flow.FlagQuietTC
		}
		if f.Reversed {
			w.turn(p, slot, r)
		}
		w.appErrors(p, slot, r, f)
	}
}

// quiet reports whether the application layer's record of a flow need not be
// looked at for a packet in direction d: it lies far away.
func quiet(r *flow.Record, d input.Dir) bool { return r.Flags&flow.QuietFlag(d) != 0 }

// appErrors applies the app-layer error policy to a flow whose parser gave up,
// and to a datagram that its parser refused.
func (w *Worker) appErrors(p *packet.Packet, slot uint32, r *flow.Record, f *app.Flow) {
	if f.Refused {
		f.Refused = false
		w.exception(p, slot, counter.TargetAppError)
		return
	}
	if f.Failed() && (f.Parser() != nil || f.Crashed) && r.Flags&flow.FlagAppError == 0 {
		r.Flags |= flow.FlagAppError
		w.exception(p, slot, counter.TargetAppError)
	}
}

// addTxs offers the flow's transactions that may have something new in the
// packet's direction to the match engine.
func (w *Worker) addTxs(wt *waiting, p *packet.Packet, r *flow.Record) {
	if r.App == 0 || p.Dir == input.DirUnknown || quiet(r, p.Dir) {
		return
	}
	f := w.layer.At(r.App)
	defer w.caught(wt)
	di := dirIndex(p.Dir)
	if f.Judged[di] == f.Version && f.JudgedBy[di] == w.cur.Bundle.Generation {
		return // nothing was parsed since
	}
	fresh := f.Updated[di]
	from := w.goOn
	w.goOn = owed{}
	for i := from.place(f); i < len(f.Txs); i++ {
		tx := f.Txs[i]
		det := tx.Detect()
		if det.Seen[di] == inspected || det.Quiet[di] && det.Generation == w.cur.Bundle.Generation || !goes(tx, p.Dir) {
			continue
		}
		if !w.engine.Room(1) || !w.engine.AddTx(tx, protoOf(f, tx), p.Dir, fresh) {
			// The packet waits for what is judged in the next batch.
			left := owed{tx: tx}
			if tx == from.tx {
				left.times = from.times + 1
			}
			if st := w.stall(p, wt.slot); st != nil {
				st.owed[di] = left
			}
			return
		}
		if _, ok := tx.(app.Touching); ok {
			det.Quiet[di] = true
		}
	}
	f.Updated[di] = false
	if !w.addFrames(p, f) {
		return
	}
	wt.offered = true
}

// disquiet has all transactions of a packet's direction asked again: the firewall did
// not look at all of them. A rule of detection that waits for a packet's payload is held
// against those that the packet brings something for.
func (w *Worker) disquiet(p *packet.Packet, r *flow.Record) {
	if r.App == 0 || p.Dir == input.DirUnknown {
		return
	}
	for _, tx := range w.layer.At(r.App).Txs {
		tx.Detect().Quiet[dirIndex(p.Dir)] = false
	}
}

// noteJudged remembers that the rules saw all there is of a flow's transactions
// in the packet's direction: they are not offered again before something
// changes.
func (w *Worker) noteJudged(wt *waiting, r *flow.Record, waits bool) {
	if r.App == 0 || waits {
		return
	}
	f := w.layer.At(r.App)
	di := dirIndex(wt.p.Dir)
	f.Judged[di], f.JudgedBy[di] = f.Version, w.cur.Bundle.Generation
}

// goes reports whether a transaction is judged in a direction: one of a single
// message is in that message's only.
func goes(tx app.Tx, d input.Dir) bool {
	o, ok := tx.(app.OneSided)
	return !ok || o.Only() == d
}

// judgedTx reports whether the rules saw all of a transaction that there will be:
// nothing comes by in direction unseen.
func judgedTx(tx app.Tx, unseen input.Dir) bool {
	seen := &tx.Detect().Seen
	return (seen[0] == inspected || unseen == input.ToServer || !goes(tx, input.ToServer)) &&
		(seen[1] == inspected || unseen == input.ToClient || !goes(tx, input.ToClient))
}

// protoOf is the protocol that a transaction is judged and logged as.
func protoOf(f *app.Flow, tx app.Tx) input.AppProto {
	if p := f.ParserOf(tx); p != nil {
		if p.ID == input.AppHTTP2 && f.Final == input.AppDoH2 {
			return input.AppDoH2
		}
		return p.ID
	}
	return f.Final
}

// settleTxs logs the transactions that are complete and releases those that were
// judged, too; at the end of a flow, all of them. offered: the rules saw some with
// this packet.
func (w *Worker) settleTxs(p *packet.Packet, slot uint32, r *flow.Record, offered, end bool) {
	if r.App == 0 {
		return
	}
	f := w.layer.At(r.App)
	judged := !w.judging || r.Flags&(flow.FlagPass|flow.FlagSpared|flow.FlagDrop|flow.FlagNoPayload) != 0
	if !end && !offered && f.Settled == f.Version && !judged {
		return
	}
	f.Settled = f.Version
	if len(f.Frames()) > 0 {
		w.settleFrames(p, slot, r, f, judged, end)
	}
	keep := f.Txs[:0]
	unseen := input.DirUnknown
	if w.cfg.Stream.AsyncOneside {
		unseen = w.streams.Unseen(r)
	}
	for _, tx := range f.Txs {
		w.logFiles(p, slot, r, tx, judged, end)
		done := (unseen == input.ToServer || tx.Done(input.ToServer)) && (unseen == input.ToClient || tx.Done(input.ToClient))
		// What a drop cut off is not logged: it was never said to the other side.
		if det := tx.Detect(); !det.Logged && (done && !end || end && r.Flags&flow.FlagDrop == 0) {
			det.Logged = true
			if w.cfg.StoreCerts {
				w.takeCerts(p, slot, r, tx)
			}
			if done || r.Proto != 17 {
				// A stream's end says that no more will come. Datagrams have none: that a
				// flow was forgotten says nothing of the other half of an exchange.
				w.logTx(p, slot, r, f, tx)
			}
			w.logTxEvents(p, slot, r, f, tx)
		} else if e, ok := tx.(app.Early); ok && !end && e.LogReady() {
			w.logTx(p, slot, r, f, tx)
		}
		if m, ok := tx.(app.Raising); ok && !tx.Detect().Logged && m.Raised() != tx.Detect().Told {
			w.logTxEvents(p, slot, r, f, tx)
		}
		if !end && (!done || !judged && !judgedTx(tx, unseen)) {
			keep = append(keep, tx)
			continue
		}
		w.observeTx(r, f, tx)
		w.engine.ReleaseTx(tx.Detect())
		tx.Release()
	}
	f.Keep(keep)
	if f.Waiting && !end && len(f.Txs) < app.MaxTxs {
		w.stall(p, slot)
	}
}

// logTx writes a transaction's record.
func (w *Worker) logTx(p *packet.Packet, slot uint32, r *flow.Record, f *app.Flow, tx app.Tx) {
	proto := protoOf(f, tx)
	if int(proto) >= len(w.cfg.Log.Tx) || !w.cfg.Log.Tx[proto] || tx.Detect().NoLog {
		return
	}
	if wr := w.begin(event.KindTx); wr != nil {
		w.txHead(wr.Head(), p, slot, r, tx, txWay(p, tx))
		x := &w.cfg.Log.XFF.HTTP
		xff := x.place(wr.Head(), input.ToServer, x.forwarded(tx))
		if tx.Log(wr, f) {
			if len(xff) > 0 {
				wr.Str("xff", xff)
			}
			w.metadata(wr, slot, false)
			w.writeTxEther(wr, p, slot)
			w.cfg.Ring.Commit()
		} else {
			w.cfg.Ring.Abort()
		}
	}
}

// logTxEvents writes the violations that a transaction's parser saw.
func (w *Worker) logTxEvents(p *packet.Packet, slot uint32, r *flow.Record, f *app.Flow, tx app.Tx) {
	row := f.ParserOf(tx)
	if row == nil || !w.cfg.Log.Anomaly && w.scorer == nil {
		return
	}
	det := tx.Detect()
	told := det.Told != [2]uint64{}
	for id, name := range row.Events {
		word, bit := id>>6&1, uint64(1)<<(id&63)
		if det.Told[word]&bit != 0 || !tx.Event(uint16(id)) {
			continue
		}
		det.Told[word] |= bit
		if !told {
			told = true
			w.observeViolation(&r.Src, r.IPVersion, r.Pair)
		}
		if !w.cfg.Log.Anomaly {
			return
		}
		times := 1
		if t, ok := tx.(app.Repeated); ok {
			times = t.Times(uint16(id))
		}
		for range times {
			w.logTxEvent(p, slot, r, tx, row.Name, name)
		}
	}
}

// logTxEvent writes one of them. It goes the way of the packet that it was found
// with.
func (w *Worker) logTxEvent(p *packet.Packet, slot uint32, r *flow.Record, tx app.Tx, proto, name string) {
	wr := w.begin(event.KindAnomaly)
	if wr == nil {
		return
	}
	d := txWay(p, tx)
	if p != nil {
		d = p.Dir
	}
	w.txHead(wr.Head(), p, slot, r, tx, d)
	event.WriteAnomaly(wr, event.AnomalyAppLayer, name, proto, "proto_parser")
	w.cfg.Ring.Commit()
}

// txWay is the way that a transaction's record goes: that of the flow, of its one
// message, or of the packet that completed it.
func txWay(p *packet.Packet, tx app.Tx) input.Dir {
	if _, ok := tx.(app.PacketWay); ok && p != nil {
		return p.Dir
	}
	if c, ok := tx.(app.ClientFirst); ok && c.ClientFirst() {
		return input.ToServer
	}
	if o, ok := tx.(app.OneSided); ok {
		return o.Only()
	}
	return input.ToServer
}

// txHead fills the head of a record about a transaction, with the time and number of
// the packet that completed it.
func (w *Worker) txHead(h *event.Head, p *packet.Packet, slot uint32, r *flow.Record, tx app.Tx, d input.Dir) {
	w.flowHead(h, slot, r, d)
	h.Flags |= event.HasTx
	h.TxID = tx.ID()
	if p != nil {
		h.TimeUS, h.PktNum, h.Source = p.TimeUS, p.Num, sourceOf(p)
	}
}
