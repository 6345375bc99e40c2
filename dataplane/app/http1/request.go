package http1

import (
	"github.com/weir-ips/weir/match/input"
)

// max09Space is how much white space may follow an HTTP/0.9 request.
const max09Space = 16

// requests reads until octets are missing.
func (s *State) requests(in *cursor) step {
	for {
		var st step
		switch s.rq {
		case rqIdle:
			s.endFrame(0, in)
			if len(in.rest()) == 0 {
				return wait
			}
			st = s.requestStart()
			s.beginFrame(0, in, s.req)
		case rqLine:
			st = s.requestLine(in)
		case rqMaybe09:
			st = s.requestOld(in)
		case rqHeaders, rqTrailer:
			st = s.requestHeaders(in)
		case rqConnect:
			skipBlankLines(in)
			return wait
		case rqIdentity:
			st = s.requestIdentity(in)
		case rqChunkLength:
			st = s.requestChunkLength(in)
		case rqChunkData:
			st = s.requestChunk(in)
		case rqChunkEnd:
			st = s.requestChunkEnd(in)
		case rqFinal:
			st = s.requestFinal(in)
		case rqIgnore:
			in.i = len(in.b)
			return wait
		}
		if st != again {
			return st
		}
	}
}

func (s *State) requestStart() step {
	if s.req = s.newTx(); s.req == nil {
		return failed
	}
	s.rq = rqLine
	return again
}

func (s *State) requestLine(in *cursor) step {
	n := s.lineEnd(in, 0, false)
	if n < 0 {
		if len(in.rest()) > s.opt.FieldLimit {
			s.req.raise(evReqTooLong)
			return failed
		}
		return wait
	}
	line := in.rest()[:n]
	if s.resync[0] && methodOf(firstWord(line)) == 0 {
		in.i += n
		return again
	}
	s.resync[0] = false
	if len(line) > s.opt.FieldLimit {
		s.req.raise(evReqTooLong)
		return failed
	}
	in.i += n
	return s.takeLine(line)
}

func firstWord(b []byte) []byte {
	w, _ := word(skip(b, isSpace))
	return w
}

// takeLine reads a request line, its end included.
func (s *State) takeLine(line []byte) step {
	if len(chomp(line)) == 0 && len(line) <= 2 || s.opt.BlankLine && len(trim(line)) == 0 {
		return again
	}
	t := s.req
	if !s.parseRequestLine(t, chomp(line)) {
		return failed
	}
	t.req.progress = stepLine
	if t.old {
		s.rq = rqMaybe09
	} else {
		s.rq = rqHeaders
	}
	return again
}

// requestOld decides whether a line with no protocol was HTTP/0.9: nothing but a
// little white space may follow then.
func (s *State) requestOld(in *cursor) step {
	b := in.rest()
	if len(b) == 0 {
		return wait
	}
	if sp := skip(b, isSpace); len(sp) == 0 && len(b) <= max09Space {
		return wait
	}
	s.req.old = false
	s.req.raise(evNoProto)
	s.rq = rqHeaders
	return again
}

func (s *State) requestHeaders(in *cursor) step {
	t := s.req
	used, done, ok := s.block(t, &t.req, input.ToServer, in.rest(), false)
	in.i += used
	t.req.length += pickLen(s.rq == rqTrailer, used)
	if !ok {
		return failed
	}
	if !done {
		return wait
	}
	return s.requestHeadersDone()
}

func pickLen(yes bool, n int) uint64 {
	if yes {
		return uint64(n)
	}
	return 0
}

func (s *State) requestHeadersDone() step {
	t := s.req
	if s.rq == rqTrailer {
		t.req.trailer = true
		s.rq = rqFinal
		return again
	}
	t.req.progress = stepHeaders
	valid := s.framing(t)
	s.checkRequest(t)
	if !valid {
		return failed
	}
	s.chooseCoding(t, input.ToServer)
	switch {
	case t.known == methodConnect:
		s.rq = rqConnect
	case t.chunked:
		t.req.progress = stepBody
		s.rq = rqChunkLength
	case t.reqLen > 0:
		t.req.progress = stepBody
		s.reqLeft = uint64(t.reqLen)
		s.rq = rqIdentity
	default:
		s.rq = rqFinal
	}
	return again
}

func (s *State) requestIdentity(in *cursor) step {
	b := in.rest()
	if uint64(len(b)) > s.reqLeft {
		b = b[:s.reqLeft]
	}
	if len(b) == 0 {
		return wait
	}
	s.bodyOctets(s.req, input.ToServer, b)
	in.i += len(b)
	if s.reqLeft -= uint64(len(b)); s.reqLeft > 0 {
		return wait
	}
	s.rq = rqFinal
	return again
}

