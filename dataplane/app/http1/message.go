package http1

import "github.com/weir-ips/weir/match/input"

const (
	// inlineHeaders fit into a transaction; more take an overflow list.
	inlineHeaders = 24
	maxHeaders    = 8192
	// maxRepeats is how often headers may repeat before repetitions are dropped.
	maxRepeats = 64
)

// span is a run of octets within a message's text, or, with inBlock set in off,
// within its header block.
type span struct{ off, n uint32 }

const inBlock = 1 << 31

// header is one header of a message. flags are those of its line, and
// hdrRepeated.
type header struct {
	name, value span
	flags       uint8
}

// Steps of a message's progress.
const (
	stepLine    = 1
	stepHeaders = 2
	stepBody    = 3
)

// proto versions.
const (
	protoUnknown int8 = iota
	protoInvalid
	proto09
	proto10
	proto11
)

// derived buffers, made when a rule first asks.
const (
	drvHeader = iota
	drvNames
	drvStart
	drvEach
	numDerived
)

// message is one direction of a transaction.
type message struct {
	// block is the header block as it came, trailers behind it; text holds the
	// line and what was made of both.
	block, text []byte
	line        span
	proto       span
	ver         int8

	few  [inlineHeaders]header
	many []header
	nhdr int
	reps int

	progress uint8
	trailer  bool
	// length is EVE's: octets of the message behind its headers, framing included.
	length uint64
	// entity counts the octets of the body, decoded.
	entity uint64

	derived [numDerived]span
	built   [numDerived]bool

	body body
}

// at is the text of a span.
func (m *message) at(s span) []byte {
	if s.off&inBlock != 0 {
		off := s.off &^ inBlock
		return m.block[off : off+s.n]
	}
	return m.text[s.off : s.off+s.n]
}

// put copies octets into the text; false when memory is used up.
func (s *State) put(m *message, b []byte) (span, bool) {
	if len(m.text)+len(b) > 1<<20 {
		return span{}, false
	}
	out, ok := s.env.Keep.Append(m.text, b)
	if !ok {
		s.noMemory = true
		return span{}, false
	}
	m.text = out
	return span{uint32(len(out) - len(b)), uint32(len(b))}, true
}

// putBlock copies octets behind the header block.
func (s *State) putBlock(m *message, b []byte) (at uint32, ok bool) {
	if len(m.block)+len(b) > 1<<20 {
		return 0, false
	}
	at = uint32(len(m.block))
	out, ok := s.env.Keep.Append(m.block, b)
	if !ok {
		s.noMemory = true
		return 0, false
	}
	m.block = out
	return at | inBlock, true
}

func (m *message) hdr(i int) *header {
	if i < inlineHeaders {
		return &m.few[i]
	}
	return &m.many[i-inlineHeaders]
}

// find is the header of a lower-case name, or nil.
func (m *message) find(name string) *header {
	for i := range m.nhdr {
		h := m.hdr(i)
		if equalFold(m.at(h.name), name) {
			return h
		}
	}
	return nil
}

// findLoose passes over NUL octets in names.
func (m *message) findLoose(name string) *header {
	for i := range m.nhdr {
		h := m.hdr(i)
		if int(h.name.n) >= len(name) && equalNoNUL(m.at(h.name), name) {
			return h
		}
	}
	return nil
}

// value is a header's value, nil when it is not there.
func (m *message) value(name string) []byte {
	if h := m.find(name); h != nil {
		return m.at(h.value)
	}
	return nil
}

// RequestHeader is the value of the request's first or last header of a lower-case
// name, nil where there is none.
func (t *Tx) RequestHeader(name string, last bool) (v []byte) {
	m := &t.req
	for i := range m.nhdr {
		if h := m.hdr(i); equalFold(m.at(h.name), name) {
			if v = m.at(h.value); !last {
				break
			}
		}
	}
	return v
}

// view is a span as a buffer that is complete at a step.
func (m *message) view(step uint8, s span, there bool) input.View {
	if m.progress < step {
		return input.View{Avail: input.Wait}
	}
	if !there || s.n == 0 {
		return input.View{Avail: input.None}
	}
	return input.View{Data: m.at(s), Avail: input.Done, First: true, Last: true}
}

// headerView is a header's value as a buffer.
func (m *message) headerView(name string) input.View {
	if m.progress < stepHeaders {
		return input.View{Avail: input.Wait}
	}
	h := m.find(name)
	if h == nil {
		return input.View{Avail: input.None}
	}
	return input.View{Data: m.at(h.value), Avail: input.Done, First: true, Last: true}
}

// addHeader notes a header; d says whose events to raise. false ends parsing.
func (s *State) addHeader(tx *Tx, m *message, d input.Dir, name, value span, flags uint8) bool {
	req := d == input.ToServer
	n := m.at(name)
	for i := range m.nhdr {
		h := m.hdr(i)
		if !equalFoldBytes(m.at(h.name), n) {
			continue
		}
		if h.flags&hdrRepeated == 0 {
			tx.raise(pick(req, evReqRepetition, evRespRepetition))
		} else if m.reps < maxRepeats {
			m.reps++
		} else {
			return true
		}
		h.flags |= hdrRepeated
		if equalFold(n, "content-length") {
			a, okA := looseLength(m.at(h.value))
			b, okB := looseLength(m.at(value))
			if !okA || !okB || a != b {
				tx.raise(pick(req, evReqDupCL, evRespDupCL))
			}
			return true
		}
		joined := append(s.sh.scratch[:0], m.at(h.value)...)
		joined = append(append(joined, ", "...), m.at(value)...)
		s.sh.scratch = joined[:0]
		v, ok := s.put(m, joined)
		if ok {
			h.value = v
		}
		return ok
	}
	if m.nhdr > s.opt.HeadersLimit {
		tx.raise(pick(req, evReqManyHeaders, evRespManyHeaders))
		return false
	}
	if m.nhdr >= inlineHeaders && m.nhdr-inlineHeaders >= len(m.many) {
		if m.many != nil || !s.sh.takeOverflow(m) {
			tx.raise(pick(req, evReqManyHeaders, evRespManyHeaders))
			return false
		}
	}
	*m.hdr(m.nhdr) = header{name, value, flags}
	m.nhdr++
	return true
}

func pick(first bool, a, b uint16) uint16 {
	if first {
		return a
	}
	return b
}

// looseLength reads a Content-Length: digits with anything in front.
func looseLength(b []byte) (v uint64, ok bool) {
	b = skip(b, func(c byte) bool { return c < '0' || c > '9' })
	v, _, ok = decimal(b)
	return v, ok
}
