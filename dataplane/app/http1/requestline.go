package http1

import "github.com/weir-ips/weir/match/input"

// parseRequestLine reads method, target and protocol as servers do: white space
// of any kind separates them, and the last blank ends the target. false: no
// memory.
func (s *State) parseRequestLine(t *Tx, line []byte) bool {
	m := &t.req
	var ok bool
	if m.line, ok = s.put(m, line); !ok {
		return false
	}
	if s.opt.NULEndsLine {
		if k := indexByte(line, 0); k >= 0 {
			line = line[:k]
		}
	}
	b := skip(line, isSpace)
	if len(b) < len(line) {
		t.raise(evLeadingSpace)
	}
	at := func(p []byte) span {
		// p is a part of line: its place is what lies in front of its end.
		return span{m.line.off + uint32(cap(line)-cap(p)), uint32(len(p))}
	}
	meth, rest := word(b)
	t.method = at(meth)
	t.known = methodOf(meth)
	sep := len(rest)
	for k, c := range rest {
		if !isSpace(c) {
			sep = k
			break
		}
		if c != ' ' {
			t.raise(evMethodDelim)
		}
	}
	rest = trim(rest[sep:])
	if len(rest) == 0 {
		t.old, m.ver = true, proto09
		if t.known == 0 {
			t.raise(evMethodOnly)
			t.raise(evReqLineInvalid)
		}
		return true
	}
	uri, proto := lastBlank(rest, func(c byte) bool { return c == ' ' })
	for _, c := range uri {
		if isSpace(c) && c != ' ' {
			t.raise(evURIDelim)
			if len(uri) == len(rest) {
				uri, proto = lastBlank(rest, isSpace)
			}
			break
		}
	}
	t.uri = at(uri)
	if len(proto) == 0 {
		t.old, m.ver = true, proto09
		if t.known == 0 {
			t.raise(evMethodNoProto)
			t.raise(evReqLineInvalid)
		}
	} else {
		m.proto = at(proto)
		var extra bool
		if m.ver, extra = protocolOf(proto); extra {
			t.raise(evProtoExtra)
		}
		if t.known == 0 && m.ver == protoInvalid {
			t.raise(evMethodBadProto)
		}
	}
	return s.normalize(t)
}

// lastBlank splits at the last octet for which f holds.
func lastBlank(b []byte, f func(byte) bool) (before, after []byte) {
	for k := len(b) - 1; k >= 0; k-- {
		if f(b[k]) {
			return trim(b[:k]), trim(b[k+1:])
		}
	}
	return b, nil
}

// protocolOf reads HTTP/x.y. extra: with white space or zeros that do not
// belong.
func protocolOf(b []byte) (v int8, extra bool) {
	b = skip(b, isSpace)
	if !hasPrefixFold(b, "http") {
		return protoInvalid, false
	}
	r := skip(b[4:], isSpace)
	extra = len(r) != len(b)-4
	if len(r) == 0 || r[0] != '/' {
		return protoInvalid, false
	}
	r = r[1:]
	z := skip(r, func(c byte) bool { return isSpace(c) || c == '0' })
	zeros := len(r) - len(z)
	switch {
	case len(z) >= 2 && z[0] == '.' && z[1] == '9' && zeros > 0:
		v, z = proto09, z[2:]
		extra = extra || zeros > 1
	case len(z) >= 3 && string(z[:3]) == "1.0":
		v, z = proto10, z[3:]
		extra = extra || zeros > 0
	case len(z) >= 3 && string(z[:3]) == "1.1":
		v, z = proto11, z[3:]
		extra = extra || zeros > 0
	default:
		return protoInvalid, false
	}
	if len(skip(z, isSpace)) > 0 {
		return protoInvalid, false
	}
	return v, extra
}

