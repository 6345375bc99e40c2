package sketch

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// Seed keys every hash of a set of sketches. Sketches that shall be merged
// share it. It must stay secret: who knows it can craft collisions.
type Seed struct {
	k [4]uint64
}

// NewSeed draws a seed from crypto/rand. Called once at start.
func NewSeed() Seed {
	var b [32]byte
	rand.Read(b[:]) // never fails since Go 1.24: it aborts the program instead
	return SeedFrom(b)
}

// SeedFrom makes a seed of given octets, for tests and for sensors that merge.
func SeedFrom(b [32]byte) Seed {
	var s Seed
	for i := range s.k {
		s.k[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return s
}

// Fingerprint identifies the seed without giving it away: two sketches merge
// only if theirs are equal.
func (s *Seed) Fingerprint() uint64 {
	h := s.Sum(0x7765697273656564, 0x66696e6765727072, 0)
	return mum(h.Lo^0x9e3779b97f4a7c15, h.Hi|1)
}

// Hash is 128 bits of a keyed hash. A packet's address is hashed once and the
// result serves every sketch; each row or register takes bits of its own.
type Hash struct {
	Lo, Hi uint64
}

// Sum hashes a key of 16 octets (two words) and a salt, which keeps kinds of
// keys apart (a port, a detector). Two rounds of folded 64x64→128 bit
// multiplication with secret operands, the construction of wyhash (Wang Yi
// 2019); without the seed the result is modelled as a random function, which
// is what the bounds in this package ask for.
func (s *Seed) Sum(a, b, salt uint64) Hash {
	x := mum(a^s.k[0], b^s.k[1]^salt)
	y := mum(b^s.k[2]^bits.RotateLeft64(salt, 32), a^s.k[3])
	return Hash{
		Lo: mum(x^s.k[1], y^s.k[2]),
		Hi: mum(y^s.k[0], x^s.k[3]^a),
	}
}

// SumAddr hashes an address of 16 octets (IPv4 in the first four, rest zero).
func (s *Seed) SumAddr(addr *[16]byte, salt uint64) Hash {
	return s.Sum(binary.LittleEndian.Uint64(addr[:8]), binary.LittleEndian.Uint64(addr[8:]), salt)
}

// Mix derives an independent hash from h and a salt: cheaper than a new Sum
// where an address and then the address with a port are needed.
func (s *Seed) Mix(h Hash, salt uint64) Hash {
	x := mum(h.Lo^s.k[2], salt^s.k[0])
	return Hash{Lo: mum(x^s.k[1], h.Hi^s.k[3]), Hi: mum(h.Hi^x^s.k[0], h.Lo^s.k[1]^salt)}
}

func mum(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
