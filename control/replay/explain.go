package replay

import (
	"fmt"
	"io"
	"net/netip"
	"sort"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// maxExplained is how many judgements of a rule are printed; all are counted.
const maxExplained = 200

// explainer prints what becomes of one rule on each packet that reaches it.
type explainer struct {
	w       io.Writer
	sid     uint32
	bundle  *match.Bundle
	judged  int
	matched int
	why     map[string]int
}

func newExplainer(w io.Writer, sid uint32, b *match.Bundle) (*explainer, error) {
	x := &explainer{w: w, sid: sid, bundle: b, why: map[string]int{}}
	for i := range b.Rules {
		if x.wanted(uint32(i)) {
			return x, nil
		}
	}
	return nil, fmt.Errorf("--explain %d: no rule with this sid is loaded", sid)
}

func (x *explainer) wanted(rule uint32) bool { return x.bundle.Rules[rule].SID == x.sid }

var headerParts = map[match.HeaderPart]string{match.HeaderProto: "protocol", match.HeaderIPVersion: "IP version", match.HeaderApp: "application protocol",
	match.HeaderDirection: "direction", match.HeaderDstPort: "destination port", match.HeaderSrcPort: "source port",
	match.HeaderSrc: "source address", match.HeaderDst: "destination address"}

// explained prints one judgement.
func (x *explainer) explained(e *match.Explained) {
	x.judged++
	say := func(format string, args ...any) {
		if x.judged <= maxExplained {
			fmt.Fprintf(x.w, format, args...)
		}
	}
	fails := func(what string) {
		x.why[what]++
		say("  fails: %s\n", what)
	}
	p := e.Packet
	say("%s", place(e))
	if e.Matched {
		x.matched++
		say(": matches\n")
	} else {
		say(": does not match\n")
	}
	if e.Header != match.HeaderHolds {
		what := "the header's " + headerParts[e.Header]
		if e.Header == match.HeaderApp {
			what += fmt.Sprintf(" (the packet's flow has %s)", flowApp(p))
		}
		fails(what)
	}
	rule := &x.bundle.Rules[e.Rule]
	if e.PacketOp >= 0 {
		fails(compile.Describe(x.bundle, &x.bundle.Ops[rule.PacketOps.Off+uint32(e.PacketOp)]))
	}
	for i := range e.NLists {
		x.list(&e.Lists[i], &x.bundle.Lists[rule.Lists.Off+uint32(i)], say, fails)
	}
}

// list prints what became of the conditions on one buffer.
func (x *explainer) list(l *match.ListExplained, rec *match.ListRec, say func(string, ...any), fails func(string)) {
	name := x.bundle.Keys[rec.Key].Buf.String()
	switch {
	case l.State == match.BufferConditions:
		if !l.Holds {
			fails("numbers or events of the transaction")
		}
		return
	case l.State == match.BufferWaits:
		fails(name + " is still to come")
		return
	case l.State == match.BufferElsewhere:
		fails(name + " belongs to the other direction")
		return
	case l.State == match.BufferAbsent && l.Holds:
		say("  %s is not there, as it should be\n", name)
		return
	case l.State == match.BufferAbsent:
		fails(name + " is not there")
		return
	}
	where := ""
	if l.Stream {
		where = " of the stream"
	}
	at := ""
	if l.Start > 0 {
		at = fmt.Sprintf(" from octet %d on", l.Start)
	}
	say("  %s%s, %d octets%s: %d of %d conditions hold", name, where, l.Octets, at, l.Held, rec.Ops.N)
	if l.End >= 0 {
		say(", up to octet %d", l.Start+uint64(l.End))
	}
	say("\n")
	if !l.Holds && l.Held < int(rec.Ops.N) {
		fails(fmt.Sprintf("%s: condition %d: %s", name, l.Held+1, compile.Describe(x.bundle, &x.bundle.Ops[rec.Ops.Off+uint32(l.Held)])))
	}
}

// place names a packet.
func place(e *match.Explained) string {
	p := e.Packet
	s := fmt.Sprintf("packet %d", p.Num)
	if p.Source == input.SourceFlowEnd {
		s = "the end of the flow"
	}
	addr := func(a *[16]byte, port uint16) string {
		ip := netip.AddrFrom16(*a)
		if p.IPVersion == 4 {
			ip = netip.AddrFrom4([4]byte(a[:4]))
		}
		if !p.HasPorts {
			return ip.String()
		}
		return netip.AddrPortFrom(ip, port).String()
	}
	if p.IPVersion != 0 {
		s += fmt.Sprintf(" %s > %s", addr(&p.Src, p.SrcPort), addr(&p.Dst, p.DstPort))
	}
	if e.Tx != nil {
		dir := "to server"
		if e.Dir == input.ToClient {
			dir = "to client"
		}
		s += fmt.Sprintf(", transaction %d %s", e.Tx.ID(), dir)
	}
	return s
}

func flowApp(p *input.Packet) string {
	if p.Flow == nil || p.Flow.AppProto == 0 {
		return "none yet"
	}
	return p.Flow.AppProto.String()
}

// summary says how often the rule was reached and what kept it from matching.
func (x *explainer) summary() {
	if x.judged > maxExplained {
		fmt.Fprintf(x.w, "… and %d more\n", x.judged-maxExplained)
	}
	fmt.Fprintf(x.w, "sid %d was judged %d times and matched %d times\n", x.sid, x.judged, x.matched)
	if x.judged == 0 {
		fmt.Fprintf(x.w, "no packet reached it: its fast pattern was never found where it is looked for, or no packet has its protocol; weir rules explain %d says which pattern that is\n", x.sid)
		return
	}
	var whys []string
	for w := range x.why {
		whys = append(whys, w)
	}
	sort.Slice(whys, func(i, j int) bool {
		if x.why[whys[i]] != x.why[whys[j]] {
			return x.why[whys[i]] > x.why[whys[j]]
		}
		return whys[i] < whys[j]
	})
	for _, w := range whys {
		fmt.Fprintf(x.w, "%8d times: %s\n", x.why[w], w)
	}
}
