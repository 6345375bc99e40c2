package worker

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/internal/packetbuild"
	"github.com/weir-ips/weir/match/input"
)

// decoded is a frame as the decode stage sees it.
func decoded(t *testing.T, frame []byte) *packet.Packet {
	t.Helper()
	var pool packet.Pool
	d, err := decode.New(decode.DefaultConfig(), &pool)
	if err != nil {
		t.Fatal(err)
	}
	p := &packet.Packet{}
	d.Decode(p, frame, input.LinkEthernet, 0, 1)
	if p.IPVersion == 0 || p.L4Off == 0 {
		t.Fatal("the frame does not decode")
	}
	return p
}

// Answers are complete packets: another implementation reads them, computes the
// same checksums, and finds addresses, ports and numbers that the other end
// accepts.
func TestAnswers(t *testing.T) {
	const mac1, mac2 = "\x02\x00\x00\x00\x00\x01", "\x02\x00\x00\x00\x00\x02"
	for _, v := range []struct{ name, src, dst, ether string }{
		{"IPv4", "192.0.2.1", "198.51.100.2", "\x08\x00"}, {"IPv6", "2001:db8::1", "2001:db8:1::2", "\x86\xdd"},
	} {
		src, dst := netip.MustParseAddr(v.src), netip.MustParseAddr(v.dst)
		for _, link := range []struct{ name, header string }{
			{"plain", mac2 + mac1 + v.ether}, {"tagged", mac2 + mac1 + "\x81\x00\x00\x05" + v.ether},
		} {
			segment := tcpSegment(40000, 80, 1000, 2000, "GET / HTTP/1.0")
			frame := append([]byte(link.header), packetbuild.Datagram(src, dst, 6, segment, packetbuild.IPOptions{})...)
			p := decoded(t, frame)
			for _, toSender := range []bool{true, false} {
				name := v.name + " " + link.name
				b := make([]byte, maxReject)
				b = b[:buildReject(b, p, toSender)]
				pk := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.Default)
				r, _ := pk.Layer(layers.LayerTypeTCP).(*layers.TCP)
				if r == nil || !r.RST || pk.ErrorLayer() != nil {
					t.Fatalf("%s: no reset: %v", name, pk)
				}
				e := pk.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
				if toSender {
					if r.SrcPort != 80 || r.DstPort != 40000 || r.Seq != 2000 || r.Ack != 1014 || pk.NetworkLayer().NetworkFlow().Dst().String() != v.src || !bytes.Equal(e.DstMAC, []byte(mac1)) {
						t.Errorf("%s to the sender: %v", name, pk)
					}
				} else if r.SrcPort != 40000 || r.DstPort != 80 || r.Seq != 1000 || pk.NetworkLayer().NetworkFlow().Dst().String() != v.dst || !bytes.Equal(e.DstMAC, []byte(mac2)) {
					t.Errorf("%s to the receiver: %v", name, pk)
				}
				sameChecksums(t, name, b, pk)
			}
		}
		udp := []byte{0, 9, 0, 53, 0, 12, 0, 0, 'a', 'b', 'c', 'd'}
		frame := append([]byte(mac2+mac1+v.ether), packetbuild.Datagram(src, dst, 17, udp, packetbuild.IPOptions{})...)
		b := make([]byte, maxReject)
		b = b[:buildReject(b, decoded(t, frame), true)]
		pk := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.Default)
		if pk.Layer(layers.LayerTypeICMPv4) == nil && pk.Layer(layers.LayerTypeICMPv6) == nil {
			t.Fatalf("%s: no ICMP error: %v", v.name, pk)
		}
		sameChecksums(t, v.name+" UDP", b, pk)
	}
}

// tcpSegment is a segment with PSH and ACK; its checksum plays no part.
func tcpSegment(src, dst uint16, seq, ack uint32, data string) []byte {
	buf := gopacket.NewSerializeBuffer()
	h := &layers.TCP{SrcPort: layers.TCPPort(src), DstPort: layers.TCPPort(dst), Seq: seq, Ack: ack, ACK: true, PSH: true, Window: 1000}
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, h, gopacket.Payload(data)); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// sameChecksums writes the packet anew with gopacket's checksums and lengths.
func sameChecksums(t *testing.T, name string, b []byte, pk gopacket.Packet) {
	t.Helper()
	var ls []gopacket.SerializableLayer
	for _, l := range pk.Layers() {
		switch l := l.(type) {
		case *layers.TCP:
			l.SetNetworkLayerForChecksum(pk.NetworkLayer())
			ls = append(ls, l)
		case *layers.ICMPv6:
			l.SetNetworkLayerForChecksum(pk.NetworkLayer())
			ls = append(ls, l, gopacket.Payload(l.Payload))
		case *layers.ICMPv4:
			ls = append(ls, l, gopacket.Payload(l.Payload))
		case *layers.Ethernet:
			ls = append(ls, l)
		case *layers.Dot1Q:
			ls = append(ls, l)
		case *layers.IPv4:
			ls = append(ls, l)
		case *layers.IPv6:
			ls = append(ls, l)
		}
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{ComputeChecksums: true}, ls...); err != nil {
		t.Fatal(err)
	}
	// Serialising pads to the shortest Ethernet frame.
	if got := buf.Bytes(); len(got) < len(b) || !bytes.Equal(got[:len(b)], b) {
		t.Errorf("%s:\n have %x\n want %x", name, b, got)
	}
}
