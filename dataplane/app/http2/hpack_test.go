package http2

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// frameOf is a frame's octets.
func frameOf(typ, flags byte, stream uint32, payload []byte) []byte {
	n := len(payload)
	return append([]byte{byte(n >> 16), byte(n >> 8), byte(n), typ, flags, byte(stream >> 24), byte(stream >> 16), byte(stream >> 8), byte(stream)}, payload...)
}

// settingsFrame is an empty one, with which each side begins.
var settingsFrame = frameOf(frameSettings, 0, 0, nil)

// rig is a connection whose client has sent its preface.
func rig(t testing.TB, memory int) (*apptest.Rig, uint32, *app.Flow) {
	r := apptest.New(t, memory, nil, Protocol())
	i := r.Flow(6, 40000, 80)
	return r, i, r.Layer.At(i)
}

// fieldsOf are a message's headers as text.
func fieldsOf(m *message) (out []string) {
	for h := (headers{m.block}); ; {
		n, v, update, ok := h.next()
		if !ok {
			return out
		}
		if !update {
			out = append(out, fmt.Sprintf("%s: %s", n, v))
		}
	}
}

// TestHuffmanAgrees holds the decoder against the library's on random text.
func TestHuffmanAgrees(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		s := make([]byte, rng.IntN(40))
		for i := range s {
			s[i] = byte(rng.IntN(256))
		}
		coded := hpack.AppendHuffmanString(nil, string(s))
		var dst [64]byte
		if n, ok := huffmanDecode(dst[:], coded); !ok || !bytes.Equal(dst[:n], s) {
			t.Fatalf("%x is decoded as %x (%v), want %x", coded, dst[:n], ok, s)
		}
		// Any octets: both take them, or both refuse.
		want, err := hpack.HuffmanDecodeToString(s)
		n, ok := huffmanDecode(dst[:], s)
		if n <= len(dst) && (err == nil) != ok || ok && string(dst[:n]) != want {
			t.Fatalf("%x: %q %v, the library says %q %v", s, dst[:n], ok, want, err)
		}
	}
}

// TestHeadersAgree sends random requests through the library's encoder, with
// changing table sizes, and wants the same headers back.
func TestHeadersAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 30 {
		r, i, f := rig(t, 4<<20)
		var block bytes.Buffer
		enc := hpack.NewEncoder(&block)
		enc.SetMaxDynamicTableSizeLimit(65536)
		at := uint64(0)
		send := func(b []byte) {
			r.Layer.Data(f, input.ToServer, b, at, false, 0)
			at += uint64(len(b))
		}
		send([]byte(preface))
		send(settingsFrame)
		for stream := uint32(1); stream < 120; stream += 2 {
			if rng.IntN(8) == 0 {
				enc.SetMaxDynamicTableSize(uint32(rng.IntN(9000)))
			}
			block.Reset()
			var want []string
			for k := range 1 + rng.IntN(12) {
				h := hpack.HeaderField{Name: fmt.Sprintf("name-%d", rng.IntN(30)), Value: strings.Repeat("v", rng.IntN(60)) + fmt.Sprint(rng.IntN(5)), Sensitive: rng.IntN(5) == 0}
				if k == 0 {
					h = hpack.HeaderField{Name: ":path", Value: fmt.Sprintf("/%d", rng.IntN(20))}
				}
				enc.WriteField(h)
				want = append(want, h.Name+": "+h.Value)
			}
			send(frameOf(frameHeaders, flagEndHeaders, stream, block.Bytes()))
			if f.Failed() {
				t.Fatalf("round %d, stream %d: failed", round, stream)
			}
			tx := f.Txs[len(f.Txs)-1].(*Tx)
			if got := fieldsOf(&tx.req); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("round %d, stream %d:\n%v, want\n%v", round, stream, got, want)
			}
			r.Drop(f)
		}
		r.Close(i, true)
	}
}

func TestIntegers(t *testing.T) {
	for _, c := range []struct {
		in   []byte
		bits int
		want int
		ok   bool
	}{
		{[]byte{10}, 5, 10, true}, {[]byte{0x1f, 0x9a, 0x0a}, 5, 1337, true}, {[]byte{42}, 8, 42, true}, // RFC 7541 C.1
		{nil, 5, 0, false}, {[]byte{0x1f}, 5, 0, false}, {[]byte{0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f}, 5, 0, false},
	} {
		v, _, ok := integer(c.in, c.bits)
		if ok != c.ok || ok && v != c.want {
			t.Errorf("%x with %d bits: %d %v, want %d %v", c.in, c.bits, v, ok, c.want, c.ok)
		}
	}
}
