package hyperscan

import (
	"reflect"
	"strings"
	"testing"
)

func mustLiterals(t testing.TB, lits ...Literal) (*Database, *Scratch) {
	t.Helper()
	db, err := CompileLiterals(lits)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewScratch(db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); db.Close() })
	return db, s
}

func lit(id uint32, s string) Literal { return Literal{ID: id, Data: []byte(s)} }

func TestScanTable(t *testing.T) {
	nocase := func(id uint32, s string) Literal { return Literal{ID: id, Data: []byte(s), NoCase: true} }
	once := func(id uint32, s string) Literal { return Literal{ID: id, Data: []byte(s), SingleMatch: true} }
	for _, c := range []struct {
		name string
		lits []Literal
		data string
		want []Hit
	}{
		{"plain", []Literal{lit(7, "abc")}, "xxabcx", []Hit{{1, 7, 5}}},
		{"case differs", []Literal{lit(7, "abc")}, "xxABCx", nil},
		{"nocase", []Literal{nocase(7, "aBc")}, "xxAbCx", []Hit{{1, 7, 5}}},
		{"nocase leaves other octets alone", []Literal{nocase(7, "[x")}, "{x[X", []Hit{{1, 7, 4}}},
		{"NUL inside", []Literal{lit(1, "a\x00b")}, "a\x00a\x00b", []Hit{{1, 1, 5}}},
		{"NUL first and last", []Literal{lit(1, "\x00a\x00")}, "\x00a\x00", []Hit{{1, 1, 3}}},
		{"NUL alone", []Literal{lit(1, "\x00")}, "x\x00", []Hit{{1, 1, 2}}},
		{"one octet", []Literal{lit(4, "z")}, "zaz", []Hit{{1, 4, 1}, {1, 4, 3}}},
		{"single match", []Literal{once(4, "z")}, "zaz", []Hit{{1, 4, 1}}},
		{"newline", []Literal{lit(4, "\r\n")}, "a\r\n", []Hit{{1, 4, 3}}},
		{"high octets", []Literal{lit(4, "\xff\xfe")}, "\xff\xff\xfe", []Hit{{1, 4, 3}}},
		{"nocase of high octets is exact", []Literal{nocase(4, "\xe4")}, "\xc4", nil},
		{"meta characters", []Literal{lit(4, `^.*\d$`)}, `^.*\d$`, []Hit{{1, 4, 6}}},
		{"empty data", []Literal{lit(4, "a")}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, s := mustLiterals(t, c.lits...)
			hits := make([]Hit, 8)
			r := s.Scan([]Job{job(t, db, c.data, 1)}, hits)
			if want := (Result{Hits: len(c.want), Jobs: 1}); r != want {
				t.Fatalf("result %+v, want %+v", r, want)
			}
			if got := hits[:r.Hits]; len(got) != 0 && !reflect.DeepEqual(got, c.want) {
				t.Errorf("hits %v, want %v", got, c.want)
			}
		})
	}
}

func TestScanResumes(t *testing.T) {
	db, s := mustLiterals(t, lit(1, "a"))
	var jobs []Job
	for i, n := range []int{2, 1, 3, 0, 9, 4, 1} {
		jobs = append(jobs, job(t, db, strings.Repeat("a", n), uint32(i)))
	}
	hits := make([]Hit, 4)
	var got []Result
	perTag := make([]int, len(jobs))
	for rest := jobs; len(rest) > 0; {
		r := s.Scan(rest, hits)
		for _, h := range hits[:r.Hits] {
			perTag[h.Tag]++
		}
		got = append(got, r)
		rest = rest[r.Jobs:]
	}
	want := []Result{
		{Hits: 3, Jobs: 2, Status: Full},     // 2+1; 3 more do not fit
		{Hits: 3, Jobs: 2, Status: Full},     // 3+0
		{Hits: 4, Jobs: 1, Status: Overflow}, // 9 never fit
		{Hits: 4, Jobs: 1, Status: Full},     // exactly 4 fit, the next does not
		{Hits: 1, Jobs: 1, Status: Done},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("results\n%+v, want\n%+v", got, want)
	}
	if want := []int{2, 1, 3, 0, 4, 4, 1}; !reflect.DeepEqual(perTag, want) {
		t.Errorf("hits by job %v, want %v", perTag, want)
	}
}

func TestScanWithoutRoomEnds(t *testing.T) {
	db, s := mustLiterals(t, lit(1, "a"))
	r := s.Scan([]Job{job(t, db, "a", 0), job(t, db, "b", 0)}, nil)
	if want := (Result{Jobs: 1, Status: Overflow}); r != want {
		t.Errorf("%+v, want %+v", r, want)
	}
}

func TestScanReportsFailedJob(t *testing.T) {
	db, s := mustLiterals(t, lit(1, "a"))
	bad := job(t, db, "a", 1)
	bad.DB = 0
	hits := make([]Hit, 4)
	r := s.Scan([]Job{job(t, db, "a", 0), bad, job(t, db, "a", 2)}, hits)
	if want := (Result{Hits: 1, Jobs: 2, Status: Failed, Code: r.Code}); r != want || r.Code == 0 {
		t.Errorf("%+v, want %+v with a code", r, want)
	}
}

func TestClosedScratchFailsJob(t *testing.T) {
	db, s := mustLiterals(t, lit(1, "a"))
	s.Close()
	if r := s.Scan([]Job{job(t, db, "a", 0)}, make([]Hit, 1)); r.Status != Failed {
		t.Errorf("%+v, want a failed job", r)
	}
}

func TestScanSeveralDatabases(t *testing.T) {
	a, s := mustLiterals(t, lit(1, "aa"))
	b, err := CompileExpressions([]Expression{{ID: 2, Pattern: `b+c\d`, Flags: Caseless | SingleMatch}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := s.Grow(b); err != nil {
		t.Fatal(err)
	}
	hits := make([]Hit, 8)
	r := s.Scan([]Job{job(t, a, "xaaBc1", 10), job(t, b, "xaaBc1", 11)}, hits)
	if want := []Hit{{10, 1, 3}, {11, 2, 6}}; !reflect.DeepEqual(hits[:r.Hits], want) {
		t.Errorf("%v, want %v", hits[:r.Hits], want)
	}
}

func TestScanDoesNotAllocate(t *testing.T) {
	db, s := mustLiterals(t, lit(1, "abc"), lit(2, "x"))
	jobs := []Job{job(t, db, "xxabc", 0), job(t, db, "hello", 1)}
	hits := make([]Hit, 16)
	if n := testing.AllocsPerRun(100, func() { s.Scan(jobs, hits) }); n != 0 {
		t.Errorf("%v allocations per scan", n)
	}
}
