package http1

import (
	"github.com/weir-ips/weir/match/input"
)

// responses reads until octets are missing.
func (s *State) responses(in *cursor) step {
	for {
		var st step
		switch s.rs {
		case rsIdle:
			s.endFrame(1, in)
			if len(in.rest()) == 0 {
				return wait
			}
			st = s.responseStart()
			s.beginFrame(1, in, s.head)
		case rsLine:
			st = s.responseLine(in)
		case rsHeaders, rsTrailer:
			st = s.responseHeaders(in)
		case rsLength:
			st = s.responseIdentity(in)
		case rsClose:
			st = s.responseClose(in)
		case rsChunkLength:
			st = s.responseChunkLength(in)
		case rsChunkData:
			st = s.responseChunk(in)
		case rsChunkEnd:
			st = s.responseChunkEnd(in)
		case rsFinal:
			st = s.responseFinal(in)
		case rsTunnelStart:
			skipBlankLines(in)
			st = s.responseDone()
		case rsTunnel:
			in.i = len(in.b)
			return wait
		}
		if st != again {
			return st
		}
	}
}

// noRequest stands as the target of responses whose request was not seen.
const noRequest = "/libhtp::request_uri_not_seen"

// responseStart finds the transaction that a response belongs to.
func (s *State) responseStart() step {
	if s.head == nil {
		t := s.newTx()
		if t == nil {
			return failed
		}
		t.raise(evNoRequest)
		if v, ok := s.put(&t.req, append(s.sh.scratch[:0], noRequest...)); ok {
			t.uri, t.norm = v, v
			t.uriParts.path, t.uriParts.hasPath = v, true
		}
		t.req.progress = input.Complete
	}
	t := s.head
	if t == s.req {
		switch {
		case s.rq == rqMaybe09:
			s.requestDone()
			s.rq = rqIgnore
		case s.rq == rqLine && t.method.n == 0:
			t.raise(evReqLineIncomplete)
		}
	}
	s.rs = rsLine
	if t.old {
		t.resp.progress = stepBody
		s.rs = rsClose
	}
	return again
}

func (s *State) responseLine(in *cursor) step {
	t := s.head
	n := s.lineEnd(in, 1, true)
	if n < 0 {
		if len(in.rest()) > s.opt.FieldLimit {
			t.raise(evRespTooLong)
			return failed
		}
		return wait
	}
	line := in.rest()[:n]
	if s.resync[1] {
		if !isStatusLine(line) {
			in.i += n
			return again
		}
		s.resync[1] = false
	}
	if len(line) > s.opt.FieldLimit {
		t.raise(evRespTooLong)
		return failed
	}
	in.i += n
	return s.takeStatusLine(line, in)
}

func isStatusLine(line []byte) bool {
	return hasPrefixFold(skip(line, func(c byte) bool { return isSpace(c) || c == 0 }), "http")
}

// takeStatusLine reads a status line, its end included; what is none is body,
// as browsers have it.
func (s *State) takeStatusLine(line []byte, in *cursor) step {
	t := s.head
	if len(chomp(line)) == 0 && len(line) <= 2 || s.opt.BlankLine && len(trim(line)) == 0 {
		return again
	}
	if !isStatusLine(line) {
		if r := in.rest(); len(r) > 0 && r[0] == 'H' || len(chomp(line)) <= 2 {
			return again
		}
		t.resp.progress = stepBody
		s.bodyOctets(t, input.ToClient, line)
		return again
	}
	if !s.parseStatusLine(t, line) {
		return failed
	}
	if t.resp.progress < stepLine {
		t.resp.progress = stepLine
	}
	s.rs = rsHeaders
	return again
}

