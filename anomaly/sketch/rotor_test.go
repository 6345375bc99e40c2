package sketch

import "testing"

func TestRotorTurnsCleanAndReads(t *testing.T) {
	s := testSeed(1)
	a := arena(1 << 20)
	r, err := NewRotatingCountMin(a, &s, 1024)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := r.Snapshot(); ok {
		t.Error("a finished generation before the first turn")
	}
	h := s.Sum(1, 0, 0)
	for turn := range uint32(10) {
		if got := r.Current().Estimate(h); got != 0 {
			t.Fatalf("turn %d starts with %d", turn, got)
		}
		r.Add(h, turn+1)
		if turn%2 == 0 {
			r.ClearSome()
		}
		r.Turn(int64(turn) * 1000)
		c, end, ok := r.Snapshot()
		if !ok || c.Estimate(h) != turn+1 || end != int64(turn)*1000 || c.Total() != uint64(turn+1) {
			t.Fatalf("turn %d: snapshot of %d at %d, %v", turn, c.Estimate(h), end, ok)
		}
		if r.Previous().Estimate(h) != turn+1 {
			t.Fatalf("turn %d: previous holds %d", turn, r.Previous().Estimate(h))
		}
		if _, err := c.MarshalBinary(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadFinishedVoidAfterTurn(t *testing.T) {
	r := NewRotor(arena(4096), 64, 0)
	r.Turn(1)
	if _, _, ok := r.ReadFinished(make([]byte, 8)); ok {
		t.Error("a short destination was accepted")
	}
	dst := NewArena(make([]byte, 256)).Bytes(64)
	if seq, end, ok := r.ReadFinished(dst); !ok || seq != 1 || end != 1 {
		t.Errorf("seq %d end %d ok %v", seq, end, ok)
	}
}

func TestRotatingBloomForgets(t *testing.T) {
	s := testSeed(1)
	r, err := NewRotatingBloom(arena(1<<16), &s, 64)
	if err != nil {
		t.Fatal(err)
	}
	h := s.Sum(5, 0, 0)
	r.Add(h)
	r.Turn(1)
	if !r.Has(h) {
		t.Error("forgotten after one turn")
	}
	r.Turn(2)
	if r.Has(h) {
		t.Error("kept after two turns")
	}
}

func TestArenaMeasuresAndRefuses(t *testing.T) {
	build := func(a *Arena) error {
		s := testSeed(1)
		_, err := NewRotatingCountMin(a, &s, 256)
		return err
	}
	dry := NewArena(nil)
	if err := build(dry); err != nil {
		t.Fatal(err)
	}
	if err := build(arena(dry.Used() + Align)); err != nil {
		t.Errorf("as measured: %v", err)
	}
	if err := build(arena(dry.Used() / 2)); err == nil {
		t.Error("half the memory was accepted")
	}
}

func TestUpdatesDoNotAllocate(t *testing.T) {
	s := testSeed(1)
	a := arena(4 << 20)
	cm, _ := NewRotatingCountMin(a, &s, 1024)
	hll, _ := NewHyperLogLog(a, &s, 10)
	ss, _ := NewSpaceSaving(a, &s, 64)
	en, _ := NewEntropy(a, &s, 64)
	bl, _ := NewRotatingBloom(a, &s, 64)
	i := uint64(0)
	if n := testing.AllocsPerRun(1000, func() {
		h := s.Sum(i, 0, 0)
		i++
		cm.Add(h, 1)
		hll.Add(h)
		ss.Add(h, Key{A: i}, 1)
		en.Add(h)
		bl.Add(h)
		bl.Has(h)
		cm.ClearSome()
		if i%10 == 0 {
			cm.Turn(int64(i))
			bl.Turn(int64(i))
		}
	}); n != 0 {
		t.Errorf("%v allocations an update", n)
	}
}
