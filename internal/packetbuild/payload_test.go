package packetbuild

import (
	"bytes"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func TestDNSIsReadBack(t *testing.T) {
	for _, m := range [][]byte{
		DNSQuery(7, "www.example.org", layers.DNSTypeA),
		DNSAnswer(7, "www.example.org", layers.DNSTypeAAAA, "2001:db8::1"),
		DNSAnswer(7, "nowhere.example.org", layers.DNSTypeA),
		DNSText(7, "t.example.org", "one", "two"),
	} {
		var d layers.DNS
		if err := d.DecodeFromBytes(m, gopacket.NilDecodeFeedback); err != nil {
			t.Errorf("%x: %v", m, err)
		} else if d.ID != 7 || len(d.Questions) != 1 {
			t.Errorf("decoded %+v", d)
		}
	}
}

func TestTLSIsReadBack(t *testing.T) {
	for _, m := range [][]byte{TLSClientHello("bad.example", "h2", "http/1.1"), TLSServerHello()} {
		var l layers.TLS
		if err := l.DecodeFromBytes(m, gopacket.NilDecodeFeedback); err != nil || len(l.Handshake) != 1 {
			t.Errorf("%x: %v", m, err)
		}
		if int(m[5+1])<<16|int(m[5+2])<<8|int(m[5+3]) != len(m)-9 {
			t.Error("handshake length is wrong")
		}
	}
}

func TestPings(t *testing.T) {
	c := NewCapture()
	c.Ping("10.0.0.1", "10.0.0.2", 7, 3, []byte("data"))
	c.Ping("2001:db8::1", "2001:db8::2", 7, 3, []byte("data"))
	if got := decode(t, c.Frames()[1]).Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4); got.TypeCode.Type() != 0 || got.Id != 7 || got.Seq != 3 {
		t.Errorf("IPv4 reply: %+v", got)
	}
	if got := decode(t, c.Frames()[2]).Layer(layers.LayerTypeICMPv6).(*layers.ICMPv6); got.TypeCode.Type() != 128 {
		t.Errorf("IPv6 request: %+v", got)
	}
	echo := decode(t, c.Frames()[2]).Layer(layers.LayerTypeICMPv6Echo).(*layers.ICMPv6Echo)
	if echo.Identifier != 7 || echo.SeqNumber != 3 {
		t.Errorf("IPv6 echo: %+v", echo)
	}
}

func TestFragmentsCarryTheWholePayload(t *testing.T) {
	c := NewCapture()
	data := bytes.Repeat([]byte("0123456789"), 10)
	d4 := c.UDP("10.0.0.1:1", "10.0.0.2:2").Datagram(Client, data)
	var got []byte
	for i, f := range Fragments(d4, 99, 30) {
		p := gopacket.NewPacket(f, layers.LayerTypeIPv4, gopacket.Default)
		ip := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		if int(ip.FragOffset)*8 != len(got) || ip.Id != 99 {
			t.Errorf("fragment %d: offset %d id %d", i, ip.FragOffset*8, ip.Id)
		}
		if onesSum(f[:20]) != 0xffff {
			t.Errorf("fragment %d: header checksum is wrong", i)
		}
		got = append(got, f[20:]...)
		if last := len(got) == len(d4)-20; last != (ip.Flags&layers.IPv4MoreFragments == 0) {
			t.Errorf("fragment %d: more-fragments is wrong", i)
		}
	}
	if !bytes.Equal(got, d4[20:]) {
		t.Error("IPv4 fragments do not add up")
	}
	d6 := c.UDP("[2001:db8::1]:1", "[2001:db8::2]:2").Datagram(Client, data)
	got = nil
	for i, f := range Fragments(d6, 99, 32) {
		p := gopacket.NewPacket(f, layers.LayerTypeIPv6, gopacket.Default)
		fr, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment)
		if !ok || int(fr.FragmentOffset)*8 != len(got) || fr.Identification != 99 || fr.NextHeader != 17 {
			t.Fatalf("fragment %d: %+v", i, fr)
		}
		got = append(got, f[48:]...)
	}
	if !bytes.Equal(got, d6[40:]) {
		t.Error("IPv6 fragments do not add up")
	}
}

func TestSegmentationsKeepTheStream(t *testing.T) {
	payload := []byte("GET /evil HTTP/1.1\r\n")
	names := map[string]bool{}
	for s := range Segmentations(payload) {
		if names[s.Name] {
			t.Errorf("%q is yielded twice", s.Name)
		}
		names[s.Name] = true
		got, seen := make([]byte, len(payload)), make([]bool, len(payload))
		for _, p := range s.Pieces {
			for i, b := range p.Data {
				got[p.Offset+i], seen[p.Offset+i] = b, true
			}
		}
		if !bytes.Equal(got, payload) || bytes.IndexByte(boolsAsBytes(seen), 0) >= 0 {
			t.Errorf("%s: the pieces give %q", s.Name, got)
		}
	}
	if want := 1 + 2*(len(payload)-1) + 2 + 6 + 24 + 2; len(names) != want {
		t.Errorf("%d ways, want %d", len(names), want)
	}
	for s := range Segmentations([]byte("xy")) {
		if len(s.Pieces) == 0 {
			t.Errorf("%s has no pieces", s.Name)
		}
	}
}

func TestConflictsNameTheFirstCopy(t *testing.T) {
	payload := []byte("0123456789")
	for s, firstIsTrue := range Conflicts(payload, 'x') {
		got, seen := make([]byte, len(payload)), make([]bool, len(payload))
		for _, p := range s.Pieces {
			for i, b := range p.Data {
				if !seen[p.Offset+i] {
					got[p.Offset+i], seen[p.Offset+i] = b, true
				}
			}
		}
		if bytes.Equal(got, payload) != firstIsTrue {
			t.Errorf("%s: first data gives %q, said %v", s.Name, got, firstIsTrue)
		}
	}
}

func boolsAsBytes(in []bool) []byte {
	out := make([]byte, len(in))
	for i, b := range in {
		if b {
			out[i] = 1
		}
	}
	return out
}
