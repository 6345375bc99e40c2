package enip

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/buf"
)

// What rules ask of the services of a message is read once and kept as a list of
// numbers: what it is above 32 bits of value, a service in front of what belongs to
// it, in the order of the message (buf.FieldENIPCIPPart).
const (
	factLen = 8
	// maxFacts and maxServices bound what is read of one message: its services may
	// overlap, so that its size alone bounds nothing.
	maxFacts    = 4096
	maxServices = 1024
)

// collect reads the services of a CIP message into out, which has room for maxFacts;
// false: it is malformed, or exceeds a bound.
func collect(out, msg []byte) ([]byte, bool) {
	s, ok := readService(msg, false)
	if !ok || s.count() > maxServices {
		return out[:0], false
	}
	out, ok = s.facts(out)
	for i := 0; ok && i < s.count(); i++ {
		var p service
		if _, p, ok = s.part(i); ok {
			out, ok = p.facts(out)
		}
	}
	if !ok {
		return out[:0], false
	}
	return out, true
}

// facts appends what one service says.
func (s *service) facts(out []byte) ([]byte, bool) {
	ok := add(&out, buf.CIPService, uint32(s.code))
	if s.reply {
		ok = ok && add(&out, buf.CIPStatus, uint32(s.status))
		if len(s.extended) >= 2 {
			ok = ok && add(&out, buf.CIPExtended, uint32(binary.LittleEndian.Uint16(s.extended)))
		}
		return out, ok
	}
	for path := s.path; ok && len(path) > 0; {
		typ, value, n := segment(path)
		path = path[n:]
		switch typ >> 2 {
		case segClass:
			ok = add(&out, buf.CIPClass, value)
		case segInstance:
			ok = add(&out, buf.CIPInstance, value)
		case segAttribute:
			ok = add(&out, buf.CIPAttribute, value)
		}
	}
	for a := s.attributes; ok && len(a) >= 2; a = a[2:] {
		ok = add(&out, buf.CIPAttribute, uint32(binary.LittleEndian.Uint16(a)))
	}
	return out, ok
}

func add(out *[]byte, kind buf.CIPPart, value uint32) bool {
	if len(*out) >= maxFacts*factLen {
		return false
	}
	*out = binary.LittleEndian.AppendUint64(*out, uint64(kind)<<32|uint64(value))
	return true
}

// reader walks facts of one kind; rules ask for one after the other.
type reader struct {
	kind    buf.CIPPart
	i, next int // the instance asked for next, and where to look for it
}

// fact is instance i of a kind.
func (r *reader) fact(facts []byte, kind buf.CIPPart, i int) (uint64, bool) {
	if kind != r.kind || i < r.i {
		*r = reader{kind: kind}
	}
	for ; r.next < len(facts); r.next += factLen {
		v := binary.LittleEndian.Uint64(facts[r.next:])
		if buf.CIPPart(v>>32) != kind {
			continue
		}
		if r.i == i {
			return v & 0xffffffff, true
		}
		r.i++
	}
	return 0, false
}
