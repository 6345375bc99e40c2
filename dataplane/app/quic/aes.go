package quic

import "encoding/binary"

// AES-128 (FIPS 197), encryption only: counter mode and header protection need no
// more. Keys of Initial packets are public, so nothing here has to take constant
// time.

// sbox and te0 are computed once: te0[x] is MixColumns of SubBytes of x.
var sbox, te0 = aesTables()

func aesTables() (s [256]byte, t [256]uint32) {
	// p runs through the powers of the generator 3, q through their inverses.
	p, q := byte(1), byte(1)
	for {
		p ^= p<<1 ^ p>>7*0x1b
		q ^= q << 1
		q ^= q << 2
		q ^= q << 4
		q ^= q >> 7 * 0x09
		s[p] = q ^ (q<<1 | q>>7) ^ (q<<2 | q>>6) ^ (q<<3 | q>>5) ^ (q<<4 | q>>4) ^ 0x63
		if p == 1 {
			break
		}
	}
	s[0] = 0x63
	for x, v := range s {
		two := v<<1 ^ v>>7*0x1b
		t[x] = uint32(two)<<24 | uint32(v)<<16 | uint32(v)<<8 | uint32(two^v)
	}
	return s, t
}

const (
	blockLen = 16
	rounds   = 10
)

// aesKey is an expanded key.
type aesKey [4 * (rounds + 1)]uint32

func (k *aesKey) expand(key *[16]byte) {
	for i := range 4 {
		k[i] = binary.BigEndian.Uint32(key[4*i:])
	}
	rcon := byte(1)
	for i := 4; i < len(k); i++ {
		t := k[i-1]
		if i%4 == 0 {
			t = subWord(t<<8|t>>24) ^ uint32(rcon)<<24
			rcon = rcon<<1 ^ rcon>>7*0x1b
		}
		k[i] = k[i-4] ^ t
	}
}

func subWord(w uint32) uint32 {
	return uint32(sbox[w>>24])<<24 | uint32(sbox[w>>16&255])<<16 | uint32(sbox[w>>8&255])<<8 | uint32(sbox[w&255])
}

// encrypt enciphers one block; in and out may be the same.
func (k *aesKey) encrypt(out, in *[blockLen]byte) {
	var s, t [4]uint32
	for i := range s {
		s[i] = binary.BigEndian.Uint32(in[4*i:]) ^ k[i]
	}
	for r := 1; r < rounds; r++ {
		for i := range t {
			a, b, c, d := te0[s[i]>>24], te0[s[(i+1)&3]>>16&255], te0[s[(i+2)&3]>>8&255], te0[s[(i+3)&3]&255]
			t[i] = a ^ (b>>8 | b<<24) ^ (c>>16 | c<<16) ^ (d>>24 | d<<8) ^ k[4*r+i]
		}
		s = t
	}
	for i := range s {
		w := uint32(sbox[s[i]>>24])<<24 | uint32(sbox[s[(i+1)&3]>>16&255])<<16 | uint32(sbox[s[(i+2)&3]>>8&255])<<8 | uint32(sbox[s[(i+3)&3]&255])
		binary.BigEndian.PutUint32(out[4*i:], w^k[4*rounds+i])
	}
}
