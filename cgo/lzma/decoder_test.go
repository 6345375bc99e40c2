package lzma

import (
	"bytes"
	"os"
	"testing"

	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/decompress/decompresstest"
)

// The files in testdata were made by liblzma's encoder from
// decompresstest.Text, with a dictionary of 64 KiB or 16 MiB.
func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoder(t testing.TB, f Format, memory int) *Decoder {
	t.Helper()
	d, err := New(f, memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

var formats = map[string]Format{"xz": XZ, "alone": Alone}

func TestDecode(t *testing.T) {
	text := decompresstest.Text(300000)
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			// The encoder writes an end mark where the size is not in the head.
			d, in := decoder(t, f, DictionaryMemory(64<<10)), testdata(t, "text-300000."+name)
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
			out, _, s = decompresstest.Feed(t, d, append(bytes.Repeat([]byte{0xee}, 20), in...), 100, 100)
			if s != decompress.Corrupt || len(out) != 0 {
				t.Errorf("bad head: %v, %d octets", s, len(out))
			}
		})
	}
}

func TestMemoryIsCapped(t *testing.T) {
	for name, f := range formats {
		in := testdata(t, "large-dictionary."+name)
		if _, _, s := decompresstest.Feed(t, decoder(t, f, DictionaryMemory(1<<20)), in, 100, 100); s != decompress.NoMemory {
			t.Errorf("%s: dictionary of 16 MiB in memory for 1 MiB: %v", name, s)
		}
		out, _, s := decompresstest.Feed(t, decoder(t, f, DictionaryMemory(16<<20)), in, 100, 100)
		if s != decompress.End || !bytes.Equal(out, decompresstest.Text(300)) {
			t.Errorf("%s: %v, %d octets", name, s, len(out))
		}
		for _, n := range []int{0, MinMemory - 1, MaxMemory + 1} {
			if _, err := New(f, n); err == nil {
				t.Errorf("memory of %d accepted", n)
			}
		}
	}
	if _, err := New(7, MinMemory); err == nil {
		t.Error("unknown format accepted")
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	for name, f := range formats {
		var d decompress.Decoder = decoder(t, f, DictionaryMemory(64<<10))
		in, out := testdata(t, "text-300."+name), make([]byte, 1000)
		if n := testing.AllocsPerRun(100, func() {
			d.Reset()
			if _, n, s := d.Decode(in, out); n != 300 || s != decompress.End {
				t.Fatal(n, s)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	all := []*Decoder{}
	for name, format := range formats {
		f.Add(testdata(f, "text-300."+name), uint8(3), uint8(5))
		f.Add(testdata(f, "large-dictionary."+name), uint8(3), uint8(5))
		all = append(all, decoder(f, format, DictionaryMemory(1<<20)))
	}
	f.Fuzz(func(t *testing.T, in []byte, inStep, outStep uint8) {
		for _, d := range all {
			decompresstest.SameInPieces(t, d, in, 1+int(inStep), 64+int(outStep))
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for name, f := range formats {
		b.Run(name, func(b *testing.B) {
			d, in, out := decoder(b, f, DictionaryMemory(64<<10)), testdata(b, "text-300000."+name), make([]byte, 300001)
			b.SetBytes(300000)
			b.ReportAllocs()
			for b.Loop() {
				d.Reset()
				d.Decode(in, out)
			}
		})
	}
}
