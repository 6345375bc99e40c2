package tls

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Handshake messages (RFC 5246 section 7.4).
const (
	msgHelloRequest       = 0
	msgClientHello        = 1
	msgServerHello        = 2
	msgHelloVerify        = 3 // DTLS, RFC 6347 section 4.2.1
	msgNewTicket          = 4
	msgCertificate        = 11
	msgServerKeyExchange  = 12
	msgCertificateRequest = 13
	msgServerHelloDone    = 14
	msgCertificateVerify  = 15
	msgClientKeyExchange  = 16
	msgFinished           = 20
	msgCertificateURL     = 21
	msgCertificateStatus  = 22
)

const messageHead = 4

// handshake takes the messages out of a record; one may go on in the next.
func (s *State) handshake(d input.Dir, b []byte) app.Status {
	h := &s.side[d]
	for len(b) > 0 {
		if len(h.message) == 0 && len(b) >= messageHead {
			n := messageHead + length24(b[1:])
			if !supported(b[0]) {
				s.tx.raise(EventInvalidHandshakeMessage)
				b = b[min(n, len(b)):]
				continue
			}
			if len(b) >= n {
				if st := s.message(d, b[0], b[messageHead:n]); st != app.OK {
					return st
				}
				b = b[n:]
				continue
			}
		}
		// Collect: the head first, which says how much there is to come.
		need := messageHead
		if len(h.message) >= messageHead {
			need += length24(h.message[1:])
		} else if len(h.message) == 0 && len(b) >= messageHead {
			need += length24(b[1:])
		}
		if need > messageHead+maxMessage {
			s.tx.raise(EventHandshakeInvalidLength)
			return app.Failed
		}
		n := min(need-len(h.message), len(b))
		out, ok := s.sh.env.Mem.Append(h.message, b[:n])
		if !ok {
			return app.Failed
		}
		h.message, b = out, b[n:]
		if len(h.message) < need {
			return app.OK
		}
		if need == messageHead && length24(h.message[1:]) > 0 {
			if !supported(h.message[0]) {
				s.tx.raise(EventInvalidHandshakeMessage)
				b = b[min(length24(h.message[1:]), len(b)):]
				h.message = h.message[:0]
			}
			continue
		}
		st := s.message(d, h.message[0], h.message[messageHead:])
		s.sh.env.Mem.Put(h.message)
		h.message = nil
		if st != app.OK {
			return st
		}
	}
	return app.OK
}

func length24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

func supported(typ byte) bool {
	switch typ {
	case msgHelloRequest, msgClientHello, msgServerHello, msgNewTicket, msgCertificate, msgServerKeyExchange,
		msgCertificateRequest, msgServerHelloDone, msgCertificateVerify, msgClientKeyExchange, msgFinished,
		msgCertificateURL, msgCertificateStatus:
		return true
	}
	return false
}

// message reads one whole handshake message.
func (s *State) message(d input.Dir, typ byte, b []byte) app.Status {
	t := &s.tx
	switch typ {
	case msgClientHello:
		t.seen |= 1 << stateClientHello
		return s.hello(d, b, true)
	case msgServerHello:
		t.seen |= 1 << stateServerHello
		return s.hello(d, b, false)
	case msgServerKeyExchange:
		t.seen |= 1 << stateServerKeyX
	case msgClientKeyExchange:
		t.seen |= 1 << stateClientKeyX
	case msgCertificate:
		return s.certificates(d, b)
	case msgCertificateRequest:
		s.needCert = s.needCert || d == 1
	case msgServerHelloDone:
		if d == 1 {
			t.side[1].helloDone = true
		}
	}
	return app.OK
}

// hello reads and keeps a hello; only the first of each side counts, so that one
// sent again (RFC 8446 section 4.1.4) does not change what was matched.
func (s *State) hello(d input.Dir, b []byte, client bool) app.Status {
	t := &s.tx
	k := &t.side[d]
	if k.hello.Version != 0 || !t.live {
		return app.OK
	}
	keep := s.sh.env.Keep
	body, ok := keep.Append(nil, b)
	if !ok {
		return app.Failed
	}
	k.body = body
	h := &k.hello
	if s.datagrams {
		h.ParseDTLS(body, client)
	} else {
		h.Parse(body, client)
	}
	t.events |= h.problems
	if len(b) < 2 {
		return app.OK
	}
	k.version = h.Final()
	if !client {
		if h.Version == tls13 || isDraft(h.Version) || h.HasVersions && h.Supported > tls12 && t.side[0].hello.HasVersions {
			t.withoutCert = true
		}
		one, two := at(body, h.Session), at(t.side[0].body, t.side[0].hello.Session)
		if len(one) > 0 && string(one) == string(two) {
			t.resumed = true
		}
	} else if h.Ticket {
		t.resumed = true
	}
	k.greeted = true
	if !h.Whole {
		return app.OK
	}
	return s.fingerprint(k, client)
}

// fingerprint makes JA3 and, of clients, JA4.
func (s *State) fingerprint(k *side, client bool) app.Status {
	out := text{keep: s.sh.env.Keep}
	if s.sh.opts.JA3 {
		str := s.sh.fp.JA3(&k.hello, k.body, client)
		out.add(str)
		k.ja3 = Span{0, len(out.b)}
		sum := MD5(str)
		k.ja3Hash = Span{len(out.b), len(sum)}
		out.add(sum[:])
	}
	if s.sh.opts.JA4 && client {
		ja4 := s.sh.fp.JA4(&k.hello, k.body, s.transport())
		k.ja4 = Span{len(out.b), len(ja4)}
		out.add(ja4[:])
	}
	k.prints = out.b
	if out.full {
		k.ja3, k.ja3Hash, k.ja4 = Span{}, Span{}, Span{}
		return app.Failed
	}
	return app.OK
}
