package packetbuild

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func decode(t *testing.T, f Frame) gopacket.Packet {
	t.Helper()
	p := gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		t.Fatalf("frame %x: %v", f.Data, e.Error())
	}
	return p
}

func tcpOf(t *testing.T, f Frame) *layers.TCP {
	t.Helper()
	h, ok := decode(t, f).Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok {
		t.Fatalf("no TCP in %x", f.Data)
	}
	return h
}

func TestTCPConversation(t *testing.T) {
	for _, row := range []struct{ name, client, server string }{
		{"IPv4", "10.0.0.1:40000", "192.0.2.1:80"},
		{"IPv6", "[2001:db8::1]:40000", "[2001:db8:1::1]:80"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := NewCapture()
			conn := c.TCP(row.client, row.server)
			conn.MSS, conn.Timestamps, conn.WScale = 100, true, 7
			conn.Handshake()
			want := bytes.Repeat([]byte("abcdefg"), 50)
			conn.Send(Client, want)
			conn.Close()
			var got []byte
			var fins int
			for i, f := range c.Frames() {
				h := tcpOf(t, f)
				if h.SrcPort == 40000 && len(h.Payload) > 0 {
					if int(h.Seq-conn.ISN[Client]-1) != len(got) {
						t.Errorf("frame %d: sequence number does not follow", i)
					}
					got = append(got, h.Payload...)
				}
				if h.FIN {
					fins++
				}
			}
			if !bytes.Equal(got, want) {
				t.Errorf("stream is %q", got)
			}
			frames := c.Frames()
			if n := len(frames); n != 3+4+1+4 || fins != 2 {
				t.Errorf("%d frames, %d FINs", n, fins)
			}
			last := tcpOf(t, frames[len(frames)-1])
			if last.Ack != conn.ISN[Server]+2 || last.Seq != conn.ISN[Client]+uint32(len(want))+2 {
				t.Errorf("last: seq %d ack %d do not count both FINs", last.Seq-conn.ISN[Client], last.Ack-conn.ISN[Server])
			}
		})
	}
}

func TestAckStopsAtHoleAndSACKNamesTheRest(t *testing.T) {
	c := NewCapture()
	conn := c.TCP("10.0.0.1:1", "10.0.0.2:2")
	conn.Handshake()
	conn.Segment(Client, 0, make([]byte, 10))
	conn.Segment(Client, 20, make([]byte, 5))
	conn.Ack(Server)
	h := tcpOf(t, c.Frames()[5])
	if got := h.Ack - conn.ISN[Client] - 1; got != 10 {
		t.Errorf("acknowledged %d octets, want 10", got)
	}
	if len(h.Options) == 0 || h.Options[0].OptionType != layers.TCPOptionKindSACK {
		t.Fatalf("options %v: want SACK", h.Options)
	}
	d := h.Options[0].OptionData
	if l, r := binary.BigEndian.Uint32(d), binary.BigEndian.Uint32(d[4:]); l != conn.Seq(Client, 20) || r != conn.Seq(Client, 25) {
		t.Errorf("SACK block %d-%d", l, r)
	}
	conn.Segment(Client, 10, make([]byte, 10))
	conn.Ack(Server)
	if got := tcpOf(t, c.Frames()[7]).Ack - conn.ISN[Client] - 1; got != 25 {
		t.Errorf("with the hole filled: acknowledged %d, want 25", got)
	}
}

func TestBendChangesOneSegment(t *testing.T) {
	c := NewCapture()
	conn := c.TCP("10.0.0.1:1", "10.0.0.2:2")
	conn.Segment(Client, 0, []byte("x"), func(h *layers.TCP) { h.URG, h.Urgent = true, 1 })
	if h := tcpOf(t, c.Frames()[0]); !h.URG || h.Urgent != 1 {
		t.Error("bend had no effect")
	}
}

func TestSameCallsGiveSameOctets(t *testing.T) {
	build := func() []byte {
		c := NewCapture()
		conn := c.TCP("10.0.0.1:1", "10.0.0.2:2")
		conn.Handshake()
		conn.Send(Server, []byte("hello"))
		conn.RST(Client)
		var b bytes.Buffer
		if err := c.WritePcap(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if !bytes.Equal(build(), build()) {
		t.Error("two runs differ")
	}
	link, frames, err := ReadPcap(bytes.NewReader(build()))
	if err != nil || link != 1 || len(frames) != 6 || frames[1].TimeUS != Epoch+Step {
		t.Errorf("read back: link %d, %d frames, %v", link, len(frames), err)
	}
}
