package address

import "bytes"

// Number reads digits up to most.
func Number(b []byte, most int) (n int, rest []byte, ok bool) {
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		if n = 10*n + int(b[i]-'0'); n > most {
			return 0, b, false
		}
		i++
	}
	return n, b[i:], i > 0
}

// V4 reads an address of version 4 into four octets.
func V4(b, out []byte) bool {
	for i := range 4 {
		n, rest, ok := Number(b, 255)
		if !ok {
			return false
		}
		out[i], b = byte(n), rest
		if i < 3 {
			if len(b) == 0 || b[0] != '.' {
				return false
			}
			b = b[1:]
		}
	}
	return len(b) == 0
}

// V6 reads an address in RFC 4291's text form.
func V6(b []byte, out *[16]byte) bool {
	n, gap := 0, -1
	if bytes.HasPrefix(b, colons) {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 && n < 16 {
		if bytes.IndexByte(b, ':') < 0 && bytes.IndexByte(b, '.') >= 0 {
			if n > 12 || !V4(b, out[n:n+4]) {
				return false
			}
			n, b = n+4, nil
			break
		}
		v, i := 0, 0
		for i < len(b) && i < 4 {
			d, ok := hex(b[i])
			if !ok {
				break
			}
			v = v<<4 | d
			i++
		}
		if i == 0 {
			return false
		}
		out[n], out[n+1] = byte(v>>8), byte(v)
		n, b = n+2, b[i:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return false
		}
		if b = b[1:]; b[0] == ':' {
			if gap >= 0 {
				return false
			}
			gap, b = n, b[1:]
		}
	}
	if len(b) > 0 {
		return false
	}
	if gap < 0 {
		return n == 16
	}
	if n == 16 {
		return false
	}
	k := 16 - (n - gap)
	copy(out[k:], out[gap:n])
	clear(out[gap:k])
	return true
}

var colons = []byte("::")

func hex(c byte) (int, bool) {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0'), true
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10, true
	}
	return 0, false
}
