package ber

import "testing"

func TestElement(t *testing.T) {
	for _, x := range []struct {
		in   string
		tag  byte
		head int
		size uint64
		c    Completeness
	}{
		{"", 0, 0, 0, Short},
		{"\x30", 0, 0, 0, Short},
		{"\x30\x05", 0x30, 2, 5, Whole},
		{"\x04\x81\x80", 4, 3, 128, Whole},
		{"\x04\x84\xff\xff\xff\xff", 4, 6, 1<<32 - 1, Whole},
		{"\x04\x84\xff\xff\xff", 0, 0, 0, Short},
		{"\x04\x85\x01", 0, 0, 0, Wrong},
		{"\x30\x80", 0, 0, 0, Wrong},
		{"\x1f", 0, 0, 0, Wrong},
	} {
		if tag, head, size, c := Element([]byte(x.in)); tag != x.tag || head != x.head || size != x.size || c != x.c {
			t.Errorf("%q: %#x %d %d %d, want %+v", x.in, tag, head, size, c, x)
		}
	}
}

// An element ends with its parent, an optional one stays where it is.
func TestReader(t *testing.T) {
	r := Read([]byte("\x04\x02ab\x0a\x01\x07\x04\xff"))
	if got := r.Octets(); string(got) != "ab" {
		t.Errorf("octets %q", got)
	}
	if in := r.Take(Integer); !in.Empty() {
		t.Errorf("an integer of %q", in.Bytes())
	}
	if n := r.Number(Enum); n != 7 {
		t.Errorf("number %d", n)
	}
	if _, _, ok := r.Next(); ok || !r.Empty() {
		t.Error("a length without octets is taken")
	}
	r = Read([]byte("\x04\x09ab"))
	if got := r.Octets(); string(got) != "ab" || !r.Empty() {
		t.Errorf("a cut string is %q", got)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("\x30\x06\x04\x02ab\x0a\x01\x07"))
	f.Add([]byte("\x30\x84\xff\xff\xff\xff\x04\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := Read(b[:len(b):len(b)])
		for !r.Empty() {
			before := r.At
			_, in, ok := r.Next()
			if ok && (in.At < before || in.End > len(b)) || r.At <= before {
				t.Fatalf("from %d to %d: %+v", before, r.At, in)
			}
			in.Number(Integer)
			in.Octets()
		}
	})
}
