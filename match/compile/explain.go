package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/rule"
)

// Explain tells in words what the rule with a sid compiled to.
func Explain(res *Result, sid uint32) (string, error) {
	b, err := match.View(res.Bundle)
	if err != nil {
		return "", err
	}
	var w strings.Builder
	for i, r := range res.Rules {
		if r.SID != sid {
			continue
		}
		rec := &b.Rules[i]
		fmt.Fprintf(&w, "%s\n%s\n\nrank %d of %d\n", r.Pos, r.Raw, i+1, len(res.Rules))
		fmt.Fprintf(&w, "judged on: %s\n", strings.Join(judgedOn(rec), ", "))
		if where := tableOf(r, rec); where != "" {
			fmt.Fprintf(&w, "table: %s\n", where)
		}
		if f := res.fast[i]; f != "" {
			fmt.Fprintf(&w, "candidate when found: %s\n", f)
		} else {
			fmt.Fprintf(&w, "no fast pattern: a candidate for every packet or transaction of its kind\n")
		}
		explainGroups(&w, b, uint32(i))
		if rec.PacketOps.N > 0 {
			fmt.Fprintln(&w, "on the packet and its flow:")
			program(&w, b, rec.PacketOps)
		}
		for _, l := range b.Lists[rec.Lists.Off : rec.Lists.Off+rec.Lists.N] {
			k := b.Keys[l.Key]
			where := ""
			if k.Buf == buf.Payload {
				where = map[[2]bool]string{{true, false}: " of the packet", {false, true}: " as the stream", {true, true}: " of the packet or as the stream"}[[2]bool{l.Packet, l.Stream}]
			}
			fmt.Fprintf(&w, "on %s%s", k.Buf, where)
			if k.Transforms.N > 0 {
				fmt.Fprintf(&w, " after %d transforms", k.Transforms.N)
			}
			w.WriteString(":\n")
			program(&w, b, l.Ops)
		}
		if rec.PostOps.N > 0 {
			fmt.Fprintln(&w, "when it matches:")
			program(&w, b, rec.PostOps)
		}
		if rec.Threshold != 0 {
			fmt.Fprintln(&w, "then thresholds and suppressions decide whether it alerts")
		}
		if rec.Shadow != 0 {
			fmt.Fprintln(&w, "in shadow: its drop is reported, not carried out")
		}
	}
	if w.Len() == 0 {
		return "", fmt.Errorf("no rule with sid %d", sid)
	}
	return w.String(), nil
}

// program lists conditions.
func program(w *strings.Builder, b *match.Bundle, s match.Span) {
	for n := range s.N {
		fmt.Fprintf(w, "  %d. %s\n", n+1, Describe(b, &b.Ops[s.Off+n]))
	}
}

// explainGroups tells in which databases a rule's fast pattern stands, and with
// how many others it is scanned for.
func explainGroups(w *strings.Builder, b *match.Bundle, id uint32) {
	dbs, patterns, octets := 0, uint32(0), uint64(0)
	for i := range b.DBs {
		d := &b.DBs[i]
		if !holds(b, b.PatSpans[d.Pats.Off:d.Pats.Off+d.Pats.N], id) {
			continue
		}
		dbs++
		patterns = max(patterns, d.Pats.N)
		octets += d.Len
	}
	if dbs > 0 {
		fmt.Fprintf(w, "group: scanned for in %d databases of up to %d patterns (%d KiB in all)\n", dbs, patterns, octets>>10)
	}
}

func holds(b *match.Bundle, spans []match.Span, id uint32) bool {
	for _, s := range spans {
		if slices.Contains(b.Refs[s.Off:s.Off+s.N], id) {
			return true
		}
	}
	return false
}

// tableOf says where a rule stands that names its hook.
func tableOf(r *rule.Rule, rec *match.RuleRec) string {
	at := hookText(r)
	switch {
	case rec.Hook == match.HookNone:
		return ""
	case !r.Firewall && rec.Hook == match.HookApp:
		return "detection, in " + at
	case !r.Firewall:
		return "detection, on packets: " + r.Hook.Name
	case rec.Hook == match.HookApp && r.Hook.UpTo:
		return fmt.Sprintf("firewall, %s and the states before it; %s", at, policyText(r))
	case rec.Hook == match.HookFlowStart:
		return fmt.Sprintf("firewall, %s, first packet of a flow in each direction; %s", at, policyText(r))
	}
	return fmt.Sprintf("firewall, %s; %s", at, policyText(r))
}

func judgedOn(r *match.RuleRec) []string {
	var out []string
	for _, f := range []struct {
		bit  match.RuleFlags
		text string
	}{{match.RIPOnly, "addresses alone, once a flow and direction"}, {match.RTx, "transactions"}, {match.RStream, "the reassembled stream"},
		{match.RPacket, "single packets"}, {match.RToServer, "the way to the server"}, {match.RToClient, "the way to the client"}} {
		if r.Flags&f.bit != 0 {
			out = append(out, f.text)
		}
	}
	if len(out) == 0 {
		out = append(out, "packets")
	}
	return out
}
