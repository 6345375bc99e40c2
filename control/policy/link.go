package policy

import (
	"fmt"
	"io"
	"strings"

	"github.com/weir-ips/weir/control/wiring"
	"github.com/weir-ips/weir/dataplane/decode"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/input"
)

// vital is a kind of packet that a link or its hosts cannot do without.
type vital struct {
	name string
	// remedy is the rule that accepts it, without its sid.
	remedy string
	frame  []byte
}

// Addresses of the made-up packets: locally administered MACs, and those that
// the protocols send to (IEEE 802.1D table 7-10, RFC 4291 section 2.7.1).
const (
	macHost   = "\x02\x00\x00\x00\x00\x01"
	macAll    = "\xff\xff\xff\xff\xff\xff"
	macBridge = "\x01\x80\xc2\x00\x00\x00"
	macSlow   = "\x01\x80\xc2\x00\x00\x02"
	macPAE    = "\x01\x80\xc2\x00\x00\x03"
	macLLDP   = "\x01\x80\xc2\x00\x00\x0e"
	macNodes  = "\x33\x33\x00\x00\x00\x01"
)

func ethernet(dst, typ, payload string) []byte {
	return append([]byte(dst+macHost+typ+payload), make([]byte, 60)...)
}

// byEther is the remedy for what is known by its EtherType.
func byEther(octets string) string {
	return `accept:packet ether:all any any -> any any (ether.hdr; content:"|` + octets + `|"; offset:12; depth:2;`
}

// icmp6 is an ICMPv6 packet from a link-local host to all nodes.
func icmp6(typ byte) []byte {
	head := "\x60\x00\x00\x00\x00\x18\x3a\xff" // version 6, 24 octets of ICMPv6, hop limit 255
	src := "\xfe\x80" + strings.Repeat("\x00", 13) + "\x01"
	dst := "\xff\x02" + strings.Repeat("\x00", 13) + "\x01"
	return ethernet(macNodes, "\x86\xdd", head+src+dst+string([]byte{typ})+strings.Repeat("\x00", 23))[:14+40+24]
}

// ip4 is an IPv4 datagram to everyone.
func ip4(proto byte, body string) []byte {
	n := byte(20 + len(body))
	head := "\x45\x00\x00" + string([]byte{n}) + "\x00\x01\x00\x00\x40" + string([]byte{proto}) + "\x00\x00" + "\x00\x00\x00\x00" + "\xff\xff\xff\xff"
	return ethernet(macAll, "\x08\x00", head+body)[:14+int(n)]
}

func vitals() []vital {
	v := []vital{
		{"ARP", "accept:packet arp:all any any -> any any (", ethernet(macAll, "\x08\x06", "\x00\x01\x08\x00\x06\x04\x00\x01"+macHost+"\xc0\x00\x02\x01"+strings.Repeat("\x00", 6)+"\xc0\x00\x02\x02")},
		{"spanning tree (IEEE 802.1D)", `accept:packet ether:all any any -> any any (ether.hdr; content:"|01 80 c2 00 00 00|"; depth:6;`,
			ethernet(macBridge, "\x00\x26", "\x42\x42\x03\x00\x00\x00\x00")},
		{"link aggregation (LACP, 0x8809)", byEther("88 09"), ethernet(macSlow, "\x88\x09", "\x01\x01")},
		{"port authentication (IEEE 802.1X, 0x888e)", byEther("88 8e"), ethernet(macPAE, "\x88\x8e", "\x02\x01\x00\x00")},
		{"LLDP (0x88cc)", byEther("88 cc"), ethernet(macLLDP, "\x88\xcc", "\x02\x07\x04"+macHost+"\x00\x00")},
		{"IPv4 path MTU discovery (ICMP 3, 4)", "accept:packet icmp:all any any -> any any (itype:3; icode:4;",
			ip4(1, "\x03\x04\x00\x00\x00\x00\x05\x00"+"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\xc0\x00\x02\x01\xc0\x00\x02\x02"+"\x00\x35\x00\x35\x00\x08\x00\x00")},
		{"DHCP", "accept:packet udp:all any 68 -> any 67 (", ip4(17, "\x00\x44\x00\x43\x00\x0c\x00\x00"+"\x01\x01\x06\x00")},
		{"IPv6 path MTU discovery (ICMPv6 2)", "accept:packet icmpv6:all any any -> any any (itype:2;", icmp6(2)},
	}
	for _, n := range []struct {
		typ  byte
		name string
	}{{133, "router solicitation"}, {134, "router advertisement"}, {135, "neighbour solicitation"}, {136, "neighbour advertisement"}, {143, "multicast listener report"}} {
		v = append(v, vital{fmt.Sprintf("IPv6 %s (ICMPv6 %d)", n.name, n.typ), fmt.Sprintf("accept:packet icmpv6:all any any -> any any (itype:%d;", n.typ), icmp6(n.typ)})
	}
	return v
}

