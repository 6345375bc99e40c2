package defrag

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/internal/packetbuild"
	"github.com/weir-ips/weir/match/input"
)

// TestCapturesReassemble runs every public capture that is there through decode
// and defrag, tunnels included, and looks for handles that get lost.
func TestCapturesReassemble(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "conformance", "pcaps", "*.pcap"))
	if len(files) == 0 {
		t.Skip("no captures beside the project")
	}
	pool := new(packet.Pool)
	d, err := decode.New(decode.DefaultConfig(), pool)
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, DefaultConfig())
	datagrams, bad := 0, 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		link, frames, _ := packetbuild.ReadPcap(bytes.NewReader(raw))
		for i, f := range frames {
			pool.Reset()
			var p packet.Packet
			d.Decode(&p, f.Data, input.LinkType(link), f.TimeUS, uint64(i+1))
			for q := &p; q != nil; q = q.Inner {
				if !q.Fragment {
					continue
				}
				b.last++
				b.out[b.last] = true
				r := b.t.Push(q, b.last)
				if r.State == Complete {
					var whole packet.Packet
					d.DecodeDatagram(&whole, q, r.Datagram)
					datagrams++
					// A fragment of a fragment stays one.
					if whole.Invalid || whole.Source != input.SourceDefrag {
						bad++
					}
				}
				b.account(r)
			}
		}
		b.empty()
	}
	t.Logf("%+v, %d datagrams, %d of them invalid", b.t.Count, datagrams, bad)
	if datagrams == 0 {
		t.Error("nothing was reassembled")
	}
}
