package mqtt

import "github.com/weir-ips/weir/match/input"

// Control packet types (section 2.1.2).
const (
	unassigned uint8 = iota
	connect
	connack
	publish
	puback
	pubrec
	pubrel
	pubcomp
	subscribe
	suback
	unsubscribe
	unsuback
	pingreq
	pingresp
	disconnect
	auth
)

var typeNames = [16]string{"unassigned", "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "suback",
	"unsubscribe", "unsuback", "pingreq", "pingresp", "disconnect", "auth"}

// header is a fixed header (section 2.1).
type header struct {
	typ, flags uint8
	// remaining are the octets behind it.
	remaining int
}

func (h *header) qos() uint8   { return h.flags >> 1 & 3 }
func (h *header) dup() bool    { return h.flags&8 != 0 }
func (h *header) retain() bool { return h.flags&1 != 0 }

// readHeader reads a fixed header, n octets long.
func readHeader(b []byte) (h header, n int, st completeness) {
	if len(b) < 2 {
		return h, 0, partial
	}
	v, n, st := readVarint(b[1:])
	return header{typ: b[0] >> 4, flags: b[0] & 15, remaining: int(v)}, 1 + n, st
}

// Connect flags (section 3.1.2.3).
const (
	flagUser       = 0x80
	flagPassword   = 0x40
	flagWillRetain = 0x20
	flagWill       = 0x04
	flagClean      = 0x02
)

// message is one control packet. Which fields are set depends on its type.
type message struct {
	header
	// size is its length with the fixed header, when it was skipped as too long.
	size      int
	truncated bool
	dir       input.Dir

	hasID, hasCode, session bool
	id                      uint16
	code                    uint8 // reason or return code
	version, connectFlags   uint8

	protocol, client, user, password span
	topic, payload                   span // of PUBLISH, or of the will
	properties, willProperties       span
	list                             span // topics, or codes
	count                            int  // of topics

	// text is the message behind its fixed header, in Env.Keep.
	text []byte
}

func (m *message) octets(s span) []byte { return m.text[s.off : s.off+s.n : s.off+s.n] }

// read reads the fields; false: they are not what the type has. v is the
// protocol's version.
func (m *message) read(v uint8) bool {
	c := cursor{b: m.text}
	switch m.typ {
	case connect:
		m.connect(&c)
	case connack:
		m.session = c.uint(1)&1 != 0
		m.setCode(&c)
		m.props(&c, v)
	case publish:
		m.topic = c.text()
		if m.qos() > 0 {
			m.setID(&c)
		}
		m.props(&c, v)
		m.payload = c.take(c.left())
	case puback, pubrec, pubrel, pubcomp:
		m.setID(&c)
		if v >= 5 {
			m.shortCode(&c)
		}
	case subscribe, unsubscribe:
		m.setID(&c)
		m.props(&c, v)
		m.topics(&c)
	case suback, unsuback:
		m.setID(&c)
		m.props(&c, v)
		m.list = c.take(c.left())
	case disconnect:
		if v >= 5 {
			m.shortCode(&c)
			if m.remaining == 1 {
				m.code = 0 // as Suricata has it when no properties follow
			}
		}
	case auth:
		m.shortCode(&c)
	}
	return !c.bad
}

// connect reads CONNECT (section 3.1).
func (m *message) connect(c *cursor) {
	m.protocol = c.text()
	m.version = uint8(c.uint(1))
	m.connectFlags = uint8(c.uint(1))
	c.uint(2) // keep alive
	m.props(c, m.version)
	m.client = c.text()
	if m.connectFlags&flagWill != 0 {
		if m.version == 5 {
			m.willProperties = c.properties()
		}
		m.topic, m.payload = c.text(), c.text()
	}
	if m.connectFlags&flagUser != 0 {
		m.user = c.text()
	}
	if m.connectFlags&flagPassword != 0 {
		m.password = c.text()
	}
}

func (m *message) setID(c *cursor)   { m.id, m.hasID = uint16(c.uint(2)), true }
func (m *message) setCode(c *cursor) { m.code, m.hasCode = uint8(c.uint(1)), true }

func (m *message) props(c *cursor, v uint8) {
	if v == 5 {
		m.properties = c.properties()
	}
}

// shortCode reads a reason code and properties, which may both be left out: 0 and
// none then (section 3.4.2.1).
func (m *message) shortCode(c *cursor) {
	m.hasCode = true
	if c.left() > 0 {
		m.setCode(c)
	}
	if c.left() > 0 {
		m.properties = c.properties()
	}
}

// topics counts the topics of a subscription or of its end; what is left behind
// the last whole one is no part of the list. A subscription has one at least.
func (m *message) topics(c *cursor) {
	m.list.off = c.off
	for p := *c; p.left() > 0; m.count++ {
		if m.nextTopic(&p); p.bad {
			break
		}
		m.list.n = p.off - m.list.off
	}
	c.bad = c.bad || m.count == 0 && m.typ == subscribe
}

// nextTopic is a topic and what is wanted of it.
func (m *message) nextTopic(c *cursor) (topic span, qos uint8) {
	topic = c.text()
	if m.typ == subscribe {
		qos = uint8(c.uint(1))
	}
	return topic, qos
}

// topicList is a cursor over the topics.
func (m *message) topicList() cursor {
	return cursor{b: m.text[:m.list.off+m.list.n], off: m.list.off}
}
