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

func (s *State) responseIdentity(in *cursor) step {
	b := in.rest()
	if uint64(len(b)) > s.respLeft {
		b = b[:s.respLeft]
	}
	if len(b) == 0 {
		return wait
	}
	s.bodyOctets(s.head, input.ToClient, b)
	in.i += len(b)
	if s.respLeft -= uint64(len(b)); s.respLeft > 0 {
		return wait
	}
	s.rs = rsFinal
	return again
}

func (s *State) responseClose(in *cursor) step {
	if b := in.rest(); len(b) > 0 {
		s.bodyOctets(s.head, input.ToClient, b)
		in.i = len(in.b)
	}
	return wait
}

func (s *State) responseChunkLength(in *cursor) step {
	t := s.head
	n := s.lineEnd(in, 1, false)
	if n < 0 {
		switch b := in.rest(); {
		case badChunkStart(b):
			s.notChunked(t)
			return again
		case len(b) > s.opt.FieldLimit:
			t.raise(evRespTooLong)
			return failed
		}
		return wait
	}
	line := in.rest()[:n]
	if chunkBlank(line) {
		in.i += n
		t.resp.length += uint64(n)
		return again
	}
	v, ext, ok := chunkLength(line)
	if ext {
		t.raise(evRespChunkExt)
	}
	if !ok {
		if _, hex := hexValue(skip(line, chunkControl)[0]); hex {
			// Too large a number: the line is passed over.
			in.i += n
			return again
		}
		s.notChunked(t)
		return again
	}
	in.i += n
	t.resp.length += uint64(n)
	s.respLeft = v
	s.rs = rsChunkData
	if v == 0 {
		s.rs = rsTrailer
	}
	return again
}

// notChunked: browsers show the rest as it is.
func (s *State) notChunked(t *Tx) {
	t.raise(evRespChunkLen)
	s.rs = rsClose
}

func (s *State) responseChunk(in *cursor) step {
	b := in.rest()
	if uint64(len(b)) > s.respLeft {
		b = b[:s.respLeft]
	}
	if len(b) == 0 {
		return wait
	}
	s.bodyOctets(s.head, input.ToClient, b)
	in.i += len(b)
	if s.respLeft -= uint64(len(b)); s.respLeft > 0 {
		return wait
	}
	s.rs = rsChunkEnd
	return again
}

func (s *State) responseChunkEnd(in *cursor) step {
	b := in.rest()
	k := indexByte(b, '\n')
	if k < 0 {
		k = len(b) - 1
	} else {
		s.rs = rsChunkLength
	}
	s.head.resp.length += uint64(k + 1)
	in.i += k + 1
	if s.rs == rsChunkEnd {
		return wait
	}
	return again
}

// responseFinal ends a response, unless octets come right behind that no
// response begins with.
func (s *State) responseFinal(in *cursor) step {
	t := s.head
	b := in.rest()
	if len(b) == 0 {
		return s.responseDone()
	}
	start := skip(b, func(c byte) bool { return isSpace(c) || c == 0 })
	if n := min(4, len(start)); n > 0 && equalFold(start[:n], "http"[:n]) {
		return s.responseDone()
	}
	k := indexByte(b, '\n')
	if k < 0 {
		if len(b) > s.opt.FieldLimit {
			t.raise(evRespTooLong)
			return failed
		}
		if !in.eof {
			return wait
		}
		k = len(b) - 1
	}
	t.raise(evRespBodyUnexpected)
	if t.resp.progress < stepBody {
		t.resp.progress = stepBody
	}
	s.bodyOctets(t, input.ToClient, b[:k+1])
	in.i += k + 1
	return again
}

func (s *State) responseDone() step {
	t := s.head
	s.endBody(t, input.ToClient, false)
	t.resp.progress = input.Complete
	s.answers++
	s.rs = rsIdle
	s.answered()
	if t.known == methodConnect && t.status >= 200 && t.status < 300 {
		s.cutRequest(t)
		return s.tunnel(t, input.AppUnknown, t.id == 0)
	}
	return again
}

// skipBlankLines passes over line ends that stand in front of what a tunnel
// carries.
func skipBlankLines(in *cursor) {
	for in.i < len(in.b) && (in.b[in.i] == '\r' || in.b[in.i] == '\n') {
		in.i++
	}
}

// tunnel leaves the flow to what is to follow; where that cannot be told apart,
// the rest is not looked at.
func (s *State) tunnel(t *Tx, next input.AppProto, change bool) step {
	s.req, s.rq, s.rs = nil, rqIgnore, rsTunnel
	if change && s.locked {
		t.raise(evFailedSwitch)
		change = false
	}
	if !change {
		return again
	}
	s.next, s.port = next, uint16(max(t.port, 0))
	return handOver
}

// upgrade is the answer 101: the flow speaks something else from here on.
func (s *State) upgrade(t *Tx) step {
	m := &t.resp
	m.progress = input.Complete
	s.endBody(t, input.ToClient, false)
	s.cutRequest(t)
	up := m.value("upgrade")
	s.answered()
	next := input.AppUnknown
	switch {
	case equalFold(up, "h2c"):
		next = input.AppHTTP2
		s.handover(t)
	case equalFold(up, "websocket"):
		next = input.AppWebSocket
	}
	return s.tunnel(t, next, len(up) > 0 && (next == input.AppUnknown || s.env.Speaks[next]))
}

// responseGap deals with missing octets.
func (s *State) responseGap(n uint64) {
	s.searched[1] = 0
	t := s.head
	switch s.rs {
	case rsTunnel:
		return
	case rsIdle:
		s.resync[1] = true
		return
	case rsClose:
		s.bodyGap(t, input.ToClient, n)
		return
	case rsLength, rsChunkData:
		take := min(n, s.respLeft)
		s.bodyGap(t, input.ToClient, take)
		s.respLeft -= take
		if n -= take; s.respLeft > 0 {
			return
		}
		if s.rs == rsChunkData {
			s.rs = rsChunkEnd
		} else {
			s.rs = rsFinal
		}
		if n == 0 {
			return
		}
	}
	if t != nil {
		if s.rs != rsFinal {
			t.raise(evGap)
		}
		s.cutResponse(t)
		s.answered()
	}
	s.rs = rsIdle
	s.resync[1] = true
}

// closeResponses ends everything: the server will send no more.
func (s *State) closeResponses(in *cursor) {
	if t := s.head; t != nil {
		switch s.rs {
		case rsLine:
			if b := in.rest(); len(b) > 0 && !s.resync[1] {
				in.i = len(in.b)
				s.takeStatusLine(b, in)
			}
		case rsHeaders, rsTrailer:
			used, _, _ := s.block(t, &t.resp, input.ToClient, in.rest(), true)
			in.i += used
			if s.rs == rsHeaders {
				t.resp.progress = stepHeaders
			}
		}
		if s.rs != rsIdle {
			// A body that ends with the connection is whole.
			s.endBody(t, input.ToClient, s.rs == rsLength || s.rs == rsChunkData)
			t.resp.progress = input.Complete
			s.answered()
			s.rs = rsIdle
		}
	}
	for t := s.head; t != nil; t = s.head {
		s.cutResponse(t)
		s.answered()
	}
}
