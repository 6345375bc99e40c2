package flow

import (
	"math/rand"
	"testing"

	"github.com/weir-ips/weir/match/input"
)

func mustTable(t testing.TB, n int) *Table {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Flows, cfg.Seed = n, 42
	tab, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	return tab
}

func key(i int) Key {
	k := Key{Proto: 17, IPVersion: 4, SrcPort: uint16(i), DstPort: 53}
	k.Src = [16]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}
	k.Dst = [16]byte{192, 0, 2, 1}
	return k
}

func reverse(k Key) Key {
	k.Src, k.Dst, k.SrcPort, k.DstPort = k.Dst, k.Src, k.DstPort, k.SrcPort
	return k
}

// TestAgainstMap runs random inserts, lookups in both directions and removals
// beside a Go map.
func TestAgainstMap(t *testing.T) {
	tab := mustTable(t, 2000)
	want := map[int]uint32{}
	r := rand.New(rand.NewSource(3))
	for range 200_000 {
		i := r.Intn(3000)
		k := key(i)
		h := tab.Hash(&k)
		rk := reverse(k)
		if tab.Hash(&rk) != h {
			t.Fatal("hash is not symmetric")
		}
		slot, d := tab.Find(&k, h)
		if slot != want[i] || slot != 0 && d != input.ToServer {
			t.Fatalf("key %d: slot %d direction %d, want slot %d", i, slot, d, want[i])
		}
		if s, d := tab.Find(&rk, h); s != slot || s != 0 && d != input.ToClient {
			t.Fatalf("key %d reversed: slot %d direction %d", i, s, d)
		}
		switch {
		case slot != 0:
			tab.Remove(slot)
			delete(want, i)
		default:
			s := tab.Insert(&k, h, 1)
			if (s == 0) != (len(want) == 2000) {
				t.Fatalf("insert gave %d with %d flows", s, len(want))
			}
			if s != 0 {
				want[i] = s
			}
		}
		if tab.Len() != len(want) {
			t.Fatalf("%d flows, want %d", tab.Len(), len(want))
		}
	}
	for _, s := range want {
		tab.Remove(s)
	}
	if tab.Len() != 0 || tab.over.Used() != 0 {
		t.Fatalf("%d flows, %d overflow buckets left", tab.Len(), tab.over.Used())
	}
}

func TestExpiryAndEmergency(t *testing.T) {
	tab := mustTable(t, 100)
	for i := range 80 {
		k := key(i)
		tab.Insert(&k, tab.Hash(&k), 0)
	}
	if s, _ := tab.Expired(29_000_000, 1000); s != 0 {
		t.Fatal("a new UDP flow ended before 30 s")
	}
	if tab.Emergency() {
		t.Fatal("emergency mode at 80%")
	}
	for i := 80; i < 90; i++ {
		k := key(i)
		tab.Insert(&k, tab.Hash(&k), 0)
	}
	if !tab.Emergency() {
		t.Fatal("no emergency mode at 90%")
	}
	n := 0
	for {
		s, _ := tab.Expired(11_000_000, 1000)
		if s == 0 {
			break
		}
		tab.Remove(s)
		n++
	}
	// Emergency mode goes off on the way: what is left keeps its full timeout.
	if n == 0 || tab.Emergency() || tab.Len() > 80 {
		t.Fatalf("%d ended, %d left, emergency %v", n, tab.Len(), tab.Emergency())
	}
}

