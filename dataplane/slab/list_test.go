package slab

import (
	"slices"
	"testing"
)

// A reserved list makes up to Max structs without an allocation, and no more.
func TestList(t *testing.T) {
	type rec struct {
		n   int
		few [2]int
		all []int
	}
	const limit = 100
	fresh := func(r *rec) { r.all = r.few[:0] }
	l := List[rec]{Max: limit}
	l.Reserve(1000)
	var got [limit]*rec
	fill := func() {
		for i := range got {
			if got[i] = l.Take(fresh); got[i] == nil {
				t.Fatalf("no room for the %dth", i)
			}
			if got[i].n != 0 || cap(got[i].all) != 2 {
				t.Fatalf("the %dth is %+v", i, got[i])
			}
			got[i].n = i + 1
		}
		if l.Take(fresh) != nil {
			t.Fatal("one too many")
		}
		for _, r := range got {
			r.n = 0
			l.Put(r)
		}
	}
	if n := testing.AllocsPerRun(3, fill); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if l.Refused != 4 {
		t.Errorf("%d refused", l.Refused)
	}
	seen := map[*rec]bool{}
	for _, r := range got {
		seen[r] = true
	}
	if len(seen) != limit {
		t.Errorf("%d structs", len(seen))
	}
}

// Without a reservation a list grows in blocks to the same bound.
func TestListUnreserved(t *testing.T) {
	l := List[[3000]byte]{Max: 8}
	for range 8 {
		if l.Take(nil) == nil {
			t.Fatal("no room")
		}
	}
	if l.Take(nil) != nil {
		t.Error("one too many")
	}
}

// What outgrew its owner's room goes round among owners.
func TestWide(t *testing.T) {
	w := Wide[int]{Max: 100}
	var own [2][4]int
	lists := [2][]int{own[0][:0], own[1][:0]}
	want := make([]int, 100)
	for i := range want {
		want[i] = i * i
	}
	k := 0
	run := func() {
		i := k % 2
		k++
		for _, v := range want {
			lists[i] = w.Append(lists[i], v)
		}
		if !slices.Equal(lists[i], want) {
			t.Fatal(lists[i])
		}
		lists[i] = w.Back(lists[i], own[i][:])
		if len(lists[i]) != 0 || cap(lists[i]) != 4 {
			t.Fatalf("%d of %d", len(lists[i]), cap(lists[i]))
		}
	}
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
