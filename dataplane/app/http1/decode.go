package http1

// Percent decoding. Paths and the other parts differ: a path keeps encoded
// separators when told so, folds backslashes and repeated separators, and goes
// through UTF-8.

// percent reads what stands behind a percent sign. n octets of b are used up;
// emit is false when the sign vanishes; end: the string ends here.
func (o *Options) percent(b []byte, path bool) (c byte, n int, emit, end bool) {
	if len(b) > 0 && lower(b[0]) == 'u' {
		return o.percentU(b, path)
	}
	if len(b) >= 2 {
		h, ok1 := hexValue(b[0])
		l, ok2 := hexValue(b[1])
		if ok1 && ok2 {
			c = h<<4 | l
			if c == 0 && o.NULEncTerminates {
				return 0, 0, false, true
			}
			if path && !o.DecodeSeparators && (c == '/' || o.ConvertBackslash && c == '\\') {
				return '%', 0, true, false
			}
			return c, 2, true, false
		}
		if o.Invalid == DecodeInvalid {
			return looseHex(b[0])<<4 + looseHex(b[1]), 2, true, false
		}
	}
	return '%', 0, o.Invalid != RemovePercent, false
}

// percentU is %uXXXX, as IIS has it.
func (o *Options) percentU(b []byte, path bool) (c byte, n int, emit, end bool) {
	if !o.UEncoding {
		return '%', 0, true, false
	}
	if len(b) < 5 {
		return '%', 0, o.Invalid != RemovePercent, false
	}
	valid := true
	for _, x := range b[1:5] {
		if _, ok := hexValue(x); !ok {
			valid = false
		}
	}
	if !valid && o.Invalid != DecodeInvalid {
		return '%', 0, o.Invalid != RemovePercent, false
	}
	hi := looseHex(b[1])<<4 + looseHex(b[2])
	lo := looseHex(b[3])<<4 + looseHex(b[4])
	c = lo
	if hi != 0 {
		c = o.bestFit(uint32(hi)<<8 | uint32(lo))
	}
	if c == 0 && path && o.NULEncTerminates {
		return 0, 0, false, true
	}
	return c, 5, true, false
}

// looseHex is what servers that do not check make of a digit.
func looseHex(c byte) byte {
	if c >= 'A' {
		return c&0xdf - 'A' + 10
	}
	return c - '0'
}

// decodePath appends the decoded path.
func (o *Options) decodePath(out, b []byte) []byte {
	start := len(out)
	for i := 0; i < len(b); {
		c := b[i]
		i++
		if c == '%' {
			var n int
			var emit, end bool
			c, n, emit, end = o.percent(b[i:], true)
			i += n
			if end {
				break
			}
			if !emit {
				continue
			}
		} else if c == 0 && o.NULRawTerminates {
			break
		}
		if c == '\\' && o.ConvertBackslash {
			c = '/'
		}
		if o.ConvertLower {
			c = lower(c)
		}
		if c == '/' && o.CompressSeparators && len(out) > start && out[len(out)-1] == '/' {
			continue
		}
		out = append(out, c)
	}
	return out
}

// decodeText appends a decoded query, fragment, user or host.
func (o *Options) decodeText(out, b []byte) []byte {
	for i := 0; i < len(b); {
		c := b[i]
		i++
		switch {
		case c == '%':
			var n int
			var emit, end bool
			c, n, emit, end = o.percent(b[i:], false)
			i += n
			if end {
				return out
			}
			if !emit {
				continue
			}
			if c == 0 && o.NULEncTerminates {
				return out
			}
		case c == '+' && o.PlusSpace:
			c = ' '
		case c == 0 && o.NULRawTerminates:
			return out
		}
		out = append(out, c)
	}
	return out
}

// removeDots resolves . and .. segments in place (RFC 3986 section 5.2.4, and
// what servers do with paths that start with neither).
func removeDots(p []byte) []byte {
	w := 0
	dots := false // a dot segment went before
	for i := 0; i < len(p); {
		if i == 0 && p[0] == '.' {
			// A leading ./ or ../ falls away.
			n := 1
			if len(p) > 1 && p[1] == '.' {
				n = 2
			}
			if n == len(p) {
				return p[:0]
			}
			if p[n] == '/' {
				p = p[n+1:]
				continue
			}
		}
		if p[i] != '/' {
			p[w] = p[i]
			w++
			i++
			continue
		}
		// At a separator: find the segment behind it.
		j := i + 1
		for j < len(p) && p[j] != '/' {
			j++
		}
		seg := p[i+1 : j]
		switch {
		case len(seg) == 1 && seg[0] == '.':
		case len(seg) == 2 && seg[0] == '.' && seg[1] == '.':
			for w > 0 && p[w-1] != '/' {
				w--
			}
			if w > 0 {
				w--
			}
		case len(seg) == 0 && j == len(p) && dots:
		default:
			w += copy(p[w:], p[i:j])
		}
		dots = len(seg) > 0 && len(seg) <= 2 && seg[0] == '.' && seg[len(seg)-1] == '.'
		i = j
	}
	return p[:w]
}
