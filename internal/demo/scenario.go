package demo

import (
	_ "embed"
	"sort"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// Pcap is the committed capture: what Build returned when it was last generated.
//
//go:embed testdata/demo.pcap
var Pcap []byte

// The cast. HOME_NET of the default configuration holds the hosts in 10.0.0.0/8.
const (
	alice    = "10.20.0.11"
	bob      = "10.20.0.12"
	webHost  = "10.20.1.80"
	fileHost = "10.20.1.45"
	resolver = "10.20.1.53"
	alice6   = "2001:db8:20::11"
	web6     = "2001:db8:20:1::80"

	website   = "198.51.100.10"
	website6  = "2001:db8:100::10"
	badSite   = "198.51.100.66"
	attacker  = "203.0.113.66"
	attacker6 = "2001:db8:bad::66"
	scanner   = "203.0.113.99"
	flooder   = "203.0.113.7"
)

// act is one part of the scenario; at is when it begins, in microseconds after
// the start of the capture.
type act struct {
	at   int64
	play func(c *packetbuild.Capture)
}

// Build plays all acts, each from its own time on, and weaves their packets into
// one capture in the order of time.
func Build() []packetbuild.Frame {
	var all []packetbuild.Frame
	for _, a := range acts() {
		c := packetbuild.NewCapture()
		c.Wait(a.at)
		a.play(c)
		all = append(all, c.Frames()...)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].TimeUS < all[j].TimeUS })
	return all
}

const second = 1_000_000

func acts() []act {
	return []act{
		{0, linkLayer},
		{100_000, browsing},
		{300_000, browsing6},
		{400_000, download},
		{500_000, names},
		{700_000, pings},
		{1 * second, tlsSessions},
		{2 * second, fileShare},
		{3 * second, webAttacks},
		{3_400_000, webAttacks6},
		{4 * second, evasions},
		{5 * second, dnsAttacks},
		{5_500_000, smbExploit},
		{6 * second, synScan},
		{8 * second, synFlood},
		{10 * second, icmpAttacks},
		{10_500_000, taggedTraffic},
		{11 * second, fragmentAttacks},
		{12 * second, oddities},
	}
}
