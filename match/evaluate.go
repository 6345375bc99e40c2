package match

import (
	"slices"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Evaluate judges packet i of the batch. Packets must be evaluated in order.
// What it changes (flowbits, thresholds) is seen by the packets behind.
func (e *Engine) Evaluate(i int) *Result {
	r := &e.result
	r.reset()
	it := &e.items[i]
	e.insp.begin(it.pkt, it.app)
	e.vars.begin()
	e.repl.begin()
	e.ncands = 0
	if it.what&InspectIPOnly != 0 {
		e.ipOnly(it.pkt)
	}
	if it.group != nil {
		e.addRefs(it.group.Always)
	}
	txJobs := it.jobs.Off + it.jobs.N
	if it.txs.N > 0 {
		txJobs = e.txs[it.txs.Off].jobs.Off
	}
	e.streamHit = false
	e.takeHits(it.jobs.Off, txJobs, it)
	r.Scan = e.streamScan(it)
	e.sortCands()
	e.Stats.Candidates += uint64(e.ncands)
	if e.b.Firewall() {
		e.evalFirewall(it, r)
		return r
	}
	e.evalPacket(it, r, e.cands[:e.ncands])
	for t := range it.txs.N {
		e.evalTx(it, &e.txs[it.txs.Off+t], r)
	}
	e.finish(it, r)
	return r
}

// takeHits turns the hits of jobs [from, to) into candidates, and scans on when
// the hit array had been full.
func (e *Engine) takeHits(from, to uint32, it *item) {
	if from == to {
		return
	}
	for {
		for e.hitAt < e.nhits {
			h := &e.hits[e.hitAt]
			if h.Tag >= to {
				return
			}
			e.hitAt++
			if h.Tag < from {
				continue
			}
			if it.streams.N > 0 && h.Tag >= it.streamJobs && e.info[h.Tag].tx < 0 {
				e.streamHit = true
			}
			db := &e.b.DBs[e.info[h.Tag].db-1]
			if h.ID < db.Pats.N {
				e.addRefs(e.b.PatSpans[db.Pats.Off+h.ID])
			}
		}
		if e.scanned >= int(to) || e.scanned >= e.njobs {
			return
		}
		e.scanMore()
	}
}

// addRefs makes the rules of a span candidates.
func (e *Engine) addRefs(s Span) {
	refs := e.b.Refs[s.Off : s.Off+s.N]
	room := maxCands - e.ncands
	if len(refs) > room {
		e.sortCands()
		room = maxCands - e.ncands
		if len(refs) > room {
			e.Stats.CandidateOverflow += uint64(len(refs) - room)
			refs = refs[:room]
		}
	}
	e.ncands += copy(e.cands[e.ncands:], refs)
}

// sortCands puts the candidates into evaluation order, each once.
func (e *Engine) sortCands() {
	c := e.cands[:e.ncands]
	if len(c) < 2 {
		return
	}
	slices.Sort(c)
	n := 1
	for _, v := range c[1:] {
		if v != c[n-1] {
			c[n] = v
			n++
		}
	}
	e.ncands = n
}

// evalPacket runs the packet and stream rules among the candidates.
func (e *Engine) evalPacket(it *item, r *Result, cands []uint32) {
	for _, id := range cands {
		rule := &e.b.Rules[id]
		if rule.Flags&RTx != 0 || e.rests(id) {
			continue
		}
		start := e.meterStart(id)
		e.ruleBegins()
		flags, ok := e.rulePacket(it, rule)
		e.meterEnd(id, start, ok)
		if e.explain != nil && e.explain.wanted(id) {
			e.explainRule(it, nil, id, ok)
		}
		if ok {
			e.matched(it, r, id, flags, nil, it.app)
		}
	}
}

// rulePacket judges one rule that has no conditions on transactions.
func (e *Engine) rulePacket(it *item, rule *RuleRec) (AlertFlags, bool) {
	if !e.header(rule, it.pkt, it.app) || rule.Hook == HookFlowStart && !it.flowStart() || !e.packetOps(rule, it) {
		return 0, false
	}
	if rule.Lists.N == 0 {
		return 0, true
	}
	lists := e.b.Lists[rule.Lists.Off : rule.Lists.Off+rule.Lists.N]
	e.insp.vars = [maxVars]uint64{}
	flags := AlertFlags(0)
	for i := range lists {
		f, ok := e.packetList(it, &lists[i])
		if !ok {
			return 0, false
		}
		flags |= f
	}
	return flags, true
}

// flowStart reports whether the packet is the first of its flow in its direction.
func (it *item) flowStart() bool { return it.what&InspectIPOnly != 0 && it.pkt.Flow != nil }

// packetList inspects a list on a packet-level buffer: the payload and the
// stream, or a header.
func (e *Engine) packetList(it *item, l *ListRec) (AlertFlags, bool) {
	k := &e.b.Keys[l.Key]
	if !l.Stream && !l.Packet {
		if k.Buf == buf.SCTPChunkData {
			return 0, e.sctpData(l, k, it.pkt)
		}
		data, ok := e.packetBuffer(k.Buf, it.pkt)
		if !ok {
			return 0, e.insp.runAbsent(l)
		}
		if data, ok = e.transform(k, data); !ok {
			return 0, false
		}
		return 0, e.insp.run(l, data, 0, true, true)
	}
	if l.Stream && it.streams.N > 0 {
		for s := range it.streams.N {
			st := &e.streams[it.streams.Off+s]
			raw, seen := st.data, st.seen
			if k.Transforms.N > 0 {
				raw, seen = raw[seen:], 0 // places do not survive a transform
			}
			data, ok := e.transform(k, raw)
			if ok && e.insp.runBehind(l, data, st.start+uint64(st.seen-seen), seen) {
				return AlertStream, true
			}
		}
	}
	packet := l.Packet
	if l.Loose {
		packet = !it.pkt.Streamed
	}
	if packet && it.what&InspectPayload != 0 {
		pl := it.pkt.Payload()
		if len(pl) == 0 {
			return 0, e.insp.runAbsent(l)
		}
		data, ok := e.transform(k, pl)
		if ok && e.insp.run(l, data, 0, true, true) {
			return 0, true
		}
	}
	return 0, false
}

const etherTypeARP = 0x0806

// header checks protocol, addresses, ports and application protocol.
func (e *Engine) header(rule *RuleRec, p *input.Packet, app input.AppProto) bool {
	if p.IPVersion != 0 && rule.IPProto[p.Proto>>6]&(1<<(p.Proto&63)) == 0 {
		return false
	}
	switch p.IPVersion {
	case 4:
		if rule.Flags&RIPv4 == 0 {
			return false
		}
	case 6:
		if rule.Flags&RIPv6 == 0 {
			return false
		}
	default:
		if rule.Flags&RNoFlow == 0 || rule.Flags&RARP != 0 && p.EtherType != etherTypeARP {
			return false
		}
	}
	if rule.App != 0 && !rule.RunsOn(app) {
		return false
	}
	src, dst, sp, dp := &p.Src, &p.Dst, p.SrcPort, p.DstPort
	if rule.Flags&RTransactional != 0 && p.Dir == input.ToClient {
		// The rule's sides are those of the transaction.
		src, dst, sp, dp = dst, src, dp, sp
	}
	if rule.Flags&RToServer != 0 && p.Dir == input.ToClient || rule.Flags&RToClient != 0 && p.Dir == input.ToServer {
		return false
	}
	if p.Fragment && rule.DstPort|rule.SrcPort != 0 {
		// A fragment is looked at without the header of what it carries.
		return false
	}
	if !e.b.hasPort(rule.DstPort, dp) || !e.b.hasPort(rule.SrcPort, sp) {
		return false
	}
	return e.b.hasAddr(rule.Src, src, p.IPVersion) && e.b.hasAddr(rule.Dst, dst, p.IPVersion)
}

// ipOnly makes the address-only rules of a packet's addresses candidates.
func (e *Engine) ipOnly(p *input.Packet) {
	rows := e.b.IPOnly
	for side := range uint8(2) {
		a := &p.Src
		if side == 1 {
			a = &p.Dst
		}
		lo, hi := 0, len(rows)
		for lo < hi {
			m := int(uint(lo+hi) >> 1)
			if rows[m].before(side, p.IPVersion, a) {
				lo = m + 1
			} else {
				hi = m
			}
		}
		if lo < len(rows) && rows[lo].holds(side, p.IPVersion, a) {
			e.addRefs(rows[lo].Refs)
		}
	}
	for i := len(rows) - 1; i >= 0 && rows[i].Side == 2; i-- {
		e.addRefs(rows[i].Refs)
	}
}
