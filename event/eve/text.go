package eve

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendString appends s in quotes. Octets that are no UTF-8 make all octets
// from 0x80 on appear as \xNN text, as in Suricata, so that the value can be
// read back.
func appendString(dst []byte, s []byte) []byte {
	valid := utf8.Valid(s)
	dst = append(dst, '"')
	start := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' && (c < 0x80 || valid) {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		if c >= 0x80 {
			dst = append(dst, '\\', '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
			continue
		}
		dst = appendEscape(dst, c)
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// appendText appends text in quotes, U+FFFD for what is no UTF-8: one for each
// longest beginning of a character (Unicode 15.0 section 3.9, "substitution of
// maximal subparts").
func appendText(dst []byte, s []byte) []byte {
	dst = append(dst, '"')
	for len(s) > 0 {
		switch r, n := utf8.DecodeRune(s); {
		case r == utf8.RuneError && n == 1:
			dst = utf8.AppendRune(dst, utf8.RuneError)
			s = s[subpart(s):]
		case r < ' ' || r == '"' || r == '\\':
			dst = appendEscape(dst, byte(r))
			s = s[n:]
		default:
			dst = append(dst, s[:n]...)
			s = s[n:]
		}
	}
	return append(dst, '"')
}

// subpart is how many octets of s, which begins with no character, could be the
// beginning of one; at least 1 (Unicode 15.0 table 3-7).
func subpart(s []byte) int {
	more, lo, hi := 0, byte(0x80), byte(0xbf)
	switch c := s[0]; {
	case c >= 0xc2 && c <= 0xdf:
		more = 1
	case c >= 0xe0 && c <= 0xef:
		more = 2
	case c >= 0xf0 && c <= 0xf4:
		more = 3
	}
	switch s[0] {
	case 0xe0:
		lo = 0xa0
	case 0xed:
		hi = 0x9f
	case 0xf0:
		lo = 0x90
	case 0xf4:
		hi = 0x8f
	}
	n := 1
	for n <= more && n < len(s) && s[n] >= lo && s[n] <= hi {
		n, lo, hi = n+1, 0x80, 0xbf
	}
	return n
}

// appendEscape appends an ASCII character that JSON cannot hold as it is.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// appendPrintable appends octets in quotes with '.' for what does not print;
// line ends are kept.
func appendPrintable(dst []byte, s []byte) []byte {
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '\r' || c == '\n' || c == '"' || c == '\\':
			dst = appendEscape(dst, c)
		case c < ' ' || c > '~':
			dst = append(dst, '.')
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

func appendBase64(dst []byte, s []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, s)
	return append(dst, '"')
}

func appendHex(dst []byte, s []byte) []byte {
	dst = append(dst, '"')
	dst = hex.AppendEncode(dst, s)
	return append(dst, '"')
}

// appendHexColon appends octets as hexadecimal digits with colons between them.
func appendHexColon(dst []byte, s []byte) []byte {
	dst = append(dst, '"')
	for i, c := range s {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return append(dst, '"')
}

// appendFloat appends a number, or null for what JSON has no number for.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// AppendIP appends an address (4 or 16 octets) without quotes. IPv6 is written
// in full, as EVE does by default, or compressed as RFC 5952 says.
func AppendIP(dst []byte, ip []byte, compress bool) []byte {
	if len(ip) == 4 {
		for i, c := range ip {
			if i > 0 {
				dst = append(dst, '.')
			}
			dst = strconv.AppendUint(dst, uint64(c), 10)
		}
		return dst
	}
	if compress {
		return appendCompressed(dst, ip)
	}
	for i, c := range ip {
		if i > 0 && i&1 == 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}
