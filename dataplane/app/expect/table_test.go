package expect

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

func key(n int) *Key {
	k := &Key{Version: 4, Port: uint16(n)}
	binary.BigEndian.PutUint32(k.Src[:], uint32(n))
	return k
}

func table(tb testing.TB, n int) *Table {
	t, err := New(n, 7)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return t
}

func TestTable(t *testing.T) {
	x := table(t, 64)
	if x.Any() {
		t.Error("an empty table says that there is something")
	}
	e := Entry{Proto: input.AppFTPData, Command: 6, Dir: input.ToServer, Parent: 9}
	e.SetName([]byte("a.bin"))
	if !x.Add(key(1), &e, 1000) || !x.Any() {
		t.Fatal("not added")
	}
	var got Entry
	other := *key(1)
	other.Dst[0] = 1
	if x.Take(&other, 1000, &got) || x.Take(key(2), 1000, &got) {
		t.Error("another connection was taken for the one expected")
	}
	if !x.Take(key(1), 1000+Life, &got) || got != e || string(got.Name()) != "a.bin" {
		t.Errorf("got %+v", got)
	}
	if x.Take(key(1), 1000, &got) || x.Any() {
		t.Error("taken twice")
	}
	x.Add(key(1), &e, 1000)
	if x.Take(key(1), 1001+Life, &got) {
		t.Error("taken when it was too late")
	}
	long := make([]byte, 1000)
	if e.SetName(long); len(e.Name()) != MaxName {
		t.Errorf("a name of %d octets", len(e.Name()))
	}
}

// TestFull: the oldest goes, the newest is always found.
func TestFull(t *testing.T) {
	x := table(t, 8)
	var e, got Entry
	for i := 1; i < 1000; i++ {
		e.Parent = uint64(i)
		if !x.Add(key(i), &e, int64(i)) {
			t.Fatalf("%d was refused", i)
		}
		if i%3 == 0 && (!x.Take(key(i), int64(i), &got) || got.Parent != uint64(i)) {
			t.Fatalf("%d was not found", i)
		}
	}
	if x.Stats.Replaced.Load() == 0 {
		t.Error("nothing was replaced in a table of 8")
	}
}

// TestWorkers: what one worker adds, exactly one other takes.
func TestWorkers(t *testing.T) {
	x := table(t, 1<<14)
	const n = 2000
	var taken [n]atomic.Int32
	var wg sync.WaitGroup
	added := make(chan int, n)
	for w := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := w; i < n; i += 2 {
				e := Entry{Parent: uint64(i)}
				if x.Add(key(i), &e, 0) {
					added <- i
				}
			}
		}()
	}
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range n {
				for i := range n {
					var e Entry
					if taken[i].Load() == 0 && x.Take(key(i), 0, &e) {
						if e.Parent != uint64(i) {
							t.Errorf("%d got what was %d's", i, e.Parent)
						}
						taken[i].Add(1)
					}
				}
				if !x.Any() && len(added) == n {
					return
				}
			}
		}()
	}
	wg.Wait()
	close(added)
	for i := range added {
		if taken[i].Load() != 1 {
			t.Errorf("%d was taken %d times", i, taken[i].Load())
		}
	}
}

func TestNoAllocs(t *testing.T) {
	x := table(t, 64)
	var e, got Entry
	k := key(5)
	if n := testing.AllocsPerRun(100, func() { x.Add(k, &e, 0); x.Take(k, 0, &got) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAddTake(b *testing.B) {
	x := table(b, 1<<16)
	var e, got Entry
	for i := 0; b.Loop(); i++ {
		k := key(i & 0xffff)
		x.Add(k, &e, 0)
		x.Take(k, 0, &got)
	}
}

// BenchmarkMiss is what each new connection pays while something is expected.
func BenchmarkMiss(b *testing.B) {
	x := table(b, 1<<16)
	var e, got Entry
	x.Add(key(1), &e, 0)
	for i := 0; b.Loop(); i++ {
		x.Take(key(i&0xffff|2), 0, &got)
	}
}
