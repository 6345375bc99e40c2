package dns

// nameFlags say what was wrong with a name.
type nameFlags uint8

const (
	nameLoop nameFlags = 1 << iota
	nameCut
	nameLabels
)

// maxName is the longest name in text form, octets; dnsmasq's limit. RFC 1035
// allows 255.
const maxName = 1025

const maxLabels = 255

// knownName remembers the name that stands at an offset of the message, since
// records mostly point at the same few.
type knownName struct {
	at   int // offset + 1; 0: empty
	name span
}

// name reads the name at pos, which ends before end unless it points elsewhere
// (RFC 1035 section 4.1.4), and returns it with the position behind it.
//
// A name that goes on for too long is cut when its end is known, that is when a
// pointer was followed; otherwise it is an error, since nothing behind it can be
// found.
func (p *parser) name(pos, end int) (s span, next int, ok bool) {
	m, msg := p.m, p.msg
	start := pos
	if pos+1 < end && msg[pos] >= 0xc0 {
		target := int(msg[pos]&0x3f)<<8 | int(msg[pos+1])
		for i := range m.known {
			if m.known[i].at == target+1 {
				return m.known[i].name, pos + 2, true
			}
		}
		start = target
	}
	off := len(m.text)
	next = -1
	var flags nameFlags
	ended := false
	for labels := 0; pos < end; {
		c := int(msg[pos])
		switch {
		case c == 0:
			pos++
			end, ended = pos, true
			continue
		case c < 0x40:
			if pos+1+c > end {
				return span{}, 0, false
			}
			if flags&nameCut == 0 && !p.label(off, msg[pos+1:pos+1+c]) {
				if p.full {
					return span{}, 0, false
				}
				flags |= nameCut
			}
			pos += 1 + c
		case c >= 0xc0:
			if pos+1 >= end {
				return span{}, 0, false
			}
			target := (c&0x3f)<<8 | int(msg[pos+1])
			if target > len(msg) {
				return span{}, 0, false
			}
			if target == pos && end == len(msg) {
				m.flags |= nameLoop
				flags |= nameLoop
				if next < 0 {
					return span{}, 0, false
				}
				return p.named(start, off, next, flags, false)
			}
			if next < 0 {
				next = pos + 2
			}
			pos, end = target, len(msg)
		default:
			return span{}, 0, false
		}
		if labels++; labels > maxLabels {
			m.flags |= nameLabels
			flags |= nameLabels | nameCut
			if next < 0 {
				return span{}, 0, false
			}
			break
		}
		if next >= 0 {
			if m.steps++; m.steps > maxSteps {
				flags |= nameLabels | nameCut
				break
			}
		}
		if len(m.text)-off > maxName {
			m.text = m.text[:off+maxName]
			flags |= nameCut
		}
		if flags&nameCut != 0 && next >= 0 {
			break
		}
	}
	if next < 0 {
		next = pos
	}
	return p.named(start, off, next, flags, ended)
}

// label appends one label; false when there is no room.
func (p *parser) label(off int, b []byte) bool {
	m := p.m
	if len(m.text)+len(b)+1 > maxText {
		return false
	}
	if len(m.text) > off {
		text, ok := p.mem.Append(m.text, dot)
		if !ok {
			p.full = true
			return false
		}
		m.text = text
	}
	text, ok := p.mem.Append(m.text, b)
	if !ok {
		p.full = true
		return false
	}
	m.text = text
	return true
}

var dot = []byte{'.'}

// named ends a name that stands in text from off on. Only one that was ended by
// the root label reads the same from everywhere, and is remembered.
func (p *parser) named(start, off, next int, flags nameFlags, ended bool) (span, int, bool) {
	m := p.m
	m.flags |= flags
	s := span{off, len(m.text) - off, flags}
	if flags == 0 && ended {
		m.known[m.nextKn] = knownName{start + 1, s}
		m.nextKn = (m.nextKn + 1) % len(m.known)
	}
	return s, next, true
}