// normalize makes http.uri of the target.
func (s *State) normalize(t *Tx) bool {
	m, o := &t.req, s.opt
	raw := m.at(t.uri)
	place := func(p []byte) span { return span{t.uri.off + uint32(cap(raw)-cap(p)), uint32(len(p))} }
	if t.known == methodConnect {
		host, port, valid, found := hostPort(raw)
		if !found {
			return true
		}
		if !valid {
			t.raise(evURIHostInvalid)
		}
		t.port = port
		t.uriParts.host, t.uriParts.hasHost = place(host), true
		return s.setHost(t, host)
	}
	u := splitURI(raw)
	if u.host != nil {
		t.uriParts.host, t.uriParts.hasHost = place(u.host), true
	}
	out := s.sh.scratch[:0]
	full := 0
	if u.scheme != nil && o.URIIncludeAll {
		for _, c := range u.scheme {
			out = append(out, lower(c))
		}
		out = append(out, "://"...)
	}
	if u.hasCred && o.URIIncludeAll {
		out = append(o.decodeText(out, u.user), ':')
		out = append(o.decodeText(out, u.pass), '@')
	}
	if u.host != nil {
		from := len(out)
		out = o.decodeText(out, u.host)
		for k := from; k < len(out); k++ {
			out[k] = lower(out[k])
		}
		for len(out) > from && out[len(out)-1] == '.' {
			out = out[:len(out)-1]
		}
		if !validHost(out[from:]) {
			t.raise(evURIHostInvalid)
		}
		if !s.setHost(t, out[from:]) {
			return false
		}
		if u.port != nil {
			if t.port = portNumber(u.port); t.port < 0 {
				t.raise(evURIHostInvalid)
			}
		}
		if !o.URIIncludeAll {
			out = out[:from]
		} else if u.port != nil {
			out = append(append(out, ':'), u.port...)
		}
	}
	full = len(out)
	path := -1
	if u.path != nil {
		out = o.decodePath(out, u.path)
		p := removeDots(o.foldUTF8(out[full:]))
		out = out[:full+len(p)]
		path = len(p)
		if o.DoubleDecodePath {
			again := o.decodeText(out[len(out):], out[full:])
			if len(again) < len(p) {
				t.raise(evDoubleEncoded)
			}
			out = append(out[:full], again...)
		}
	}
	if u.query != nil {
		from := len(out) + 1
		out = o.decodeText(append(out, '?'), u.query)
		if o.DoubleDecodeQuery {
			n := len(out) - from
			again := o.decodeText(out[len(out):], out[from:])
			if len(again) < n {
				t.raise(evDoubleEncoded)
			}
			out = append(out[:from], again...)
		}
	}
	if u.fragment != nil {
		out = o.decodeText(append(out, '#'), u.fragment)
	}
	s.sh.scratch = out[:0]
	v, ok := s.put(m, out)
	if !ok {
		return false
	}
	t.norm = v
	if path >= 0 {
		t.uriParts.hasPath = true
		t.uriParts.path = span{v.off + uint32(full), uint32(path)}
	}
	return true
}

// setHost notes the host of the request, in lower case.
func (s *State) setHost(t *Tx, host []byte) bool {
	v, ok := s.put(&t.req, host)
	if !ok {
		return false
	}
	for i, c := range t.req.at(v) {
		t.req.text[int(v.off)+i] = lower(c)
	}
	t.host, t.hasHost = v, true
	return true
}

// framing reads what the headers say of body, host and user. false: no server
// would go on with the connection.
func (s *State) framing(t *Tx) bool {
	m := &t.req
	valid := true
	cl := m.findLoose("content-length")
	if te := m.findLoose("transfer-encoding"); te != nil {
		if !hasNoNUL(m.at(te.value), "chunked") {
			t.raise(evReqTE)
			valid = false
		} else {
			if m.ver < proto11 {
				t.raise(evReqTE)
			}
			t.chunked = true
		}
	} else if cl != nil {
		v := m.at(cl.value)
		n, ok := looseLength(v)
		if !ok || n > 1<<62 {
			t.raise(evReqCL)
			valid = false
		} else {
			t.reqLen = int64(n)
			lengthExtras(t, v)
		}
	}
	s.hostHeader(t)
	if e := m.find("expect"); e != nil && equalFold(m.at(e.value), "100-continue") {
		t.expect = true
	}
	if a := m.findLoose("authorization"); a != nil {
		v := m.at(a.value)
		if !hasPrefixFold(v, "basic") && !hasPrefixFold(v, "digest") && !hasPrefixFold(v, "bearer") {
			t.raise(evAuthUnrecognized)
		}
	}
	return valid
}

func lengthExtras(t *Tx, v []byte) {
	r := skip(v, isSpace)
	if len(r) > 0 && (r[0] < '0' || r[0] > '9') {
		t.raise(evCLExtraStart)
	}
	r = skip(r, func(c byte) bool { return c < '0' || c > '9' })
	r = skip(r, func(c byte) bool { return '0' <= c && c <= '9' })
	if len(skip(r, isSpace)) > 0 {
		t.raise(evCLExtraEnd)
	}
}

// hostHeader compares the Host header with the target's.
func (s *State) hostHeader(t *Tx) {
	m := &t.req
	h := m.findLoose("host")
	if h == nil {
		if m.ver >= proto11 {
			t.raise(evNoHost)
		}
		return
	}
	host, port, valid, found := hostPort(m.at(h.value))
	if !found {
		if t.hasHost {
			t.raise(evHostAmbiguous)
		}
		return
	}
	if !valid {
		t.raise(evHostInvalid)
	}
	if !t.hasHost {
		t.port = port
		s.setHost(t, host)
		return
	}
	if !equalFoldBytes(m.at(t.host), host) || port >= 0 && t.port >= 0 && port != t.port {
		t.raise(evHostAmbiguous)
	}
}

// checkRequest is for what is known at the end of a request only.
func (s *State) checkRequest(t *Tx) {
	if t.old && t.known == 0 && t.req.progress == input.Complete && t.req.ver != proto10 && t.req.ver != proto11 {
		t.raise(evReqLineInvalid)
	}
}
