package compile

import (
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
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
		if f := res.fast[i]; f != "" {
			fmt.Fprintf(&w, "candidate when found: %s\n", f)
		} else {
			fmt.Fprintf(&w, "no fast pattern: a candidate for every packet or transaction of its kind\n")
		}
		if n := rec.PacketOps.N; n > 0 {
			fmt.Fprintf(&w, "%d conditions on the packet and its flow\n", n)
		}
		for _, l := range b.Lists[rec.Lists.Off : rec.Lists.Off+rec.Lists.N] {
			k := b.Keys[l.Key]
			where := ""
			if k.Buf == buf.Payload {
				where = map[[2]bool]string{{true, false}: " of the packet", {false, true}: " as the stream", {true, true}: " of the packet or as the stream"}[[2]bool{l.Packet, l.Stream}]
			}
			fmt.Fprintf(&w, "%d conditions on %s%s", l.Ops.N, k.Buf, where)
			if k.Transforms.N > 0 {
				fmt.Fprintf(&w, " after %d transforms", k.Transforms.N)
			}
			w.WriteByte('\n')
		}
	}
	if w.Len() == 0 {
		return "", fmt.Errorf("no rule with sid %d", sid)
	}
	return w.String(), nil
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
