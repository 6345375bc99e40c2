package http2

import (
	"bytes"
	"encoding/binary"

	"github.com/weir-ips/weir/match/input"
)

// A message's headers stand one behind the other in its block, each with the
// lengths of name and value before it. A table size update stands among them with
// a name of this length and four octets of value.
const sizeUpdate = 0xffff

const fieldHead = 4

// headers walks a block.
type headers struct{ rest []byte }

// next is the next name and value; update marks a table size update.
func (h *headers) next() (name, value []byte, update, ok bool) {
	if len(h.rest) < fieldHead {
		return nil, nil, false, false
	}
	n, v := int(binary.BigEndian.Uint16(h.rest)), int(binary.BigEndian.Uint16(h.rest[2:]))
	b := h.rest[fieldHead:]
	if n == sizeUpdate {
		h.rest = b[v:]
		return nil, b[:v], true, true
	}
	h.rest = b[n+v:]
	return b[:n:n], b[n : n+v : n+v], false, true
}

// find is the value of the first header of a name.
func (m *message) find(name string) ([]byte, bool) {
	for h := (headers{m.block}); ; {
		n, v, update, ok := h.next()
		if !ok {
			return nil, false
		}
		if !update && string(n) == name {
			return v, true
		}
	}
}

// RequestHeader is the value of the request's first or last header of a lower-case
// name, nil where there is none.
func (t *Tx) RequestHeader(name string, last bool) (v []byte) {
	for h := (headers{t.req.block}); ; {
		n, value, update, ok := h.next()
		if !ok {
			return v
		}
		if !update && string(n) == name {
			if v = value; !last {
				return v
			}
		}
	}
}

// keep appends a header to the message. Names and values longer than a field may
// say are cut.
func (s *State) keep(m *message, name, value []byte, update bool) bool {
	var head [fieldHead]byte
	n := len(name)
	if update {
		n = sizeUpdate
	} else {
		name = name[:min(n, sizeUpdate-1)]
		n = len(name)
	}
	value = value[:min(len(value), 0xffff)]
	if len(m.block)+fieldHead+len(name)+len(value) > s.sh.opt.HeaderBlock {
		s.cur.raise(evReassemblyLimit)
		return false
	}
	binary.BigEndian.PutUint16(head[:], uint16(n))
	binary.BigEndian.PutUint16(head[2:], uint16(len(value)))
	for _, part := range [...][]byte{head[:], name, value} {
		out, ok := s.sh.env.Keep.Append(m.block, part)
		if !ok {
			s.noMemory = true
			return false
		}
		m.block = out
	}
	return true
}

// decodeBlock reads a whole header block (RFC 7541 section 6) into the current
// transaction. false: the flow's tables are out of step, or there is no memory.
// d is the direction that it came in, of the message that it belongs to.
func (s *State) decodeBlock(d, of input.Dir, b []byte) bool {
	m := s.cur.side(of)
	t := &s.tables[side(d)]
	for len(b) > 0 {
		c := b[0]
		var name, value []byte
		var i int
		var ok bool
		switch {
		case c&0x80 != 0: // indexed
			if i, b, ok = integer(b, 7); !ok {
				s.cur.raise(evHeaderIntegerOverflow)
				s.cur.raise(evExtraHeaderData)
				return false
			}
			if name, value, ok = t.field(i); !ok {
				s.cur.raise(evInvalidHeader)
				return false
			}
		case c&0xe0 == 0x20: // table size update
			if i, b, ok = integer(b, 5); !ok {
				s.cur.raise(evHeaderIntegerOverflow)
				s.cur.raise(evExtraHeaderData)
				return false
			}
			t.resize(min(i, s.sh.opt.TableSize))
			var four [4]byte
			binary.BigEndian.PutUint32(four[:], uint32(i))
			if !s.keep(m, nil, four[:], true) {
				return !s.noMemory
			}
			continue
		default:
			bits := 4
			if c&0x40 != 0 {
				bits = 6
			}
			if i, b, ok = integer(b, bits); !ok {
				s.cur.raise(evHeaderIntegerOverflow)
				s.cur.raise(evExtraHeaderData)
				return false
			}
			scratch := s.sh.scratch
			if i == 0 {
				if name, b, ok = text(b, scratch); !ok {
					s.cur.raise(badText(b))
					return false
				}
				if len(name) > 0 && &name[0] == &scratch[0] {
					scratch = scratch[len(name):]
				}
			} else if name, _, ok = t.field(i); !ok {
				s.cur.raise(evInvalidHeader)
				return false
			}
			if value, b, ok = text(b, scratch); !ok {
				s.cur.raise(badText(b))
				return false
			}
			if bits == 6 {
				// The name may be the entry that makes room: kept first.
				if !s.keep(m, name, value, false) && s.noMemory {
					return false
				}
				if !t.add(s.sh.env, name, value) {
					s.noMemory = true
					return false
				}
				continue
			}
		}
		if !s.keep(m, name, value, false) && s.noMemory {
			return false
		}
	}
	return true
}

// badText is the event of a string that cannot be read: cut off, or, where what
// follows it is known, in a code of its own.
func badText(rest []byte) uint16 {
	if rest == nil {
		return evInvalidFrameData
	}
	return evInvalidHeader
}

// hostOf takes user and port off an authority (RFC 3986 section 3.2).
func hostOf(b []byte) []byte {
	if i := bytes.LastIndexByte(b, '@'); i >= 0 {
		b = b[i+1:]
	}
	if len(b) > 0 && b[0] == '[' {
		if i := bytes.IndexByte(b, ']'); i >= 0 {
			return b[:i+1]
		}
	}
	if i := bytes.IndexByte(b, ':'); i >= 0 {
		b = b[:i]
	}
	return b
}

// checkRequest raises what a request's headers say about it.
func (s *State) checkRequest(t *Tx) {
	s.askedInTarget(t)
	authority, ok := t.req.find(":authority")
	if ok && bytes.IndexByte(authority, '@') >= 0 {
		t.raise(evUserinfoInURI)
	}
	if host, has := t.req.find("host"); ok && has && !bytes.EqualFold(host, authority) {
		t.raise(evAuthorityHostMismatch)
	}
}
