package mime

// base64State is a base64 decoder (RFC 2045 section 6.8) between two pieces. It
// skips what is not of the alphabet, as mail clients do, and goes on behind
// padding.
type base64State struct {
	bits uint32
	n    int // sextets at hand
	pad  int
}

// values of the alphabet; 64: padding, 65: white space, 66: not of it.
var values = func() (t [256]byte) {
	for i := range t {
		t[i] = 66
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['='] = 64
	for _, c := range []byte(" \t\r\n") {
		t[c] = 65
	}
	return t
}()

// decode appends what b decodes to; clean is false when there was something
// else in it.
func (s *base64State) decode(out, b []byte) (_ []byte, clean bool) {
	clean = true
	for _, c := range b {
		v := values[c]
		switch {
		case v < 64:
			if s.pad > 0 {
				s.pad, s.n, s.bits = 0, 0, 0
			}
			s.bits = s.bits<<6 | uint32(v)
			if s.n++; s.n == 4 {
				out = append(out, byte(s.bits>>16), byte(s.bits>>8), byte(s.bits))
				s.n, s.bits = 0, 0
			}
		case v == 64:
			if s.pad == 0 {
				out = s.tail(out)
				clean = clean && s.n >= 2
			}
			s.pad++
		case v == 66:
			clean = false
		}
	}
	return out, clean
}

// tail appends the octets of a group that is not full.
func (s *base64State) tail(out []byte) []byte {
	switch s.n {
	case 2:
		out = append(out, byte(s.bits>>4))
	case 3:
		out = append(out, byte(s.bits>>10), byte(s.bits>>2))
	}
	return out
}

// finish appends what is left of a body without padding.
func (s *base64State) finish(out []byte) []byte {
	if s.pad == 0 {
		out = s.tail(out)
	}
	*s = base64State{}
	return out
}

// quotedState is a quoted-printable decoder (RFC 2045 section 6.7) between two
// pieces: an `=` and what came behind it.
type quotedState struct {
	held [2]byte
	n    int
	soft bool // white space came behind `=`: a line end may follow
}

// decode appends what b, which holds no line end, decodes to. What is no escape
// is kept as it is; clean is false then.
func (s *quotedState) decode(out, b []byte) (_ []byte, clean bool) {
	clean = true
	for _, c := range b {
		if s.soft {
			if c == ' ' || c == '\t' {
				continue
			}
			out, clean, s.soft = append(out, '=', ' '), false, false
		}
		switch s.n {
		case 0:
			if c == '=' {
				s.held[0], s.n = c, 1
				continue
			}
			out = append(out, c)
		case 1:
			if _, ok := hexDigit(c); ok {
				s.held[1], s.n = c, 2
				continue
			}
			s.n = 0
			if c == ' ' || c == '\t' {
				s.soft = true
				continue
			}
			clean = false
			if out = append(out, '='); c == '=' {
				s.n = 1
				continue
			}
			out = append(out, c)
		default:
			s.n = 0
			hi, _ := hexDigit(s.held[1])
			lo, ok := hexDigit(c)
			if !ok {
				clean = false
				if out = append(out, '=', s.held[1]); c == '=' {
					s.n = 1
					continue
				}
				out = append(out, c)
				continue
			}
			if s.held[1] >= 'a' || c >= 'a' {
				clean = false
			}
			out = append(out, hi<<4|lo)
		}
	}
	return out, clean
}

// endLine ends a line: softly behind `=`, hard is false then. What is left of an
// escape is appended.
func (s *quotedState) endLine(out []byte) (_ []byte, hard, clean bool) {
	n, soft := s.n, s.soft
	s.n, s.soft = 0, false
	switch {
	case n == 1 || soft:
		return out, false, true
	case n == 2:
		return append(out, '=', s.held[1]), true, false
	}
	return out, true, true
}

// finish appends what is left of a body that ends within an escape.
func (s *quotedState) finish(out []byte) []byte {
	if s.n == 2 {
		out = append(out, '=', s.held[1])
	}
	*s = quotedState{}
	return out
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
