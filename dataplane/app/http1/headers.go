package http1

import "github.com/weir-ips/weir/match/input"

// block reads a header block, or what there is of it. used octets are done with;
// done says that its end was found. ok false: the message is beyond use.
func (s *State) block(tx *Tx, m *message, d input.Dir, b []byte, final bool) (used int, done, ok bool) {
	sc := &s.sh.scan
	sc.response, sc.final = d == input.ToClient, final
	req := d == input.ToServer
	i := 0
	first := len(m.block) == 0
	for {
		f, to, res := sc.next(b, i, first)
		if res == scanMore {
			break
		}
		first = false
		n := to - i
		if res == scanField && n > s.opt.FieldLimit {
			tx.raise(pick(req, evReqTooLong, evRespTooLong))
			return i, false, false
		}
		at, fits := s.putBlock(m, b[i:to])
		if !fits {
			return i, false, false
		}
		if res == scanEnd {
			return to, true, true
		}
		if !s.field(tx, m, req, &f, at, i) {
			return to, false, false
		}
		i = to
	}
	if len(b)-i > s.opt.FieldLimit {
		tx.raise(pick(req, evReqTooLong, evRespTooLong))
		return i, false, false
	}
	return i, false, true
}

// field files one header; at is where its line stands in the text, base where it
// stood in the block.
func (s *State) field(tx *Tx, m *message, req bool, f *field, at uint32, base int) bool {
	name := span{at + uint32(f.nameOff-base), uint32(f.nameEnd - f.nameOff)}
	var value span
	if f.flags&hdrFolded != 0 {
		v, ok := s.put(m, s.sh.scan.fold[f.valOff:f.valEnd])
		if !ok {
			return false
		}
		value = v
	} else {
		value = span{at + uint32(f.valOff-base), uint32(f.valEnd - f.valOff)}
	}
	s.headerEvents(tx, req, f.flags)
	d := input.ToClient
	if req {
		d = input.ToServer
	}
	return s.addHeader(tx, m, d, name, value, f.flags)
}

func (s *State) headerEvents(tx *Tx, req bool, fl uint8) {
	if fl&hdrDeformed != 0 && !req {
		tx.raise(evDeformedEOL)
	}
	if fl&hdrSpaceAfter != 0 {
		tx.raise(pick(req, evReqSpaceAfterName, evRespSpaceAfterName))
	}
	if fl&hdrSpaceBefore != 0 {
		tx.raise(pick(req, evReqFolding, evRespFolding))
	}
	if fl&hdrNotToken != 0 {
		tx.raise(pick(req, evReqHeaderInvalid, evRespNotToken))
	}
	switch {
	case fl&hdrNoColon != 0:
		tx.raise(pick(req, evReqMissingColon, evRespMissingColon))
	case fl&hdrEmptyName != 0:
		tx.raise(pick(req, evReqEmptyName, evRespEmptyName))
	}
}

// derive makes one of the buffers that are put together from headers.
func (s *State) derive(m *message, which int, cookie string) (span, bool) {
	if m.built[which] {
		return m.derived[which], m.derived[which].n > 0
	}
	b := s.sh.scratch[:0]
	switch which {
	case drvNames:
		if m.nhdr > 0 {
			b = append(b, "\r\n"...)
			for i := range m.nhdr {
				b = append(append(b, m.at(m.hdr(i).name)...), "\r\n"...)
			}
			b = append(b, "\r\n"...)
		}
	case drvStart:
		if m.line.n > 0 {
			b = append(append(b, m.at(m.line)...), "\r\n"...)
			for i := range m.nhdr {
				b = appendHeader(b, m, m.hdr(i))
			}
			b = append(b, "\r\n"...)
		}
	case drvHeader:
		for i := range m.nhdr {
			h := m.hdr(i)
			if !equalFold(m.at(h.name), cookie) {
				b = appendHeader(b, m, h)
			}
		}
	}
	s.sh.scratch = b[:0]
	v, ok := s.put(m, b)
	if !ok {
		return span{}, false
	}
	m.derived[which], m.built[which] = v, true
	return v, v.n > 0
}

// eachHeader makes the text of all headers, as "name: value" lines. Trailers make
// it anew.
func (s *State) eachHeader(m *message) (span, bool) {
	sum := uint32(0)
	for i := range m.nhdr {
		h := m.hdr(i)
		sum += h.name.n + h.value.n + 4
	}
	if m.built[drvEach] && m.derived[drvEach].n == sum {
		return m.derived[drvEach], sum > 0
	}
	b := s.sh.scratch[:0]
	for i := range m.nhdr {
		b = appendHeader(b, m, m.hdr(i))
	}
	s.sh.scratch = b[:0]
	v, ok := s.put(m, b)
	if !ok {
		return span{}, false
	}
	m.derived[drvEach], m.built[drvEach] = v, true
	return v, v.n > 0
}

func appendHeader(b []byte, m *message, h *header) []byte {
	b = append(append(b, m.at(h.name)...), ": "...)
	return append(append(b, m.at(h.value)...), "\r\n"...)
}
