package dns

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is one message: complete from the start, and seen in one direction only.
type Tx struct {
	msg      Message
	sh       *shared
	flow     *app.Flow
	id       uint64
	response bool
	// dir is the message's direction, from the one who asks to the one who
	// answers.
	dir    input.Dir
	events uint16
	det    input.TxDetect
	walk   walk
}

// walk remembers where the last instance of a buffer was found, since instances
// are asked for one after the other.
type walk struct {
	id         buf.ID
	inst, slot int
}

// judge raises the events that the header and the names cause.
func (t *Tx) judge(proto input.AppProto) {
	m := &t.msg
	opcode := m.Flags >> 11 & 15
	for _, e := range [...]struct {
		is bool
		ev uint16
	}{
		{m.badExtras, EventInvalidAdditionals},
		{m.badAuthority, EventInvalidAuthorities},
		{t.dir == input.ToClient && proto != input.AppMDNS && m.Flags&flagQR == 0, EventNotResponse},
		{m.Flags&flagZ != 0, EventZFlagSet},
		{opcode >= 7 || opcode != 0 && proto == input.AppLLMNR && !t.response, EventInvalidOpcode},
		{m.flags&nameCut != 0, EventNameTooLong},
		{m.flags&nameLoop != 0, EventInfiniteLoop},
		{m.flags&nameLabels != 0, EventTooManyLabels},
	} {
		if e.is {
			t.events |= 1 << e.ev
		}
	}
}

// Only is the direction that the message went, as the flow's sides are named
// now.
func (t *Tx) Only() input.Dir {
	if t.flow != nil && t.flow.Reversed {
		return t.dir.Reverse()
	}
	return t.dir
}

// Done is always true.
func (t *Tx) Done(input.Dir) bool { return true }

// Progress is always complete.
func (t *Tx) Progress(input.Dir) uint8 { return input.Complete }

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 16 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts messages of the flow.
func (t *Tx) ID() uint64 { return t.id }

// Release gives the message's memory back.
func (t *Tx) Release() {
	sh := t.sh
	t.msg.Retire(sh.env.Keep)
	*t = Tx{sh: sh}
	sh.txs.Put(t)
}

// list is what of a message a buffer's instances are.
type list uint8

const (
	none list = iota
	names
	responses // names of all sections, and names in data
)

// View is the i-th name that is not empty.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	sec, l := t.listOf(id, d)
	if l == none {
		return input.View{Avail: input.None}
	}
	m := &t.msg
	total := m.n[sec]
	if l == responses {
		total = m.n[queries] + 2*(m.n[answers]+m.n[authorities]+m.n[additionals])
	}
	inst, slot := 0, 0
	if t.walk.id == id && t.walk.inst <= i {
		inst, slot = t.walk.inst, t.walk.slot
	}
	for ; slot < total; slot++ {
		var s span
		if l == names {
			s = m.nameAt(sec, slot)
		} else {
			s = m.slot(slot)
		}
		if s.n == 0 {
			continue
		}
		if inst == i {
			t.walk = walk{id, inst, slot}
			return input.View{Data: m.octets(s), Avail: input.Done, First: true, Last: true}
		}
		inst++
	}
	return input.View{Avail: input.None}
}

// slot is name k of all sections: a question has one, a record its own and the
// one in its data.
func (m *Message) slot(k int) span {
	if k < m.n[queries] {
		return m.nameAt(queries, k)
	}
	k -= m.n[queries]
	for s := answers; s <= additionals; s++ {
		if k >= 2*m.n[s] {
			k -= 2 * m.n[s]
			continue
		}
		r := m.at(s, k/2)
		if k%2 == 0 {
			return r.name
		}
		if r.typ == typeSRV {
			return span{}
		}
		return r.one
	}
	return span{}
}

func (m *Message) nameAt(s section, i int) span {
	r := m.at(s, i)
	return r.name
}

// listOf says where the instances of a buffer stand.
func (t *Tx) listOf(id buf.ID, d input.Dir) (section, list) {
	if t.sh.proto != input.AppMDNS && d != t.Only() {
		return 0, none
	}
	switch id {
	case buf.DNSQuery:
		if !t.response {
			return queries, names
		}
	case buf.DNSQueryName, buf.DNSQueriesName, buf.LLMNRQueriesName:
		return queries, names
	case buf.MDNSQueriesName:
		if !t.response {
			return queries, names
		}
	case buf.DNSAnswerName, buf.DNSAnswersName, buf.MDNSAnswersName, buf.LLMNRAnswersName:
		return answers, names
	case buf.DNSAuthoritiesName, buf.MDNSAuthoritiesName, buf.LLMNRAuthoritiesName:
		if t.response {
			return authorities, names
		}
	case buf.DNSAdditionalsName, buf.MDNSAdditionalsName, buf.LLMNRAdditionalsName:
		if t.response {
			return additionals, names
		}
	case buf.DNSResponseName, buf.MDNSResponseName, buf.LLMNRResponseName:
		if t.response {
			return queries, responses
		}
	}
	return 0, none
}

// Num is a field of the header, or the type of a question (requests) or answer
// (responses).
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if d != t.Only() {
		return 0, input.None
	}
	m := &t.msg
	switch id {
	case buf.FieldDNSOpcode:
		if i == 0 {
			return uint64(m.Flags >> 11 & 15), input.Done
		}
	case buf.FieldDNSRcode:
		if i == 0 {
			return uint64(m.Flags & 15), input.Done
		}
	case buf.FieldDNSRRType:
		s := queries
		if t.response {
			s = answers
		}
		if i < m.n[s] {
			r := m.at(s, i)
			return uint64(r.typ), input.Done
		}
	}
	return 0, input.None
}
