package magic

import (
	"strings"
	"testing"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func TestLookup(t *testing.T) {
	l, out := library(t), make([]byte, 256)
	for _, c := range []struct{ data, want string }{
		{"%PDF-1.5\n", "PDF document, version 1.5"},
		{"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x06\x00\x00\x00", "PNG image data, 16 x 16"},
		{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "gzip compressed data"},
		{"hello world\n", "ASCII text"},
		{"", "empty"},
	} {
		n, ok := l.Lookup([]byte(c.data), out)
		if got := string(out[:n]); !ok || !strings.HasPrefix(got, c.want) {
			t.Errorf("%q: %q, want %q", c.data, got, c.want)
		}
	}
}

func TestLookupCutsOff(t *testing.T) {
	l := library(t)
	out := []byte("########")
	if n, ok := l.Lookup([]byte("%PDF-1.5\n"), out[:3]); n != 3 || !ok || string(out) != "PDF#####" {
		t.Errorf("%d %v %q", n, ok, out)
	}
	if n, ok := l.Lookup([]byte("%PDF-1.5\n"), nil); n != 0 || !ok {
		t.Errorf("without a buffer: %d %v", n, ok)
	}
}

func TestNewNamesMissingFile(t *testing.T) {
	if l, err := New("/nonexistent.mgc"); err == nil {
		l.Close()
		t.Error("no error")
	} else if !strings.Contains(err.Error(), "nonexistent") {
		t.Error(err)
	}
}

func TestClosedLibraryFails(t *testing.T) {
	l := library(t)
	l.Close()
	l.Close()
	if _, ok := l.Lookup([]byte("x"), nil); ok {
		t.Error("a closed library answers")
	}
}

func TestLookupDoesNotAllocateInGo(t *testing.T) {
	l, data, out := library(t), []byte("%PDF-1.5\n"), make([]byte, 64)
	if n := testing.AllocsPerRun(50, func() { l.Lookup(data, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzLookup(f *testing.F) {
	f.Add([]byte("%PDF-1.5\n"))
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Add([]byte("PK\x03\x04"))
	l, out := library(f), make([]byte, 40)
	f.Fuzz(func(t *testing.T, data []byte) { l.Lookup(data, out) })
}

func BenchmarkLookup(b *testing.B) {
	l, out := library(b), make([]byte, 64)
	for name, data := range map[string][]byte{"pdf": []byte("%PDF-1.5\n"), "text": []byte(strings.Repeat("some text, ", 100)), "text-64k": []byte(strings.Repeat("some text, ", 6000))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Lookup(data, out)
			}
		})
	}
}
