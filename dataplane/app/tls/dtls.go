package tls

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Versions of DTLS as they stand on the wire: they count down.
const (
	dtls10 = 0xfeff
	dtls12 = 0xfefd
	dtls13 = 0xfefc
)

// dtlsNames are the names of events.
var dtlsNames = map[uint16]string{dtls10: "DTLS 1.0", dtls12: "DTLS 1.2", dtls13: "DTLS 1.3"}

const (
	// dtlsHead: type, version, epoch, sequence number, length (RFC 6347 section 4.1).
	dtlsHead = 13
	// fragmentHead: type, length, sequence number, offset and length of the fragment
	// (section 4.2.2).
	fragmentHead = 12
	// maxHandshakeDTLS bounds a handshake message that comes in fragments, octets.
	maxHandshakeDTLS = 64 << 10
	// maxAssemblies bounds the messages in fragments that a worker has at a time.
	maxAssemblies = 1024
	// maxPieces bounds the parts of one that are there, with holes between.
	maxPieces = 8

	typeCID, typeACK = 25, 26 // RFC 9146, RFC 9147
)

// DTLS is the row of TLS over UDP: one that Suricata does not have.
func DTLS() *app.Protocol {
	p := row()
	p.TCP, p.UDP = false, true
	for _, minor := range []byte{dtls10 & 0xff, dtls12 & 0xff} {
		for _, d := range []input.Dir{input.ToServer, input.ToClient} {
			p.Patterns = append(p.Patterns, app.Pattern{Dir: d, Octets: string([]byte{typeHandshake, 0xfe, minor})})
		}
	}
	p.Probe, p.Confirm = probeDTLS, true
	return p
}

// probeDTLS looks for a whole record with a handshake message.
func probeDTLS(_ input.Dir, b []byte) app.Verdict {
	if len(b) < dtlsHead+fragmentHead || b[0] != typeHandshake || b[1] != 0xfe {
		return app.No
	}
	n := int(binary.BigEndian.Uint16(b[11:]))
	m := b[dtlsHead:]
	if n < fragmentHead || n > len(m) || length24(m[6:])+length24(m[9:]) > length24(m[1:]) {
		return app.No
	}
	switch m[0] {
	case msgClientHello, msgServerHello, msgHelloVerify, msgHelloRequest:
		return app.Yes
	}
	return app.No
}

// clientHello reports whether a datagram begins with one.
func clientHello(b []byte) bool {
	return len(b) > dtlsHead && b[0] == typeHandshake && b[dtlsHead] == msgClientHello
}

// media reports whether a datagram's first octet is that of RTP, or of TURN's
// channels: what a handshake with use_srtp was for goes by the same ports (RFC 7983
// section 7).
func media(first byte) bool { return first >= 128 && first < 192 || first >= 64 && first < 80 }

// fragments are the parts of one handshake message.
type fragments struct {
	typ    byte
	seq    uint16
	total  int
	text   []byte
	pieces [maxPieces]Span // in order, with holes between
	n      int
}

// datagram reads the records of a datagram. One that is none is refused alone:
// anyone can send it into a flow.
func (s *State) datagram(c *app.Call) app.Status {
	d := c.Dir - 1
	if d == 1 && s.tx.side[0].hello.Version == 0 && s.tx.side[1].hello.Version == 0 && clientHello(c.Data) {
		// Who opened the flow, with STUN, need not be who says hello first (RFC 8842
		// section 5): the worker turns the flow.
		c.Flow.Reversed = true
		d = 0
	}
	h, k := &s.side[d], &s.tx.side[d]
	if app.Beside(c.Data) || h.ciphered && media(c.Data[0]) {
		return app.OK
	}
	for b := c.Data; len(b) > 0; {
		if b[0]&0xe0 == 0x20 {
			// A record of DTLS 1.3 under encryption (RFC 9147 section 4): the rest of the
			// datagram is nobody's business.
			h.ciphered = true
			return s.data(c.Flow, d)
		}
		if len(b) < dtlsHead || b[0] < typeChangeCipher || b[0] > typeACK {
			s.tx.raise(EventInvalidRecordType)
			return app.Failed
		}
		version, epoch := binary.BigEndian.Uint16(b[1:]), binary.BigEndian.Uint16(b[3:])
		n := int(binary.BigEndian.Uint16(b[11:]))
		if dtlsNames[version] == "" {
			s.tx.raise(EventInvalidRecordVersion)
			return app.Failed
		}
		if n > len(b)-dtlsHead || n > maxRecord {
			s.tx.raise(EventInvalidRecordLength)
			return app.Failed
		}
		if k.hello.Version == 0 {
			k.version = version
		}
		s.framesAt(c, b[0], len(c.Data)-len(b), dtlsHead, n)
		body := b[dtlsHead : dtlsHead+n]
		st := app.OK
		switch {
		case b[0] == typeChangeCipher || epoch > 0 && b[0] == typeHandshake:
			h.ciphered, h.opaque = true, true
			k.shaken = true
		case epoch > 0:
			st = s.data(c.Flow, d)
		case b[0] == typeAlert:
			st = s.alert(body)
		case b[0] == typeHeartbeat:
			st = s.beat.record(s, d, body)
		case b[0] == typeHandshake:
			st = s.parts(d, body)
		}
		if st != app.OK {
			return st
		}
		b = b[dtlsHead+n:]
	}
	return app.OK
}

