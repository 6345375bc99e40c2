package quic

import (
	"crypto/subtle"
	"encoding/binary"
)

// tagLen is the length of AES-GCM's tag, octets.
const tagLen = 16

// field is an element of GF(2^128) as GCM has it (NIST SP 800-38D section 6.3):
// the coefficient of x^0 is the top bit of hi.
type field struct{ hi, lo uint64 }

// ghash is the universal hash of GCM under one key: table[n] is H times the four
// coefficients that n stands for.
type ghash struct {
	table [16]field
	y     field
}

// reduce4 is what the four coefficients that fall off at a shift by four fold
// back into, at the top.
var reduce4 = reductions()

func reductions() (t [16]uint64) {
	for n := range t {
		v := field{0, uint64(n)}
		for range 4 {
			v = v.timesX()
		}
		t[n] = v.hi
	}
	return t
}

func (v field) timesX() field {
	carry := v.lo & 1
	v.lo = v.lo>>1 | v.hi<<63
	v.hi >>= 1
	if carry != 0 {
		v.hi ^= 0xe1 << 56
	}
	return v
}

func (g *ghash) init(k *aesKey) {
	var h [blockLen]byte
	k.encrypt(&h, &h)
	v := field{binary.BigEndian.Uint64(h[:8]), binary.BigEndian.Uint64(h[8:])}
	g.y = field{}
	g.table = [16]field{}
	// Bit 3 of n is x^0, bit 0 is x^3.
	for bit := 8; bit > 0; bit >>= 1 {
		g.table[bit] = v
		v = v.timesX()
	}
	for n := 3; n < 16; n++ {
		if low := n & -n; low != n {
			a, b := g.table[low], g.table[n^low]
			g.table[n] = field{a.hi ^ b.hi, a.lo ^ b.lo}
		}
	}
}

// block takes one block in.
func (g *ghash) block(hi, lo uint64) {
	y := field{g.y.hi ^ hi, g.y.lo ^ lo}
	var z field
	for _, w := range [2]uint64{y.lo, y.hi} {
		for range 16 {
			out := z.lo & 15
			z.lo = z.lo>>4 | z.hi<<60
			z.hi = z.hi>>4 ^ reduce4[out]
			t := &g.table[w&15]
			z.hi ^= t.hi
			z.lo ^= t.lo
			w >>= 4
		}
	}
	g.y = z
}

// octets takes b in, padded to whole blocks.
func (g *ghash) octets(b []byte) {
	for len(b) >= blockLen {
		g.block(binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]))
		b = b[blockLen:]
	}
	if len(b) > 0 {
		var last [blockLen]byte
		copy(last[:], b)
		g.block(binary.BigEndian.Uint64(last[:8]), binary.BigEndian.Uint64(last[8:]))
	}
}

// open checks the tag at the end of sealed over the associated data ad and
// deciphers what stands before it into out, which has that length. false: the tag
// is wrong.
func (g *ghash) open(k *aesKey, nonce *[12]byte, out, sealed, ad []byte) bool {
	n := len(sealed) - tagLen
	if n < 0 || len(out) != n {
		return false
	}
	g.octets(ad)
	g.octets(sealed[:n])
	g.block(uint64(len(ad))*8, uint64(n)*8)
	var ctr, key [blockLen]byte
	copy(ctr[:], nonce[:])
	ctr[15] = 1
	k.encrypt(&key, &ctr)
	var tag [tagLen]byte
	binary.BigEndian.PutUint64(tag[:8], g.y.hi^binary.BigEndian.Uint64(key[:8]))
	binary.BigEndian.PutUint64(tag[8:], g.y.lo^binary.BigEndian.Uint64(key[8:]))
	if subtle.ConstantTimeCompare(tag[:], sealed[n:]) != 1 {
		return false
	}
	for at, i := 0, uint32(2); at < n; at, i = at+blockLen, i+1 {
		binary.BigEndian.PutUint32(ctr[12:], i)
		k.encrypt(&key, &ctr)
		subtle.XORBytes(out[at:], sealed[at:n], key[:])
	}
	return true
}
