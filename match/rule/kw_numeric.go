package rule

import (
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

// numericKeywords compare an unsigned number of a packet, a flow or a
// transaction: a row for each field of the registry.
var numericKeywords = numerics()

// fieldAliases are further names of fields.
var fieldAliases = map[string][]string{"dnp3_func": {"dnp3.func"}, "nfs_version": {"nfs.version"}, "enip.command": {"enip_command"}, "krb5_err_code": {"krb5.err_code"},
	"krb5_msg_type": {"krb5.msg_type"}, "tcp.seq": {"seq"}, "tcp.ack": {"ack"}, "tcp.window": {"window"}}

func numerics() []Keyword {
	var out []Keyword
	for id := buf.FieldNone + 1; id < buf.NumFields; id++ {
		info := buf.Field(id)
		switch id {
		case buf.FieldTCPFlags, buf.FieldFlowPkts, buf.FieldFlowBytes, buf.FieldFlowPktsEither, buf.FieldFlowBytesEither,
			buf.FieldURILen,
			buf.FieldSSLState, buf.FieldHTTP2Settings, buf.FieldIKESA, buf.FieldDNP3Ind, buf.FieldDCERPCOpnum, buf.FieldNFSProcedure:
			continue // have forms of their own
		}
		if strings.Contains(info.Name, " ") {
			continue // is no keyword
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
// of several values, an index and a slice behind commas.
func (p *parser) numeric(id buf.FieldID, v string) error {
	info := buf.Field(id)
	items := fields(strings.Trim(strings.TrimSpace(v), `"`))
	n := &Numeric{Field: id}
	dirs := info.Dirs
	if d, ok := map[string]buf.Dirs{"to_server": buf.TS, "to_client": buf.TC}[items[0]]; ok && len(items) > 1 && len(info.Protos) > 0 {
		dirs, items = d, items[1:]
		if dirs&info.Dirs == 0 {
			return fmt.Errorf("%s is never seen %s", info.Name, v)
		}
	}
	used, err := n.compare(info, items)
	if err != nil {
		return err
	}
	if items = items[used:]; len(items) > 0 {
		if info.Flags&buf.Array == 0 {
			return fmt.Errorf("%q: the field has one value only", items[0])
		}
		count := n.Index
		if n.Index, err = parseIndex(items); err != nil {
			return err
		}
		if count.Mode == IndexCount {
			return fmt.Errorf("%q: count takes no index", items[0])
		}
	}
	if dirs != info.Dirs {
		p.addTx(n, info.Protos, dirs)
		if l := p.r.Lists[len(p.r.Lists)-1]; p.r.Transactional {
			l.Dir = uint8(dirs)
		}
		return nil
	}
	p.addNumeric(n)
	return nil
}

// compare reads the comparison in front of items and returns how many of them it
// takes: names of bits may be several.
func (n *Numeric) compare(info *buf.FieldInfo, items []string) (used int, err error) {
	v := items[0]
	if rest, ok := strings.CutPrefix(v, "count"); ok && info.Flags&buf.Array != 0 {
		n.Index.Mode = IndexCount
		n.Range = Range{Hi: ^uint64(0)}
		n.Index.Count, err = parseRange(rest, 31)
		return 1, err
	}
	if info.Flags&buf.Bits != 0 {
		if used := n.bits(info, items, '+'); used > 0 {
			return used, nil
		}
	}
	word := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(v, "!")))
	if x, ok := info.Enum[word]; ok {
		n.Range = Range{Lo: x, Hi: x, Neg: strings.HasPrefix(v, "!")}
		return 1, nil
	}
	n.Range, err = parseRange(v, info.Width)
	return 1, err
}

// bits reads names of bits, each perhaps negated, behind what is asked of them: all
// are as said (+), any of them is set (*), not all are as said (-), these are set
// and no others (=). mod is what no sign stands for.
func (n *Numeric) bits(info *buf.FieldInfo, items []string, mod byte) (used int) {
	mask := Range{Mask: true}
items:
	for _, v := range items {
		v = strings.TrimSpace(v)
		if used == 0 && v != "" && strings.IndexByte("+*-=", v[0]) >= 0 {
			mod, v = v[0], v[1:]
		}
		// Blanks part names, too; one may stand behind the !.
		words := strings.Fields(strings.ReplaceAll(v, "! ", "!"))
		for _, word := range words {
			bit, ok := info.Enum[strings.ToLower(strings.TrimPrefix(word, "!"))]
			if !ok {
				break items
			}
			mask.Lo |= bit
			if !strings.HasPrefix(word, "!") {
				mask.Hi |= bit
			}
		}
		if len(words) == 0 {
			break
		}
		used++
	}
	if used == 0 {
		return 0
	}
	switch mod {
	case '*':
		mask.Hi, mask.Neg = 0, true
	case '-':
		mask.Neg = true
	case '=':
		mask = Range{Lo: mask.Lo, Hi: mask.Lo}
	}
	n.Range = mask
	return used
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
			p.r.Packet = append(p.r.Packet, &Numeric{Field: id, Range: r})
			return nil
		}}
}
