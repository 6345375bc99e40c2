package slab

import "testing"

func TestDeferredKeepsMovedSlicesUntilFlush(t *testing.T) {
	b, _ := NewBytes(2 << 20)
	defer b.Close()
	d := NewDeferred(b)
	s, _ := d.Append(nil, []byte("first"))
	old := s
	s, ok := d.Append(s, make([]byte, 200))
	if !ok || &s[0] == &old[0] {
		t.Fatal("slice was not moved")
	}
	other := d.Get(5)
	other = append(other, "other"...)
	if string(old) != "first" {
		t.Fatalf("moved slice reads %q before the flush", old)
	}
	d.Flush()
	d.Put(s)
	d.Put(other)
	if b.Used() != 0 {
		t.Fatalf("%d octets left", b.Used())
	}
}
