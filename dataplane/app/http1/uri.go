package http1

// uriParts are a request target cut up, borrowed from it. A nil part is not
// there.
type uriParts struct {
	scheme, user, pass, host, port, path, query, fragment []byte
	hasCred                                               bool
}

// splitURI cuts a request target: scheme://user:pass@host:port/path?query#frag,
// of which everything but one part may be missing.
func splitURI(b []byte) (u uriParts) {
	if len(b) > 0 && b[0] != '/' {
		if k := indexByte(b, ':'); k >= 0 {
			u.scheme = b[:k]
			b = b[k+1:]
			b = u.authority(b)
		}
	}
	k := 0
	for k < len(b) && b[k] != '?' && b[k] != '#' {
		k++
	}
	if k > 0 {
		u.path = b[:k]
	}
	b = b[k:]
	if len(b) > 0 && b[0] == '?' {
		k = indexByte(b, '#')
		if k < 0 {
			k = len(b)
		}
		u.query = b[1:k]
		b = b[k:]
	}
	if len(b) > 0 {
		u.fragment = b[1:]
	}
	return u
}

// authority reads //user:pass@host:port.
func (u *uriParts) authority(b []byte) []byte {
	if len(b) >= 3 && b[0] == '/' && b[1] == '/' && b[2] != '/' {
		if k := indexByte(b, '@'); k >= 0 {
			cred := b[2:k]
			u.hasCred = true
			u.user = cred
			if c := indexByte(cred, ':'); c >= 0 {
				u.user, u.pass = cred[:c], cred[c+1:]
			}
			b = b[k+1:]
		}
	}
	host, rest, ok := splitHost(b)
	if !ok {
		return b
	}
	u.host = host
	if p, after, ok := splitPort(rest); ok {
		u.port = p
		return after
	}
	return rest
}

// splitHost reads a host name or a bracketed address.
func splitHost(b []byte) (host, rest []byte, ok bool) {
	in := b
	if len(b) >= 2 && b[0] == '/' && b[1] == '/' {
		b = b[2:]
	}
	if len(b) == 0 || b[0] == '/' {
		return nil, in, false
	}
	b = skip(b, func(c byte) bool { return c == ' ' })
	k := 0
	if len(b) > 1 && b[0] == '[' && indexByte([]byte("/?#]"), b[1]) < 0 {
		for k = 1; k < len(b) && b[k] != '/' && b[k] != '?' && b[k] != '#' && b[k] != ']'; k++ {
		}
		if k < len(b) && b[k] == ']' {
			k++
		}
	} else {
		for k < len(b) && b[k] != '/' && b[k] != '?' && b[k] != '#' && b[k] != ':' {
			k++
		}
	}
	if k == 0 {
		return nil, in, false
	}
	host, rest = b[:k], b[k:]
	for len(host) > 0 && host[len(host)-1] == ' ' {
		host = host[:len(host)-1]
	}
	return host, rest, true
}

// splitPort reads :port.
func splitPort(b []byte) (port, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != ':' {
		return nil, b, false
	}
	k := 1
	for k < len(b) && b[k] != '/' && b[k] != '?' && b[k] != '#' {
		k++
	}
	port = skip(b[1:k], func(c byte) bool { return c == ' ' })
	if len(port) == 0 {
		return nil, b, false
	}
	if s := indexByte(port, ' '); s >= 0 {
		port = port[:s]
	}
	return port, b[k:], true
}

// portNumber is a port, or -1.
func portNumber(p []byte) int {
	v, rest, ok := decimal(p)
	if !ok || len(rest) > 0 || v == 0 || v > 65535 {
		return -1
	}
	return int(v)
}

// hostPort reads host:port of a Host header or a CONNECT target. found is false
// when there is no host at all.
func hostPort(b []byte) (host []byte, port int, valid, found bool) {
	host, rest, found := splitHost(b)
	if !found {
		return nil, -1, false, false
	}
	valid = validHost(host)
	port = -1
	if p, _, ok := splitPort(rest); ok {
		if port = portNumber(p); port < 0 {
			valid = false
		}
	} else if len(rest) > 0 {
		valid = false
	}
	return host, port, valid, true
}

// validHost checks a name's or address's form (RFC 1123 section 2.1, with
// underscores).
func validHost(h []byte) bool {
	if len(h) == 0 || len(h) > 255 {
		return false
	}
	if h[0] == '[' && h[len(h)-1] == ']' {
		return validIPv6(h[1 : len(h)-1])
	}
	if h[0] == '.' {
		return false
	}
	label := 0
	for i, c := range h {
		if c == '.' {
			if i+1 < len(h) && h[i+1] == '.' {
				return false
			}
			label = 0
			continue
		}
		if label++; label > 63 {
			return false
		}
		if l := lower(c); !('a' <= l && l <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c >= 0x80) {
			return false
		}
	}
	return true
}

// validIPv6 checks the text form of an address (RFC 4291 section 2.2), an IPv4
// tail included.
func validIPv6(b []byte) bool {
	groups, double := 0, false
	for i := 0; i < len(b); {
		if b[i] == ':' {
			if i+1 < len(b) && b[i+1] == ':' {
				if double {
					return false
				}
				double = true
				i += 2
				continue
			}
			if i == 0 || i+1 == len(b) {
				return false
			}
			i++
		} else if i > 0 && b[i-1] != ':' {
			return false
		}
		k := i
		for k < len(b) && k-i < 5 {
			if _, ok := hexValue(b[k]); !ok {
				break
			}
			k++
		}
		if k < len(b) && b[k] == '.' {
			return validIPv4(b[i:]) && (groups == 6 && !double || groups < 6 && double)
		}
		if k == i || k-i > 4 {
			return false
		}
		groups++
		i = k
	}
	return groups == 8 && !double || groups < 8 && double
}

func validIPv4(b []byte) bool {
	for part := range 4 {
		v, rest, ok := decimal(b)
		if !ok || v > 255 || len(b)-len(rest) > 3 {
			return false
		}
		b = rest
		if part < 3 {
			if len(b) == 0 || b[0] != '.' {
				return false
			}
			b = b[1:]
		}
	}
	return len(b) == 0
}
