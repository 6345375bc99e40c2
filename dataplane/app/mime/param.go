package mime

import "bytes"

var semicolon = []byte{';'}

// param is a parameter of a field's value (RFC 2045 section 5.1), put together
// when it comes in sections (RFC 2231 section 3); nil when it is not there. What
// it returns stands in the value or in the pool's scratch memory.
func (m *Message) param(value []byte, name string) []byte {
	_, rest, ok := bytes.Cut(value, semicolon)
	if !ok {
		return nil
	}
	first := []byte(nil)
	for p := rest; len(p) > 0; {
		var k, v []byte
		if k, v, p, ok = nextParam(p); !ok {
			break
		}
		if is(k, name) {
			if v == nil {
				v = empty
			}
			return v
		}
		if n, ok := section(k, name); ok && n == 0 {
			first = v
		}
	}
	if first == nil {
		return nil
	}
	out := append(m.pool.out[:0], first[:min(len(first), maxName+1)]...)
	for n := 1; n < maxSections; n++ {
		found := false
		for p := rest; len(p) > 0 && !found; {
			var k, v []byte
			if k, v, p, ok = nextParam(p); !ok {
				break
			}
			if i, ok := section(k, name); ok && i == n {
				out = append(out, v[:min(len(v), maxName+1)]...)
				found = true
			}
		}
		if !found || len(out) > maxName {
			break
		}
	}
	return out
}

// maxSections is the most sections of one parameter.
const maxSections = 16

var empty = []byte{}

// section tells whether a key is `name*N`, and N; `name*N*` and `name*` (one
// section, encoded) count too.
func section(k []byte, name string) (n int, ok bool) {
	if len(k) <= len(name) || !is(k[:len(name)], name) || k[len(name)] != '*' {
		return 0, false
	}
	k = bytes.TrimSuffix(k[len(name)+1:], star)
	if len(k) > 2 {
		return 0, false
	}
	for _, c := range k {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

var star = []byte{'*'}

// nextParam takes `key=value` and a semicolon off p. A value may be quoted, with
// backslashes.
func nextParam(p []byte) (k, v, rest []byte, ok bool) {
	p = bytes.TrimLeft(p, space)
	eq := bytes.IndexByte(p, '=')
	if eq < 0 {
		return nil, nil, nil, false
	}
	k, p = bytes.TrimRight(p[:eq], space), p[eq+1:]
	if q := bytes.TrimLeft(p, space); len(q) > 0 && q[0] == '"' {
		for i := 1; i < len(q); i++ {
			switch q[i] {
			case '\\':
				i++
			case '"':
				v, p = q[1:i], bytes.TrimLeft(q[i+1:], space)
				if len(p) > 0 && p[0] == ';' {
					p = p[1:]
				}
				return k, v, p, true
			}
		}
	}
	v, p, _ = bytes.Cut(p, semicolon)
	return k, bytes.Trim(v, space), p, true
}

const space = " \t\r\n"
