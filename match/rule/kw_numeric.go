package rule

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

// numericKeywords compare an unsigned number of a packet, a flow or a
// transaction: a row for each field of the registry.
var numericKeywords = numerics()

// fieldAliases are further names of fields.
var fieldAliases = map[string][]string{"dcerpc.opnum": {"dce_opnum"}, "enip.command": {"enip_command"}, "krb5_err_code": {"krb5.err_code"},
	"krb5_msg_type": {"krb5.msg_type"}, "tcp.seq": {"seq"}, "tcp.ack": {"ack"}, "tcp.window": {"window"}}

func numerics() []Keyword {
	var out []Keyword
	for id := buf.FieldNone + 1; id < buf.NumFields; id++ {
		info := buf.Field(id)
		switch id {
		case buf.FieldTCPFlags, buf.FieldFlowPkts, buf.FieldFlowBytes, buf.FieldFlowPktsEither, buf.FieldFlowBytesEither,
			buf.FieldVLANID, buf.FieldL3Proto, buf.FieldSCTPChunkType, buf.FieldURILen,
			buf.FieldSSLState, buf.FieldTLSNotBefore, buf.FieldTLSNotAfter, buf.FieldHTTP2Settings, buf.FieldIKESA:
			continue // have forms of their own
		}
		group := "packet"
		if info.Flags&buf.FlowField != 0 {
			group = "flow"
		} else if len(info.Protos) > 0 {
			group = info.Protos[0]
		}
		out = append(out, Keyword{Name: info.Name, Group: group, Aliases: fieldAliases[info.Name], Doc: info.Name + ":[OP]NUMBER",
			NeedsValue: true, parse: func(p *parser, _, v string) error { return p.numeric(id, v) }})
	}
	return append(out, flowEither("flow.pkts"), flowEither("flow.bytes"))
}

// numeric reads a comparison of field id, with names for values and, for fields
// of several values, an index behind a comma.
func (p *parser) numeric(id buf.FieldID, v string) error {
	info := buf.Field(id)
	v = strings.TrimSpace(strings.Trim(strings.TrimSpace(v), `"`))
	index := -1
	if info.Flags&buf.Array != 0 {
		if cmp, at, ok := strings.Cut(v, ","); ok {
			at = strings.TrimSpace(at)
			if n, err := strconv.Atoi(at); err == nil {
				index = n
			} else if at != "any" && at != "all" {
				return fmt.Errorf("index %q, want a number, any or all", at)
			}
			v = strings.TrimSpace(cmp)
		}
	}
	n := &Numeric{Field: id, Index: index}
	word := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(v, "!")))
	if x, ok := info.Enum[word]; ok {
		n.Range = Range{Lo: x, Hi: x, Neg: strings.HasPrefix(v, "!")}
	} else {
		var err error
		if n.Range, err = parseRange(v, info.Width); err != nil {
			return err
		}
	}
	p.addNumeric(n)
	return nil
}

// addNumeric puts a condition where it belongs: with the packet's, or in a list
// of the transaction's.
func (p *parser) addNumeric(n *Numeric) {
	info := buf.Field(n.Field)
	if len(info.Protos) == 0 {
		p.r.Packet = append(p.r.Packet, n)
		return
	}
	p.addTx(n, info.Protos, info.Dirs)
}

// flowEither is flow.pkts and flow.bytes: SIDE,COMPARISON.
func flowEither(name string) Keyword {
	return Keyword{Name: name, Group: "flow", Doc: name + ":toserver|toclient|both|either,[OP]NUMBER", NeedsValue: true,
		parse: func(p *parser, n, v string) error {
			side, cmp, ok := strings.Cut(v, ",")
			if !ok {
				return fmt.Errorf("want SIDE,NUMBER")
			}
			r, err := parseRange(cmp, 64)
			if err != nil {
				return err
			}
			side = strings.TrimSpace(side)
			if side == "both" {
				side = ""
			} else {
				side = "_" + side
			}
			id, ok := buf.LookupField(n + side)
			if !ok {
				return fmt.Errorf("side %q, want toserver, toclient, both or either", v)
			}
			p.r.Packet = append(p.r.Packet, &Numeric{Field: id, Range: r, Index: -1})
			return nil
		}}
}
