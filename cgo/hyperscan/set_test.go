package hyperscan

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// mustSet builds and opens a set and makes a scratch for it.
func mustSet(t testing.TB, lits []SetLiteral, short bool) (*Set, *Scratch) {
	t.Helper()
	b, err := BuildSet(slices.Clone(lits), short)
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenSet(b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	var dbs []*Database
	if s.Rest() != nil {
		dbs = append(dbs, s.Rest())
	}
	sc, err := NewScratch(dbs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sc.Close)
	return s, sc
}

// checkSet asks of a set, for each payload and start: every literal that occurs is
// reported once, where it really ends; an anchored one when it stands at its
// place.
func checkAgainstSet(t *testing.T, lits []SetLiteral, payloads [][]byte) {
	t.Helper()
	hits := make([]Hit, 4096)
	defer func(was bool) { wide = was; setVector(true) }(wide)
	for _, how := range []struct{ short, wide, vector bool }{{}, {wide: true}, {wide: true, vector: true}, {short: true}} {
		short := how.short
		wide = how.wide
		setVector(how.vector)
		set, sc := mustSet(t, lits, short)
		for _, p := range payloads {
			for _, start := range []uint32{0, 3, Elsewhere} {
				at := offHeap(t, string(p), string(p)+string(p), true)
				r := sc.Scan([]Job{{DB: set.Handle(), Data: at, Len: uint32(len(p)), Tag: 9, Start: start}}, hits)
				if r.Status != Done {
					t.Fatalf("%+v", r)
				}
				got := map[uint32]int{}
				for _, h := range hits[:r.Hits] {
					l := lits[h.ID]
					end := int(h.End)
					if h.Tag != 9 || end < len(l.Data) || end > len(p) || !sameOctets(Literal{Data: l.Data, NoCase: l.NoCase}, p[end-len(l.Data):end]) {
						t.Fatalf("%q in %q: hit %+v", l.Data, p, h)
					}
					got[h.ID]++
				}
				for i, l := range lits {
					want := len(naive([]Literal{{Data: l.Data, NoCase: l.NoCase, SingleMatch: true}}, p, 0))
					if l.Anchored {
						from := int64(l.At) - int64(start)
						anchored := from >= 0 && from+int64(len(l.Data)) <= int64(len(p)) &&
							sameOctets(Literal{Data: l.Data, NoCase: l.NoCase}, p[from:from+int64(len(l.Data))])
						if anchored && got[uint32(i)] != 1 || got[uint32(i)] > want {
							t.Fatalf("%q at %d in %q from %d (short %v): %d hits", l.Data, l.At, p, start, short, got[uint32(i)])
						}
						continue
					}
					if got[uint32(i)] != want {
						t.Fatalf("%q (nocase %v) in %q (short %v): %d hits, want %d", l.Data, l.NoCase, p, short, got[uint32(i)], want)
					}
				}
			}
		}
	}
}

func TestSetAgreesWithNaiveSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	alphabets := []string{"aAbB", "a\x00", "kKsS[{@`", "\xe4\xc4\xff\x00aZz", "abcdefghijklmnopqrstuvwxyzABC"}
	for round := range 200 {
		a := alphabets[round%len(alphabets)]
		text := func(n int) []byte {
			b := make([]byte, n)
			for i := range b {
				b[i] = a[r.IntN(len(a))]
			}
			return b
		}
		var lits []SetLiteral
		for id := range 1 + r.IntN(60) {
			lits = append(lits, SetLiteral{ID: uint32(id), Data: text(1 + r.IntN(20)), NoCase: r.IntN(2) == 0, Anchored: r.IntN(3) == 0, At: uint32(r.IntN(40))})
		}
		var payloads [][]byte
		for range 4 {
			p := text(r.IntN(200))
			// Occurrences by chance are rare for long ones: put some in.
			for range r.IntN(4) {
				l := lits[r.IntN(len(lits))]
				if len(p) >= len(l.Data) {
					copy(p[r.IntN(len(p)-len(l.Data)+1):], l.Data)
				}
			}
			payloads = append(payloads, p)
		}
		checkAgainstSet(t, lits, payloads)
	}
}

