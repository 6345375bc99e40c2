package arena

import "testing"

// Blocks of growing sizes need the room of the smaller ones before.
func TestFreedNeighboursMerge(t *testing.T) {
	a := newArena(t, 1<<16)
	for n := 1; n < 50000; n += 7 {
		p := a.alloc(n)
		q := a.alloc(n % 100)
		if p == 0 || q == 0 {
			t.Fatalf("%d octets refused, %d used", n, a.Used())
		}
		a.free(p)
		a.free(q)
	}
	if a.Used() != 0 {
		t.Errorf("%d used", a.Used())
	}
}

func TestExactFit(t *testing.T) {
	a := newArena(t, 1<<16)
	whole := 1<<16 - Overhead - 32
	for range 3 {
		p := a.alloc(whole)
		if p == 0 || a.alloc(1) != 0 {
			t.Fatal("the whole arena is not one block")
		}
		a.free(p)
	}
}

func TestNewChecksSize(t *testing.T) {
	for _, n := range []int{-1, 0, 100, 1 << 50} {
		if a, err := New(n); err == nil {
			a.Close()
			t.Errorf("%d octets accepted", n)
		}
	}
}

func TestRefusesWhenFull(t *testing.T) {
	a := newArena(t, 1<<16)
	n := 0
	for a.alloc(1000) != 0 {
		n++
	}
	if n < 50 || n > 64 || a.Refused() != 1 {
		t.Errorf("%d blocks of 1000, %d refused", n, a.Refused())
	}
	if a.alloc(1<<40) != 0 || a.alloc(-1) != 0 {
		t.Error("got more than there is")
	}
	a.Reset()
	if a.alloc(1000) == 0 || a.Used() > 2000 {
		t.Errorf("after a reset %d are used", a.Used())
	}
}

func TestReusesFreed(t *testing.T) {
	a := newArena(t, 1<<16)
	for range 10000 {
		p, q := a.alloc(900), a.alloc(20)
		if p == 0 || q == 0 {
			t.Fatal("refused")
		}
		a.free(p)
		a.free(q)
	}
	a.free(0)
}

func newArena(t testing.TB, size int) *Arena {
	t.Helper()
	a, err := New(size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// Live blocks lie inside the arena, are aligned and do not overlap.
func FuzzAllocator(f *testing.F) {
	f.Add([]byte{1, 200, 3, 0, 77, 130, 131, 9, 9, 255, 64})
	f.Fuzz(func(t *testing.T, ops []byte) {
		a := newArena(t, 1<<15)
		low, high := a.Handle()+uintptr(Overhead), a.Handle()+1<<15
		type block struct {
			p uintptr
			n int
		}
		var live []block
		for i, op := range ops {
			n := int(op&0x3f) * (i%50 + 1)
			if len(live) > 0 && op >= 0x80 {
				k := int(op) % len(live)
				if op >= 0xc0 {
					if p := a.realloc(live[k].p, n); p != 0 {
						live[k] = block{p, n}
					} else if n <= live[k].n && n > 0 {
						t.Fatal("shrinking failed")
					}
				} else {
					a.free(live[k].p)
					live[k] = live[len(live)-1]
					live = live[:len(live)-1]
				}
			} else if p := a.alloc(n); p != 0 {
				live = append(live, block{p, n})
			}
			if code := a.check(); code != 0 {
				t.Fatalf("after operation %d: fault %d", i, code)
			}
			for j, b := range live {
				if b.p < low || b.p+uintptr(b.n) > high || b.p%16 != 0 {
					t.Fatalf("block %#x of %d outside %#x..%#x", b.p, b.n, low, high)
				}
				for _, c := range live[:j] {
					if b.p < c.p+uintptr(max(c.n, 1)) && c.p < b.p+uintptr(max(b.n, 1)) {
						t.Fatalf("blocks %+v and %+v overlap", b, c)
					}
				}
			}
		}
	})
}
