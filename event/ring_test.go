package event

import (
	"encoding/binary"
	"runtime"
	"testing"
)

func newPair(t testing.TB) (*Ring, *Reader, []byte) {
	t.Helper()
	mem := make([]byte, RingSpace(MinRing))
	if err := FormatRing(mem, MinRing); err != nil {
		t.Fatal(err)
	}
	w, err := NewRing(mem)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(mem)
	if err != nil {
		t.Fatal(err)
	}
	return w, r, mem
}

// put commits a record with a number and n octets of ballast.
func put(r *Ring, num uint64, n int) bool {
	w := r.Begin(KindAlert)
	if w == nil {
		return false
	}
	w.Head().PktNum = num
	w.Str("p", make([]byte, n))
	r.Commit()
	return true
}

// TestRingOrder sends records of many sizes from one goroutine to another,
// around the ring's end many times; none is lost, all in order.
func TestRingOrder(t *testing.T) {
	w, r, _ := newPair(t)
	const total = 20000
	go func() {
		for i := range uint64(total) {
			for !w.Room() {
				runtime.Gosched()
			}
			put(w, i, int(i*7919%3000))
		}
	}()
	var rec Record
	for i := uint64(0); i < total; {
		if !r.Next(&rec) {
			runtime.Gosched()
			continue
		}
		if rec.Head.PktNum != i || len(rec.Body) != 7+int(i*7919%3000) {
			t.Fatalf("record %d: number %d, body %d", i, rec.Head.PktNum, len(rec.Body))
		}
		i++
		r.Release()
	}
	if c := r.Counters(); c.Written != total || c.Lost != 0 || c.Resyncs != 0 || c.Depth != 0 {
		t.Errorf("counters %+v", c)
	}
}

// TestRingFull counts what finds no room, and goes on once there is some.
func TestRingFull(t *testing.T) {
	w, r, _ := newPair(t)
	n := 0
	for put(w, 0, 1000) {
		n++
	}
	if c := w.Counters(); c.Lost != 1 || c.LostByKind[KindAlert] != 1 || c.Written != uint64(n) {
		t.Fatalf("counters %+v after %d", c, n)
	}
	var rec Record
	for r.Next(&rec) {
		n--
	}
	if n != 0 || w.Room() {
		t.Fatalf("%d records not read; room before release: %v", n, w.Room())
	}
	r.Release()
	if !put(w, 0, 1000) {
		t.Error("no room after release")
	}
}

// TestRingTruncate cuts a record at MaxRecord and counts it.
func TestRingTruncate(t *testing.T) {
	w, r, _ := newPair(t)
	put(w, 1, 2*MaxRecord)
	var rec Record
	if !r.Next(&rec) || rec.Head.Len != MaxRecord || rec.Head.Flags&Truncated == 0 {
		t.Fatalf("%+v", rec.Head)
	}
	if c := r.Counters(); c.Truncated != 1 {
		t.Errorf("truncated %d", c.Truncated)
	}
}

// TestRingAdopt has a second reader go on where the first released, and a second
// writer where the first committed.
func TestRingAdopt(t *testing.T) {
	w, r, mem := newPair(t)
	put(w, 1, 10)
	put(w, 2, 10)
	w.Begin(KindDrop) // dies before Commit
	var rec Record
	r.Next(&rec)
	r.Release()
	r.Next(&rec) // dies before Release
	r2, _ := NewReader(mem)
	w2, _ := NewRing(mem)
	put(w2, 3, 10)
	for _, want := range []uint64{2, 3} {
		if !r2.Next(&rec) || rec.Head.PktNum != want {
			t.Fatalf("want %d, got %+v", want, rec.Head)
		}
	}
	if r2.Next(&rec) {
		t.Error("a record too many")
	}
}

// TestReleaseOthers keeps the last record for a successor.
func TestReleaseOthers(t *testing.T) {
	w, r, mem := newPair(t)
	put(w, 1, 10)
	put(w, 2, 10)
	var rec Record
	r.Next(&rec)
	r.Next(&rec)
	r.ReleaseOthers()
	r2, _ := NewReader(mem)
	if !r2.Next(&rec) || rec.Head.PktNum != 2 {
		t.Errorf("got %d", rec.Head.PktNum)
	}
}

