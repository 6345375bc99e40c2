package ftp

import (
	"bytes"

	"github.com/weir-ips/weir/dataplane/app/address"
)

// endpoint is where a data connection goes to, as an end names it. ip is of
// version 4 or 6; 0: not named, it is the end's own.
type endpoint struct {
	ip      [16]byte
	version uint8
	port    uint16
}

// hostPort reads h1,h2,h3,h4,p1,p2 of PORT (RFC 959 section 4.1.2).
func hostPort(b []byte) (a endpoint, ok bool) {
	var v [6]byte
	for i := range v {
		n, rest, ok := address.Number(b, 255)
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
func passive(b []byte) (a endpoint, ok bool) {
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
func extended(b []byte) (a endpoint, ok bool) {
	if len(b) < 2 {
		return a, false
	}
	sep := b[0]
	version, rest, _ := bytes.Cut(b[1:], b[:1])
	host, rest, ok := bytes.Cut(rest, b[:1])
	if !ok {
		return a, false
	}
	p, rest, ok := address.Number(rest, 65535)
	if !ok || p == 0 || len(rest) == 0 || rest[0] != sep {
		return a, false
	}
	a.port = uint16(p)
	switch string(version) {
	case "1":
		a.version, ok = 4, address.V4(host, a.ip[:4])
	case "2":
		a.version, ok = 6, address.V6(host, &a.ip)
	default:
		ok = false
	}
	return a, ok
}

// extendedPassive reads (|||6446|) of a reply to EPSV (RFC 2428 section 3).
func extendedPassive(b []byte) (a endpoint, ok bool) {
	i := bytes.IndexByte(b, '(')
	if i < 0 || len(b)-i < 6 {
		return a, false
	}
	b = b[i+1:]
	sep := b[0]
	if b[1] != sep || b[2] != sep {
		return a, false
	}
	p, rest, ok := address.Number(b[3:], 65535)
	if !ok || p == 0 || len(rest) == 0 || rest[0] != sep {
		return a, false
	}
	a.port = uint16(p)
	return a, true
}
