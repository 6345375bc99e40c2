package state

import (
	"math/rand"
	"sync"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// Two engines over the same memory count together, whichever sees a packet, and
// after one of them was killed and started again.
func TestTwoEngines(t *testing.T) {
	c := small()
	mem := aligned(c.Size())
	one, err := New(c, mem, [2]uint64{3, 4})
	if err != nil {
		t.Fatal(err)
	}
	two, err := Attach(mem)
	if err != nil {
		t.Fatal(err)
	}
	rec := match.ThresholdRec{Type: match.ThThreshold, Track: match.TrackSrc, Count: 4, Seconds: 60}
	got := ""
	for i, p := range series(8, 0) {
		got += outcomes([]*Tables{one, two}[i%2], &rec, p)
	}
	if got != "bbbebbbe" {
		t.Error(got)
	}
	one.SetBits(bit(match.TrackBoth, match.BitSet, 1, 60), packet(1, 2, 0), 0)
	if !two.Bits(bit(match.TrackBoth, match.BitIsSet, 1, 0), packet(2, 1, 1), 0) {
		t.Error("a bit that one engine set is not there for the other")
	}
	// Killed while it held a bucket.
	k := key{kind: kindPairBit, a: 1}
	k.pair(packet(1, 2, 0))
	one.bits.claim(one.h.hash(&k))
	if two.Bits(bit(match.TrackBoth, match.BitIsSet, 1, 0), packet(2, 1, 1), 0) || two.Count(Contended) != 1 {
		t.Error("a bucket that is held was read")
	}
	three, err := Attach(mem)
	if err != nil {
		t.Fatal(err)
	}
	three.FreeClaims()
	if !three.Bits(bit(match.TrackBoth, match.BitIsSet, 1, 0), packet(2, 1, 1), 0) {
		t.Error("what the killed engine had set is gone")
	}
}

// Workers side by side lose no count: a limit of N lets exactly N alerts through,
// a threshold one of every N, unless a claim was given up, which is counted.
func TestWorkersSideBySide(t *testing.T) {
	const workers, each = 4, 20_000
	s := tables(t, Config{Thresholds: 1024, Bits: 1024, Tags: 64, PortSets: 8})
	limit := match.ThresholdRec{Type: match.ThLimit, Track: match.TrackSrc, Count: 100, Seconds: 1000}
	every := match.ThresholdRec{Type: match.ThThreshold, Track: match.TrackRule, Count: 10, Seconds: 1000}
	uniq := match.ThresholdRec{Type: match.ThDetection, Track: match.TrackDst, Count: 500, Seconds: 1000, Unique: match.UniqueSrcPort}
	rules := [3]match.RuleRec{{SID: 1}, {SID: 2}, {SID: 3}}
	var emitted [workers][3]int
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				p := packet(1, 2, float64(i)/each, uint16(i%1000))
				for k, rec := range []*match.ThresholdRec{&limit, &every, &uniq} {
					if s.Threshold(rec, &rules[k], p) == match.Emit {
						emitted[w][k]++
					}
				}
				s.SetBits(bit(match.TrackSrc, match.BitToggle, uint64(w), 0), p, 0)
			}
		}()
	}
	wg.Wait()
	var sum [3]int
	for w := range emitted {
		for k, n := range emitted[w] {
			sum[k] += n
		}
	}
	lost := int(s.Count(Contended))
	for k, want := range [3]int{100, workers * each / 10, workers*each - 500} {
		if k == 2 {
			// Each of 1,000 ports counts once: the filter opens after 500 of them and
			// stays open, which each worker sees after at most 500 packets of its own.
			if sum[k] < want-500*workers-lost || sum[k] > want {
				t.Errorf("unique ports: %d alerts of %d", sum[k], want)
			}
			continue
		}
		if d := sum[k] - want; d > lost || d < -lost {
			t.Errorf("counter %d: %d alerts, want %d; %d claims were given up", k, sum[k], want, lost)
		}
	}
	for w := range workers {
		// An even number of toggles.
		if s.Bits(bit(match.TrackSrc, match.BitIsSet, uint64(w), 0), packet(1, 2, 0), 0) && lost == 0 {
			t.Errorf("bit %d is set after %d toggles", w, each)
		}
	}
	// Threads that share cores are taken off while they hold a bucket, as the
	// scheduler pleases; that most claims are had does not hang on it.
	if lost > workers*each*4/10 {
		t.Errorf("%d claims were given up", lost)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	s := tables(t, Config{Thresholds: 128, Bits: 128, Tags: 64, PortSets: 4})
	rec := match.ThresholdRec{Type: match.ThDetection, Track: match.TrackBoth, Count: 3, Seconds: 5, Unique: match.UniqueDstPort}
	tag := match.Op{Code: match.OpTag, A: match.TagHost, B: int32(match.TrackSrc), C: match.TagPackets, X: 5}
	set, ask := bit(match.TrackBoth, match.BitSet, 1, 5), bit(match.TrackBoth, match.BitIsSet, 1, 0)
	p := packet(1, 2, 0)
	f := input.Flow{ID: 1}
	p.Flow = &f
	n := 0
	got := testing.AllocsPerRun(2000, func() {
		n++
		p.Src[0], p.DstPort = byte(n), uint16(n)
		p.TimeUS += 10_000
		s.Threshold(&rec, someRule, p)
		s.SetBits(set, p, 0)
		s.Bits(ask, p, 0)
		s.SetTag(&tag, someRule, p)
		s.Tagged(p, 100)
	})
	if got != 0 {
		t.Errorf("%v allocations a packet", got)
	}
	if s.Count(ThresholdEvicted)+s.Count(BitEvicted) == 0 {
		t.Error("the tables never ran full")
	}
}

