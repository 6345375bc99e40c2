package http1

// bestFit maps a code point to the octet that a single-byte server makes of it.
func (o *Options) bestFit(cp uint32) byte {
	switch {
	case cp < 0x100:
		return byte(cp)
	case cp >= 0xff01 && cp <= 0xff5e:
		// Full-width forms are their ASCII counterparts.
		return byte(cp - 0xff00 + 0x20)
	case cp >= 0x0100 && cp < 0x0180:
		return latinExtended[cp-0x0100]
	}
	for _, r := range bestFitRows {
		if cp == uint32(r.from) {
			return r.to
		}
	}
	return o.BestFitReplacement
}

// latinExtended is Latin Extended-A without its diacritics.
const latinExtended = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKk?LlLlLlLlLlNnNnNn???OoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZz?"

// bestFitRows are the punctuation that attacks use.
var bestFitRows = [...]struct {
	from uint16
	to   byte
}{
	{0x2010, '-'}, {0x2011, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201a, '\''},
	{0x201c, '"'}, {0x201d, '"'}, {0x201e, '"'}, {0x2024, '.'}, {0x2032, '\''}, {0x2035, '`'}, {0x2039, '<'},
	{0x203a, '>'}, {0x2044, '/'}, {0x2212, '-'}, {0x2215, '/'}, {0x2216, '\\'}, {0x2217, '*'}, {0x2223, '|'},
	{0x2236, ':'}, {0x223c, '~'}, {0x2329, '<'}, {0x232a, '>'}, {0x02b9, '\''}, {0x02bc, '\''}, {0x02c6, '^'},
	{0x02c8, '\''}, {0x02cb, '`'}, {0x02dc, '~'}, {0x3008, '<'}, {0x3009, '>'}, {0x301a, '['}, {0x301b, ']'},
	{0x3000, ' '}, {0x2000, ' '}, {0x2001, ' '}, {0x2002, ' '}, {0x2003, ' '}, {0x2004, ' '}, {0x2005, ' '}, {0x2006, ' '},
}

// foldUTF8 replaces UTF-8 sequences, overlong ones included, by their best fit,
// in place. A path with no valid sequence stays as it is.
func (o *Options) foldUTF8(p []byte) []byte {
	if !o.UTF8BestFit || !hasUTF8(p) {
		return p
	}
	w := 0
	for i := 0; i < len(p); {
		cp, n, ok := utf8Any(p[i:])
		switch {
		case n == 1 && ok:
			p[w] = p[i]
		case ok:
			p[w] = o.bestFit(cp)
		default:
			p[w] = o.BestFitReplacement
		}
		w++
		i += n
	}
	return p[:w]
}

func hasUTF8(p []byte) bool {
	for i := 0; i < len(p); {
		_, n, ok := utf8Any(p[i:])
		if ok && n > 1 {
			return true
		}
		i += n
	}
	return false
}

// utf8Any reads a sequence without refusing overlong ones; n is at least 1.
func utf8Any(p []byte) (cp uint32, n int, ok bool) {
	c := p[0]
	switch {
	case c < 0x80:
		return uint32(c), 1, true
	case c >= 0xc0 && c < 0xe0:
		cp, n = uint32(c&0x1f), 2
	case c >= 0xe0 && c < 0xf0:
		cp, n = uint32(c&0x0f), 3
	case c >= 0xf0 && c < 0xf5:
		cp, n = uint32(c&0x07), 4
	default:
		return 0, 1, false
	}
	for k := 1; k < n; k++ {
		if k >= len(p) || p[k]&0xc0 != 0x80 {
			return 0, k, false
		}
		cp = cp<<6 | uint32(p[k]&0x3f)
	}
	return cp, n, true
}
