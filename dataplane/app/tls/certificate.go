package tls

import "math"

// Certificate are the parts of an X.509 certificate (RFC 5280 section 4.1),
// within its octets.
type Certificate struct {
	Serial, Issuer, Subject []byte
	// AltNames is the content of the subjectAltName extension.
	AltNames []byte
	// NotBefore and NotAfter are seconds since the Unix epoch.
	NotBefore, NotAfter int64
}

// noEvent: the certificate was read.
const noEvent = math.MaxUint16

// Parse reads one certificate. It returns noEvent or the event of what is wrong.
func (c *Certificate) Parse(der []byte) (event uint16) {
	*c = Certificate{}
	outer, _, st := next(der)
	switch {
	case st == derShort || st == derLong:
		return EventCertificateInvalidLength
	case st == derBad || outer.tag != tagSequence:
		return EventCertificateInvalidDER
	}
	tbs, rest, st := next(outer.body)
	switch {
	case st == derShort:
		return EventCertificateInvalidLength
	case st == derLong:
		return EventInvalidCertificate
	case st == derBad || tbs.tag != tagSequence:
		return EventCertificateInvalidDER
	}
	if ev := c.fields(tbs.body); ev != noEvent {
		return ev
	}
	_, rest, ok := want(rest, tagSequence)
	if !ok {
		return EventCertificateInvalidAlgorithmIdentifier
	}
	if _, _, ok = want(rest, tagBitString); !ok {
		return EventCertificateInvalidDER
	}
	return noEvent
}

// fields reads the signed part.
func (c *Certificate) fields(b []byte) uint16 {
	var ok bool
	if len(b) > 0 && b[0] == 0xa0 {
		var v []byte
		if v, b, ok = want(b, 0xa0); !ok {
			return EventCertificateInvalidVersion
		}
		if _, _, ok = want(v, tagInteger); !ok {
			return EventCertificateInvalidVersion
		}
	}
	if c.Serial, b, ok = want(b, tagInteger); !ok {
		return EventCertificateInvalidSerial
	}
	if _, b, ok = want(b, tagSequence); !ok {
		return EventCertificateInvalidAlgorithmIdentifier
	}
	if c.Issuer, b, ok = want(b, tagSequence); !ok || !validName(c.Issuer) {
		return EventCertificateInvalidX509Name
	}
	var validity []byte
	if validity, b, ok = want(b, tagSequence); !ok {
		return EventCertificateInvalidDate
	}
	if c.NotBefore, validity, ok = when(validity); !ok {
		return EventCertificateInvalidDate
	}
	if c.NotAfter, _, ok = when(validity); !ok {
		return EventCertificateInvalidDate
	}
	if c.Subject, b, ok = want(b, tagSequence); !ok || !validName(c.Subject) {
		return EventCertificateInvalidX509Name
	}
	if _, b, ok = want(b, tagSequence); !ok {
		return EventCertificateInvalidDER
	}
	for len(b) > 0 {
		e, rest, st := next(b)
		if st != derOK {
			return EventCertificateInvalidDER
		}
		if e.tag == 0xa3 && !c.extensions(e.body) {
			return EventCertificateInvalidExtensions
		}
		b = rest
	}
	return noEvent
}

// oidAltNames is subjectAltName, 2.5.29.17.
const oidAltNames = "\x55\x1d\x11"

func (c *Certificate) extensions(b []byte) bool {
	list, _, ok := want(b, tagSequence)
	for ok && len(list) > 0 {
		var ext, oid []byte
		if ext, list, ok = want(list, tagSequence); !ok {
			return false
		}
		if oid, ext, ok = want(ext, tagOID); !ok {
			return false
		}
		if len(ext) > 0 && ext[0] == 1 { // critical
			if _, ext, ok = want(ext, 1); !ok {
				return false
			}
		}
		var value []byte
		if value, _, ok = want(ext, tagOctets); !ok {
			return false
		}
		if string(oid) == oidAltNames {
			c.AltNames, _, _ = want(value, tagSequence)
		}
	}
	return ok
}

// when reads UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5), with or
// without seconds, and with an offset, which older certificates have.
func when(b []byte) (sec int64, rest []byte, ok bool) {
	e, rest, st := next(b)
	if st != derOK {
		return 0, nil, false
	}
	t := e.body
	year := 0
	switch e.tag {
	case tagUTCTime:
		if year, t, ok = number(t, 2); !ok {
			return 0, nil, false
		}
		if year += 1900; year < 1950 {
			year += 100
		}
	case tagTime:
		if year, t, ok = number(t, 4); !ok {
			return 0, nil, false
		}
	default:
		return 0, nil, false
	}
	var f [5]int // month, day, hour, minute, second
	for i := range f {
		if i == 4 && (len(t) == 0 || t[0] < '0' || t[0] > '9') {
			break
		}
		if f[i], t, ok = number(t, 2); !ok {
			return 0, nil, false
		}
	}
	if f[0] < 1 || f[0] > 12 || f[1] < 1 || f[1] > 31 || f[2] > 23 || f[3] > 59 || f[4] > 60 {
		return 0, nil, false
	}
	sec = 86400*days(year, f[0], f[1]) + int64(3600*f[2]+60*f[3]+f[4])
	if len(t) == 5 && (t[0] == '+' || t[0] == '-') {
		h, m, ok := number(t[1:], 2)
		if !ok {
			return 0, nil, false
		}
		k, _, ok := number(m, 2)
		if !ok {
			return 0, nil, false
		}
		off := int64(3600*h + 60*k)
		if t[0] == '+' {
			off = -off
		}
		return sec + off, rest, true
	}
	return sec, rest, len(t) == 1 && t[0] == 'Z'
}

// number reads n decimal digits.
func number(b []byte, n int) (v int, rest []byte, ok bool) {
	if len(b) < n {
		return 0, nil, false
	}
	for _, c := range b[:n] {
		if c < '0' || c > '9' {
			return 0, nil, false
		}
		v = 10*v + int(c-'0')
	}
	return v, b[n:], true
}

// days counts from 1970-01-01 in the proleptic Gregorian calendar, years of 400
// at a time.
func days(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - 400*era
	doy := (153*(m-3)+2)/5 + d - 1
	return int64(146097*era + 365*yoe + yoe/4 - yoe/100 + doy - 719468)
}