func (s *State) requestChunkLength(in *cursor) step {
	t := s.req
	n := s.lineEnd(in, 0, false)
	if n < 0 {
		if badChunkStart(in.rest()) || len(in.rest()) > s.opt.FieldLimit {
			t.raise(evReqChunkLen)
			return failed
		}
		return wait
	}
	line := in.rest()[:n]
	in.i += n
	t.req.length += uint64(n)
	if chunkBlank(line) {
		return again
	}
	v, ext, ok := chunkLength(line)
	if ext {
		t.raise(evReqChunkExt)
	}
	if !ok {
		t.raise(evReqChunkLen)
		return failed
	}
	s.reqLeft = v
	s.rq = rqChunkData
	if v == 0 {
		s.rq = rqTrailer
	}
	return again
}

func (s *State) requestChunk(in *cursor) step {
	b := in.rest()
	if uint64(len(b)) > s.reqLeft {
		b = b[:s.reqLeft]
	}
	if len(b) == 0 {
		return wait
	}
	s.bodyOctets(s.req, input.ToServer, b)
	in.i += len(b)
	if s.reqLeft -= uint64(len(b)); s.reqLeft > 0 {
		return wait
	}
	s.rq = rqChunkEnd
	return again
}

func (s *State) requestChunkEnd(in *cursor) step {
	b := in.rest()
	k := indexByte(b, '\n')
	if k < 0 {
		s.req.req.length += uint64(len(b))
		in.i = len(in.b)
		return wait
	}
	s.req.req.length += uint64(k + 1)
	in.i += k + 1
	s.rq = rqChunkLength
	return again
}

// requestFinal ends a request, unless octets that no request begins with come
// right behind: servers that read on take those for its body.
func (s *State) requestFinal(in *cursor) step {
	t := s.req
	b := in.rest()
	if len(b) == 0 {
		return s.requestDone()
	}
	m, after := word(skip(b, isSpace))
	if len(m) > 0 && (methodOf(m) != 0 && len(after) > 0 || len(after) == 0 && methodPrefix(m)) {
		return s.requestDone()
	}
	k := indexByte(b, '\n')
	if k < 0 {
		if len(b) > s.opt.FieldLimit {
			t.raise(evReqTooLong)
			return failed
		}
		if !in.eof {
			return wait
		}
		k = len(b) - 1
	}
	if len(m) > 0 {
		t.raise(evReqBodyUnexpected)
	}
	if t.req.progress < stepBody {
		t.req.progress = stepBody
	}
	s.bodyOctets(t, input.ToServer, b[:k+1])
	in.i += k + 1
	return again
}

func (s *State) requestDone() step {
	t := s.req
	s.endBody(t, input.ToServer, false)
	t.req.progress = input.Complete
	s.checkRequest(t)
	s.req = nil
	s.rq = rqIdle
	if t.old {
		s.rq = rqIgnore
	}
	return again
}

// requestGap deals with missing octets.
func (s *State) requestGap(n uint64) {
	s.searched[0] = 0
	t := s.req
	switch s.rq {
	case rqIdentity, rqChunkData:
		take := min(n, s.reqLeft)
		s.bodyGap(t, input.ToServer, take)
		if s.reqLeft -= take; s.reqLeft > 0 {
			return
		}
		n -= take
		if s.rq == rqChunkData {
			s.rq = rqChunkEnd
			if n == 0 {
				return
			}
		} else {
			s.rq = rqFinal
		}
		if n == 0 {
			return
		}
	case rqIdle, rqIgnore, rqFinal:
	}
	if s.rq == rqIgnore {
		return
	}
	if t != nil && s.rq != rqIdle {
		t.raise(evGap)
		s.cutRequest(t)
		s.req = nil
	}
	s.rq = rqIdle
	s.resync[0] = true
}

// closeRequests ends what the client's end of stream leaves open.
func (s *State) closeRequests(in *cursor) {
	t := s.req
	if t == nil {
		return
	}
	switch s.rq {
	case rqLine:
		if b := in.rest(); len(b) > 0 && !s.resync[0] {
			in.i = len(in.b)
			s.takeLine(b)
		}
	case rqHeaders, rqTrailer:
		used, _, _ := s.block(t, &t.req, input.ToServer, in.rest(), true)
		in.i += used
		if s.rq == rqHeaders {
			t.req.progress = stepHeaders
			s.framing(t)
		}
	case rqConnect:
		return
	}
	if s.rq == rqMaybe09 || s.rq == rqFinal {
		s.requestDone()
		return
	}
	s.cutRequest(t)
	s.req = nil
	s.rq = rqIdle
}
