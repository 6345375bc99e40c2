package mqtt

import "github.com/weir-ips/weir/event"

// kind is the type of a property's value.
type kind uint8

const (
	unknownKind kind = iota
	octetKind
	shortKind
	longKind
	varintKind
	textKind
	pairKind
)

type property struct {
	name string
	kind kind
}

// properties by identifier (section 2.2.2.2).
var properties = [...]property{
	1: {"payload_format_indicator", octetKind}, 2: {"message_expiry_interval", longKind}, 3: {"content_type", textKind},
	8: {"response_topic", textKind}, 9: {"correlation_data", textKind}, 11: {"subscription_identifier", varintKind},
	17: {"session_expiry_interval", longKind}, 18: {"assigned_client_identifier", textKind}, 19: {"server_keep_alive", shortKind},
	21: {"authentication_method", textKind}, 22: {"authentication_data", textKind}, 23: {"request_problem_information", octetKind},
	24: {"will_delay_interval", longKind}, 25: {"request_response_information", octetKind}, 26: {"response_information", textKind},
	28: {"server_reference", textKind}, 31: {"reason_string", textKind}, 33: {"receive_maximum", shortKind},
	34: {"topic_alias_maximum", shortKind}, 35: {"topic_alias", shortKind}, 36: {"maximum_qos", octetKind}, 37: {"retain_available", octetKind},
	38: {"", pairKind}, 39: {"maximum_packet_size", longKind}, 40: {"wildcard_subscription_available", octetKind},
	41: {"subscription_identifier_available", octetKind}, 42: {"shared_subscription_available", octetKind},
}

// value is a property as it was read: a number, a text, or a name with its text.
type value struct {
	property
	num        uint32
	name, text span
}

// next reads a property. One that the standard does not know is taken for its
// identifier alone: how long it is nobody can tell, and a broker ends the connection.
func (c *cursor) next() (v value) {
	if id := c.varint(); id < uint32(len(properties)) {
		v.property = properties[id]
	}
	switch v.kind {
	case octetKind:
		v.num = c.uint(1)
	case shortKind:
		v.num = c.uint(2)
	case longKind:
		v.num = c.uint(4)
	case varintKind:
		v.num = c.varint()
	case textKind:
		v.text = c.text()
	case pairKind:
		v.name, v.text = c.text(), c.text()
	}
	return v
}

// properties steps over a list of properties and its length, and checks it.
func (c *cursor) properties() span {
	s := c.take(int(c.varint()))
	for p := (cursor{b: c.b[:s.off+s.n], off: s.off}); p.left() > 0; {
		if p.next(); p.bad {
			c.bad = true
			break
		}
	}
	return s
}

// logProperties writes a list that was checked.
func (t *Tx) logProperties(w *event.Writer, m *message, s span) {
	if s.n == 0 {
		return
	}
	w.Obj("properties")
	for p := (cursor{b: m.text[:s.off+s.n], off: s.off}); p.left() > 0 && !w.Full(); {
		v := p.next()
		switch v.kind {
		case unknownKind:
		case textKind:
			t.str(w, v.property.name, m.octets(v.text))
		case pairKind:
			w.StrKey(m.octets(v.name), t.limited(m.octets(v.text)))
		default:
			w.Uint(v.property.name, uint64(v.num))
		}
	}
	w.End()
}
