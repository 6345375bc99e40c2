package rule

import (
	"sort"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/input"
)

// Proto is a rule header's protocol.
type Proto struct {
	Name string
	// IP is the set of IP protocols, a bit each.
	IP [4]uint64
	// V4 and V6 say for which IP versions the rule is.
	V4, V6 bool
	// Other: also packets that are no IP (ether, arp, pkthdr).
	Other bool
	// ARP: of packets that are no IP, only those.
	ARP bool
	// App is the application protocol's name, empty for any.
	App   string
	AppID input.AppProto
	// Packet and Stream: tcp-pkt and tcp-stream.
	Packet, Stream bool
}

func (p *Proto) set(nums ...int) {
	for _, n := range nums {
		p.IP[n>>6] |= 1 << (n & 63)
	}
}

func (p *Proto) all() { p.IP = [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} }

// appIP are the IP protocols of application protocols; the rest run over TCP.
var appIP = map[input.AppProto][]int{
	input.AppDNS: {6, 17}, input.AppMDNS: {17}, input.AppLLMNR: {6, 17}, input.AppSNMP: {6, 17}, input.AppTFTP: {17},
	input.AppIKE: {17}, input.AppKRB5: {6, 17}, input.AppQUIC: {17}, input.AppDHCP: {17}, input.AppSIP: {6, 17},
	input.AppNTP: {17}, input.AppENIP: {6, 17}, input.AppNFS: {6, 17}, input.AppDCERPC: {6, 17},
	input.AppLDAP: {6, 17}, input.AppBitTorrentDHT: {17}, input.AppDoH2: {6}, input.AppTLS: {6, 17},
	input.AppUnknown: {6, 17}, input.AppFailed: {6, 17},
}

// base are the protocols below applications.
var base = map[string]func(*Proto){
	"ip":         func(p *Proto) { p.all() },
	"tcp":        func(p *Proto) { p.set(6) },
	"tcp-pkt":    func(p *Proto) { p.set(6); p.Packet = true },
	"tcp-stream": func(p *Proto) { p.set(6); p.Stream = true },
	"udp":        func(p *Proto) { p.set(17) },
	"icmp":       func(p *Proto) { p.set(1, 58) },
	"icmpv4":     func(p *Proto) { p.set(1); p.V6 = false },
	"icmpv6":     func(p *Proto) { p.set(58); p.V4 = false },
	"sctp":       func(p *Proto) { p.set(132) },
	"igmp":       func(p *Proto) { p.set(2) },
	"gre":        func(p *Proto) { p.set(47) },
	"ipv4":       func(p *Proto) { p.all(); p.V6 = false },
	"ip4":        func(p *Proto) { p.all(); p.V6 = false },
	"ipv6":       func(p *Proto) { p.all(); p.V4 = false },
	"ip6":        func(p *Proto) { p.all(); p.V4 = false },
	"pkthdr":     func(p *Proto) { p.all(); p.Other = true },
	"ether":      func(p *Proto) { p.all(); p.Other = true },
	"arp":        func(p *Proto) { p.set(0); p.V4, p.V6, p.Other, p.ARP = false, false, true, true },
}

// protoOf reads the protocol word of a header.
func protoOf(word string) (Proto, bool) {
	name, _, _ := strings.Cut(strings.ToLower(word), ":")
	p := Proto{Name: name, V4: true, V6: true}
	if f, ok := base[name]; ok {
		f(&p)
		return p, true
	}
	if n, err := strconv.ParseUint(name, 10, 8); err == nil {
		p.set(int(n))
		return p, true
	}
	id, ok := input.AppProtoOf(name)
	if !ok {
		return p, false
	}
	p.App, p.AppID = name, id
	switch name {
	case "dcerpc_udp":
		p.set(17)
		return p, true
	case "dcerpc_tcp":
		p.set(6)
		return p, true
	}
	nums, ok := appIP[id]
	if !ok {
		nums = []int{6}
	}
	p.set(nums...)
	return p, true
}

func protoWords() []string {
	var out []string
	for n := range base {
		out = append(out, n)
	}
	for a := input.AppProto(0); a < input.NumAppProtos; a++ {
		out = append(out, a.String())
	}
	sort.Strings(out)
	return out
}
