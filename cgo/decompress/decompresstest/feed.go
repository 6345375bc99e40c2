package decompresstest

import (
	"bytes"
	"testing"

	"github.com/weir-ips/weir/cgo/decompress"
)

// MaxOutput is where Feed stops collecting.
const MaxOutput = 1 << 20

// Feed resets d and decodes in, given in pieces of inStep octets and taken in
// pieces of outStep, each in a buffer of exactly that size. It fails the test
// where d breaks its contract. It returns the output, how much input was taken,
// and the last status: NeedOutput if it stopped at MaxOutput.
func Feed(t testing.TB, d decompress.Decoder, in []byte, inStep, outStep int) (out []byte, taken int, s decompress.Status) {
	t.Helper()
	d.Reset()
	for {
		piece := bytes.Clone(in[taken:min(len(in), taken+inStep)])
		buf := make([]byte, outStep)
		nIn, nOut, status := d.Decode(piece, buf)
		if nIn < 0 || nIn > len(piece) || nOut < 0 || nOut > len(buf) {
			t.Fatalf("took %d of %d, gave %d of %d", nIn, len(piece), nOut, len(buf))
		}
		out, taken, s = append(out, buf[:nOut]...), taken+nIn, status
		switch s {
		case decompress.NeedInput:
			if nIn != len(piece) {
				t.Fatalf("needs input but took %d of %d", nIn, len(piece))
			}
			if taken == len(in) {
				return out, taken, s
			}
		case decompress.NeedOutput:
			if nOut != len(buf) {
				t.Fatalf("needs output but gave %d of %d", nOut, len(buf))
			}
			if len(out) >= MaxOutput {
				return out, taken, s
			}
		case decompress.End, decompress.Corrupt, decompress.NoMemory:
			if a, b, again := d.Decode([]byte{0}, buf); a != 0 || b != 0 || again != s {
				t.Fatalf("after %v: took %d, gave %d, %v", s, a, b, again)
			}
			return out, taken, s
		default:
			t.Fatalf("status %d", s)
		}
	}
}

// SameInPieces feeds in whole and in pieces and fails the test where the
// results differ: how the octets arrive must not be visible, but for how much
// of the output before an error is given.
func SameInPieces(t testing.TB, d decompress.Decoder, in []byte, inStep, outStep int) {
	t.Helper()
	whole, _, ws := Feed(t, d, in, len(in)+1, 1<<16)
	parts, _, ps := Feed(t, d, in, inStep, outStep)
	n := min(len(whole), len(parts))
	failed := ws == decompress.Corrupt || ws == decompress.NoMemory
	if len(whole) < MaxOutput && len(parts) < MaxOutput && (ws != ps || len(whole) != len(parts) && !failed) {
		t.Fatalf("whole: %d octets, %v; in pieces of %d and %d: %d octets, %v", len(whole), ws, inStep, outStep, len(parts), ps)
	}
	if !bytes.Equal(whole[:n], parts[:n]) {
		t.Fatalf("output differs in pieces of %d and %d", inStep, outStep)
	}
}

// Text is n octets that compress well, the same each time.
func Text(n int) []byte {
	words := []string{"flow ", "packet ", "stream ", "burst ", "drop ", "alert ", "\r\n", "0123 "}
	var b []byte
	for x := uint32(1); len(b) < n; x = x*1664525 + 1013904223 {
		b = append(b, words[x>>29]...)
	}
	return b[:n]
}
