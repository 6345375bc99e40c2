package match

// Base64 modes in Op.C.
const (
	Base64Strict  int32 = iota // canonical, padded, nothing else
	Base64RFC4648              // up to the first octet that is none of the alphabet
	Base64RFC2045              // octets that are none of the alphabet are skipped
)

// noSextet marks an octet outside the alphabet.
const noSextet = 0xFF

var sextets = func() (t [256]byte) {
	for i := range t {
		t[i] = noSextet
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	return t
}()

// decodeBase64 decodes in into out, which must hold three octets for each four
// begun. An incomplete last group gives the octets that it holds whole.
func decodeBase64(out, in []byte, mode int32) (n int, ok bool) {
	var acc uint32
	have, pad := 0, 0
	for _, c := range in {
		v := sextets[c]
		if v == noSextet {
			if c == '=' && have >= 2 {
				if pad++; have+pad == 4 {
					break
				}
				continue
			}
			switch mode {
			case Base64RFC2045:
				continue
			case Base64Strict:
				return 0, false
			}
			break
		}
		if pad > 0 {
			if mode == Base64Strict {
				return 0, false
			}
			break
		}
		acc = acc<<6 | uint32(v)
		if have++; have == 4 {
			out[n], out[n+1], out[n+2] = byte(acc>>16), byte(acc>>8), byte(acc)
			n += 3
			acc, have = 0, 0
		}
	}
	if mode == Base64Strict && (len(in)%4 != 0 || have == 1 || have > 1 && have+pad != 4) {
		return 0, false
	}
	switch have {
	case 2:
		out[n] = byte(acc >> 4)
		n++
	case 3:
		out[n], out[n+1] = byte(acc>>10), byte(acc>>2)
		n += 2
	}
	return n, true
}

// fromBase64 decodes the part that the transform names; what cannot be decoded
// stays as it is.
func (e *Engine) fromBase64(op *Op, data []byte) ([]byte, bool) {
	in := data[min(int(op.A), len(data)):]
	if op.B > 0 {
		in = in[:min(int(op.B), len(in))]
	}
	out := e.arena.Get((len(in) + 3) / 4 * 3)
	if out == nil {
		return nil, false
	}
	n, ok := decodeBase64(out, in, op.C)
	if !ok || n == 0 {
		return data, true
	}
	return out[:n], true
}

// Base64 decoding of the keyword is bounded.
const maxBase64 = 1 << 16

// base64Decode decodes what follows offset B, or the last match, for the
// conditions behind base64_data. A is the number of octets, 0 for all.
func (x *inspector) base64Decode(op *Op, pos int) bool {
	at := int(op.B)
	if op.Flags&FRelative != 0 {
		at += pos
	}
	if at >= len(x.data) {
		return false
	}
	in := x.data[at:min(len(x.data), at+maxBase64)]
	if op.A > 0 {
		in = in[:min(int(op.A), len(in))]
	}
	out := x.e.arena.Get((len(in) + 3) / 4 * 3)
	if out == nil {
		return false
	}
	n, ok := decodeBase64(out, in, Base64RFC4648)
	x.decoded = out[:n]
	return ok && n > 0
}

// base64Data inspects what was decoded with the rest of the list.
func (x *inspector) base64Data(i int) step {
	if len(x.decoded) == 0 {
		return stepNo
	}
	data, start, first, last := x.data, x.start, x.first, x.last
	x.data, x.start, x.first, x.last = x.decoded, 0, true, true
	r := x.step(i+1, 0)
	x.data, x.start, x.first, x.last = data, start, first, last
	if r == stepNever {
		// Another place of an earlier match may give other octets.
		return stepNo
	}
	return r
}
