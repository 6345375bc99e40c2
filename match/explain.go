package match

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// HeaderPart is a part of a rule's header that a packet does not satisfy.
type HeaderPart uint8

// Parts of the header; HeaderHolds: all of it holds.
const (
	HeaderHolds HeaderPart = iota
	HeaderProto
	HeaderIPVersion
	HeaderApp
	HeaderDirection
	HeaderDstPort
	HeaderSrcPort
	HeaderSrc
	HeaderDst
)

// BufferState says what there was of a list's buffer.
type BufferState uint8

// States of a buffer.
const (
	BufferThere BufferState = iota
	BufferAbsent
	BufferWaits // it may still come
	BufferElsewhere
	BufferConditions // numbers and events of a transaction, no octets
)

// ListExplained is what became of the conditions on one buffer: the instance or
// window on which most of them hold.
type ListExplained struct {
	State  BufferState
	Stream bool
	// Octets of the buffer, and where it stands in its stream or body.
	Octets int
	Start  uint64
	// Held conditions from the front; End is the octet behind the last of them, -1
	// when none holds.
	Held, End int
	Holds     bool
}

// maxExplained bounds the lists of a rule that are explained.
const maxExplained = 16

// Explained is what became of a rule on one packet or transaction. It is valid
// until the next one.
type Explained struct {
	Packet  *input.Packet
	Tx      input.Tx // nil: no transaction
	Dir     input.Dir
	Rule    uint32
	Matched bool
	Header  HeaderPart
	// PacketOp is the first condition on the packet or its flow that fails, -1:
	// they hold, or were not asked.
	PacketOp int
	Lists    [maxExplained]ListExplained
	NLists   int
}

// explaining is switched off on a live wire: conditions are run over and over.
type explaining struct {
	wanted func(rule uint32) bool
	fn     func(*Explained)
	out    Explained
}

// SetExplain calls fn for each packet or transaction on which a wanted rule was
// judged. Conditions that change something are run once more for it.
func (e *Engine) SetExplain(wanted func(rule uint32) bool, fn func(*Explained)) {
	e.explain = &explaining{wanted: wanted, fn: fn}
}

// headerFails is the first part of the header that does not hold.
func (e *Engine) headerFails(rule *RuleRec, p *input.Packet, app input.AppProto) HeaderPart {
	part := *rule
	for _, try := range [...]struct {
		part HeaderPart
		open func(r *RuleRec)
	}{
		{HeaderProto, func(r *RuleRec) { r.IPProto = [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} }},
		{HeaderIPVersion, func(r *RuleRec) { r.Flags |= RIPv4 | RIPv6 | RNoFlow }},
		{HeaderApp, func(r *RuleRec) { r.App, r.App2 = 0, 0 }},
		{HeaderDirection, func(r *RuleRec) { r.Flags &^= RToServer | RToClient }},
		{HeaderDstPort, func(r *RuleRec) { r.DstPort = 0 }},
		{HeaderSrcPort, func(r *RuleRec) { r.SrcPort = 0 }},
		{HeaderSrc, func(r *RuleRec) { r.Src = 0 }},
		{HeaderDst, func(r *RuleRec) { r.Dst = 0 }},
	} {
		// Open one part after the other: the one that lets the packet in was the
		// last to keep it out.
		if e.header(&part, p, app) {
			return HeaderHolds
		}
		one := *rule
		try.open(&one)
		if e.header(&one, p, app) {
			return try.part
		}
		try.open(&part)
		if e.header(&part, p, app) {
			return try.part
		}
	}
	return HeaderProto
}