func FuzzSetAgreesWithNaiveSearch(f *testing.F) {
	f.Add([]byte("\x00abcdefgh|\x01aBc|\x02\x00long one|\x03zzzzz"), []byte("xxabcABC\x00zzabcdefghzzzzz"))
	f.Fuzz(func(t *testing.T, patterns, payload []byte) {
		var lits []SetLiteral
		for _, p := range bytes.Split(patterns, []byte("|")) {
			// The first octet of each part carries the options.
			if len(p) < 2 || len(p) > 200 || len(lits) > 50 {
				continue
			}
			lits = append(lits, SetLiteral{ID: uint32(len(lits)), Data: p[1:], NoCase: p[0]&1 != 0, Anchored: p[0]&2 != 0, At: uint32(p[0] >> 2)})
		}
		if len(lits) == 0 || len(payload) > 200 {
			return
		}
		checkAgainstSet(t, lits, [][]byte{payload})
	})
}

// Ten thousand literals that share most of what they are made of stay findable,
// and none has a chain longer than its bound.
func TestSetOfLiteralsAlike(t *testing.T) {
	var lits []SetLiteral
	for i := range 3000 {
		d := []byte("GET /index.php?page=........ HTTP/1.1")
		for k := range 8 {
			d[20+k] = "01"[i>>k&1]
		}
		lits = append(lits, SetLiteral{ID: uint32(i), Data: append(d, byte(i>>8), byte(i))})
	}
	set, sc := mustSet(t, lits, false)
	hits := make([]Hit, 4096)
	for _, i := range []int{0, 1, 255, 256, 1777, 2999} {
		p := "x" + string(lits[i].Data) + "yy"
		r := sc.Scan([]Job{{DB: set.Handle(), Data: offHeap(t, p, "", false), Len: uint32(len(p))}}, hits)
		if r.Hits != 1 || hits[0].ID != uint32(i) {
			t.Errorf("literal %d: %d hits %v", i, r.Hits, hits[:r.Hits])
		}
	}
}

// A hit array that is too small ends a job as with a database, and the next job
// reports its hits again.
func TestSetFullHitArray(t *testing.T) {
	var lits []SetLiteral
	for i := range 6 {
		lits = append(lits, SetLiteral{ID: uint32(i), Data: []byte("pattern number " + string(rune('0'+i)))})
	}
	set, sc := mustSet(t, lits, false)
	p := ""
	for i := range lits {
		p += string(lits[i].Data) + " "
	}
	job := Job{DB: set.Handle(), Data: offHeap(t, p, "", false), Len: uint32(len(p))}
	hits := make([]Hit, 8)
	r := sc.Scan([]Job{job, job}, hits)
	if r.Status != Full || r.Jobs != 1 || r.Hits != 6 {
		t.Fatalf("%+v, want the first job's six hits and Full", r)
	}
	if r = sc.Scan([]Job{job}, hits[:4]); r.Status != Overflow || r.Hits != 4 || r.Jobs != 1 {
		t.Fatalf("%+v, want Overflow", r)
	}
	if r = sc.Scan([]Job{job}, hits); r.Status != Done || r.Hits != 6 {
		t.Fatalf("%+v after an overflow, want all six", r)
	}
}

// Octets that are not a set are refused, whatever was changed in them; what is
// accepted can be scanned with.
func TestOpenSetRefusesDamage(t *testing.T) {
	lits := []SetLiteral{{ID: 0, Data: []byte("some longer literal")}, {ID: 1, Data: []byte("ab"), Anchored: true, At: 4}, {ID: 2, Data: []byte("xyz")}}
	good, err := BuildSet(lits, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 10, headerOctets, len(good) - 1} {
		if _, err := OpenSet(good[:n]); !errors.Is(err, ErrSet) {
			t.Errorf("%d octets of a set: %v", n, err)
		}
	}
	var h header
	h.read(good)
	p := "some longer literal, xyz, ab"
	at := offHeap(t, p, p, false)
	hits := make([]Hit, 16)
	for i := range int(h.Rest) {
		for _, x := range []byte{1, 0x80, 0xFF} {
			bad := slices.Clone(good)
			bad[i] ^= x
			s, err := OpenSet(bad)
			if err != nil {
				continue
			}
			var dbs []*Database
			if s.Rest() != nil {
				dbs = append(dbs, s.Rest())
			}
			sc, err := NewScratch(dbs...)
			if err != nil {
				t.Fatal(err)
			}
			sc.Scan([]Job{{DB: s.Handle(), Data: at, Len: uint32(len(p))}}, hits)
			sc.Close()
			s.Close()
		}
	}
}
