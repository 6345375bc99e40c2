package dht

import "unicode/utf8"

// Sizes of what nodes and peers are in (BEP 5, BEP 32): an identifier, an address,
// a port.
const (
	idLen    = 20
	nodeLen  = idLen + 4 + 2
	node6Len = idLen + 16 + 2
	peerLen  = 4 + 2
	peer6Len = 16 + 2
)

// What kind a message is: its member y.
const (
	kindQuery    = 'q'
	kindResponse = 'r'
	kindError    = 'e'
)

// opt is a string that may be absent.
type opt struct {
	span
	is bool
}

// args are what a query asks with, or a response answers with.
type args struct {
	id, target, infoHash, token opt
	nodes, nodes6               span
	// values is the list of peers, behind its 'l'; it is well formed.
	values              span
	implied, port       uint16
	hasImplied, hasPort bool
	hasValues, isThere  bool
}

// message is a datagram, read; spans are offsets into it.
type message struct {
	kind         byte
	name         opt
	id           opt
	version      opt
	query, reply args
	code         uint16
	text         opt
	hasError     bool
}

// begins reports whether the datagram begins as messages do. Others of the flow are
// not looked at (µTP goes over the same ports, BEP 29).
func begins(b []byte) bool {
	if len(b) <= 5 {
		return false
	}
	switch string(b[:5]) {
	case "d1:ad", "d1:rd", "d2:ip", "d1:el":
		return true
	}
	return false
}

// read reads a message; false: it is none.
func (m *message) read(b []byte) bool {
	r := reader{b: b}
	if !r.take('d') {
		return false
	}
	var kind opt
	var k keys
	for key, ok := k.next(&r); ok; key, ok = k.next(&r) {
		switch string(key) {
		case "y":
			kind = r.word()
		case "q":
			m.name = r.word()
		case "a":
			m.query.read(&r, false)
		case "r":
			m.reply.read(&r, true)
		case "e":
			m.readError(&r)
		case "t":
			m.id = r.octets()
		case "v":
			m.version = r.octets()
		default:
			r.skip(1)
		}
	}
	if r.bad || kind.n != 1 || !m.id.is {
		return false
	}
	m.kind = b[kind.off]
	switch m.kind {
	case kindQuery:
		return m.name.is && m.query.isThere
	case kindResponse:
		return m.reply.isThere
	case kindError:
		return m.hasError
	}
	return false
}

func (r *reader) octets() opt { return opt{r.text(), true} }

// word reads a string that is text.
func (r *reader) word() opt {
	s := r.text()
	r.bad = r.bad || !utf8.Valid(r.b[s.off:s.off+s.n])
	return opt{s, true}
}

// read reads what stands behind a or, in a reply, r.
func (a *args) read(r *reader, reply bool) {
	if !r.take('d') {
		r.bad = true
		return
	}
	var k keys
	for key, ok := k.next(r); ok; key, ok = k.next(r) {
		switch name := string(key); {
		case name == "id":
			a.id = r.octets()
		case name == "token":
			a.token = r.octets()
		case name == "target" && !reply:
			a.target = r.octets()
		case name == "info_hash" && !reply:
			a.infoHash = r.octets()
		case name == "implied_port" && !reply:
			a.implied, a.hasImplied = r.integer(255), true
		case name == "port" && !reply:
			a.port, a.hasPort = r.integer(65535), true
		case name == "nodes" && reply:
			a.nodes = r.text()
		case name == "nodes6" && reply:
			a.nodes6 = r.text()
		case name == "values" && reply && r.peek() == 'l':
			a.readPeers(r)
		default:
			r.skip(2)
		}
	}
	a.isThere = true
	r.bad = r.bad || !a.id.is
}

// readPeers goes through a list of peers.
func (a *args) readPeers(r *reader) {
	r.off++
	from := r.off
	for !r.bad && !r.take('e') {
		s := r.text()
		r.bad = r.bad || s.n < peerLen
		a.hasValues = true
	}
	a.values = span{from, r.off - from}
}

// readError reads the list of a number and a text.
func (m *message) readError(r *reader) {
	if !r.take('l') {
		r.bad = true
		return
	}
	num := false
	for !r.bad && !r.take('e') {
		switch c := r.peek(); {
		case c == 'i':
			m.code, num = r.integer(65535), true
		case '0' <= c && c <= '9':
			m.text = r.word()
		default:
			r.skip(2)
		}
	}
	m.hasError = true
	r.bad = r.bad || !num || !m.text.is
}
