package port

import "encoding/binary"

// rssKeyWord is the 16-bit period of the symmetric RSS key
// (dpdk.SymmetricKey).
const rssKeyWord = 0x6d5a

// hashTable[k] is the Toeplitz hash of octet k's values in a 16-bit word.
var hashTable = func() (t [2][256]uint32) {
	const key = uint64(rssKeyWord)<<48 | rssKeyWord<<32 | rssKeyWord<<16 | rssKeyWord
	for pos := range t {
		for v := range t[pos] {
			for bit := range 8 {
				if v&(0x80>>bit) != 0 {
					t[pos][v] ^= uint32(key << (pos*8 + bit) >> 32)
				}
			}
		}
	}
	return t
}()

// FlowHash is the RSS hash of a flow, the same for both directions, and the
// same that a port with symmetric RSS computes. Addresses are IPv6, or IPv4 in
// 4 of the 16 octets with both prefixes alike; ports are zero where the
// protocol has none or the packet is a fragment.
//
// Toeplitz is linear, and under a key that repeats every 16 bits all words of
// the input count alike: the hash of the whole is that of the words'
// exclusive-or.
func FlowHash(src, dst *[16]byte, sport, dport uint16) uint32 {
	x := load(src[:8]) ^ load(src[8:]) ^ load(dst[:8]) ^ load(dst[8:])
	x ^= x >> 32
	x ^= x >> 16
	x ^= uint64(sport ^ dport)
	return hashTable[0][uint8(x>>8)] ^ hashTable[1][uint8(x)]
}

func load(b []byte) uint64 { return binary.BigEndian.Uint64(b) }
