package tls

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// View is instance i of a buffer.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	none := input.View{Avail: input.None}
	if !t.live || t.late {
		return none
	}
	b, known := t.find(id, d, i)
	switch {
	case len(b) > 0:
		return input.View{Data: b, Avail: input.Done, First: true, Last: true}
	case known || t.Done(d):
		return none
	}
	return input.View{Avail: input.Wait}
}

// find is the buffer's octets; known: nothing more will come.
func (t *Tx) find(id buf.ID, d input.Dir, i int) (b []byte, known bool) {
	k := &t.side[d-1]
	switch id {
	case buf.TLSSNI, buf.JA3Hash, buf.JA3String, buf.JA4Hash:
		k = &t.side[0]
	case buf.JA3SHash, buf.JA3SString, buf.TLSSubjectAltName:
		k = &t.side[1]
	}
	switch id {
	case buf.TLSALPN:
		b, _ = k.hello.Name(k.body, i)
		return b, k.greeted
	case buf.TLSCerts:
		return k.certificate(i), k.certified
	case buf.TLSSubjectAltName:
		return k.altName(i), k.certified
	}
	if i > 0 {
		return nil, true
	}
	switch id {
	case buf.TLSSNI:
		return at(k.body, k.hello.SNI), k.greeted
	case buf.TLSRandom:
		return at(k.body, k.hello.Random), k.greeted
	case buf.TLSRandomTime:
		return part(at(k.body, k.hello.Random), 0, 4), k.greeted
	case buf.TLSRandomBytes:
		return part(at(k.body, k.hello.Random), 4, 32), k.greeted
	case buf.JA3Hash, buf.JA3SHash:
		return at(k.prints, k.ja3Hash), k.greeted
	case buf.JA3String, buf.JA3SString:
		return at(k.prints, k.ja3), k.greeted
	case buf.JA4Hash:
		return at(k.prints, k.ja4), k.greeted
	case buf.TLSCertSubject:
		return at(k.words, k.subject), k.certified
	case buf.TLSCertIssuer:
		return at(k.words, k.issuer), k.certified
	case buf.TLSCertSerial:
		return at(k.words, k.serial), k.certified
	case buf.TLSCertFingerprint:
		return at(k.words, k.fingerprint), k.certified
	}
	return nil, true
}

func part(b []byte, from, to int) []byte {
	if len(b) < to {
		return nil
	}
	return b[from:to:to]
}

// certificate is number i of the chain.
func (k *side) certificate(i int) []byte {
	for rest := k.chain; len(rest) >= 3; i-- {
		n := length24(rest)
		if n > len(rest)-3 {
			return nil
		}
		if i == 0 {
			return rest[3 : 3+n : 3+n]
		}
		rest = rest[3+n:]
	}
	return nil
}

// altName is general name i of the first certificate.
func (k *side) altName(i int) []byte {
	if i >= len(k.sans)/4 {
		return nil
	}
	r := k.sans[4*i:]
	return at(k.words, Span{int(r[0]) | int(r[1])<<8, int(r[2]) | int(r[3])<<8})
}
