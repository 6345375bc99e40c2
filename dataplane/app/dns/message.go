package dns

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/slab"
)

// Outcome of Message.Parse.
type Outcome uint8

// Outcomes.
const (
	Parsed Outcome = iota
	// BadHeader: the counts of the header cannot be those of a DNS message.
	BadHeader
	// Malformed: the body breaks off or contradicts itself.
	Malformed
	// NoMemory: Env.Mem is exhausted.
	NoMemory
)

const (
	headerLen = 12
	// maxText bounds the decoded octets of one message, octets. Pointers let a
	// message of 64 KiB name megabytes.
	maxText = 512 << 10
	// maxSteps bounds the labels that are read behind pointers for one message,
	// so that names made of pointers cost no more than the message's own size.
	maxSteps = 1 << 16
)

// Message is one decoded message. Zero is empty. Offsets point into text.
type Message struct {
	ID, Flags uint16
	// n are the records of each section; rows holds them one after the other.
	n    [4]int
	rows []byte
	text []byte
	// flags are those of all names.
	flags                   nameFlags
	badAuthority, badExtras bool

	steps  int
	known  [8]knownName
	nextKn int
}

// section of a message.
type section int

const (
	queries section = iota
	answers
	authorities
	additionals
)

// span is a run of octets in text.
type span struct {
	off, n int
	flags  nameFlags
}

// record is one question or resource record.
type record struct {
	name       span
	typ, class uint16
	ttl        uint32
	// one and two are names in the data: the target, or SOA's two.
	one, two span
	// raw is the data's other part: all of it, SOA's numbers, SRV's numbers.
	raw span
}

const rowLen = 40

// Reset gives the memory back.
func (m *Message) Reset(mem *slab.Bytes) {
	mem.Put(m.rows)
	mem.Put(m.text)
	*m = Message{}
}

// Retire gives the memory back once nothing points to it any more.
func (m *Message) Retire(keep *slab.Deferred) {
	keep.Later(m.rows)
	keep.Later(m.text)
	*m = Message{}
}

// ValidHeader is the check by which messages are recognised: the counts must fit
// the length, and a request has a question. request tells by the QR bit.
func ValidHeader(b []byte, msgLen int) (ok, request bool) {
	if len(b) < headerLen {
		return false, false
	}
	records := 0
	for i := 4; i < headerLen; i += 2 {
		records += int(binary.BigEndian.Uint16(b[i:]))
	}
	if 2*records > msgLen || records == 0 && msgLen > headerLen {
		return false, false
	}
	request = b[2]&0x80 == 0
	if request && binary.BigEndian.Uint16(b[4:]) == 0 {
		return false, request
	}
	return true, request
}

// Parse decodes one whole message (RFC 1035 section 4) into m, which must be
// reset. Nothing of b is referred to afterwards. After an outcome other than
// Parsed m is empty.
func (m *Message) Parse(mem *slab.Bytes, b []byte) Outcome {
	if ok, _ := ValidHeader(b, len(b)); !ok {
		return BadHeader
	}
	m.ID = binary.BigEndian.Uint16(b)
	m.Flags = binary.BigEndian.Uint16(b[2:])
	p := parser{m: m, mem: mem, msg: b, pos: headerLen}
	m.rows, m.text = mem.Get(4*rowLen), mem.Get(2*len(b))
	if m.rows == nil || m.text == nil {
		m.Reset(mem)
		return NoMemory
	}
	for s := queries; s <= additionals; s++ {
		count := int(binary.BigEndian.Uint16(b[4+2*s:]))
		keep := len(m.rows)
		for range count {
			if !p.record(s) {
				break
			}
			m.n[s]++
		}
		if m.n[s] == count {
			continue
		}
		if p.full {
			m.Reset(mem)
			return NoMemory
		}
		if s < authorities {
			m.Reset(mem)
			return Malformed
		}
		// Resolvers use the answers all the same.
		m.rows, m.n[s] = m.rows[:keep], 0
		if s == authorities {
			m.badAuthority = true
		} else {
			m.badExtras = true
		}
		break
	}
	return Parsed
}

// parser is the cursor of one Parse.
type parser struct {
	m   *Message
	mem *slab.Bytes
	msg []byte
	pos int
	// full: there was no memory.
	full bool
}

// record reads one entry of a section.
func (p *parser) record(s section) bool {
	var r record
	var ok bool
	if r.name, p.pos, ok = p.name(p.pos, len(p.msg)); !ok {
		return false
	}
	b := p.msg[p.pos:]
	if s == queries {
		if len(b) < 4 {
			return false
		}
		r.typ, r.class = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		p.pos += 4
		return p.put(&r)
	}
	if len(b) < 10 {
		return false
	}
	r.typ, r.class = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	r.ttl = binary.BigEndian.Uint32(b[4:])
	n := int(binary.BigEndian.Uint16(b[8:]))
	if len(b) < 10+n {
		return false
	}
	at := p.pos + 10
	p.pos = at + n
	return p.data(&r, at, p.pos) && p.put(&r)
}

// put appends a row.
func (p *parser) put(r *record) bool {
	var b [rowLen]byte
	le := binary.LittleEndian
	for i, s := range [...]*span{&r.name, &r.one, &r.two, &r.raw} {
		at := b[7*i:]
		le.PutUint32(at, uint32(s.off))
		le.PutUint16(at[4:], uint16(s.n))
		at[6] = byte(s.flags)
	}
	le.PutUint16(b[28:], r.typ)
	le.PutUint16(b[30:], r.class)
	le.PutUint32(b[32:], r.ttl)
	rows, ok := p.mem.Append(p.m.rows, b[:])
	if !ok {
		p.full = true
		return false
	}
	p.m.rows = rows
	return true
}

// Count is the number of records of a section: 0 queries, 1 answers,
// 2 authorities, 3 additionals.
func (m *Message) Count(s int) int { return m.n[s] }

// at reads record i of a section.
func (m *Message) at(s section, i int) (r record) {
	for k := queries; k < s; k++ {
		i += m.n[k]
	}
	b := m.rows[rowLen*i : rowLen*(i+1)]
	le := binary.LittleEndian
	for k, s := range [...]*span{&r.name, &r.one, &r.two, &r.raw} {
		at := b[7*k:]
		*s = span{int(le.Uint32(at)), int(le.Uint16(at[4:])), nameFlags(at[6])}
	}
	r.typ, r.class, r.ttl = le.Uint16(b[28:]), le.Uint16(b[30:]), le.Uint32(b[32:])
	return r
}

// octets is what a span covers.
func (m *Message) octets(s span) []byte { return m.text[s.off : s.off+s.n : s.off+s.n] }

// keep copies octets of the message into text.
func (p *parser) keep(b []byte) (span, bool) {
	s := span{off: len(p.m.text), n: len(b)}
	text, ok := p.mem.Append(p.m.text, b)
	if !ok {
		p.full = true
		return span{}, false
	}
	p.m.text = text
	return s, true
}
