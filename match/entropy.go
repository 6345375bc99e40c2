package match

import "math"

// entropyOf is the Shannon entropy of octets, in bits an octet (0 to 8).
func entropyOf(data []byte) float64 {
	if len(data) == 0 {
		return 0
	}
	var count [256]uint32
	for _, c := range data {
		count[c]++
	}
	n, sum := float64(len(data)), 0.0
	for _, c := range count {
		if c > 0 {
			p := float64(c) / n
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// entropy compares the entropy of A octets (0: all) from offset B of the buffer
// with X..Y, the bits of two numbers; flags say which bound is excluded. What was
// computed is kept with the flow, for its events.
func (x *inspector) entropy(op *Op) bool {
	at := int(op.B)
	if at >= len(x.data) {
		return false
	}
	d := x.data[at:]
	if op.A > 0 {
		if int(op.A) > len(d) {
			return false
		}
		d = d[:op.A]
	}
	v := entropyOf(d)
	if x.pkt.Flow != nil {
		x.e.state.SetEntropy(x.pkt.Flow, uint32(op.C), v)
	}
	lo, hi := math.Float64frombits(op.X), math.Float64frombits(op.Y)
	above := v > lo || v == lo && op.Flags&EntropyOpenLo == 0
	below := v < hi || v == hi && op.Flags&EntropyOpenHi == 0
	return (above && below) != op.Neg
}

// Flags of OpEntropy: the bound itself is outside.
const (
	EntropyOpenLo uint16 = 1 << iota
	EntropyOpenHi
)
