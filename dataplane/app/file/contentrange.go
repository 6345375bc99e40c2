package file

// ContentRange is a Content-Range header (RFC 9110 section 14.4); -1 stands for what
// is not said.
type ContentRange struct{ Start, End, Size int64 }

// ParseRange reads a header's value: `bytes 0-9/100`, `bytes 0-9/*`, `bytes */100`.
func ParseRange(b []byte) (r ContentRange, ok bool) {
	r = ContentRange{-1, -1, -1}
	b = skipSpaces(b)
	for len(b) > 0 && b[0] != ' ' {
		b = b[1:]
	}
	b = skipSpaces(b)
	if len(b) > 1 && b[0] == '*' && b[1] == '/' {
		r.Size, _, ok = decimal(b[2:])
		return r, ok
	}
	if r.Start, b, ok = decimal(b); !ok || len(b) == 0 || b[0] != '-' {
		return r, false
	}
	if r.End, b, ok = decimal(b[1:]); !ok || len(b) == 0 || b[0] != '/' {
		return r, false
	}
	if b = b[1:]; len(b) > 0 && b[0] == '*' {
		return r, true
	}
	r.Size, _, ok = decimal(b)
	return r, ok
}

// Inside reports whether the range lies in its file.
func (r ContentRange) Inside() bool { return r.Start <= r.End && r.End < r.Size }

// Whole reports whether the range is no part of a larger file whose size is known.
func (r ContentRange) Whole() bool {
	return r.End <= 0 || r.Size <= 0 || r.Start == 0 && r.End == r.Size-1
}

func skipSpaces(b []byte) []byte {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	return b
}

// decimal reads digits, below 2^62.
func decimal(b []byte) (v int64, rest []byte, ok bool) {
	for len(b) > 0 && '0' <= b[0] && b[0] <= '9' {
		if v > 1<<58 {
			return 0, b, false
		}
		v, b, ok = 10*v+int64(b[0]-'0'), b[1:], true
	}
	return v, b, ok
}
