package ldap

import (
	"github.com/weir-ips/weir/dataplane/app/ber"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// cursor remembers where instance i of what was asked for last stands, so that
// asking for one after the other costs one walk.
type cursor struct {
	what uint32 // a buffer's or a field's id, and which of both; 0: nothing
	i    int
	// at is the offset of the response that is next; those of attributes are
	// offsets of the list at hand in its message, which begins at base.
	at, base, lo, hi int
	op               uint8
}

const ofField = 1 << 31

// seek sets the cursor in front of instance i, or of an earlier one.
func (t *Tx) seek(what uint32, i int) *cursor {
	if c := &t.cursor; c.what != what || c.i > i {
		*c = cursor{what: what}
	}
	return &t.cursor
}

// absent is the answer for an instance that is not there.
func (t *Tx) absent() input.View {
	if t.over {
		return input.View{Avail: input.None}
	}
	return input.View{Avail: input.Wait}
}

func given(b []byte) input.View {
	return input.View{Data: b, Avail: input.Done, First: true, Last: true}
}

// View is a name, a type of attribute or a text.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	switch {
	case d == input.ToServer && id == buf.LDAPRequestDN && i == 0:
		if m, c := parse(t.request); c == ber.Whole {
			if b, ok := m.dn(); ok {
				return given(b)
			}
		}
	case d == input.ToServer && id == buf.LDAPRequestAttributeType:
		c := t.seek(uint32(id), i)
		m, comp := parse(t.request)
		if comp != ber.Whole {
			break
		}
		if c.op == 0 {
			list := m.attributes()
			c.op, c.lo, c.hi = 1, list.At, list.End
		}
		if b, ok := c.attribute(&m, t.request, i); ok {
			return given(b)
		}
	case d == input.ToClient && id == buf.LDAPResponsesAttributeType:
		return t.responseAttribute(i)
	case d == input.ToClient && (id == buf.LDAPResponsesDN || id == buf.LDAPResponsesMessage):
		return t.responseText(id, i)
	}
	return input.View{Avail: input.None}
}

// attribute goes on to instance i in the list at hand, as far as there is one. b
// holds the message.
func (c *cursor) attribute(m *message, b []byte, i int) (name []byte, ok bool) {
	list := ber.Reader{B: b, At: c.lo, End: c.hi}
	for c.i <= i {
		before := list.At
		name, _, _, ok := m.attribute(&list)
		if !ok {
			break
		}
		if c.i == i {
			c.lo = before // it may be asked for again
			return name, true
		}
		c.i++
		c.lo = list.At
	}
	c.lo = c.hi
	return nil, false
}

func (t *Tx) responseAttribute(i int) input.View {
	c := t.seek(uint32(buf.LDAPResponsesAttributeType), i)
	for {
		if c.lo < c.hi {
			m := message{op: c.op}
			if b, ok := c.attribute(&m, t.responses[c.base:], i); ok {
				return given(b)
			}
		}
		m, next, ok := t.response(c.at)
		if !ok {
			return t.absent()
		}
		list := m.attributes()
		c.base, c.at, c.op, c.lo, c.hi = c.at+4, next, m.op, list.At, list.End
	}
}

func (t *Tx) responseText(id buf.ID, i int) input.View {
	c := t.seek(uint32(id), i)
	for {
		m, next, ok := t.response(c.at)
		if !ok {
			return t.absent()
		}
		var b []byte
		if id == buf.LDAPResponsesDN {
			b, ok = m.dn()
		} else {
			_, _, b, ok = m.result()
		}
		if ok {
			if c.i == i {
				return given(b)
			}
			c.i++
		}
		c.at = next
	}
}

// Num is an operation, a result or how many responses there are.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	switch {
	case d == input.ToServer && id == buf.FieldLDAPRequestOperation && i == 0:
		if m, c := parse(t.request); c == ber.Whole {
			return uint64(m.op), input.Done
		}
		return 0, input.None
	case d == input.ToClient && id == buf.FieldLDAPResponsesCount && i == 0:
		if !t.over {
			return 0, input.Wait
		}
		return uint64(t.count), input.Done
	case d == input.ToClient && (id == buf.FieldLDAPResponsesOperation || id == buf.FieldLDAPResponsesResultCode):
	default:
		return 0, input.None
	}
	c := t.seek(uint32(id)|ofField, i)
	for {
		m, next, ok := t.response(c.at)
		if !ok {
			return 0, t.absent().Avail
		}
		v := uint64(m.op)
		if id == buf.FieldLDAPResponsesResultCode {
			code, _, _, has := m.result()
			v, ok = uint64(code), has
		}
		if ok {
			if c.i == i {
				return v, input.Done
			}
			c.i++
		}
		c.at = next
	}
}
