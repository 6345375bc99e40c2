package port

import (
	"bytes"
	"net"
	"runtime"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// shiftFrames are TCP and UDP over IPv4, tagged and not, and IPv6, with right
// checksums.
func shiftFrames(t testing.TB) [][]byte {
	t.Helper()
	eth := &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6)}
	v4 := &layers.IPv4{Version: 4, IHL: 5, TTL: 9, SrcIP: net.IP{10, 1, 2, 3}, DstIP: net.IP{192, 168, 4, 5}}
	v6 := &layers.IPv6{Version: 6, HopLimit: 9, SrcIP: net.ParseIP("2001:db8::1"), DstIP: net.ParseIP("fe80::2")}
	tcp := &layers.TCP{SrcPort: 1234, DstPort: 80, Seq: 5, ACK: true}
	udp := &layers.UDP{SrcPort: 5300, DstPort: 4000}
	var out [][]byte
	for _, tagged := range []bool{false, true} {
		for _, six := range []bool{false, true} {
			for _, isTCP := range []bool{false, true} {
				var stack []gopacket.SerializableLayer
				kind := layers.EthernetTypeIPv4
				if six {
					kind = layers.EthernetTypeIPv6
				}
				e := *eth
				e.EthernetType = kind
				stack = append(stack, &e)
				if tagged {
					e.EthernetType = layers.EthernetTypeDot1Q
					stack = append(stack, &layers.Dot1Q{VLANIdentifier: 7, Type: kind})
				}
				proto := layers.IPProtocolUDP
				if isTCP {
					proto = layers.IPProtocolTCP
				}
				var ip gopacket.NetworkLayer = v4
				v4.Protocol, v6.NextHeader = proto, proto
				if six {
					ip = v6
					stack = append(stack, v6)
				} else {
					stack = append(stack, v4)
				}
				if isTCP {
					tcp.SetNetworkLayerForChecksum(ip)
					stack = append(stack, tcp)
				} else {
					udp.SetNetworkLayerForChecksum(ip)
					stack = append(stack, udp)
				}
				b := gopacket.NewSerializeBuffer()
				stack = append(stack, gopacket.Payload("hello"))
				if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
					t.Fatal(err)
				}
				out = append(out, bytes.Clone(b.Bytes()))
			}
		}
	}
	return out
}

// TestShiftAddrs compares the corrected checksums with ones computed anew.
func TestShiftAddrs(t *testing.T) {
	for i, f := range shiftFrames(t) {
		b := bytes.Clone(f)
		ShiftAddrs(0, i, b)
		if !bytes.Equal(b, f) {
			t.Errorf("frame %d: repetition 0 changed", i)
		}
		for rep := uint64(1); rep < 70000; rep += 997 {
			b := bytes.Clone(f)
			ShiftAddrs(rep, i, b)
			p := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.Default)
			var stack []gopacket.SerializableLayer
			for _, l := range p.Layers() {
				switch l := l.(type) {
				case *layers.TCP:
					l.SetNetworkLayerForChecksum(p.NetworkLayer())
				case *layers.UDP:
					l.SetNetworkLayerForChecksum(p.NetworkLayer())
				}
				stack = append(stack, l.(gopacket.SerializableLayer))
			}
			want := gopacket.NewSerializeBuffer()
			if err := gopacket.SerializeLayers(want, gopacket.SerializeOptions{ComputeChecksums: true}, stack...); err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(b, f) || !bytes.Equal(b, want.Bytes()) {
				t.Fatalf("frame %d repetition %d:\n% x, want\n% x", i, rep, b, want.Bytes())
			}
		}
	}
}

func TestMem(t *testing.T) {
	var frames [][]byte
	var times []int64
	for i := range 100 {
		frames = append(frames, frame(i))
		times = append(times, int64(1000+10*i))
	}
	pool := newPool(t, 255, 2048)
	reps := map[uint64]int{}
	m, err := NewMem(MemConfig{Frames: frames, Times: times, Repeat: 3, Rewrite: func(rep uint64, i int, f []byte) {
		reps[rep]++
		f[1] = byte(rep + 200)
	}}, pool, 5)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	last := int64(0)
	got := play(m, func(k int, b *dpdk.Burst, i int) {
		want := frame(k % 100)
		want[1] = byte(k/100 + 200)
		if !bytes.Equal(b.Bytes(i), want) || b.Port[i] != 5 || b.Timestamp[i] <= last {
			t.Fatalf("packet %d: % x at %d after %d", k, b.Bytes(i), b.Timestamp[i], last)
		}
		last = b.Timestamp[i]
	})
	if got != 300 || reps[0] != 100 || reps[2] != 100 {
		t.Errorf("%d packets, rewritten %v", got, reps)
	}
	for _, cfg := range []MemConfig{{}, {Frames: frames, Times: times[1:]}, {Frames: [][]byte{make([]byte, 2049)}}} {
		if _, err := NewMem(cfg, pool, 0); err == nil {
			t.Errorf("%d frames, %d times: no error", len(cfg.Frames), len(cfg.Times))
		}
	}
}

// TestSourcesAllocateNothing also holds for the sinks.
func TestSourcesAllocateNothing(t *testing.T) {
	var buf bytes.Buffer
	if err := formats["pcapng"](&buf, 20000); err != nil {
		t.Fatal(err)
	}
	f := openCapture(t, buf.Bytes())
	pool := newPool(t, 255, 2048)
	m, err := NewMem(MemConfig{Frames: shiftFrames(t), Rewrite: ShiftAddrs}, pool, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	srcs := sources(t, f, pool)
	srcs["Mem"] = m
	var sink Sink = Discard{}
	var b dpdk.Burst
	for kind, s := range srcs {
		if n := testing.AllocsPerRun(200, func() { s.RxBurst(&b); sink.TxFree(b.Mbuf[:b.N/2], b.Mbuf[b.N/2:b.N]) }); n != 0 {
			t.Errorf("%s: %v allocations", kind, n)
		}
		if b.N == 0 {
			t.Errorf("%s: nothing received", kind)
		}
	}
}

func benchmarkSource(b *testing.B, kind string) {
	var buf bytes.Buffer
	if err := formats["pcap"](&buf, 100000); err != nil {
		b.Fatal(err)
	}
	f := openCapture(b, buf.Bytes())
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := dpdk.RegisterThread(); err != nil {
		b.Fatal(err)
	}
	defer dpdk.UnregisterThread()
	pool := newPool(b, 1023, 2048)
	var burst dpdk.Burst
	var s Source
	for n := 0; n < b.N; n += int(burst.N) {
		if s == nil || s.Done() {
			b.StopTimer()
			switch kind {
			case "Mapped":
				s, _ = NewMapped(f, pool, 0)
			default:
				frames := make([][]byte, 100000)
				for i := range frames {
					frames[i] = frame(i)
				}
				s, _ = NewMem(MemConfig{Frames: frames, Rewrite: ShiftAddrs}, pool, 0)
			}
			b.StartTimer()
		}
		s.RxBurst(&burst)
		dpdk.FreeBurst(burst.Handles())
	}
}

func BenchmarkMapped(b *testing.B) { benchmarkSource(b, "Mapped") }
func BenchmarkMem(b *testing.B)    { benchmarkSource(b, "Mem") }
