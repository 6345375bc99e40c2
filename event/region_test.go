package event

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

var smallLayout = Layout{Workers: 2, RingSize: MinRing, CounterWords: 700}

// TestRegion writes through one mapping and reads through another.
func TestRegion(t *testing.T) {
	a, err := CreateRegion(smallLayout, 42, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	fd, err := unix.Dup(a.FD())
	if err != nil {
		t.Fatal(err)
	}
	b, err := AttachRegion(fd)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.EnginePID() != 42 || b.StartUS() != 1000 || b.Layout() != smallLayout {
		t.Errorf("header %d %d %+v", b.EnginePID(), b.StartUS(), b.Layout())
	}
	for i := range 2 {
		w, err := a.Ring(i)
		if err != nil {
			t.Fatal(err)
		}
		r, err := b.Reader(i)
		if err != nil {
			t.Fatal(err)
		}
		put(w, uint64(i)+7, 5)
		var rec Record
		if !r.Next(&rec) || rec.Head.PktNum != uint64(i)+7 {
			t.Errorf("worker %d: record %+v", i, rec.Head)
		}
		a.Counters(i)[699] = uint64(i) + 3
		if got := b.Counters(i)[699]; got != uint64(i)+3 {
			t.Errorf("worker %d: counter %d", i, got)
		}
		a.Heartbeat(i).Beat(int64(i) + 11)
		if n, us := b.Heartbeat(i).Last(); n != 1 || us != int64(i)+11 {
			t.Errorf("worker %d: heartbeat %d %d", i, n, us)
		}
	}
}

// TestAttachRefuses tries descriptors and headers that are none.
func TestAttachRefuses(t *testing.T) {
	for name, spoil := range map[string]func(mem []byte){
		"magic":    func(m []byte) { word(m, regMagic).Store(1) },
		"version":  func(m []byte) { word(m, regVersion).Store(99) },
		"workers":  func(m []byte) { word(m, regWorkers).Store(1 << 62) },
		"no rings": func(m []byte) { word(m, regRingSize).Store(0) },
		"counters": func(m []byte) { word(m, regCounters).Store(701 + 4096) },
		"total":    func(m []byte) { word(m, regTotal).Add(8) },
	} {
		a, err := CreateRegion(smallLayout, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		spoil(a.mem)
		if _, err := AttachRegion(a.FD()); !errors.Is(err, ErrRegion) {
			t.Errorf("%s: %v", name, err)
		}
		a.Close()
	}
	if _, err := AttachRegion(-1); !errors.Is(err, ErrRegion) {
		t.Errorf("no descriptor: %v", err)
	}
	fd, err := unix.MemfdCreate("x", unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if _, err := AttachRegion(fd); !errors.Is(err, ErrRegion) {
		t.Errorf("unsealed: %v", err)
	}
	if _, err := CreateRegion(Layout{}, 1, 1); !errors.Is(err, ErrRegion) {
		t.Errorf("empty layout: %v", err)
	}
}
