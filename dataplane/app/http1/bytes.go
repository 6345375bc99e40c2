package http1

// isSpace is white space as C's isspace has it.
func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// isToken is a character of a token (RFC 9110 section 5.6.2), with the visible
// characters that servers let pass.
func isToken(c byte) bool {
	if c <= 32 || c > 126 {
		return false
	}
	switch c {
	case '(', ')', '<', '>', '@', ',', ';', ':', '\\', '"', '/', '[', ']', '?', '=', '{', '}':
		return false
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 32
	}
	return c
}

func trim(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// chomp cuts line ends off.
func chomp(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// skip is b behind leading octets for which f holds.
func skip(b []byte, f func(byte) bool) []byte {
	for len(b) > 0 && f(b[0]) {
		b = b[1:]
	}
	return b
}

// word splits b at its first white space.
func word(b []byte) (w, rest []byte) {
	for i, c := range b {
		if isSpace(c) {
			return b[:i], b[i:]
		}
	}
	return b, nil
}

// equalFold compares with a lower-case constant.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if lower(b[i]) != s[i] {
			return false
		}
	}
	return true
}

func equalFoldBytes(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// equalNoNUL compares with a lower-case constant and passes over NUL octets, as
// servers written in C may.
func equalNoNUL(b []byte, s string) bool {
	k := 0
	for _, c := range b {
		if c == 0 {
			continue
		}
		if k == len(s) || lower(c) != s[k] {
			return false
		}
		k++
	}
	return k == len(s)
}

// hasNoNUL reports whether b holds a lower-case constant, NUL octets passed over.
func hasNoNUL(b []byte, s string) bool {
	for i := range b {
		k := 0
		for _, c := range b[i:] {
			if c == 0 && k > 0 {
				continue
			}
			if lower(c) != s[k] {
				break
			}
			if k++; k == len(s) {
				return true
			}
		}
	}
	return false
}

func hasPrefixFold(b []byte, s string) bool { return len(b) >= len(s) && equalFold(b[:len(s)], s) }

func indexByte(b []byte, c byte) int {
	for i := range b {
		if b[i] == c {
			return i
		}
	}
	return -1
}

func hexValue(c byte) (v byte, ok bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// decimal reads digits from the start of b; ok is false for none and for more
// than fit.
func decimal(b []byte) (v uint64, rest []byte, ok bool) {
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		if v > (1<<63-10)/10 {
			return 0, b, false
		}
		v = v*10 + uint64(b[i]-'0')
		i++
	}
	return v, b[i:], i > 0
}

func appendUint(b []byte, v uint64) []byte {
	var d [20]byte
	i := len(d)
	for {
		i--
		d[i] = byte('0' + v%10)
		if v /= 10; v == 0 {
			return append(b, d[i:]...)
		}
	}
}
