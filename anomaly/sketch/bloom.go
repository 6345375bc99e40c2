package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Bloom says of a key "never added" or "probably added". All four bits of a
// key lie in one cache line, so that a look-up costs at most one miss.
//
// Error: no false negatives. With c bits a key, the false positive rate is the
// classic (1-e^(-4/c))^4 raised a little by the uneven filling of lines: about
// 0.4% at c = 16 (Bloom, CACM 13, 1970; Putze, Sanders, Singler, "Cache-, hash-
// and space-efficient Bloom filters", JEA 14, 2009). Merging is exact.
//
// Ownership: lines are the caller's memory. Concurrency: one writer.
type Bloom struct {
	lines [][8]uint64
	seed  uint64
}

// NewBloom takes n lines of 64 octets (a power of two) out of the arena.
func NewBloom(a *Arena, seed *Seed, n int) (Bloom, error) {
	if n < 1 || n > 1<<24 || n&(n-1) != 0 {
		return Bloom{}, fmt.Errorf("bloom filter of %d lines: a power of two up to 2^24 is needed", n)
	}
	return Bloom{lines: Take[[8]uint64](a, n), seed: seed.Fingerprint()}, a.Err()
}

// place gives the line and the four bits of a key, as words and masks.
func (b *Bloom) place(h Hash) (line *[8]uint64, bits [4]uint32) {
	line = &b.lines[h.Lo&uint64(len(b.lines)-1)]
	for i := range bits {
		bits[i] = uint32(h.Hi>>(9*i)) & 511
	}
	return line, bits
}

// Add remembers the key.
func (b *Bloom) Add(h Hash) {
	line, bits := b.place(h)
	for _, i := range bits {
		line[i/64] |= 1 << (i % 64)
	}
}

// Has is false only for keys never added.
func (b *Bloom) Has(h Hash) bool {
	return hasBits(&b.lines[h.Lo&uint64(len(b.lines)-1)], h.Hi)
}

// hasBits stops at the first missing bit: in a sparse filter, mostly at once.
func hasBits(line *[8]uint64, bits uint64) bool {
	return line[bits>>6&7]>>(bits&63)&1 != 0 &&
		line[bits>>15&7]>>(bits>>9&63)&1 != 0 &&
		line[bits>>24&7]>>(bits>>18&63)&1 != 0 &&
		line[bits>>33&7]>>(bits>>27&63)&1 != 0
}

// FalsePositiveRate is the expected rate with n keys in the filter.
func (b *Bloom) FalsePositiveRate(n int) float64 {
	// Lines fill as Poisson(n/lines): average the rate over their filling.
	mean := float64(n) / float64(len(b.lines))
	rate, p := 0.0, math.Exp(-mean)
	for k := 0; k < int(mean+10*math.Sqrt(mean))+10; k++ {
		if k > 0 {
			p *= mean / float64(k)
		}
		rate += p * math.Pow(1-math.Pow(1-1.0/512, 4*float64(k)), 4)
	}
	return rate
}

// Reset forgets all keys.
func (b *Bloom) Reset() { clear(b.lines) }

// Merge makes b the filter of the union.
func (b *Bloom) Merge(o *Bloom) error {
	if len(b.lines) != len(o.lines) || b.seed != o.seed {
		return fmt.Errorf("bloom filters of %d and %d lines: %w", len(b.lines), len(o.lines), ErrMismatch)
	}
	for i := range o.lines {
		for j, w := range o.lines[i] {
			b.lines[i][j] |= w
		}
	}
	return nil
}

// MarshalBinary writes the versioned format.
func (b *Bloom) MarshalBinary() ([]byte, error) {
	body := make([]byte, 0, 64*len(b.lines))
	for i := range b.lines {
		for _, w := range b.lines[i] {
			body = binary.LittleEndian.AppendUint64(body, w)
		}
	}
	e := envelope{kind: KindBloom, seed: b.seed, shape: uint64(len(b.lines)), body: body}
	return e.marshal(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote into fresh heap memory.
func (b *Bloom) UnmarshalBinary(data []byte) error {
	e, err := unmarshal(data, KindBloom)
	if err != nil {
		return err
	}
	n := int(e.shape)
	if e.shape < 1 || e.shape > 1<<24 || n&(n-1) != 0 || len(e.body) != 64*n {
		return fmt.Errorf("%w: bloom filter of %d lines in %d octets", ErrFormat, e.shape, len(e.body))
	}
	lines := make([][8]uint64, n)
	for i := range lines {
		for j := range lines[i] {
			lines[i][j] = binary.LittleEndian.Uint64(e.body[64*i+8*j:])
		}
	}
	*b = Bloom{lines: lines, seed: e.seed}
	return nil
}

// RotatingBloom remembers keys for at least one and at most two turns.
type RotatingBloom struct {
	rotor     Rotor
	gen       [generations]Bloom
	cur, prev *Bloom
}

// NewRotatingBloom takes three filters of n lines out of the arena.
func NewRotatingBloom(a *Arena, seed *Seed, n int) (*RotatingBloom, error) {
	if _, err := NewBloom(NewArena(nil), seed, n); err != nil {
		return nil, err
	}
	r := &RotatingBloom{rotor: NewRotor(a, 64*n, 0)}
	if a.Measuring() || a.Err() != nil {
		return r, a.Err()
	}
	for i := range r.gen {
		r.gen[i] = Bloom{lines: Take[[8]uint64](NewArena(r.rotor.Region(i)), n), seed: seed.Fingerprint()}
	}
	r.cur, r.prev = &r.gen[r.rotor.Current()], &r.gen[r.rotor.Previous()]
	return r, nil
}

// Add remembers the key in the current generation.
func (r *RotatingBloom) Add(h Hash) { r.cur.Add(h) }

// Has looks into the current and the previous generation.
func (r *RotatingBloom) Has(h Hash) bool {
	return r.cur.Has(h) || r.prev.Has(h)
}

// ClearSome is Rotor.ClearSome.
func (r *RotatingBloom) ClearSome() { r.rotor.ClearSome() }

// Turn starts a new generation at nowUS; the one before the last is forgotten.
func (r *RotatingBloom) Turn(nowUS int64) {
	r.rotor.Turn(nowUS)
	r.cur, r.prev = &r.gen[r.rotor.Current()], &r.gen[r.rotor.Previous()]
}
