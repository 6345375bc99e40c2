package http1

import "github.com/weir-ips/weir/match/input"

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