func TestICMPKeys(t *testing.T) {
	var a, b Key
	req := input.Packet{IPVersion: 4, Proto: 1, ICMPType: 8, Src: [16]byte{1}, Dst: [16]byte{2}}
	rep := input.Packet{IPVersion: 4, Proto: 1, ICMPType: 0, Src: [16]byte{2}, Dst: [16]byte{1}}
	KeyOf(&req, &a, 0)
	KeyOf(&rep, &b, 0)
	if a.Hash(7) != b.Hash(7) || reverse(a) != b {
		t.Fatalf("echo and its reply are two flows: %+v %+v", a, b)
	}
	unreach := input.Packet{IPVersion: 4, Proto: 1, ICMPType: 3, Src: [16]byte{9}, Dst: [16]byte{1}}
	unreach.Embedded = input.Embedded{OK: true, Proto: 17, SrcPort: 1000, DstPort: 53, Src: [16]byte{1}, Dst: [16]byte{2}}
	KeyOf(&unreach, &a, 0)
	q := input.Packet{IPVersion: 4, Proto: 17, SrcPort: 1000, DstPort: 53, HasPorts: true, Src: [16]byte{1}, Dst: [16]byte{2}}
	KeyOf(&q, &b, 0)
	if reverse(a) != b {
		t.Fatalf("the error does not belong to the query's flow: %+v %+v", a, b)
	}
}

func TestNoAllocs(t *testing.T) {
	tab := mustTable(t, 1000)
	i := 0
	if n := testing.AllocsPerRun(10_000, func() {
		i++
		k := key(i % 900)
		h := tab.Hash(&k)
		if s, _ := tab.Find(&k, h); s != 0 {
			tab.Remove(s)
		} else {
			tab.Insert(&k, h, int64(i))
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// BenchmarkLookup finds random flows among a million, in bursts of 64 that are
// looked up ahead.
func BenchmarkLookup(b *testing.B) {
	const flows = 1 << 20
	tab := mustTable(b, flows)
	for i := range flows {
		k := key(i)
		tab.Insert(&k, tab.Hash(&k), 0)
	}
	r := rand.New(rand.NewSource(1))
	keys := make([]Key, 1<<16)
	for i := range keys {
		keys[i] = key(r.Intn(flows))
	}
	var hash [MaxAhead]uint64
	var ahead Ahead
	b.ResetTimer()
	for n := 0; n < b.N; n += 64 {
		burst := keys[n&(1<<16-1)&^63:][:64]
		for i := range burst {
			hash[i] = tab.Hash(&burst[i])
		}
		tab.LookAhead(&ahead, hash[:])
		for i := range burst {
			s, d := tab.FindAt(ahead.Slots[i], &burst[i], hash[i])
			tab.At(s).Count(d, 64, 64, int64(n))
		}
	}
}

// What is looked up ahead is a hint: FindAt agrees with Find whatever became of
// the slot in between.
func TestFindAtAgrees(t *testing.T) {
	const flows = 4096
	tab := mustTable(t, flows)
	r := rand.New(rand.NewSource(7))
	var hash [MaxAhead]uint64
	var keys [MaxAhead]Key
	var ahead Ahead
	for range 2000 {
		for i := range keys {
			keys[i] = key(r.Intn(2 * flows))
			hash[i] = tab.Hash(&keys[i])
		}
		tab.LookAhead(&ahead, hash[:])
		for i := range keys {
			want, wd := tab.Find(&keys[i], hash[i])
			got, gd := tab.FindAt(ahead.Slots[i], &keys[i], hash[i])
			if got != want || gd != wd {
				t.Fatalf("slot %d, direction %d; Find says %d, %d", got, gd, want, wd)
			}
			switch {
			case want == 0:
				tab.Insert(&keys[i], hash[i], 0)
			case r.Intn(3) == 0:
				tab.Remove(want)
			}
		}
	}
}

// index finds what a plain loop finds first.
func TestBucketIndex(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 10000 {
		var b bucket
		for i := range b.tags {
			b.tags[i] = uint16(r.Intn(4)) * 0x4001
		}
		tag := uint16(r.Intn(4))*0x4001 | 1
		want := bucketSlots
		for i := range b.tags {
			if b.tags[i] == tag {
				want = i
				break
			}
		}
		if got := b.index(tag); got != want {
			t.Fatalf("tag %#x in %x: %d, want %d", tag, b.tags, got, want)
		}
	}
}
