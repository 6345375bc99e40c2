package slab_test

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/slab"
)

func part(t *testing.T) slab.Part {
	t.Helper()
	ps, err := slab.Parts()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		if p.Name == "dataplane/slab_test" {
			return p
		}
	}
	return slab.Part{}
}

// Memory is told by who mapped it: what is mapped, and what of it is there.
func TestParts(t *testing.T) {
	if p := part(t); p != (slab.Part{}) {
		t.Fatalf("%+v before anything is mapped", p)
	}
	b, err := slab.Map(1 << 20) // small: no huge pages
	if err != nil {
		t.Fatal(err)
	}
	a, err := slab.NewArray[uint64](1 << 16)
	if err != nil {
		t.Fatal(err)
	}
	if p := part(t); p.Mapped != 1<<20+1<<19 || p.Resident != 0 {
		t.Errorf("%+v after mapping", p)
	}
	for i := range 256 << 10 {
		b[i] = 1
	}
	a.Rec[0] = 1
	if p := part(t); p.Resident < 256<<10+4096 || p.Resident > p.Mapped {
		t.Errorf("%+v after 256 KiB and a page were touched", p)
	}
	a.Close()
	slab.Unmap(b)
	if p := part(t); p != (slab.Part{}) {
		t.Errorf("%+v after all was given back", p)
	}
}
