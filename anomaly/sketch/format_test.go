package sketch

import (
	"bytes"
	"encoding"
	"testing"
)

type codec interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// samples is one filled sketch of each kind, and an empty receiver.
func samples() map[string][2]codec {
	s := testSeed(7)
	cm, _ := NewCountMin(arena(CountMinSize(64)+Align), &s, 64)
	hll, _ := NewHyperLogLog(arena(4096), &s, 6)
	bl, _ := NewBloom(arena(4096), &s, 4)
	en, _ := NewEntropy(arena(4096), &s, 32)
	ss := newSS(&s, 8)
	var lin Linear
	var ew EWMA
	var se Seasonal
	for i := range uint64(300) {
		h := s.Sum(i%50, 0, 0)
		cm.Add(h, 1)
		hll.Add(h)
		bl.Add(h)
		en.Add(h)
		ss.Add(h, Key{A: i % 50}, 1)
		lin.Add(h.Lo)
		ew.Learn(float64(i), 0.1)
		se.Learn(int64(i)*600_000_000, float64(i), 0.1)
	}
	se.closeHour()
	se.hour, se.hourSum, se.hourN = 0, 0, 0
	return map[string][2]codec{
		"count-min": {&cm, new(CountMin)}, "hyperloglog": {&hll, new(HyperLogLog)},
		"bloom": {&bl, new(Bloom)}, "entropy": {&en, new(Entropy)},
		"space-saving": {&ss, new(SpaceSaving)}, "linear": {&lin, new(Linear)},
		"ewma": {&ew, new(EWMA)}, "seasonal": {&se, new(Seasonal)},
	}
}

func TestRoundTripAndDamage(t *testing.T) {
	for name, pair := range samples() {
		b, err := pair[0].MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := pair[1].UnmarshalBinary(b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, _ := pair[1].MarshalBinary(); !bytes.Equal(b, again) {
			t.Errorf("%s: differs after a round trip", name)
		}
		for i := 0; i < len(b); i += 1 + len(b)/200 {
			bad := bytes.Clone(b)
			bad[i] ^= 0x10
			if pair[1].UnmarshalBinary(bad) == nil {
				t.Errorf("%s: octet %d damaged, not noticed", name, i)
			}
			if pair[1].UnmarshalBinary(b[:i]) == nil {
				t.Errorf("%s: cut to %d octets, not noticed", name, i)
			}
		}
		if again, _ := pair[1].MarshalBinary(); !bytes.Equal(b, again) {
			t.Errorf("%s: a failed read changed the receiver", name)
		}
	}
}

// FuzzUnmarshal re-seals the body with a right checksum, so that the checks
// behind it are reached too.
func FuzzUnmarshal(f *testing.F) {
	for _, pair := range samples() {
		b, _ := pair[0].MarshalBinary()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		inputs := [][]byte{b}
		if len(b) >= headLen+tailLen {
			e := envelope{kind: Kind(b[5]), seed: 1, shape: uint64(b[16]) | uint64(b[17])<<8, total: uint64(b[24]), body: b[headLen : len(b)-tailLen]}
			inputs = append(inputs, e.marshal())
		}
		for _, in := range inputs {
			for _, c := range []codec{new(CountMin), new(HyperLogLog), new(Linear), new(SpaceSaving), new(Bloom), new(Entropy), new(EWMA), new(Seasonal)} {
				if c.UnmarshalBinary(in) != nil {
					continue
				}
				out, err := c.MarshalBinary()
				if err != nil || c.UnmarshalBinary(out) != nil {
					t.Fatalf("%T accepted %x but not its own copy", c, in)
				}
			}
		}
	})
}