// TestRingAbort leaves nothing behind.
func TestRingAbort(t *testing.T) {
	w, r, _ := newPair(t)
	w.Begin(KindDrop).Uint("x", 1)
	w.Abort()
	w.Commit()
	var rec Record
	if r.Next(&rec) {
		t.Error("an aborted record arrived")
	}
}

// TestRingBroken breaks cursors and lengths; the reader counts it and goes on
// with the next record written.
func TestRingBroken(t *testing.T) {
	for name, break_ := range map[string]func(mem []byte){
		"write beyond":   func(mem []byte) { word(mem, offWrite).Add(1 << 40) },
		"write odd":      func(mem []byte) { word(mem, offWrite).Add(3) },
		"length zero":    func(mem []byte) { binary.LittleEndian.PutUint32(mem[ringPage:], 0) },
		"length huge":    func(mem []byte) { binary.LittleEndian.PutUint32(mem[ringPage:], 1<<31) },
		"length too far": func(mem []byte) { binary.LittleEndian.PutUint32(mem[ringPage:], 60000) },
	} {
		w, r, mem := newPair(t)
		put(w, 1, 10)
		break_(mem)
		var rec Record
		if r.Next(&rec) || r.Counters().Resyncs != 1 {
			t.Errorf("%s: taken for sound", name)
		}
		w2, _ := NewRing(mem)
		if !put(w2, 9, 10) || !r.Next(&rec) || rec.Head.PktNum != 9 {
			t.Errorf("%s: does not go on", name)
		}
	}
}

// TestRingNoAlloc keeps the worker's side off the heap.
func TestRingNoAlloc(t *testing.T) {
	w, r, _ := newPair(t)
	var rec Record
	payload := make([]byte, 300)
	if n := testing.AllocsPerRun(1000, func() {
		put(w, 1, 0)
		b := w.Begin(KindFlow)
		b.Obj("flow")
		b.Uint("pkts_toserver", 5)
		b.Base64("payload", payload)
		b.IP("src_ip", &b.Head().Src, 4)
		b.End()
		w.Commit()
		for r.Next(&rec) {
		}
		r.Release()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzReader reads a ring whose control page and first octets are hostile.
func FuzzReader(f *testing.F) {
	f.Add(uint64(200), uint64(0), []byte{160, 0, 0, 0, 1})
	f.Add(uint64(1)<<63, uint64(8), []byte{})
	f.Add(uint64(MinRing)-8, uint64(MinRing)-16, []byte{0xff, 0xff, 0xff, 0xff})
	mem := make([]byte, RingSpace(MinRing))
	f.Fuzz(func(t *testing.T, write, read uint64, data []byte) {
		clear(mem[ringPage : ringPage+4096])
		if err := FormatRing(mem, MinRing); err != nil {
			t.Fatal(err)
		}
		off := int(read % MinRing)
		copy(mem[ringPage+off:], data)
		word(mem, offRead).Store(read)
		word(mem, offWrite).Store(write)
		r, err := NewReader(mem)
		if err != nil {
			t.Fatal(err)
		}
		var rec Record
		for n := 0; r.Next(&rec); n++ {
			if n > MinRing/HeadSize {
				t.Fatal("more records than fit")
			}
			c := NewCursor(rec.Body)
			var m Member
			for c.Next(&m) {
			}
		}
		r.Release()
	})
}

// BenchmarkRing is one typical record, written and read.
func BenchmarkRing(b *testing.B) {
	w, r, _ := newPair(b)
	payload := make([]byte, 300)
	var rec Record
	for b.Loop() {
		t := w.Begin(KindAlert)
		t.Head().PktNum = 1
		t.Obj("flow")
		t.Uint("pkts_toserver", 5)
		t.Uint("pkts_toclient", 5)
		t.End()
		t.Base64("payload", payload)
		w.Commit()
		r.Next(&rec)
		r.Release()
	}
}
