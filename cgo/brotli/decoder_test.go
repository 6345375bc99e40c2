package brotli

import (
	"bytes"
	"os"
	"testing"

	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/decompress/decompresstest"
)

// The files in testdata were made by the reference encoder from
// decompresstest.Text, and from 16 MiB of NULs with a window of 24 bits.
func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoder(t testing.TB, memory int) *Decoder {
	t.Helper()
	d, err := New(memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestDecode(t *testing.T) {
	text, in := decompresstest.Text(300000), testdata(t, "text-300000.br")
	d := decoder(t, DefaultMemory)
	for _, step := range [][2]int{{1 << 20, 1 << 20}, {1, 7}, {1000, 1}, {13, 40000}} {
		out, taken, s := decompresstest.Feed(t, d, append(bytes.Clone(in), "behind"...), step[0], step[1])
		if s != decompress.End || taken != len(in) || !bytes.Equal(out, text) {
			t.Errorf("steps %v: %v, took %d of %d, gave %d of %d", step, s, taken, len(in), len(out), len(text))
		}
	}
	out, _, s := decompresstest.Feed(t, d, in[:len(in)/2], 100, 100)
	if s != decompress.NeedInput || !bytes.HasPrefix(text, out) || len(out) == 0 {
		t.Errorf("half: %v, %d octets", s, len(out))
	}
}

func TestDecodeCorrupt(t *testing.T) {
	for _, in := range []string{"\xff\xff\xff\xff", "\x11\x11\x11\x11"} {
		if _, _, s := decompresstest.Feed(t, decoder(t, MinMemory), []byte(in), 10, 10); s != decompress.Corrupt {
			t.Errorf("%x: %v", in, s)
		}
	}
}

func TestMemoryIsCapped(t *testing.T) {
	in := testdata(t, "zeros-window24.br")
	if _, _, s := decompresstest.Feed(t, decoder(t, MinMemory), in, 1000, 1000); s != decompress.NoMemory {
		t.Errorf("window of 24 bits in %d octets: %v", MinMemory, s)
	}
	out, _, s := decompresstest.Feed(t, decoder(t, 64<<20), in, 1000, 1<<16)
	if s != decompress.NeedOutput || len(out) < decompresstest.MaxOutput || bytes.Count(out, []byte{0}) != len(out) {
		t.Errorf("in 64 MiB: %v, %d octets", s, len(out))
	}
	for _, n := range []int{0, MinMemory - 1, MaxMemory + 1} {
		if _, err := New(n); err == nil {
			t.Errorf("memory of %d accepted", n)
		}
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	var d decompress.Decoder = decoder(t, DefaultMemory)
	in, out := testdata(t, "text-300.br"), make([]byte, 1000)
	if n := testing.AllocsPerRun(100, func() {
		d.Reset()
		if _, n, s := d.Decode(in, out); n != 300 || s != decompress.End {
			t.Fatal(n, s)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(testdata(f, "text-300.br"), uint8(3), uint8(5))
	f.Add(testdata(f, "zeros-window24.br"), uint8(3), uint8(5))
	d := decoder(f, 1<<20)
	f.Fuzz(func(t *testing.T, in []byte, inStep, outStep uint8) {
		decompresstest.SameInPieces(t, d, in, 1+int(inStep), 64+int(outStep))
	})
}

func BenchmarkDecode(b *testing.B) {
	d, in, out := decoder(b, DefaultMemory), testdata(b, "text-300000.br"), make([]byte, 300001)
	b.SetBytes(300000)
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		d.Decode(in, out)
	}
}

// BenchmarkFirstOctet is the longest call: one octet of output out of a window.
func BenchmarkFirstOctet(b *testing.B) {
	d, in, out := decoder(b, 64<<20), testdata(b, "zeros-window24.br"), make([]byte, 1)
	for b.Loop() {
		d.Reset()
		d.Decode(in, out)
	}
}
