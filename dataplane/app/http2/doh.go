package http2

import (
	"bytes"
	"encoding/base64"

	"github.com/weir-ips/weir/dataplane/app/dns"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// maxDNS is the longest message of DNS.
const maxDNS = 65535

var (
	dnsMessage = []byte("application/dns-message")
	dnsParam   = []byte("dns=")
)

// carriesDNS reports whether a message's content is one of DNS (RFC 8484 section 6).
func (m *message) carriesDNS() bool {
	v, ok := m.find("content-type")
	return ok && bytes.EqualFold(v, dnsMessage)
}

// askedInTarget reads a message of DNS in a request's target (RFC 8484 section
// 4.1).
func (s *State) askedInTarget(t *Tx) {
	path, _ := t.req.find(":path")
	i := bytes.IndexByte(path, '?')
	if i < 0 {
		return
	}
	for query := path[i+1:]; len(query) > 0; {
		param := query
		if k := bytes.IndexByte(query, '&'); k >= 0 {
			param, query = query[:k], query[k+1:]
		} else {
			query = nil
		}
		if !bytes.HasPrefix(param, dnsParam) {
			continue
		}
		coded := param[len(dnsParam):]
		n := base64.RawURLEncoding.DecodedLen(len(coded))
		if n > maxDNS {
			t.raise(evDNSRequestTooLong)
			return
		}
		if n > len(s.sh.scratch) {
			return
		}
		if n, err := base64.RawURLEncoding.Decode(s.sh.scratch, coded); err == nil {
			s.carried(t, input.ToServer, s.sh.scratch[:n])
		}
		return
	}
}

// keepDNS gathers the octets of a body that is a message of DNS.
func (s *State) keepDNS(t *Tx, d input.Dir, b []byte) {
	m := t.side(d)
	if len(m.dns)+len(b) > maxDNS {
		if d == input.ToServer {
			t.raise(evDNSRequestTooLong)
		} else {
			t.raise(evDNSResponseTooLong)
		}
		m.isDNS = false
		return
	}
	out, ok := s.sh.env.Mem.Append(m.dns, b)
	if !ok {
		s.noMemory = true
		return
	}
	m.dns = out
}

// carried makes a transaction of a message of DNS. The flow is from now on known
// as one that carries it.
func (s *State) carried(t *Tx, d input.Dir, b []byte) {
	i := side(d)
	if t.doh[i] != nil || !s.sh.env.Speaks[input.AppDNS] {
		return
	}
	t.doh[i] = dns.Carried(s.sh.env, b, d)
	if f := s.flow; t.doh[i] != nil && f.Final == input.AppHTTP2 {
		f.Become(input.AppDoH2)
		for _, t := range s.streams[:s.nstreams] {
			t.touch() // other rules than before
		}
	}
}

// dnsOf is the message of DNS that a record shows: the answer where there is one.
func (t *Tx) dnsOf() *dns.Tx {
	if t.doh[1] != nil {
		return t.doh[1]
	}
	return t.doh[0]
}

// dnsView is a buffer of the message that a direction carries.
func (t *Tx) dnsView(id buf.ID, d input.Dir, i int) input.View {
	if x := t.doh[side(d)]; x != nil {
		return x.View(id, d, i)
	}
	return input.View{Avail: t.side(d).later()}
}
