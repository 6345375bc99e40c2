package defrag

import "math/bits"

const (
	// maxDatagram is the most that an IPv4 total length or an IPv6 payload length
	// can say.
	maxDatagram = 65535
	// block is the unit of fragment offsets.
	block  = 8
	blocks = (maxDatagram + block) / block
	// maxPerDatagram is one fragment a block.
	maxPerDatagram = blocks - 1
	// maxOverlaps bounds the fragments of one datagram that overlap others: each
	// costs another pass when the datagram is put together. A datagram of the
	// largest size sent twice stays below.
	maxOverlaps = 128
	// pageSize holds a payload of maxDatagram behind headers.
	pageSize = 2 * (maxDatagram + 1)
)

// key tells datagrams apart (RFC 791 §3.2, RFC 8200 §4.5); tags and port pair
// keep equal addresses of different networks apart.
type key struct {
	src, dst       [16]byte
	id             uint32
	vlan           [3]uint16
	pair           uint16
	version, proto uint8
	depth          uint8
	vlans          uint8
}

// tracker is a datagram in progress. It holds no pointers.
type tracker struct {
	key     key
	lastUS  int64
	timeout int64
	// chain is the next tracker of the bucket; older and newer order all by the
	// time of their last fragment.
	chain, older, newer uint32
	bucket              uint32
	// first and last fragment in order of arrival.
	first, last uint32
	frags       uint32
	// total is the payload's length, 0 until the last fragment came.
	total   int32
	covered int32
	// port is where the first fragment came in.
	port    uint16
	policy  Policy
	overlap bool
	// overlaps counts the fragments that overlap others.
	overlaps int32
	// disagree: two last fragments, or data behind the end.
	disagree bool
	// condemned: rules dropped one of its fragments.
	condemned bool
	// have marks the blocks that some fragment has.
	have [blocks / 64]uint64
}

// fragment is one held fragment. Its data stays where it arrived.
type fragment struct {
	handle uintptr
	// head is the datagram's header, of the fragment at offset 0 only; data the
	// payload.
	head, data []byte
	// own is what was copied into the table's memory, nil when nothing was.
	own   []byte
	frame int32
	from  int32
	next  uint32
	// nextOff is where in head the next-header octet stands (IPv6).
	nextOff int32
	proto   uint8
}

// cover marks the blocks of [from, to) and reports whether any was there.
func (t *tracker) cover(from, to int) (overlap bool) {
	lo, hi := from/block, (to+block-1)/block
	for w := lo / 64; w*64 < hi; w++ {
		mask := ^uint64(0)
		if w*64 < lo {
			mask &= ^uint64(0) << (lo & 63)
		}
		if w*64+64 > hi {
			mask &= ^uint64(0) >> (w*64 + 64 - hi)
		}
		fresh := mask &^ t.have[w]
		overlap = overlap || fresh != mask
		t.have[w] |= fresh
		t.covered += int32(bits.OnesCount64(fresh))
	}
	return overlap
}

// complete reports whether all octets up to the end are there.
func (t *tracker) complete() bool {
	if t.total == 0 {
		return false
	}
	need := (int(t.total) + block - 1) / block
	if int(t.covered) < need {
		return false
	}
	// With data behind the end, the count alone says nothing.
	for w := range need / 64 {
		if t.have[w] != ^uint64(0) {
			return false
		}
	}
	rest := uint(need & 63)
	mask := uint64(1)<<rest - 1
	return rest == 0 || t.have[need/64]&mask == mask
}
