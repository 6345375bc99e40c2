package dns

// data reads the data of a record, msg[at:end], as its type says; types that are
// not read further are kept as they are.
func (p *parser) data(r *record, at, end int) (ok bool) {
	b := p.msg[at:end]
	switch r.typ {
	case typeCNAME, typePTR, typeNS:
		r.one, _, ok = p.name(at, end)
	case typeMX:
		if len(b) < 2 {
			return false
		}
		r.one, _, ok = p.name(at+2, end)
	case typeSOA:
		if r.one, at, ok = p.name(at, end); !ok {
			return false
		}
		// A name may end behind the data when its pointer does.
		if at > end {
			return false
		}
		if r.two, at, ok = p.name(at, end); !ok || end-at < 20 {
			return false
		}
		r.raw, ok = p.keep(p.msg[at : at+20])
	case typeSRV:
		if len(b) < 6 {
			return false
		}
		if r.one, _, ok = p.name(at+6, end); !ok {
			return false
		}
		r.raw, ok = p.keep(b[:6])
	case typeTXT:
		if !strings(b) {
			return false
		}
		r.raw, ok = p.keep(b)
	case typeOPT:
		if !options(b) {
			return false
		}
		r.raw, ok = p.keep(b)
	case typeSSHFP:
		if len(b) < 2 {
			return false
		}
		r.raw, ok = p.keep(b)
	default:
		r.raw, ok = p.keep(b)
	}
	return ok
}

// strings checks character strings (RFC 1035 section 3.3.14).
func strings(b []byte) bool {
	for len(b) > 0 {
		n := 1 + int(b[0])
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}

// options checks EDNS options (RFC 6891 section 6.1.2).
func options(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 4 {
			return false
		}
		n := 4 + int(b[2])<<8 + int(b[3])
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}
