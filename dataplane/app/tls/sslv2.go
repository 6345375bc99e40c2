package tls

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// SSLv2 messages (draft-hickman-netscape-ssl-00 section 2.1).
const (
	sslv2Error       = 0
	sslv2Hello       = 1
	sslv2ServerHello = 4
	sslv2ServerCert  = 8
)

// recordV2 reads one SSLv2 record: two octets of head, or three with padding. Of
// messages only the hellos are looked at; a client that says hello this way may
// go on with TLS (RFC 5246 appendix E.2).
func (s *State) recordV2(c *app.Call, d input.Dir, b []byte, at int) (int, app.Status) {
	head := 2
	if b[0]&0x80 == 0 {
		head = 3
	}
	if len(b) < head+1 {
		return 0, app.OK
	}
	n := int(b[0]&0x7f)<<8 | int(b[1])
	if head == 3 {
		n &= 0x3fff
	}
	if n == 0 {
		s.tx.raise(EventInvalidSSLv2Header)
		s.tx.raise(EventInvalidSSLRecord)
		return 0, app.Failed
	}
	if len(b) < head+n {
		return 0, app.OK
	}
	k := &s.tx.side[d]
	s.side[d].v2 = true
	k.version = ssl2
	c.Frame(frameV2Head, at, int64(head)).Tx(s.tx.id)
	c.Frame(frameV2PDU, at, int64(head+n)).Tx(s.tx.id)
	body := b[head : head+n]
	switch body[0] {
	case sslv2Error:
		s.tx.raise(EventErrorMessageEncountered)
	case sslv2Hello:
		if n < 7 {
			s.tx.raise(EventInvalidSSLRecord)
			return 0, app.Failed
		}
		s.tx.seen |= 1 << stateClientHello
		k.version = binary.BigEndian.Uint16(body[1:])
		k.greeted = true
	case sslv2ServerHello:
		s.tx.seen |= 1 << stateServerHello
		k.greeted = true
	case sslv2ServerCert:
		s.tx.seen |= 1 << stateClientKeyX
	}
	return head + n, app.OK
}
