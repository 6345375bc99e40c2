package zlib

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	stdzlib "compress/zlib"
	"io"
	"testing"

	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/decompress/decompresstest"
)

func compressed(t testing.TB, f Format, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch f {
	case Gzip, GzipOrZlib:
		w = gzip.NewWriter(&b)
	case Zlib:
		w = stdzlib.NewWriter(&b)
	case Raw:
		w, _ = flate.NewWriter(&b, 6)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func decoder(t testing.TB, f Format) *Decoder {
	t.Helper()
	d, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

var formats = map[string]Format{"gzip": Gzip, "zlib": Zlib, "raw": Raw, "auto": GzipOrZlib}

func TestDecode(t *testing.T) {
	text := decompresstest.Text(300000)
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			d, in := decoder(t, f), compressed(t, f, text)
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
			if d.arena.Refused() != 0 {
				t.Error("the arena is too small")
			}
		})
	}
}

func TestCorruptKeepsOutputBefore(t *testing.T) {
	text := decompresstest.Text(100000)
	in := compressed(t, Gzip, text)
	in[len(in)-6] ^= 1 // the checksum
	out, _, s := decompresstest.Feed(t, decoder(t, Gzip), in, 100, 1000)
	if s != decompress.Corrupt || !bytes.Equal(out, text) {
		t.Errorf("%v, %d octets", s, len(out))
	}
}

func TestResetTo(t *testing.T) {
	text := decompresstest.Text(50000)
	d := decoder(t, Gzip)
	for range 50 {
		for _, f := range formats {
			d.ResetTo(f)
			if out, _, s := decompresstest.Feed(t, d, compressed(t, f, text), 1000, 1000); s != decompress.End || !bytes.Equal(out, text) {
				t.Fatalf("format %d: %v", f, s)
			}
		}
	}
	d.ResetTo(99)
	if _, err := New(99); err == nil {
		t.Error("unknown format accepted")
	}
}

func TestDecodeWithoutBuffers(t *testing.T) {
	if _, _, s := decoder(t, Gzip).Decode(nil, nil); s != decompress.NeedOutput {
		t.Error(s)
	}
	if _, _, s := decoder(t, Gzip).Decode(nil, make([]byte, 1)); s != decompress.NeedInput {
		t.Error(s)
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	d, in, out := decoder(t, Gzip), compressed(t, Gzip, decompresstest.Text(1000)), make([]byte, 2000)
	if n := testing.AllocsPerRun(100, func() { d.Reset(); d.Decode(in, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, format := range formats {
		f.Add(compressed(f, format, decompresstest.Text(300)), uint8(3), uint8(5))
	}
	all := map[Format]*Decoder{}
	for _, format := range formats {
		all[format] = decoder(f, format)
	}
	f.Fuzz(func(t *testing.T, in []byte, inStep, outStep uint8) {
		for _, d := range all {
			decompresstest.SameInPieces(t, d, in, 1+int(inStep), 64+int(outStep))
		}
		// What the standard library reads, this one reads the same.
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(in)), 1<<20))
		if got, _, s := decompresstest.Feed(t, all[Raw], in, 1000, 4096); err == nil && len(want) < 1<<20 && (s != decompress.End || !bytes.Equal(got, want)) {
			t.Fatalf("%v, %d octets, want %d", s, len(got), len(want))
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := decompresstest.Text(16 << 10)
	d, in, out := decoder(b, Gzip), compressed(b, Gzip, text), make([]byte, len(text)+1)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d.Reset()
		d.Decode(in, out)
	}
}
