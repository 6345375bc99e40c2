package defrag

import (
	"encoding/binary"
	"math/bits"
)

// hash keys k with the table's secret, so that nobody can choose addresses and
// identifications that share a bucket.
func (t *Table) hash(k *key) uint32 {
	le := binary.LittleEndian
	h := mix(le.Uint64(k.src[:])^t.seed[0], le.Uint64(k.src[8:])^t.seed[1])
	h = mix(le.Uint64(k.dst[:])^h, le.Uint64(k.dst[8:])^t.seed[2])
	a := uint64(k.id) | uint64(k.proto)<<32 | uint64(k.version)<<40 | uint64(k.depth)<<48 | uint64(k.vlans)<<56
	b := uint64(k.vlan[0]) | uint64(k.vlan[1])<<16 | uint64(k.vlan[2])<<32 | uint64(k.pair)<<48
	h = mix(a^h, b^t.seed[3])
	return uint32(mix(h^t.seed[0], t.seed[1]))
}

// mix is the folded 128-bit product.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a|1<<63, b|1<<63)
	return hi ^ lo ^ a ^ bits.RotateLeft64(b, 32)
}
