package snmp

// PDU types (RFC 3416 section 3), by their tag less tagPDU.
const (
	trapV1  = 4
	getBulk = 5
	report  = 8
)

var pduNames = [...]string{"get_request", "get_next_request", "response", "set_request", "trap_v1", "get_bulk_request", "inform_request",
	"trap_v2", "report"}

// usmModel is the user-based security model (RFC 3411 section 5).
const usmModel = 3

// message is what was read of a datagram.
type message struct {
	// version is 1, 2 or 3.
	version uint32
	// pdu is its type, with hasPDU; a PDU that is encrypted has none.
	pdu               uint8
	hasPDU, encrypted bool
	// community is of versions 1 and 2, user of 3, with hasUser.
	community, user span
	hasUser         bool
	status          uint32 // error-status
	// trap is the kind of a trap of version 1, with its enterprise and agent.
	trap              uint32
	enterprise, agent span
	// vars are the variable bindings.
	vars span
}

// read reads a message; false: it is none.
func (m *message) read(b []byte) bool {
	c := cursor{b: b, end: len(b)}
	in := c.enter(tagSequence)
	v := in.uint()
	switch {
	case in.bad || v > 3 || v == 2:
		return false
	case v == 3:
		m.version = 3
		m.v3(&in)
	default:
		m.version = v + 1
		m.community = in.want(tagOctets)
		m.readPDU(&in)
	}
	return !in.bad
}

// v3 reads a message behind its version (RFC 3412 section 6).
func (m *message) v3(c *cursor) {
	global := c.enter(tagSequence)
	global.uint() // msgID
	global.uint() // msgMaxSize
	global.want(tagOctets)
	model := global.uint()
	params := c.enter(tagOctets)
	if c.bad = c.bad || global.bad; c.bad {
		return
	}
	if model == usmModel {
		usm := params.enter(tagSequence)
		usm.want(tagOctets) // the engine
		usm.uint()          // its boots
		usm.uint()          // and time
		m.user = usm.want(tagOctets)
		if m.hasUser = !usm.bad; usm.bad {
			c.bad = true
			return
		}
	}
	at := *c
	if tag, _ := c.element(); tag == tagOctets {
		m.encrypted = true
		return
	}
	scoped := at.enter(tagSequence)
	scoped.want(tagOctets) // contextEngineID
	scoped.want(tagOctets) // contextName
	m.readPDU(&scoped)
	c.bad = c.bad || scoped.bad
}

// readPDU reads a PDU and checks its variable bindings.
func (m *message) readPDU(c *cursor) {
	tag, s := c.element()
	if c.bad = c.bad || tag < tagPDU || tag > tagPDU+report; c.bad {
		return
	}
	m.pdu, m.hasPDU = tag-tagPDU, true
	in := cursor{b: c.b, off: s.off, end: s.off + s.n}
	if m.pdu == trapV1 {
		m.enterprise = in.want(tagOID)
		m.agent = in.want(tagAddress)
		m.trap = in.uint()
		in.uint()    // specific-trap
		in.element() // time-stamp
		in.bad = in.bad || m.agent.n != 4
	} else {
		in.want(tagInteger) // request-id
		m.status = in.uint()
		in.uint() // error-index
		if m.pdu == getBulk {
			m.status = 0 // non-repeaters stands in its place
		}
	}
	m.vars = in.want(tagSequence)
	for v := (cursor{b: c.b, off: m.vars.off, end: m.vars.off + m.vars.n}); v.off < v.end && !in.bad; {
		m.next(&v)
		in.bad = v.bad
	}
	c.bad = in.bad
}

// next is the name of the next variable binding.
func (m *message) next(c *cursor) span {
	in := c.enter(tagSequence)
	name := in.want(tagOID)
	in.element()
	c.bad = c.bad || in.bad
	return name
}
