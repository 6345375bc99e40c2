package slab

import (
	"bytes"
	"math/rand"
	"testing"
)

func TestSlabHandsOutEachIndexOnce(t *testing.T) {
	s, err := NewSlab[[64]byte](100)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	seen := map[uint32]bool{}
	for range 100 {
		i := s.Get()
		if i == 0 || seen[i] {
			t.Fatalf("index %d is none or twice", i)
		}
		seen[i] = true
	}
	if s.Get() != 0 {
		t.Fatal("more records than made")
	}
	for i := range seen {
		s.Put(i)
	}
	if s.Used() != 0 {
		t.Fatalf("%d in use after all were put back", s.Used())
	}
}

// TestBytesKeepContents writes a pattern into random slices and looks for
// overlaps and for octets that leak.
func TestBytesKeepContents(t *testing.T) {
	b, err := NewBytes(4 << 20)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	r := rand.New(rand.NewSource(1))
	type held struct {
		s   []byte
		tag byte
	}
	var all []held
	for i := range 20000 {
		if len(all) > 0 && r.Intn(2) == 0 {
			k := r.Intn(len(all))
			h := all[k]
			if !bytes.Equal(h.s, bytes.Repeat([]byte{h.tag}, len(h.s))) {
				t.Fatalf("slice of %d octets was overwritten", len(h.s))
			}
			b.Put(h.s)
			all[k] = all[len(all)-1]
			all = all[:len(all)-1]
			continue
		}
		n := 1 << r.Intn(17)
		s := b.Get(n)
		if s == nil {
			continue
		}
		s = s[:n]
		for j := range s {
			s[j] = byte(i)
		}
		all = append(all, held{s, byte(i)})
	}
	for _, h := range all {
		b.Put(h.s)
	}
	if b.Used() != 0 {
		t.Fatalf("%d octets still in use", b.Used())
	}
}

func TestBytesAppendAndCap(t *testing.T) {
	b, _ := NewBytes(2 << 20)
	defer b.Close()
	s, ok := b.Append(nil, []byte("abc"))
	for i := 0; ok && i < 400000; i++ {
		s, ok = b.Append(s, []byte("0123456789"))
	}
	if ok || len(s) == 0 || string(s[:5]) != "abc01" {
		t.Fatalf("no cap: %d octets, ok %v", len(s), ok)
	}
	b.Put(s)
	if b.Used() != 0 {
		t.Fatal("octets left")
	}
}

func TestNoAllocs(t *testing.T) {
	b, _ := NewBytes(2 << 20)
	defer b.Close()
	data := []byte("0123456789012345678901234567890123456789012345678901234567890123456789")
	if n := testing.AllocsPerRun(1000, func() {
		s, _ := b.Append(nil, data)
		s, _ = b.Append(s, data)
		b.Put(s)
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
