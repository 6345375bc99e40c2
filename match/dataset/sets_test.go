package dataset

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

func sets(t testing.TB, c Config) *Sets {
	t.Helper()
	s, err := New(c, make([]byte, c.Size()), [2]uint64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestOverlay: what a set was loaded with and what was changed since give the
// same answers as a map does, and changing back leaves nothing behind.
func TestOverlay(t *testing.T) {
	s := sets(t, Config{Entries: 4096, Octets: 1 << 20})
	r := rand.New(rand.NewPCG(1, 2))
	loaded, has := map[string]bool{}, map[string]bool{}
	key := func(i int) string { return string(bytes.Repeat([]byte{byte(i), byte(i >> 8)}, i%200)) + fmt.Sprint(i) }
	for i := 0; i < 300; i += 3 {
		loaded[key(i)], has[key(i)] = true, true
	}
	for range 20000 {
		k := key(r.IntN(300))
		v := []byte(k)
		switch r.IntN(3) {
		case 0:
			if got := s.SetHas(7, v, loaded[k]); got != has[k] {
				t.Fatalf("%q: has %v, want %v", k, got, has[k])
			}
		case 1:
			if got := s.SetAdd(7, v, loaded[k], 0); got == has[k] {
				t.Fatalf("%q: added %v, had %v", k, got, has[k])
			}
			has[k] = true
		case 2:
			if got := s.SetRemove(7, v, loaded[k]); got != has[k] {
				t.Fatalf("%q: removed %v, had %v", k, got, has[k])
			}
			has[k] = false
		}
		if s.SetHas(8, v, false) {
			t.Fatal("a value of one set is in another")
		}
	}
	for i := range 300 {
		k := key(i)
		if loaded[k] {
			s.SetAdd(7, []byte(k), true, 0)
		} else {
			s.SetRemove(7, []byte(k), false)
		}
	}
	s.Each(7, func(v []byte, has bool) { t.Errorf("left behind: %q %v", v, has) })
	if u := s.useOf(7).octets.Load(); u != 0 {
		t.Errorf("%d octets are still accounted for", u)
	}
}

// TestBounds: no memory, a set's own cap and values that are too long are refused
// and counted.
func TestBounds(t *testing.T) {
	s := sets(t, Config{Entries: 64, Octets: 64 * 4})
	n := 0
	for i := range 10 {
		if s.SetAdd(1, []byte(fmt.Sprint("value ", i)), false, 0) {
			n++
		}
	}
	if n != 4 || s.Count(Full) != 6 {
		t.Errorf("%d values in 4 blocks, %d refused", n, s.Count(Full))
	}
	s = sets(t, Config{Entries: 64, Octets: 1 << 20})
	n = 0
	for i := range 10 {
		if s.SetAdd(1, []byte(fmt.Sprint("value ", i)), false, 3*96) {
			n++
		}
	}
	if n != 3 || s.Count(OverCap) != 7 {
		t.Errorf("%d values under a cap of 3, %d refused", n, s.Count(OverCap))
	}
	if s.SetAdd(1, make([]byte, MaxValue+1), false, 0) {
		t.Error("a value of more than MaxValue octets was taken")
	}
	if !s.SetAdd(2, nil, false, 0) || !s.SetHas(2, nil, false) || !s.SetRemove(2, nil, false) {
		t.Error("the empty value is a value")
	}
}

// TestWorkersAgree: of all workers that add the same value, one finds it new.
func TestWorkersAgree(t *testing.T) {
	c := Config{Entries: 1 << 14, Octets: 1 << 21}
	mem := make([]byte, c.Size())
	s, err := New(c, mem, Seed())
	if err != nil {
		t.Fatal(err)
	}
	const workers, values = 4, 2000
	var wg sync.WaitGroup
	fresh := make([]int, workers)
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range values {
				if s.SetAdd(3, []byte(fmt.Sprint(i)), false, 0) {
					fresh[w]++
				}
			}
		}()
	}
	wg.Wait()
	sum := 0
	for _, n := range fresh {
		sum += n
	}
	if sum != values || s.Count(Contended) != 0 {
		t.Errorf("%d new values, want %d; %d claims given up", sum, values, s.Count(Contended))
	}
	again, err := Attach(mem)
	if err != nil || !again.SetHas(3, []byte("1999"), false) {
		t.Errorf("another process does not see the values: %v", err)
	}
}

func TestAttachRefuses(t *testing.T) {
	c := Config{Entries: 64, Octets: 64}
	mem := make([]byte, c.Size())
	if _, err := Attach(mem); err == nil {
		t.Error("memory without sets was opened")
	}
	if _, err := New(c, mem[:len(mem)-1], [2]uint64{}); err == nil {
		t.Error("too little memory was taken")
	}
	if _, err := New(c, mem, [2]uint64{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Attach(mem[:len(mem)-64]); err == nil {
		t.Error("sets that lie outside were opened")
	}
}

func TestNoAllocations(t *testing.T) {
	s := sets(t, Config{Entries: 64, Octets: 1 << 14})
	v := bytes.Repeat([]byte("x"), 300)
	if n := testing.AllocsPerRun(1000, func() {
		s.SetAdd(1, v, false, 1<<20)
		s.SetHas(1, v, false)
		s.SetRemove(1, v, false)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
