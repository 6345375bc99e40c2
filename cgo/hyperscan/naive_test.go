package hyperscan

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// naive is what Scan must report for one job, sorted, without repetitions.
func naive(lits []Literal, data []byte, tag uint32) []Hit {
	var out []Hit
	for _, l := range lits {
		for end := len(l.Data); end <= len(data); end++ {
			if !sameOctets(l, data[end-len(l.Data):end]) {
				continue
			}
			out = append(out, Hit{tag, l.ID, uint32(end)})
			if l.SingleMatch {
				break
			}
		}
	}
	return sorted(out)
}

func sameOctets(l Literal, b []byte) bool {
	if !l.NoCase {
		return bytes.Equal(l.Data, b)
	}
	lower := func(c byte) byte {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}
	for i := range b {
		if lower(b[i]) != lower(l.Data[i]) {
			return false
		}
	}
	return true
}

func sorted(h []Hit) []Hit {
	slices.SortFunc(h, func(a, b Hit) int {
		for _, d := range []int64{int64(a.Tag) - int64(b.Tag), int64(a.ID) - int64(b.ID), int64(a.End) - int64(b.End)} {
			if d != 0 {
				return int(d)
			}
		}
		return 0
	})
	return slices.Compact(h)
}

// checkAgainstNaive compiles lits in both ways and scans each payload.
func checkAgainstNaive(t *testing.T, lits []Literal, payloads [][]byte) {
	t.Helper()
	direct, err := CompileLiterals(lits)
	if err != nil {
		t.Fatalf("%v: %v", lits, err)
	}
	defer direct.Close()
	escaped, err := compileEscaped(lits)
	if err != nil {
		t.Fatalf("%v: %v", lits, err)
	}
	defer escaped.Close()
	s, err := NewScratch(direct, escaped)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	hits := make([]Hit, 4096)
	for _, db := range []*Database{direct, escaped} {
		for i, p := range payloads {
			for _, atStart := range []bool{false, true} {
				// More of the same behind the end would show as hits.
				at := offHeap(t, string(p), string(p)+string(p), atStart)
				r := s.Scan([]Job{{DB: db.Handle(), Data: at, Len: uint32(len(p)), Tag: uint32(i)}}, hits)
				if r.Status != Done {
					t.Fatalf("%+v", r)
				}
				if got, want := sorted(hits[:r.Hits]), naive(lits, p, uint32(i)); !slices.Equal(got, want) {
					t.Fatalf("literals %v in %q: %v, want %v", lits, p, got, want)
				}
			}
		}
	}
}

func TestScanAgreesWithNaiveSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabets := []string{"aAbB", "a\x00", "kKsS[{@`", "\xe4\xc4\xff\x00aZz"}
	text := func(alphabet string, n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return b
	}
	for round := range 300 {
		a := alphabets[round%len(alphabets)]
		var lits []Literal
		for id := range 1 + r.IntN(40) {
			// Ids are distinct: with shared ones a single match stands for all.
			lits = append(lits, Literal{uint32(id), text(a, 1+r.IntN(9)), r.IntN(2) == 0, r.IntN(2) == 0})
		}
		var payloads [][]byte
		for range 4 {
			payloads = append(payloads, text(a, r.IntN(80)))
		}
		checkAgainstNaive(t, lits, payloads)
	}
}

func FuzzScanAgreesWithNaiveSearch(f *testing.F) {
	f.Add([]byte("\x00abc|\x01aBc|\x02\x00|\x03z"), []byte("xxabcABC\x00zz"))
	f.Fuzz(func(t *testing.T, patterns, payload []byte) {
		var lits []Literal
		for i, p := range bytes.Split(patterns, []byte("|")) {
			// The first octet of each part carries the options.
			if len(p) < 2 || len(p) > 200 || i > 50 {
				continue
			}
			lits = append(lits, Literal{uint32(i), p[1:], p[0]&1 != 0, p[0]&2 != 0})
		}
		if len(lits) == 0 || len(payload) > 60 {
			return
		}
		checkAgainstNaive(t, lits, [][]byte{payload})
	})
}
