package decode

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/internal/packetbuild"
	"github.com/weir-ips/weir/match/input"
)

// shared finds data that lies beside a working copy of the project, or skips.
func shared(t *testing.T, path string) string {
	full := filepath.Join("..", "..", "..", "shared", path)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("%s is not there", full)
	}
	return full
}

// classic reads the magic of a capture: packetbuild reads no other format.
func classic(raw []byte) bool {
	return len(raw) >= 24 && (binary.LittleEndian.Uint32(raw) == 0xa1b2c3d4 || binary.BigEndian.Uint32(raw) == 0xa1b2c3d4)
}

// TestCapturesDecode decodes every public capture that is there.
func TestCapturesDecode(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared(t, "conformance/pcaps"), "*.pcap"))
	d := newDecoder(t)
	read, packets, inner, bad := 0, 0, 0, 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil || !classic(raw) {
			continue
		}
		link, frames, err := packetbuild.ReadPcap(bytes.NewReader(raw))
		if err != nil && len(frames) == 0 {
			continue
		}
		read++
		for i, f := range frames {
			d.pool.Reset()
			var p packet.Packet
			d.Decode(&p, f.Data, input.LinkType(link), f.TimeUS, uint64(i+1))
			check(t, &p)
			packets++
			if p.Inner != nil {
				inner++
			}
			if p.Invalid {
				bad++
			}
		}
	}
	t.Logf("%d of %d captures, %d packets, %d with one inside, %d invalid", read, len(files), packets, inner, bad)
	if read == 0 {
		t.Error("no capture could be read")
	}
}

// TestMixAgreesWithGopacket compares addresses, protocol and ports of the first
// IP header of each packet.
func TestMixAgreesWithGopacket(t *testing.T) {
	file, err := os.Open(shared(t, "traffic/mix.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, frames, err := packetbuild.ReadPcap(file)
	if err != nil {
		t.Fatal(err)
	}
	d := newDecoder(t)
	wrong, compared, bad := 0, 0, 0
	for i, f := range frames {
		d.pool.Reset()
		var p packet.Packet
		d.Decode(&p, f.Data, input.LinkEthernet, f.TimeUS, uint64(i+1))
		check(t, &p)
		if p.Invalid {
			bad++
			continue
		}
		src, dst, sp, dp := referenceTuple(f.Data)
		if src == nil || p.Fragment || !p.HasPorts {
			continue
		}
		compared++
		if !bytes.Equal(src, p.Src[:len(src)]) || !bytes.Equal(dst, p.Dst[:len(dst)]) || sp != p.SrcPort || dp != p.DstPort {
			if wrong++; wrong < 10 {
				t.Errorf("packet %d: %v:%d > %v:%d, gopacket %v:%d > %v:%d", i+1, p.Src[:len(src)], p.SrcPort, p.Dst[:len(dst)], p.DstPort, src, sp, dst, dp)
			}
		}
	}
	t.Logf("%d of %d packets compared, %d differ, %d invalid", compared, len(frames), wrong, bad)
	if compared < len(frames)/2 {
		t.Errorf("only %d of %d packets compared", compared, len(frames))
	}
}

// referenceTuple is what gopacket reads from the first IP and the first
// transport header.
func referenceTuple(frame []byte) (src, dst []byte, sp, dp uint16) {
	g := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.DecodeOptions{NoCopy: true, Lazy: true})
	for _, l := range g.Layers() {
		switch l := l.(type) {
		case *layers.IPv4:
			if src == nil {
				src, dst = l.SrcIP.To4(), l.DstIP.To4()
			}
		case *layers.IPv6:
			if src == nil {
				src, dst = l.SrcIP, l.DstIP
			}
		case *layers.TCP:
			return src, dst, uint16(l.SrcPort), uint16(l.DstPort)
		case *layers.UDP:
			return src, dst, uint16(l.SrcPort), uint16(l.DstPort)
		case *layers.SCTP:
			return src, dst, uint16(l.SrcPort), uint16(l.DstPort)
		}
	}
	return nil, nil, 0, 0
}
