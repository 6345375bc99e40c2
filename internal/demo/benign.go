package demo

import (
	"bytes"
	"fmt"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// linkLayer is what an inline device must let through untouched: ARP, LLDP, a
// spanning-tree hello.
func linkLayer(c *packetbuild.Capture) {
	broadcast := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	a, b := []byte{10, 20, 0, 11}, []byte{10, 20, 1, 80}
	macA, macB := append([]byte{2, 0}, a...), append([]byte{2, 0}, b...)
	arp := func(op uint16, to, srcMAC, srcIP, dstMAC, dstIP []byte) {
		c.Layers(
			&layers.Ethernet{SrcMAC: srcMAC, DstMAC: to, EthernetType: layers.EthernetTypeARP},
			&layers.ARP{
				AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
				Operation: op, SourceHwAddress: srcMAC, SourceProtAddress: srcIP, DstHwAddress: dstMAC, DstProtAddress: dstIP,
			})
	}
	for range 4 {
		arp(layers.ARPRequest, broadcast, macA, a, make([]byte, 6), b)
		arp(layers.ARPReply, macA, macB, b, macA, a)
		// Chassis, port, time to live, end (IEEE 802.1AB).
		lldp := append([]byte{0x02, 0x07, 0x04}, macB...)
		lldp = append(lldp, 0x04, 0x05, 0x05, 'p', 'o', 'r', 't', 0x06, 0x02, 0x00, 0x78, 0x00, 0x00)
		c.Layers(&layers.Ethernet{
			SrcMAC: macB, DstMAC: []byte{1, 0x80, 0xc2, 0, 0, 0x0e}, EthernetType: layers.EthernetTypeLinkLayerDiscovery,
		}, gopacket.Payload(lldp))
		// 802.3 length field and LLC 42 42 03: a spanning-tree configuration hello.
		stp := append([]byte{1, 0x80, 0xc2, 0, 0, 0}, macB...)
		stp = append(stp, 0x00, 0x26, 0x42, 0x42, 0x03)
		c.Raw(append(stp, make([]byte, 43)...))
		c.Wait(3 * second)
	}
}

var pages = []string{"/", "/news", "/style.css", "/logo.png", "/about?lang=en", "/search?q=weir+crest", "/api/v1/items", "/favicon.ico"}

// browsing: several clients fetch small pages from the web, one request after
// the other on each connection.
func browsing(c *packetbuild.Capture) {
	for i := range 24 {
		client := []string{alice, bob}[i%2]
		t := c.TCP(fmt.Sprintf("%s:%d", client, 42000+i), website+":80")
		t.WScale, t.Timestamps = 7, i%3 == 0
		fetch(t, pages[i%len(pages)], 300+137*i)
		if i%4 == 0 {
			fetchAgain(t, pages[(i+1)%len(pages)], 200)
		}
		t.Close()
		c.Wait(170_000)
	}
}

func browsing6(c *packetbuild.Capture) {
	for i := range 8 {
		t := c.TCP(fmt.Sprintf("[%s]:%d", alice6, 43000+i), "["+website6+"]:80")
		t.WScale = 7
		fetch(t, pages[i], 500)
		t.Close()
		c.Wait(400_000)
	}
}

func fetch(t *packetbuild.TCP, page string, size int) {
	t.Handshake()
	fetchAgain(t, page, size)
}

func fetchAgain(t *packetbuild.TCP, page string, size int) {
	t.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", page, "www.example.org",
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "Accept: */*"))
	t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/html", filler(size)))
}

// download is one larger transfer, with a segment that is lost and sent again.
func download(c *packetbuild.Capture) {
	t := c.TCP(alice+":44000", website+":80")
	t.WScale, t.Timestamps = 7, true
	t.MSS = 1448
	t.Handshake()
	t.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/manual.pdf", "www.example.org"))
	head := packetbuild.HTTPResponse(200, "application/pdf", filler(120_000))
	for i := 0; i < len(head); {
		n := min(2*t.MSS, len(head)-i)
		t.Send(packetbuild.Server, head[i:i+n])
		i += n
		if i == 20*t.MSS && len(head)-i > 3*t.MSS {
			lost := head[i : i+t.MSS]
			t.Lose(packetbuild.Server, t.MSS)
			t.Send(packetbuild.Server, head[i+t.MSS:i+3*t.MSS])
			c.Wait(30_000)
			t.Segment(packetbuild.Server, i, lost)
			t.Ack(packetbuild.Client)
			i += 3 * t.MSS
		}
		c.Wait(1000)
	}
	t.Close()
}