// unset answers for what outlives packets: nothing was set yet.
type unset struct{ match.State }

func (unset) FlowBit(*input.Flow, uint32) bool                { return false }
func (unset) SetFlowBit(*input.Flow, uint32, bool)            {}
func (unset) FlowInt(*input.Flow, uint32) (uint32, bool)      { return 0, false }
func (unset) SetFlowInt(*input.Flow, uint32, uint32)          {}
func (unset) Bits(*match.Op, *input.Packet, uint64) bool      { return false }
func (unset) SetBits(*match.Op, *input.Packet, uint64)        {}
func (unset) SetTag(*match.Op, *match.RuleRec, *input.Packet) {}
func (unset) Tagged(*input.Packet, int) bool                  { return false }
func (unset) Threshold(*match.ThresholdRec, *match.RuleRec, *input.Packet) (o match.Outcome) {
	return match.Emit
}

// Fate is what a firewall does with a kind of packet.
type Fate struct {
	Name     string
	Accepted bool
	// SID is the rule that drops it, 0: the policy of the packet filter.
	SID uint32
	// Remedy is a rule that accepts it.
	Remedy string
}

// Link tells what a firewall's policy does with the packets that a link lives on,
// each by itself as the first of its flow; nil when the policy is no firewall's.
// The answers come from the rules as they are compiled, not from their text.
func Link(set *Set) ([]Fate, error) {
	b, err := match.Open(set.Bundle, wiring.Fingerprint())
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if !b.Firewall() {
		return nil, nil
	}
	mem, err := slab.Map(1 << 20)
	if err != nil {
		return nil, err
	}
	arena, states, frames := mem[:256<<10], mem[256<<10:512<<10], mem[512<<10:]
	e, err := match.NewEngine(match.DefaultLimits(), unset{}, match.NewArena(arena), states)
	if err != nil {
		return nil, err
	}
	sc, err := b.NewScratch()
	if err != nil {
		return nil, err
	}
	e.SetBundle(b, sc)
	var pool packet.Pool
	d, err := decode.New(decode.DefaultConfig(), &pool)
	if err != nil {
		return nil, err
	}
	var out []Fate
	for _, v := range vitals() {
		n := copy(frames, v.frame)
		out = append(out, fate(e, b, d, &v, frames[:n:n]))
	}
	return out, nil
}

// fate judges one packet.
func fate(e *match.Engine, b *match.Bundle, d *decode.Decoder, v *vital, frame []byte) (f Fate) {
	f = Fate{Name: v.name, Remedy: v.remedy}
	defer func() {
		// A rule that asks for state which is not there yet does not hold.
		_ = recover()
	}()
	var p packet.Packet
	d.Decode(&p, frame, input.LinkEthernet, 0, 1)
	for t := range match.TableFilter {
		if !b.HasPre(t) || t == match.TablePreStream {
			continue
		}
		if r := e.Pre(t, &p.Packet); r.Verdict >= match.VerdictDrop {
			f.dropped(b, r)
			return f
		}
	}
	if p.IPVersion != 0 {
		p.Dir, p.Flow = input.ToServer, &input.Flow{}
	}
	e.Reset()
	i := e.Add(&p.Packet, match.InspectHeader|match.InspectPayload|match.InspectIPOnly, input.AppUnknown)
	e.Scan()
	r := e.Evaluate(i)
	if f.Accepted = r.Verdict < match.VerdictDrop; !f.Accepted {
		f.dropped(b, r)
	}
	return f
}

func (f *Fate) dropped(b *match.Bundle, r *match.Result) {
	if r.HasRule {
		f.SID = b.Rules[r.Rule].SID
	}
}

// PrintLink says what a firewall would drop of what a link lives on, and which
// rule would accept it.
func PrintLink(w io.Writer, fates []Fate) {
	if len(fates) == 0 {
		return
	}
	lost := 0
	for _, f := range fates {
		if f.Accepted {
			continue
		}
		if lost++; lost == 1 {
			fmt.Fprintln(w, "\nthe firewall would drop what a link lives on:")
		}
		by := "firewall.policies.packet.filter"
		if f.SID != 0 {
			by = fmt.Sprintf("sid %d", f.SID)
		}
		fmt.Fprintf(w, "  %s, by %s; to let it pass:\n    %s\n", f.Name, by, strings.Replace(fmt.Sprintf("%s sid:%d;)", f.Remedy, remedySID+lost), "( sid", "(sid", 1))
	}
	if lost == 0 {
		fmt.Fprintf(w, "\nthe firewall accepts what a link lives on: ARP, neighbour discovery and %d more kinds of packets\n", len(fates)-2)
	}
}

// remedySID numbers the rules that are proposed.
const remedySID = 9000900