// FuzzTables: whatever comes in whatever order, tables stay within their memory,
// port sets have one owner each, and a limit of one alerts at least once for a
// counter that it just made.
func FuzzTables(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, int64(1))
	f.Add([]byte{255, 254, 253, 0, 0, 0, 0, 0, 1, 1, 1, 1}, int64(2))
	f.Fuzz(func(t *testing.T, b []byte, seed int64) {
		r := rand.New(rand.NewSource(seed))
		s := tables(t, Config{Thresholds: 16, Bits: 8, Tags: 8, PortSets: 3})
		for i := 0; i+4 <= len(b) && i < 4096; i += 4 {
			p := packet(b[i]%8, b[i+1]%8, float64(int8(b[i+2]))+r.Float64(), uint16(b[i+3]), uint16(b[i+3])<<8)
			if b[i]&64 != 0 {
				p.Flow = &input.Flow{ID: uint64(b[i+1] & 3)}
			}
			if b[i]&128 != 0 {
				p.IPVersion = 6
			}
			rec := match.ThresholdRec{Type: 1 + b[i+2]%6, Track: b[i+1] % 5, Count: uint32(b[i+3]%5) + 1, Seconds: uint32(b[i] % 16),
				Timeout: uint32(b[i+1] % 16), Multiplier: uint32(b[i+3]), Unique: b[i+2] % 3, NewAction: uint8(match.ActDrop)}
			rule := match.RuleRec{SID: uint32(b[i] % 4)}
			before := s.Count(ThresholdAdded)
			got := s.Threshold(&rec, &rule, p)
			if rec.Type == match.ThLimit && s.Count(ThresholdAdded) > before && got != match.Emit {
				t.Fatalf("a new limit answers %d", got)
			}
			op := bit(b[i+1]%7, int32(b[i+2]%5), uint64(b[i+3]%4), uint64(b[i]%8))
			s.SetBits(op, p, uint64(b[i]&1))
			if s.Bits(op, p, 0) && op.A == match.BitIsSet && b[i+1]%7 > match.TrackTx {
				t.Fatal("a bit of nobody is set")
			}
			s.SetTag(&match.Op{A: int32(b[i+3] % 2), B: int32(b[i+1] % 2), C: int32(b[i] % 3), X: uint64(b[i+2] % 8)}, &rule, p)
			s.Tagged(p, int(b[i+3]))
			owners := map[uint32]bool{}
			for k := range s.thresholds.buckets {
				for e := range s.thresholds.buckets[k].entries {
					if n := s.thresholds.buckets[k].entries[e].ports; n != 0 && owners[n] {
						t.Fatalf("port set %d has two owners", n)
					} else {
						owners[n] = true
					}
				}
			}
		}
		if n := s.Count(Contended); n != 0 {
			t.Fatalf("%d buckets were not given back", n)
		}
	})
}

func TestAttachRefuses(t *testing.T) {
	c := small()
	mem := aligned(c.Size())
	if _, err := Attach(mem); err == nil {
		t.Error("memory that holds no tables")
	}
	if _, err := New(c, mem[:c.Size()-1], [2]uint64{}); err == nil {
		t.Error("memory that is too small")
	}
	if _, err := New(c, mem, [2]uint64{}); err != nil {
		t.Fatal(err)
	}
	if _, err := Attach(mem[:c.Size()-64]); err == nil {
		t.Error("tables that lie outside")
	}
	if _, err := Attach(mem[:100]); err == nil {
		t.Error("less than a page")
	}
	for _, bad := range []Config{{Thresholds: -1}, {Tags: 1 << 30}, {PortSets: 1 << 30}} {
		if bad.Validate() == nil {
			t.Errorf("%+v", bad)
		}
	}
	for octets, want := range map[int]int{0: Ways, bucketSize: Ways, 2 * bucketSize: 2 * Ways, 16 << 20: 16384 * Ways} {
		if got := EntriesIn(octets); got != want || bucketsOf(got)*bucketSize > max(octets, bucketSize) {
			t.Errorf("%d octets: %d entries, want %d", octets, got, want)
		}
	}
}
