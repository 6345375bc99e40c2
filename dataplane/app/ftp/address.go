package ftp

import "bytes"

// address is where a data connection goes to, as an end names it. ip is of
// version 4 or 6; 0: not named, it is the end's own.
type address struct {
	ip      [16]byte
	version uint8
	port    uint16
}

// hostPort reads h1,h2,h3,h4,p1,p2 of PORT (RFC 959 section 4.1.2).
func hostPort(b []byte) (a address, ok bool) {
	var v [6]byte
	for i := range v {
		n, rest, ok := number(b, 255)
		if !ok {
			return a, false
		}
		v[i], b = byte(n), rest
		if i < 5 {
			if len(b) == 0 || b[0] != ',' {
				return a, false
			}
			b = b[1:]
		}
	}
	copy(a.ip[:], v[:4])
	a.version, a.port = 4, uint16(v[4])<<8|uint16(v[5])
	return a, a.port != 0
}

// passive finds the address in a reply to PASV: servers write it in many ways, so
// it is what follows the first digit behind the code.
func passive(b []byte) (a address, ok bool) {
	if len(b) < 4 {
		return a, false
	}
	i := bytes.IndexAny(b[4:], "0123456789")
	if i < 0 {
		return a, false
	}
	return hostPort(b[4+i:])
}

// extended reads |1|132.235.1.2|6275| or |2|1080::8:800:200C:417A|5282| of EPRT
// (RFC 2428 section 2).
func extended(b []byte) (a address, ok bool) {
	if len(b) < 2 {
		return a, false
	}
	sep := b[0]
	version, rest, _ := bytes.Cut(b[1:], b[:1])
	host, rest, ok := bytes.Cut(rest, b[:1])
	if !ok {
		return a, false
	}
	p, rest, ok := number(rest, 65535)
	if !ok || p == 0 || len(rest) == 0 || rest[0] != sep {
		return a, false
	}
	a.port = uint16(p)
	switch string(version) {
	case "1":
		a.version, ok = 4, ip4(host, a.ip[:4])
	case "2":
		a.version, ok = 6, ip6(host, &a.ip)
	default:
		ok = false
	}
	return a, ok
}

// extendedPassive reads (|||6446|) of a reply to EPSV (RFC 2428 section 3).
func extendedPassive(b []byte) (a address, ok bool) {
	i := bytes.IndexByte(b, '(')
	if i < 0 || len(b)-i < 6 {
		return a, false
	}
	b = b[i+1:]
	sep := b[0]
	if b[1] != sep || b[2] != sep {
		return a, false
	}
	p, rest, ok := number(b[3:], 65535)
	if !ok || p == 0 || len(rest) == 0 || rest[0] != sep {
		return a, false
	}
	a.port = uint16(p)
	return a, true
}

// number reads digits up to most.
func number(b []byte, most int) (n int, rest []byte, ok bool) {
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		if n = 10*n + int(b[i]-'0'); n > most {
			return 0, b, false
		}
		i++
	}
	return n, b[i:], i > 0
}

func ip4(b, out []byte) bool {
	for i := range 4 {
		n, rest, ok := number(b, 255)
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

// ip6 reads an address in RFC 4291's text form.
func ip6(b []byte, out *[16]byte) bool {
	n, gap := 0, -1
	if bytes.HasPrefix(b, colons) {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 && n < 16 {
		if bytes.IndexByte(b, ':') < 0 && bytes.IndexByte(b, '.') >= 0 {
			if n > 12 || !ip4(b, out[n:n+4]) {
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
