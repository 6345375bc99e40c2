package worker

import (
	"github.com/weir-ips/weir/anomaly"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/flow"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// tick lets the detectors do what needs no packet and writes what they found.
func (w *Worker) tick() {
	if w.scorer == nil {
		return
	}
	w.scorer.Tick(w.now)
	w.drainFindings()
	w.save()
}

// flowEnd fills what detectors ask of a flow as a whole.
func flowEnd(e *anomaly.FlowEnd, r *flow.Record, nowUS int64) {
	*e = anomaly.FlowEnd{
		TimeUS: nowUS, StartUS: r.StartUS, Client: r.Src, Server: r.Dst,
		BytesTS: r.BytesTS, BytesTC: r.BytesTC, PktsTS: r.PktsTS, PktsTC: r.PktsTC,
		Port: r.DstPort, Pair: r.Pair, IPVersion: r.IPVersion, Proto: r.Proto,
		ClientInside: r.Flags&flow.FlagInside != 0,
		RequestDone:  r.Flags&flow.FlagRequestDone != 0,
	}
}

// observeEnd shows the detectors once a flow that ended: its volume, its logins,
// and an attempt that nobody answered. A connection that closed does not wait for
// its place in the table to time out.
func (w *Worker) observeEnd(r *flow.Record, why flow.EndReason) {
	if w.scorer == nil || r.Flags&flow.FlagEndSeen != 0 {
		return
	}
	r.Flags |= flow.FlagEndSeen
	if (r.Proto == 6 || r.Proto == 1 || r.Proto == 58) && r.PktsTC == 0 && why == flow.EndTimeout && r.Flags&flow.FlagMidstream == 0 {
		f := anomaly.Failure{TimeUS: w.now, Client: r.Src, Server: r.Dst, Port: r.DstPort, Pair: r.Pair,
			IPVersion: r.IPVersion, Proto: r.Proto, Kind: anomaly.FailSilence}
		w.scorer.Failure(&f)
		return
	}
	e := &w.ended
	flowEnd(e, r, w.now)
	e.Established = r.Both() && r.State != input.FlowNew
	if r.App != 0 {
		f := w.layer.At(r.App)
		e.AppProto, e.AuthFailures = uint16(f.Final), f.AuthFailures
	}
	w.scorer.FlowEnd(e)
}

// observeError shows the detectors an ICMP error about a flow: the service that
// the embedded tuple names was not reached.
func (w *Worker) observeError(p *packet.Packet) {
	if w.scorer == nil || !p.Embedded.OK || p.Proto == 1 && p.ICMPType != 3 || p.Proto == 58 && p.ICMPType != 1 {
		return
	}
	e := &p.Embedded
	f := anomaly.Failure{TimeUS: p.TimeUS, Client: e.Src, Server: e.Dst, Port: e.DstPort, Pair: p.Pair,
		IPVersion: p.IPVersion, Proto: e.Proto, Kind: anomaly.FailUnreachable}
	w.scorer.Failure(&f)
}

// observeViolation shows the detectors that a packet or a transaction of the
// source broke its protocol.
func (w *Worker) observeViolation(src *[16]byte, version uint8, pair uint16) {
	if w.scorer == nil || version == 0 {
		return
	}
	v := anomaly.Violation{TimeUS: w.now, Src: *src, Pair: pair, IPVersion: version}
	w.scorer.Violation(&v)
}

// observeRequest tells the detectors once a flow that its client has sent a
// whole request. A hello counts with the first step of its handshake.
func (w *Worker) observeRequest(r *flow.Record, f *app.Flow) {
	if w.scorer == nil || r.Flags&flow.FlagRequestDone != 0 || len(f.Txs) == 0 {
		return
	}
	tx := f.Txs[0]
	if !tx.Done(input.ToServer) && (f.Final != input.AppTLS || tx.Progress(input.ToServer) == 0) {
		return
	}
	r.Flags |= flow.FlagRequestDone
	e := &w.ended
	flowEnd(e, r, w.now)
	w.scorer.RequestDone(e)
}

// observeTx shows the detectors a transaction that is about to be forgotten:
// names asked for, logins that failed, violations of the protocol.
func (w *Worker) observeTx(r *flow.Record, f *app.Flow, tx app.Tx) {
	if w.scorer == nil {
		return
	}
	switch protoOf(f, tx) {
	case input.AppDNS:
		w.observeName(r, tx)
	case input.AppHTTP1:
		// RFC 9110 §15.5.2.
		if is(tx.View(buf.HTTPStatCode, input.ToClient, 0).Data, "401") {
			f.AuthFailures++
		}
	case input.AppFTP:
		// RFC 959 §4.2.1: not logged in.
		if is(tx.View(buf.FTPCompletionCode, input.ToClient, 0).Data, "530") {
			f.AuthFailures++
		}
	}
}

func is(data []byte, word string) bool { return string(data) == word }

// observeName shows the detectors a DNS message: a query by its name, an answer
// with what came of it.
func (w *Worker) observeName(r *flow.Record, tx app.Tx) {
	d := anomaly.DNS{TimeUS: w.now, Client: r.Src, Pair: r.Pair, IPVersion: r.IPVersion}
	dir := input.ToServer
	if v := tx.View(buf.DNSQueryName, dir, 0); len(v.Data) > 0 && tx.Done(dir) {
		d.Name = v.Data
	} else {
		dir = input.ToClient
		d.Name, d.Response = tx.View(buf.DNSQueryName, dir, 0).Data, true
	}
	if len(d.Name) == 0 {
		return
	}
	if n, a := tx.Num(buf.FieldDNSRRType, dir, 0); a == input.Done {
		d.QType = uint16(n)
	}
	if n, a := tx.Num(buf.FieldDNSRcode, dir, 0); a == input.Done && d.Response {
		d.RCode = uint8(n)
	}
	w.scorer.DNS(&d)
}