// explainRule fills in what became of a rule and hands it over.
func (e *Engine) explainRule(it *item, ref *txRef, id uint32, matched bool) {
	x := &e.explain.out
	rule := &e.b.Rules[id]
	*x = Explained{Packet: it.pkt, Dir: it.pkt.Dir, Rule: id, Matched: matched, PacketOp: -1}
	app := it.app
	if ref != nil {
		x.Tx, x.Dir, app = ref.tx, ref.dir, ref.app
	}
	if !e.header(rule, it.pkt, app) {
		x.Header = e.headerFails(rule, it.pkt, app)
	}
	ops := e.b.Ops[rule.PacketOps.Off : rule.PacketOps.Off+rule.PacketOps.N]
	for i := range ops {
		if !e.packetOp(&ops[i], it) {
			x.PacketOp = i
			break
		}
	}
	lists := e.b.Lists[rule.Lists.Off : rule.Lists.Off+rule.Lists.N]
	saved, tx := e.insp.vars, e.insp.tx
	e.insp.vars, e.insp.tx = [maxVars]uint64{}, ref
	for i := range lists {
		if x.NLists == maxExplained {
			break
		}
		x.Lists[x.NLists] = e.explainList(it, ref, &lists[i])
		x.NLists++
	}
	e.insp.vars, e.insp.tx = saved, tx
	e.explain.fn(x)
	x.Packet, x.Tx = nil, nil
}

// explainList explains one list on every view of its buffer and gives the best.
func (e *Engine) explainList(it *item, ref *txRef, l *ListRec) (best ListExplained) {
	best = ListExplained{State: BufferAbsent, End: -1}
	k := &e.b.Keys[l.Key]
	try := func(data []byte, start uint64, first, last, stream bool) {
		data, ok := e.transform(k, data)
		if !ok {
			return
		}
		got := e.explainView(l, data, start, first, last)
		got.Stream = stream
		if best.State != BufferThere || got.Held > best.Held || got.Holds && !best.Holds {
			best = got
		}
	}
	switch {
	case k.Buf == buf.None:
		best.State = BufferConditions
		best.Holds = ref != nil && e.txConds(ref, l) == yes
		return best
	case k.Flags&KTx != 0:
		if ref == nil {
			return best
		}
		d := ref.dir
		if l.Dir != 0 {
			d = l.Dir
		}
		if l.Dir == 0 && (d == input.ToServer && k.Flags&KTS == 0 || d == input.ToClient && k.Flags&KTC == 0) {
			best.State = BufferElsewhere
			return best
		}
		for i := range maxInstances {
			v := ref.tx.View(k.Buf, d, i)
			if v.Avail == input.Wait || v.Avail == input.None {
				if i == 0 && v.Avail == input.Wait {
					best.State = BufferWaits
				}
				if i == 0 && v.Avail == input.None {
					best.Holds = e.insp.runAbsent(l)
				}
				return best
			}
			try(v.Data, v.Start, v.First || k.Flags&KWindow == 0, v.Avail == input.Done, false)
			if v.Avail == input.More || k.Flags&KMulti == 0 {
				return best
			}
		}
	case !l.Stream && !l.Packet:
		data, ok := e.packetBuffer(k.Buf, it.pkt)
		if !ok {
			best.Holds = e.insp.runAbsent(l)
			return best
		}
		try(data, 0, true, true, false)
	default:
		if l.Stream {
			for s := range it.streams.N {
				st := &e.streams[it.streams.Off+s]
				try(st.data, st.start, st.start == 0, false, true)
			}
		}
		if l.Packet && it.what&InspectPayload != 0 {
			if pl := it.pkt.Payload(); len(pl) > 0 {
				try(pl, 0, true, true, false)
			}
		}
	}
	return best
}

// explainView finds how many conditions hold from the front, by running ever
// longer parts of the list.
func (e *Engine) explainView(l *ListRec, data []byte, start uint64, first, last bool) ListExplained {
	out := ListExplained{Octets: len(data), Start: start, End: -1}
	part := *l
	for n := uint32(1); n <= l.Ops.N; n++ {
		part.Ops.N = n
		vars := e.insp.vars
		ok := e.insp.run(&part, data, start, first, last)
		if !ok || n < l.Ops.N {
			e.insp.vars = vars
		}
		if !ok {
			return out
		}
		out.Held, out.End = int(n), e.insp.end
	}
	out.Holds = true
	return out
}
