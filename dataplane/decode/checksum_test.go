package decode

import (
	"encoding/binary"
	"testing"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/internal/packetbuild"
	"github.com/weir-ips/weir/match/input"
)

func checksumFrames() map[string][]byte {
	out := map[string][]byte{}
	for name, ends := range map[string][2]string{
		"4": {"10.0.0.1:1024", "10.0.0.2:80"},
		"6": {"[2001:db8::1]:1024", "[2001:db8::2]:80"},
	} {
		c := packetbuild.NewCapture()
		c.UDP(ends[0], ends[1]).Send(packetbuild.Client, []byte("odd"))
		c.TCP(ends[0], ends[1]).Handshake()
		out["udp"+name] = c.Frames()[0].Data
		out["tcp"+name] = c.Frames()[1].Data
	}
	c := packetbuild.NewCapture()
	c.Ping("10.0.0.1", "10.0.0.2", 1, 2, []byte("ping!"))
	c.Ping("2001:db8::1", "2001:db8::2", 1, 2, []byte("ping!"))
	out["icmp"], out["icmp6"] = c.Frames()[0].Data, c.Frames()[2].Data
	out["sctp"] = sctpFrame(7, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 'd', 'a', 't', 'a')
	return out
}

// TestChecksums takes right checksums for right, one changed octet for wrong,
// and gets back the builder's frame when it mends it.
func TestChecksums(t *testing.T) {
	d := newDecoder(t)
	for name, frame := range checksumFrames() {
		var p packet.Packet
		d.Decode(&p, frame, input.LinkEthernet, 0, 1)
		if name == "sctp" {
			FixL4(&p.Packet) // the builder knows no CRC32c
			p.L4CSum = input.CSumUnknown
		}
		if CheckL3(&p.Packet) != input.CSumGood || CheckL4(&p.Packet) != input.CSumGood {
			t.Errorf("%s: right checksums: %v %v", name, p.L3CSum, p.L4CSum)
		}
		bad := append([]byte(nil), frame...)
		bad[p.L3Off+8] ^= 1    // TTL or an address
		bad[p.L3End-1] ^= 0x80 // behind it may be padding
		d.Decode(&p, bad, input.LinkEthernet, 0, 1)
		if p.IPVersion == 4 && CheckL3(&p.Packet) != input.CSumBad || CheckL4(&p.Packet) != input.CSumBad {
			t.Errorf("%s: wrong checksums: %v %v", name, p.L3CSum, p.L4CSum)
		}
		FixL3(&p.Packet)
		FixL4(&p.Packet)
		d.Decode(&p, bad, input.LinkEthernet, 0, 1)
		if CheckL3(&p.Packet) != input.CSumGood || CheckL4(&p.Packet) != input.CSumGood {
			t.Errorf("%s: mended checksums: %v %v", name, p.L3CSum, p.L4CSum)
		}
	}
}

func TestUpdate(t *testing.T) {
	b := []byte{0x45, 0, 0, 40, 1, 2, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
	c := ^fold(sum(0, b))
	old := binary.BigEndian.Uint16(b[8:])
	b[8] = 63
	want := ^fold(sum(0, b))
	if got := Update(c, old, binary.BigEndian.Uint16(b[8:])); got != want {
		t.Errorf("updated checksum %#x, want %#x", got, want)
	}
}
