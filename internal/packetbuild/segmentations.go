package packetbuild

import (
	"fmt"
	"iter"
)

// Piece is some octets of a stream and where they stand in it.
type Piece struct {
	Offset int
	Data   []byte
}

// Segmentation is one way in which a stream may arrive. Whatever the way, a
// detector must see the same stream: that is what an evasion test asserts.
type Segmentation struct {
	Name   string
	Pieces []Piece
}

// SendOver sends the pieces as segments of one side of a connection, from the
// offset that the side has reached; the receiver acknowledges each.
func (s Segmentation) SendOver(t *TCP, from Side) {
	base := t.Sent(from)
	for _, p := range s.Pieces {
		t.Segment(from, base+p.Offset, p.Data)
		t.Ack(from.Peer())
	}
}

// Segmentations yields the ways in which a payload can be cut, ordered and
// repeated without a change of its octets: whole; cut in two at every octet, in
// both orders; octet by octet, forwards and backwards; in up to four parts in
// every order; with every part sent twice; with every part overlapping the one
// before. For n octets that are about 2n+40 ways.
func Segmentations(payload []byte) iter.Seq[Segmentation] {
	return func(yield func(Segmentation) bool) {
		n := len(payload)
		piece := func(from, to int) Piece { return Piece{from, payload[from:to]} }
		if !yield(Segmentation{"whole", []Piece{piece(0, n)}}) {
			return
		}
		for cut := 1; cut < n; cut++ {
			a, b := piece(0, cut), piece(cut, n)
			if !yield(Segmentation{fmt.Sprintf("cut at %d", cut), []Piece{a, b}}) ||
				!yield(Segmentation{fmt.Sprintf("cut at %d, swapped", cut), []Piece{b, a}}) {
				return
			}
		}
		octets := Parts(payload, n)
		if !yield(Segmentation{"octet by octet", octets}) || !yield(Segmentation{"octets backwards", reversed(octets)}) {
			return
		}
		for k := 3; k <= min(4, n); k++ {
			parts := Parts(payload, k)
			for order := range permutations(k) {
				p := make([]Piece, k)
				for i, j := range order {
					p[i] = parts[j]
				}
				if !yield(Segmentation{fmt.Sprintf("%d parts in order %v", k, order), p}) {
					return
				}
			}
		}
		var twice, overlapping []Piece
		for _, p := range Parts(payload, min(4, n)) {
			twice = append(twice, p, p)
			overlapping = append(overlapping, piece(max(0, p.Offset-1), p.Offset+len(p.Data)))
		}
		_ = yield(Segmentation{"every part twice", twice}) && yield(Segmentation{"overlap of one octet", overlapping})
	}
}

// Conflicts yields ways in which octets arrive twice with different contents:
// the first copy true and the second junk, and the other way round. Which copy
// counts is policy; inline, the first that was let through.
func Conflicts(payload []byte, junk byte) iter.Seq2[Segmentation, bool] {
	return func(yield func(s Segmentation, firstIsTrue bool) bool) {
		false_ := make([]byte, len(payload))
		for i := range false_ {
			false_[i] = junk
		}
		n := len(payload)
		for _, cut := range []int{0, n / 2} {
			good, bad := Piece{cut, payload[cut:]}, Piece{cut, false_[cut:]}
			var lead []Piece
			if cut > 0 {
				lead = []Piece{{0, payload[:cut]}}
			}
			// The tail arrives twice; sent before the lead, it waits out of order.
			if !yield(Segmentation{fmt.Sprintf("from %d, true first", cut), append(append([]Piece(nil), good, bad), lead...)}, true) ||
				!yield(Segmentation{fmt.Sprintf("from %d, junk first", cut), append(append([]Piece(nil), bad, good), lead...)}, false) {
				return
			}
		}
	}
}

// Parts cuts a payload into k pieces of nearly equal size, in order.
func Parts(payload []byte, k int) []Piece {
	var out []Piece
	n := len(payload)
	for i := range k {
		from, to := i*n/k, (i+1)*n/k
		if from < to {
			out = append(out, Piece{from, payload[from:to]})
		}
	}
	return out
}

func reversed(in []Piece) []Piece {
	out := make([]Piece, len(in))
	for i, p := range in {
		out[len(in)-1-i] = p
	}
	return out
}

// permutations yields every order of 0..k-1; each is a fresh slice.
func permutations(k int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		var rec func(prefix []int, used int) bool
		rec = func(prefix []int, used int) bool {
			if len(prefix) == k {
				return yield(append([]int(nil), prefix...))
			}
			for i := range k {
				if used&(1<<i) == 0 && !rec(append(prefix, i), used|1<<i) {
					return false
				}
			}
			return true
		}
		rec(nil, 0)
	}
}
