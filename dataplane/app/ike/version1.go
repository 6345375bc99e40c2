package ike

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/input"
)

// Payloads of version 1 (RFC 2408 section 3.1).
const (
	v1SA          = 1
	v1Proposal    = 2
	v1Transform   = 3
	v1KeyExchange = 4
	v1Nonce       = 10
	v1Vendor      = 13

	doiIPsec = 1 // RFC 2407
)

// version1 reads the payloads of a message that are in the clear, and notes what
// the side said for the flow.
func (s *State) version1(t *Tx) {
	t.encrypted = t.flags&flagEncrypted != 0
	t.types.add(t.next)
	if t.encrypted {
		return
	}
	b := t.message()
	p := chain(b[headLen:], t.next)
	for p.step() {
		t.types.add(p.typ)
		at := span{headLen + p.off, len(p.data)}
		switch p.typ {
		case v1SA:
			s.association(t, p.data, at.off)
		case v1KeyExchange:
			t.kx = at
		case v1Nonce:
			t.nonce = at
		case v1Vendor:
			s.vendor(t, p.data)
		}
	}
	if p.left() > 0 {
		t.Raise(evPayloadExtraData)
	}
	s.agree(t)
}

// association reads the proposals of a payload that stands at off in the message.
func (s *State) association(t *Tx, b []byte, off int) {
	if len(b) < 4 {
		t.Raise(evMalformedData)
		return
	}
	s.doi, s.hasDOI = binary.BigEndian.Uint32(b), true
	if s.doi != doiIPsec {
		return
	}
	if len(b) < 8 { // the situation
		t.Raise(evMalformedData)
		return
	}
	s.renewed = true
	p := chain(b[8:], v1Proposal)
	for p.step() {
		t.types.add(p.typ)
		if p.typ != v1Proposal {
			continue
		}
		// Number, protocol, length of the SPI, number of transforms (RFC 2408 section 3.5).
		if len(p.data) < 4 || len(p.data)-4 < int(p.data[2]) {
			t.Raise(evMalformedData)
			return
		}
		head := 4 + int(p.data[2])
		q := chain(p.data[head:], v1Transform)
		for q.step() {
			t.types.add(q.typ)
			if q.typ == v1Transform && len(q.data) >= 4 { // number, id, reserved
				t.transform(span{off + 8 + p.off + head + q.off + 4, len(q.data) - 4})
			}
		}
	}
}

// agree keeps what a side said: a message takes the place of the one before.
func (s *State) agree(t *Tx) {
	sd := &s.sides[t.Dir-1]
	if s.renewed {
		sd.transforms = 0
		s.keep(&sd.chosen, nil)
	}
	s.renewed = false
	if sd.transforms == 0 && t.transforms > 0 {
		s.keep(&sd.chosen, t.octets(t.first))
	}
	if t.Dir == input.ToClient && sd.transforms <= 1 && sd.transforms+t.transforms > 1 {
		t.Raise(evMultipleServerProposal)
	}
	sd.transforms = min(sd.transforms+t.transforms, 1<<20)
	s.keep(&sd.kx, t.octets(t.kx))
	s.keep(&sd.nonce, t.octets(t.nonce))
}

// keep puts octets in the place of others; without memory there are none.
func (s *State) keep(to *[]byte, b []byte) {
	mem := s.pool.Env.Mem
	mem.Put(*to)
	*to = nil
	if len(b) > 0 {
		if out, ok := mem.Append(nil, b); ok {
			*to = out
		}
	}
}