// names are DNS look-ups as any client makes them.
func names(c *packetbuild.Capture) {
	for i := range 60 {
		name := fmt.Sprintf("%s.example.%s", []string{"www", "mail", "cdn", "api", "img"}[i%5], []string{"org", "net", "com"}[i%3])
		u := c.UDP(fmt.Sprintf("%s:%d", alice, 50000+i), resolver+":53")
		id := uint16(100 + i)
		typ, addr := layers.DNSTypeA, website
		if i%4 == 3 {
			typ, addr = layers.DNSTypeAAAA, website6
		}
		u.Send(packetbuild.Client, packetbuild.DNSQuery(id, name, typ))
		c.Wait(800)
		if i%10 == 9 {
			u.Send(packetbuild.Server, packetbuild.DNSAnswer(id, name, typ))
		} else {
			u.Send(packetbuild.Server, packetbuild.DNSAnswer(id, name, typ, addr))
		}
		c.Wait(150_000)
	}
}

func pings(c *packetbuild.Capture) {
	for i := range 10 {
		c.Ping(alice, webHost, 77, uint16(i+1), filler(48))
		c.Ping(alice6, web6, 78, uint16(i+1), filler(48))
		c.Wait(900_000)
	}
}

// tlsSessions open with a hello each; what follows is encrypted to any reader.
// The last one asks for a name that a starter rule knows.
func tlsSessions(c *packetbuild.Capture) {
	for i, name := range []string{"www.example.org", "mail.example.net", "cdn.example.com", "api.example.org",
		"shop.example.com", "news.example.net", "panel.bad-actor.example"} {
		server := website
		if name == "panel.bad-actor.example" {
			server = badSite
		}
		t := c.TCP(fmt.Sprintf("%s:%d", bob, 45000+i), server+":443")
		t.WScale = 8
		t.Handshake()
		t.Send(packetbuild.Client, packetbuild.TLSClientHello(name, "h2", "http/1.1"))
		t.Send(packetbuild.Server, packetbuild.TLSServerHello())
		t.Send(packetbuild.Server, packetbuild.TLSRecord(23, cipherText(2400+300*i)))
		for j := range 4 {
			t.Send(packetbuild.Client, packetbuild.TLSRecord(23, cipherText(200+40*j)))
			t.Send(packetbuild.Server, packetbuild.TLSRecord(23, cipherText(900+500*j)))
			c.Wait(20_000)
		}
		t.Close()
		c.Wait(300_000)
	}
}

// fileShare is SMB between hosts of the house.
func fileShare(c *packetbuild.Capture) {
	t := c.TCP(bob+":46000", fileHost+":445")
	t.Handshake()
	t.Send(packetbuild.Client, packetbuild.SMB1Negotiate("NT LM 0.12", "SMB 2.002"))
	t.Send(packetbuild.Server, packetbuild.SMB1(0x72, []uint16{0}, nil))
	for i := range 20 {
		t.Send(packetbuild.Client, packetbuild.SMB1(0x2e, []uint16{0xff, 0, uint16(i), 0, 0, 4096, 0, 0, 0, 0, 0, 0}, nil))
		t.Send(packetbuild.Server, packetbuild.SMB1(0x2e, []uint16{0xff, 0, 0, 0, 0, 2048, 59, 0, 0, 0, 0, 0}, cipherText(2048)))
		c.Wait(5000)
	}
	t.Close()
}

// filler is text that no rule looks for.
func filler(n int) []byte {
	line := []byte("The crest of a weir sets the level of the water behind it. ")
	return bytes.Repeat(line, n/len(line)+1)[:n]
}

// cipherText is octets that look encrypted: a xorshift generator of fixed seed.
func cipherText(n int) []byte {
	x := uint32(2463534242) + uint32(n)
	out := make([]byte, n)
	for i := range out {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		out[i] = byte(x >> 11)
	}
	return out
}
