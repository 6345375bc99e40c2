package event

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// dump writes a body in a form that a test can compare.
func dump(body []byte) string {
	var s strings.Builder
	c := NewCursor(body)
	var m Member
	for c.Next(&m) {
		switch {
		case m.Type == TypeEnd:
			s.WriteString(")")
		case m.Bytes != nil:
			fmt.Fprintf(&s, "%s:%d=%q ", m.Key, m.Type, m.Bytes)
		case m.Type == TypeObj || m.Type == TypeArr:
			fmt.Fprintf(&s, "%s:%d(", m.Key, m.Type)
		default:
			fmt.Fprintf(&s, "%s:%d=%d ", m.Key, m.Type, m.Num)
		}
	}
	if c.Broken() {
		s.WriteString("!")
	}
	return s.String()
}

func newWriter(n int) *Writer {
	w := new(Writer)
	w.reset(new(Head), make([]byte, n))
	return w
}

// TestTree writes one member of each kind and reads them back.
func TestTree(t *testing.T) {
	w := newWriter(1024)
	w.Obj("o")
	w.Str("s", []byte("x\x00"))
	w.Arr("a")
	w.Uint("", 7)
	w.Int("", -1)
	w.End()
	w.End()
	w.Bool("t", true)
	w.Bool("f", false)
	w.Null("n")
	w.IP("i", &[16]byte{1, 2, 3, 4}, 4)
	w.IP("none", &[16]byte{}, 0)
	w.End() // one too many
	want := `o:1(s:3="x\x00" a:2(:8=7 :9=18446744073709551615 ))t:11=0 f:12=0 n:13=0 i:14="\x01\x02\x03\x04" `
	if got := dump(w.buf[:w.finish()]); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

// TestStrKey: a key from the wire is kept to what a key may have, and the value
// stays whole.
func TestStrKey(t *testing.T) {
	w := newWriter(1024)
	w.StrKey([]byte("k\x00"), []byte("v"))
	w.StrKey(nil, []byte("n"))
	w.StrKey(bytes.Repeat([]byte("x"), 300), []byte("long"))
	want := "k\x00:3=\"v\" :3=\"n\" " + strings.Repeat("x", 255) + ":3=\"long\" "
	if got := dump(w.buf[:w.finish()]); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

// TestTreeCut cuts the same tree at every length: it stays well-formed, never
// runs over, and says that it was cut.
func TestTreeCut(t *testing.T) {
	write := func(w *Writer) {
		w.Obj("a")
		w.Arr("b")
		w.Obj("")
		w.Str("c", bytes.Repeat([]byte("x"), 20))
		w.Uint("d", 1)
		w.End()
		w.End()
		w.StrConst("e", "yes")
		w.End()
		w.Bool("f", true)
	}
	w := newWriter(1024)
	write(w)
	full := w.finish()
	for n := range full + 1 {
		w := newWriter(n)
		write(w)
		got := dump(w.buf[:w.finish()])
		if strings.HasSuffix(got, "!") {
			t.Errorf("%d octets: broken tree %s", n, got)
		}
		if cut := w.head.Flags&Truncated != 0; cut != (n < full) {
			t.Errorf("%d of %d octets: truncated %v", n, full, cut)
		}
	}
}

// TestTreeDepth opens more containers than a reader takes.
func TestTreeDepth(t *testing.T) {
	w := newWriter(4096)
	for range MaxDepth + 5 {
		w.Obj("x")
	}
	w.Uint("v", 1)
	for range MaxDepth + 5 {
		w.End()
	}
	w.Uint("after", 1)
	if got := dump(w.buf[:w.finish()]); strings.HasSuffix(got, "!") || strings.Contains(got, "v:") {
		t.Fatal(got)
	}
	if w.head.Flags&Truncated == 0 {
		t.Error("not marked as cut")
	}
}

// FuzzCursor walks anything: never out of bounds, never deeper than MaxDepth.
func FuzzCursor(f *testing.F) {
	w := newWriter(512)
	w.Obj("o")
	w.Str("s", []byte("x"))
	w.Arr("a")
	w.Float("", 1.5)
	w.MAC("", &[6]byte{1})
	f.Add(append([]byte(nil), w.buf[:w.finish()]...))
	f.Add([]byte{1, 255})
	f.Add([]byte{3, 0, 255, 255, 255, 255})
	f.Add([]byte{3, 0, 2, 0, 0, 0, 'a'})
	f.Fuzz(func(t *testing.T, b []byte) {
		c := NewCursor(b)
		var m Member
		n := 0
		for c.Next(&m) {
			n++
			if c.Depth() > MaxDepth || c.Depth() < 0 || n > len(b) {
				t.Fatal("depth or length out of bounds")
			}
		}
		if !c.Broken() && c.Depth() != 0 {
			t.Fatal("open containers in a sound body")
		}
	})
}
