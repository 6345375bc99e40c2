package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Entropy estimates the Shannon entropy of the stream of keys, in bits, from a
// histogram over m hashed buckets.
//
// Error: never above the entropy of the stream, since merging keys only loses
// information. With n distinct keys the expected loss is at most
// log2(1+(n-1)/m) bits: for a key of share p the rest that shares its bucket
// is (1-p)/m in expectation, the loss is E log2(1+rest/p), and Jensen's
// inequality over keys and hashes gives the sum (n-1)/m. By Markov's inequality
// it exceeds k times that with probability at most 1/k. The use of entropy of
// addresses and ports: Lall, Sekar, Ogihara, Xu, Zhang, "Data streaming
// algorithms for estimating entropy of network traffic", SIGMETRICS 2006.
//
// Ownership: buckets are the caller's memory. Concurrency: one writer.
type Entropy struct {
	cells []uint32
	total uint64
	seed  uint64
}

// NewEntropy takes m buckets (a power of two, 16 to 65536) out of the arena.
func NewEntropy(a *Arena, seed *Seed, m int) (Entropy, error) {
	if m < 16 || m > 1<<16 || m&(m-1) != 0 {
		return Entropy{}, fmt.Errorf("entropy histogram of %d buckets: a power of two from 16 to 65536 is needed", m)
	}
	return Entropy{cells: Take[uint32](a, m), seed: seed.Fingerprint()}, a.Err()
}

// Add counts the key once.
func (e *Entropy) Add(h Hash) {
	i := (h.Lo ^ h.Hi>>32) & uint64(len(e.cells)-1)
	if e.cells[i] != math.MaxUint32 {
		e.cells[i]++
		e.total++
	}
}

// Bits is the estimate. O(m): once a window, not per packet.
func (e *Entropy) Bits() float64 {
	if e.total == 0 {
		return 0
	}
	sum := 0.0
	for _, c := range e.cells {
		if c > 1 {
			sum += float64(c) * math.Log2(float64(c))
		}
	}
	return max(0, math.Log2(float64(e.total))-sum/float64(e.total))
}

// ErrorBound is the expected loss in bits with n distinct keys.
func (e *Entropy) ErrorBound(n float64) float64 {
	return math.Log2(1 + max(0, n-1)/float64(len(e.cells)))
}

// Total is the number of keys added.
func (e *Entropy) Total() uint64 { return e.total }

// Reset forgets everything.
func (e *Entropy) Reset() { clear(e.cells); e.total = 0 }

// Merge makes e the histogram of both streams; exact.
func (e *Entropy) Merge(o *Entropy) error {
	if len(e.cells) != len(o.cells) || e.seed != o.seed {
		return fmt.Errorf("entropy of %d and %d buckets: %w", len(e.cells), len(o.cells), ErrMismatch)
	}
	for i, c := range o.cells {
		s := satAdd(e.cells[i], c)
		e.total += uint64(s - e.cells[i])
		e.cells[i] = s
	}
	return nil
}

// MarshalBinary writes the versioned format.
func (e *Entropy) MarshalBinary() ([]byte, error) {
	body := make([]byte, 0, 4*len(e.cells))
	for _, c := range e.cells {
		body = binary.LittleEndian.AppendUint32(body, c)
	}
	v := envelope{kind: KindEntropy, seed: e.seed, shape: uint64(len(e.cells)), total: e.total, body: body}
	return v.marshal(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote into fresh heap memory.
func (e *Entropy) UnmarshalBinary(b []byte) error {
	v, err := unmarshal(b, KindEntropy)
	if err != nil {
		return err
	}
	m := int(v.shape)
	if v.shape < 16 || v.shape > 1<<16 || m&(m-1) != 0 || len(v.body) != 4*m {
		return fmt.Errorf("%w: entropy of %d buckets in %d octets", ErrFormat, v.shape, len(v.body))
	}
	n := Entropy{cells: make([]uint32, m), seed: v.seed}
	for i := range n.cells {
		n.cells[i] = binary.LittleEndian.Uint32(v.body[4*i:])
		n.total += uint64(n.cells[i])
	}
	if n.total != v.total {
		return fmt.Errorf("%w: entropy total %d, cells sum to %d", ErrFormat, v.total, n.total)
	}
	*e = n
	return nil
}
