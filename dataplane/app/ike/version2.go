package ike

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/input"
)

// Payloads of version 2 (RFC 7296 section 3.2), transforms (section 3.3.2).
const (
	v2SA     = 33
	v2Notify = 41

	protocolAH = 2

	transformEnc  = 1
	transformPRF  = 2
	transformAuth = 3
	transformDH   = 4
	transformESN  = 5
	numTransforms = 6

	notifyStatus = 16384 // those below tell of errors (section 3.10.1)
)

// set is a set of small numbers.
type set uint64

func setOf(numbers ...uint) (s set) {
	for _, n := range numbers {
		s |= 1 << n
	}
	return s
}

func (s set) has(n uint16) bool { return n < 64 && s>>n&1 != 0 }

// Transforms that are no longer to be used (RFC 8247), and those of encryption that
// bring integrity along.
var (
	weakEnc  = setOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 11)
	weakPRF  = setOf(1, 2)
	weakAuth = setOf(1, 2, 3, 4, 5, 6, 7)
	weakDH   = setOf(1, 2, 5, 22)
	aead     = setOf(14, 15, 16, 18, 19, 20, 25, 26, 27, 28)
)

// version2 reads the payloads of a message. Those behind an encrypted one are in it.
func (s *State) version2(t *Tx) {
	b := t.message()
	p := chain(b[headLen:], t.next)
	for p.step() {
		switch p.typ {
		case v2SA:
			s.proposals(t, p.data)
		case v2Notify:
			// Protocol, length of the SPI, type (RFC 7296 section 3.10).
			if len(p.data) < 4 || len(p.data)-4 < int(p.data[1]) {
				t.Raise(evMalformedData)
			} else if binary.BigEndian.Uint16(p.data[2:]) < notifyStatus {
				t.errors++
			}
		}
	}
	if p.left() > 0 {
		t.Raise(evMalformedData)
	}
}

// proposals judges each of an SA payload (RFC 7296 section 3.3).
func (s *State) proposals(t *Tx, b []byte) {
	any := false
	for len(b) >= 8 {
		n, spi, count := int(binary.BigEndian.Uint16(b[2:])), int(b[6]), int(b[7])
		if n < 8+spi || n > len(b) {
			break
		}
		if !s.proposal(t, b[5], b[8+spi:n], count) {
			break
		}
		any = true
		b = b[n:]
	}
	if len(b) > 0 || !any {
		t.Raise(evMalformedData)
	}
}

// proposal judges one of count transforms; false: they are not all there.
func (s *State) proposal(t *Tx, protocol uint8, b []byte, count int) bool {
	var seen [numTransforms]bool
	integrity, combined := false, false
	for range count {
		if len(b) < 8 {
			return false
		}
		n, typ, id := max(int(binary.BigEndian.Uint16(b[2:])), 8), b[4], binary.BigEndian.Uint16(b[6:])
		if n > len(b) {
			return false
		}
		b = b[n:]
		t.judge(typ, id)
		if typ == 0 || typ >= numTransforms {
			continue
		}
		seen[typ] = true
		integrity = integrity || typ == transformAuth && id != 0
		combined = combined || typ == transformEnc && aead.has(id)
		if t.Dir == input.ToClient {
			s.algorithms[typ] = id
			t.choose(typ, id)
		}
	}
	if !seen[transformDH] {
		t.Raise(evWeakCryptoNoDH)
	}
	if protocol == protocolAH {
		t.Raise(evNoEncryption)
	}
	if !integrity && !combined {
		t.Raise(evWeakCryptoNoAuth)
	}
	return true
}

// judge looks at one transform.
func (t *Tx) judge(typ uint8, id uint16) {
	switch typ {
	case transformEnc:
		t.raiseIf(weakEnc.has(id), evWeakCryptoEnc)
	case transformPRF:
		t.raiseIf(id == 0, evInvalidProposal)
		t.raiseIf(weakPRF.has(id), evWeakCryptoPRF)
	case transformAuth:
		t.raiseIf(weakAuth.has(id), evWeakCryptoAuth)
	case transformDH:
		t.raiseIf(id == 0, evInvalidProposal)
		t.raiseIf(weakDH.has(id), evWeakCryptoDH)
	case transformESN:
	default:
		t.Raise(evUnknownProposal)
	}
}

// chosenAs are the attributes of version 1 that transforms of version 2 stand for.
var chosenAs = [numTransforms]uint8{transformEnc: attrEnc, transformPRF: attrPRF, transformAuth: attrAuth, transformDH: attrDH}

// choose notes what a responder chose; the first counts.
func (t *Tx) choose(typ uint8, id uint16) {
	for _, c := range t.chosen[:t.nchosen] {
		if c.typ == chosenAs[typ] {
			return
		}
	}
	if typ != transformESN && int(t.nchosen) < len(t.chosen) {
		t.chosen[t.nchosen] = choice{chosenAs[typ], uint32(id)}
		t.nchosen++
	}
}
