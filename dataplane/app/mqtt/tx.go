package mqtt

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// What a transaction waits for: an identifier of 16 bits, the answer to CONNECT,
// or nothing.
const (
	connectID int32 = 1 << 16
	noID      int32 = -1
)

// Tx is a message and what answers it.
type Tx struct {
	sh      *shared
	id      uint64
	dir     input.Dir
	det     input.TxDetect
	msgs    []message // the first is that of dir
	few     [4]message
	key     int32 // what the answer names
	version uint8
	done    bool
	events  uint16
	walk    walk
}

// walk remembers where the last topic was found, since topics are asked for one
// after the other.
type walk struct{ next, off int }

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// Done reports whether the last answer came.
func (t *Tx) Done(input.Dir) bool { return t.done }

// Progress has no steps.
func (t *Tx) Progress(input.Dir) uint8 {
	if t.done {
		return input.Complete
	}
	return uint8(buf.Start)
}

// View is a part of the first message: answers have no texts that rules know.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if d != t.dir || len(t.msgs) == 0 || t.msgs[0].truncated {
		return input.View{Avail: input.None}
	}
	m := &t.msgs[0]
	var s span
	switch id {
	case buf.MQTTSubscribeTopic:
		return t.topic(m, subscribe, i, t.sh.opt.SubscribeTopics)
	case buf.MQTTUnsubscribeTopic:
		return t.topic(m, unsubscribe, i, t.sh.opt.UnsubscribeTopics)
	case buf.MQTTPublishTopic, buf.MQTTPublishMessage:
		if m.typ == publish {
			s = m.payload
			if id == buf.MQTTPublishTopic {
				s = m.topic
			}
		}
	default:
		if m.typ == connect {
			s = m.connectPart(id)
		}
	}
	return input.Whole(m.octets(s), i == 0 && s.n > 0, true)
}

func (m *message) connectPart(id buf.ID) span {
	switch id {
	case buf.MQTTConnectClientID:
		return m.client
	case buf.MQTTConnectPassword:
		return m.password
	case buf.MQTTConnectProtocolString:
		return m.protocol
	case buf.MQTTConnectUsername:
		return m.user
	case buf.MQTTConnectWillMessage:
		return m.payload
	case buf.MQTTConnectWillTopic:
		return m.topic
	}
	return span{}
}

// topic is the i-th one that the message names, within the limit.
func (t *Tx) topic(m *message, typ uint8, i, limit int) input.View {
	if m.typ != typ || i >= m.count || limit > 0 && i >= limit {
		return input.View{Avail: input.None}
	}
	c, k := m.topicList(), 0
	if w := t.walk; w.off > 0 && w.next <= i {
		c.off, k = w.off, w.next
	}
	var s span
	for ; k <= i; k++ {
		s, _ = m.nextTopic(&c)
	}
	t.walk = walk{k, c.off}
	return input.View{Data: m.octets(s), Avail: input.Done, First: true, Last: true}
}

// Num is a field of one of the messages: of each that has it, in their order.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if d != t.dir || len(t.msgs) == 0 {
		return 0, input.None
	}
	switch id {
	case buf.FieldMQTTProtocolVersion:
		if i == 0 {
			return uint64(t.version), input.Done
		}
		return 0, input.None
	case buf.FieldMQTTConnectFlags:
		if m := &t.msgs[0]; i == 0 && m.typ == connect && !m.truncated {
			return uint64(m.connectFlags), input.Done
		}
		return 0, input.None
	}
	for k := range t.msgs {
		m := &t.msgs[k]
		n := m.numbers(id)
		if i < n {
			return m.number(id, i), input.Done
		}
		i -= n
	}
	if t.done {
		return 0, input.None
	}
	return 0, input.Wait
}

// numbers is how many values of a field a message has.
func (m *message) numbers(id buf.FieldID) int {
	is := false
	switch id {
	case buf.FieldMQTTType, buf.FieldMQTTFlags, buf.FieldMQTTQoS:
		is = true
	case buf.FieldMQTTReasonCode:
		if m.typ == suback || m.typ == unsuback {
			return m.list.n
		}
		is = m.hasCode
	case buf.FieldMQTTSessionPresent:
		is = m.typ == connack && m.hasCode
	}
	if is {
		return 1
	}
	return 0
}

func (m *message) number(id buf.FieldID, i int) uint64 {
	switch id {
	case buf.FieldMQTTType:
		return uint64(m.typ)
	case buf.FieldMQTTFlags:
		return uint64(m.flags & 9)
	case buf.FieldMQTTQoS:
		return uint64(m.qos())
	case buf.FieldMQTTSessionPresent:
		if m.session {
			return 1
		}
		return 0
	}
	if m.typ == suback || m.typ == unsuback {
		return uint64(m.text[m.list.off+i])
	}
	return uint64(m.code)
}

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 16 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts the flow's transactions.
func (t *Tx) ID() uint64 { return t.id }

// Release gives everything back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	for i := range t.msgs {
		sh.env.Keep.Later(t.msgs[i].text)
		t.msgs[i].text = nil
	}
	*t = Tx{msgs: t.msgs[:0]}
	sh.txs.Put(t)
}
