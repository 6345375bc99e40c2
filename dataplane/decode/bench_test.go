package decode

import (
	"testing"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/internal/packetbuild"
	"github.com/weir-ips/weir/match/input"
)

// udp64 is a 64-octet frame: 22 octets of UDP payload.
func udp64() []byte {
	c := packetbuild.NewCapture()
	c.UDP("10.0.0.1:1024", "10.0.0.2:9").Send(packetbuild.Client, make([]byte, 22))
	return c.Frames()[0].Data
}

// tcpFrames are a handshake, with a SYN's options, and a segment with a
// timestamp.
func tcpFrames() []packetbuild.Frame {
	c := packetbuild.NewCapture()
	t := c.TCP("10.0.0.1:1024", "10.0.0.2:80")
	t.Handshake()
	t.Send(packetbuild.Client, []byte("GET / HTTP/1.0\r\n\r\n"))
	return c.Frames()
}

func newDecoder(tb testing.TB) *Decoder {
	d, err := New(DefaultConfig(), new(packet.Pool))
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func benchmarkFrame(b *testing.B, frame []byte) {
	d := newDecoder(b)
	// A burst of packets, as the worker has them, not one that stays in L1.
	var burst packet.Burst
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.Decode(&burst.Pkts[i%packet.Size], frame, input.LinkEthernet, int64(i), uint64(i))
	}
}

func BenchmarkDecodeUDP64(b *testing.B) { benchmarkFrame(b, udp64()) }

func BenchmarkDecodeSYN(b *testing.B) { benchmarkFrame(b, tcpFrames()[0].Data) }

func BenchmarkDecodeTCPTimestamp(b *testing.B) { benchmarkFrame(b, tcpFrames()[3].Data) }