// parts reads the handshake messages of a record, whole ones or fragments.
func (s *State) parts(d input.Dir, b []byte) app.Status {
	for len(b) > 0 {
		if len(b) < fragmentHead {
			s.tx.raise(EventInvalidHandshakeMessage)
			return app.Failed
		}
		typ, total, seq, off, n := b[0], length24(b[1:]), binary.BigEndian.Uint16(b[4:]), length24(b[6:]), length24(b[9:])
		if n > len(b)-fragmentHead || off+n > total {
			s.tx.raise(EventHandshakeInvalidLength)
			return app.Failed
		}
		body := b[fragmentHead : fragmentHead+n]
		b = b[fragmentHead+n:]
		if !supported(typ) && typ != msgHelloVerify {
			s.tx.raise(EventInvalidHandshakeMessage)
			continue
		}
		if n < total {
			var ok bool
			if body, ok = s.side[d].fragment(s, typ, seq, total, off, body); !ok {
				return app.Failed
			}
			if body == nil {
				continue
			}
		}
		if st := s.message(d, typ, body); st != app.OK {
			return st
		}
	}
	return app.OK
}

// fragment puts a fragment to its message and returns that when it is whole.
// Fragments of another message take the place of one that is not. false: it is too
// long, or there is no room.
func (h *half) fragment(s *State, typ byte, seq uint16, total, off int, part []byte) (whole []byte, ok bool) {
	if total > maxHandshakeDTLS {
		s.tx.raise(EventHandshakeInvalidLength)
		return nil, false
	}
	if f := h.parts; f == nil || f.seq != seq || f.typ != typ || f.total != total {
		h.dropParts(s)
		text := s.sh.env.Mem.Get(total)
		if text == nil {
			return nil, false
		}
		if f = s.sh.parts.Take(nil); f == nil {
			s.sh.env.Mem.Put(text)
			return nil, false
		}
		*f = fragments{typ: typ, seq: seq, total: total, text: text[:total]}
		h.parts = f
	}
	f := h.parts
	// What is there already stays: the first octets win.
	at := off
	for i := 0; i < f.n && at < off+len(part); i++ {
		p := f.pieces[i]
		if at < p.Off {
			copy(f.text[at:min(p.Off, off+len(part))], part[at-off:])
		}
		at = max(at, p.Off+p.Len)
	}
	if at < off+len(part) {
		copy(f.text[at:off+len(part)], part[at-off:])
	}
	f.join(off, len(part))
	if f.n != 1 || f.pieces[0] != (Span{0, total}) {
		return nil, true
	}
	whole, ok = s.sh.env.Keep.Append(nil, f.text)
	h.dropParts(s)
	if ok {
		s.sh.env.Keep.Later(whole) // until the batch was judged
	}
	return whole, ok
}

// join notes that the octets from off on are there. Where there would be too many
// holes, the last piece is forgotten: it comes again, or the message stays away.
func (f *fragments) join(off, n int) {
	end := off + n
	var out [maxPieces + 1]Span
	k, placed := 0, false
	for _, p := range f.pieces[:f.n] {
		switch {
		case p.Off+p.Len < off:
			out[k] = p
			k++
		case p.Off > end:
			if !placed {
				out[k], placed = Span{off, end - off}, true
				k++
			}
			out[k] = p
			k++
		default:
			off, end = min(off, p.Off), max(end, p.Off+p.Len)
		}
	}
	if !placed {
		out[k] = Span{off, end - off}
		k++
	}
	f.n = copy(f.pieces[:], out[:min(k, maxPieces)])
}

// dropParts gives a message in fragments up.
func (h *half) dropParts(s *State) {
	if f := h.parts; f != nil {
		s.sh.env.Mem.Put(f.text)
		*f = fragments{}
		s.sh.parts.Put(f)
		h.parts = nil
	}
}
