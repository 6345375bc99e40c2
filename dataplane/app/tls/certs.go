package tls

import (
	"crypto/sha1"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// certificates reads a Certificate message of TLS up to 1.2 (RFC 5246 section
// 7.4.2): the chain is kept, the first certificate that can be read is taken
// apart.
func (s *State) certificates(d input.Dir, b []byte) app.Status {
	t := &s.tx
	k := &t.side[d]
	if !t.live || k.chain != nil {
		return app.OK
	}
	if len(b) < 3 || length24(b) > len(b)-3 {
		s.tx.raise(EventInvalidHandshakeMessage)
		return app.Failed
	}
	chain, ok := s.sh.env.Keep.Append(nil, b[3:3+length24(b)])
	if !ok {
		return app.Failed
	}
	k.chain = chain
	for rest := chain; len(rest) > 0; {
		if len(rest) < 3 || length24(rest) > len(rest)-3 {
			s.tx.raise(EventInvalidCertificate)
			s.tx.raise(EventInvalidHandshakeMessage)
			return app.Failed
		}
		n := length24(rest)
		der := rest[3 : 3+n]
		rest = rest[3+n:]
		if !k.hasCert {
			var c Certificate
			if ev := c.Parse(der); ev != noEvent {
				s.tx.raise(ev)
				continue
			}
			s.judge(&c)
			if !s.describe(k, &c, der) {
				return app.Failed
			}
		}
		k.chainLen++
	}
	k.certified = true
	return app.OK
}

// describe writes a certificate's text; false: no memory.
// judge raises the events of a certificate that can be read but is not right: it
// ends before it begins, or a name has text that is none.
func (s *State) judge(c *Certificate) {
	if c.NotAfter < c.NotBefore {
		s.tx.raise(EventCertificateInvalidValidity)
	}
	if !spelled(c.Issuer) {
		s.tx.raise(EventCertificateInvalidIssuer)
	}
	if !spelled(c.Subject) {
		s.tx.raise(EventCertificateInvalidSubject)
	}
}

func (s *State) describe(k *side, c *Certificate, der []byte) bool {
	out := text{keep: s.sh.env.Keep}
	mark := func() int { return len(out.b) }
	span := func(from int) Span { return Span{from, len(out.b) - from} }
	from := mark()
	out.name(c.Subject)
	k.subject = span(from)
	from = mark()
	out.name(c.Issuer)
	k.issuer = span(from)
	from = mark()
	out.hex(c.Serial, upperDigits)
	k.serial = span(from)
	from = mark()
	sum := sha1.Sum(der)
	out.hex(sum[:], digits)
	k.fingerprint = span(from)
	rows := text{keep: s.sh.env.Keep}
	for names := c.AltNames; len(names) > 0; {
		e, rest, st := next(names)
		if st != derOK || out.cut {
			break
		}
		names = rest
		from = mark()
		out.altName(e)
		row := [4]byte{byte(from), byte(from >> 8), byte(mark() - from), byte((mark() - from) >> 8)}
		rows.add(row[:])
	}
	k.notBefore, k.notAfter = c.NotBefore, c.NotAfter
	k.words, k.sans, k.hasCert = out.b, rows.b, true
	return !out.full && !rows.full
}
