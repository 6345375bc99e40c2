package event

import "testing"

func TestIGMPVersions(t *testing.T) {
	long := make([]byte, 12)
	long[0] = 0x11
	for _, c := range []struct {
		b    []byte
		want uint64
	}{{[]byte{0x11, 0, 0, 0, 0, 0, 0, 0}, 1}, {[]byte{0x11, 100, 0, 0, 0, 0, 0, 0}, 2}, {long, 3}, {[]byte{0x12, 0, 0, 0, 0, 0, 0, 0}, 1},
		{[]byte{0x16, 0, 0, 0, 0, 0, 0, 0}, 2}, {[]byte{0x17, 0, 0, 0, 0, 0, 0, 0}, 2}, {[]byte{0x22, 0, 0, 0, 0, 0, 0, 0}, 3}, {[]byte{0x99, 0, 0, 0, 0, 0, 0, 0}, 0}} {
		if got := igmpVersion(c.b); got != c.want {
			t.Errorf("%x: version %d, want %d", c.b, got, c.want)
		}
	}
}

// FuzzTransports: whatever the octets, the writers stay inside them.
func FuzzTransports(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0, 1, 0, 0, 4, 0, 0, 0, 16}, 2)
	f.Add([]byte{0x11, 0, 0, 0, 0, 0, 0, 0}, 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		var h Head
		var w Writer
		w.reset(&h, make([]byte, 4096))
		WriteSCTP(&w, b, n%1000)
		WriteIGMP(&w, b, &[16]byte{224, 0, 0, 25})
		c := NewCursor(w.buf[:w.finish()])
		var m Member
		for c.Next(&m) {
		}
		if c.Broken() {
			t.Errorf("%x: broken body", b)
		}
	})
}