func (s *State) parseStatusLine(t *Tx, line []byte) bool {
	m := &t.resp
	var ok bool
	if m.line, ok = s.put(m, line); !ok {
		return false
	}
	m.line.n = uint32(len(chomp(line)))
	at := func(p []byte) span { return span{m.line.off + uint32(cap(line)-cap(p)), uint32(len(p))} }
	t.status, t.statCode, t.msg, m.proto, m.ver = 0, span{}, span{}, span{}, protoInvalid
	b := skip(line, func(c byte) bool { return isSpace(c) || c == 0 })
	proto, rest := word(b)
	m.proto = at(proto)
	var extra bool
	if m.ver, extra = protocolOf(proto); extra {
		t.raise(evProtoExtra)
	}
	if m.ver == protoInvalid {
		t.raise(evRespLineProto)
		t.raise(evRespInvalidProto)
	}
	code, rest := word(skip(rest, isSpace))
	if len(code) > 0 {
		t.statCode = at(code)
		if v, r, ok := decimal(code); ok && len(r) == 0 && v >= 100 && v <= 999 {
			t.status = int(v)
		}
		if msg := skip(rest, isSpace); len(msg) > 0 {
			t.msg = at(chomp(msg))
		}
	}
	if t.status == 0 {
		t.raise(evRespLineStatus)
		t.raise(evRespInvalidStatus)
	}
	return true
}

func (s *State) responseHeaders(in *cursor) step {
	t := s.head
	used, done, ok := s.block(t, &t.resp, input.ToClient, in.rest(), false)
	in.i += used
	if !ok {
		return failed
	}
	if !done {
		return wait
	}
	if s.rs == rsTrailer {
		t.resp.trailer = true
		s.rs = rsFinal
		return again
	}
	return s.responseFraming(t)
}

// responseFraming decides where the body ends.
func (s *State) responseFraming(t *Tx) step {
	m := &t.resp
	cl, te := m.findLoose("content-length"), m.findLoose("transfer-encoding")
	if t.known == methodConnect {
		if t.status >= 200 && t.status < 300 {
			m.progress = stepHeaders
			s.rs = rsTunnelStart
			return again
		}
		if s.req == t && s.rq == rqConnect {
			s.rq = rqFinal
		}
	}
	switch {
	case t.status == 101:
		if cl == nil && te == nil {
			return s.upgrade(t)
		}
		t.raise(evSwitchWithCL)
	case t.status == 100 && te == nil:
		if cl != nil {
			if n, ok := looseLength(m.at(cl.value)); ok && n > 0 {
				break
			}
		}
		if t.seenContinue {
			t.raise(evContinueTwice)
		}
		t.seenContinue = true
		s.forgetHeaders(m)
		s.rs = rsLine
		return again
	case t.status >= 400 && t.status < 500 && t.expect && s.req == t && s.rq == rqIdentity && s.reqLeft == uint64(t.reqLen):
		// The client was told not to send its body.
		s.rq = rqFinal
	}
	m.progress = stepHeaders
	s.rs = rsIdle
	switch {
	case t.known == methodHead:
		s.rs = rsFinal
	case t.status >= 100 && t.status < 200 || t.status == 204 || t.status == 304:
		if cl == nil && te == nil {
			s.rs = rsFinal
		} else {
			t.raise(evRespBodyUnexpected)
		}
	}
	if s.rs != rsFinal && !s.responseBody(t, cl, te) {
		return failed
	}
	s.chooseCoding(t, input.ToClient)
	return again
}

// responseBody picks the framing of a body; false ends parsing.
func (s *State) responseBody(t *Tx, cl, te *header) bool {
	m := &t.resp
	if te != nil && hasNoNUL(m.at(te.value), "chunked") {
		if !equalFold(m.at(te.value), "chunked") {
			t.raise(evAbnormalTE)
		}
		if m.ver < proto11 {
			t.raise(evChunkedOld)
		}
		m.progress = stepBody
		s.rs = rsChunkLength
		return true
	}
	if cl != nil {
		v := m.at(cl.value)
		n, ok := looseLength(v)
		if !ok {
			t.raise(evRespCL)
			return false
		}
		lengthExtras(t, v)
		s.respLeft = n
		s.rs = rsFinal
		if n > 0 {
			m.progress = stepBody
			s.rs = rsLength
		}
		return true
	}
	if ct := m.findLoose("content-type"); ct != nil && hasNoNUL(m.at(ct.value), "multipart/byteranges") {
		t.raise(evByteranges)
		return false
	}
	m.progress = stepBody
	s.rs = rsClose
	return true
}

// forgetHeaders drops those of an interim response.
func (s *State) forgetHeaders(m *message) {
	m.nhdr, m.reps = 0, 0
	m.block = m.block[:0]
}
