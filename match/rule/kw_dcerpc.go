package rule

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var dcerpcKeywords = []Keyword{
	{Name: "dcerpc.iface", Group: "dcerpc", Aliases: []string{"dce_iface"}, Doc: "dcerpc.iface:UUID[,[OP]VERSION][,any_frag]", NeedsValue: true, parse: parseIface},
	{Name: "dcerpc.opnum", Group: "dcerpc", Aliases: []string{"dce_opnum"}, Doc: "dcerpc.opnum:N|LOW-HIGH,… or [OP]NUMBER", NeedsValue: true, parse: parseOpnum},
}

// NumberRanges asks whether a field's value lies in one of some ranges, bounds
// included.
type NumberRanges struct {
	Field buf.FieldID
	List  [][2]uint32
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// parseIface asks for the interface that a call goes to: the identifier, the version
// and the flag of the buffer dcerpc.iface.
func parseIface(p *parser, _, v string) error {
	a := fields(strings.ToLower(strings.Trim(strings.TrimSpace(v), `"`)))
	if !uuid.MatchString(a[0]) {
		return fmt.Errorf("%q is no interface UUID", a[0])
	}
	id := make([]byte, 0, 16)
	for s := strings.ReplaceAll(a[0], "-", ""); s != ""; s = s[2:] {
		n, _ := strconv.ParseUint(s[:2], 16, 8)
		id = append(id, byte(n))
	}
	at := func(n int64) Value { return Value{Set: true, N: n} }
	test := func(n int64, op string, value uint64, offset int64) *ByteOp {
		return &ByteOp{Kind: "byte_test", Base: 10, Multiplier: 1, Result: -1, N: at(n), Op: op, Value: at(int64(value)), Offset: at(offset)}
	}
	conds := []Cond{&Content{Pattern: id, Depth: at(buf.IfaceVersion), Offset: at(0)}}
	rest, any := a[1:], false
	if len(rest) > 0 && rest[len(rest)-1] == "any_frag" {
		rest, any = rest[:len(rest)-1], true
	}
	if len(rest) > 1 {
		return fmt.Errorf("%q, want a version, or any_frag", rest[1])
	}
	if len(rest) == 1 {
		r, err := parseRange(rest[0], 16)
		if err != nil {
			return fmt.Errorf("version: %w", err)
		}
		switch {
		case r.Mask, r.Neg && r.Lo != r.Hi:
			return fmt.Errorf("version %q, want one number and < <= > >= = or !=", rest[0])
		case r.Neg:
			t := test(2, "=", r.Lo, buf.IfaceVersion)
			t.Negated = true
			conds = append(conds, t)
		default:
			conds = append(conds, test(2, ">=", r.Lo, buf.IfaceVersion), test(2, "<=", min(r.Hi, 1<<16-1), buf.IfaceVersion))
		}
	}
	if !any {
		conds = append(conds, test(1, "=", 1, buf.IfaceFirst))
	}
	p.r.Lists = append(p.r.Lists, &List{Buffer: buf.DCERPCIface, Conds: conds})
	return nil
}

// parseOpnum reads numbers and ranges whose bounds count, else a comparison.
func parseOpnum(p *parser, _, v string) error {
	c := &NumberRanges{Field: buf.FieldDCERPCOpnum}
	items := fields(strings.Trim(strings.TrimSpace(v), `"`))
	for _, item := range items {
		low, high, isRange := strings.Cut(item, "-")
		lo, ok := parseUint(strings.TrimSpace(low), 16)
		hi := lo
		if ok && isRange {
			hi, ok = parseUint(strings.TrimSpace(high), 16)
		}
		if !ok {
			if len(items) == 1 {
				return p.numeric(buf.FieldDCERPCOpnum, v)
			}
			return fmt.Errorf("%q is neither a number from 0 to 65535 nor a range of them", item)
		}
		if hi < lo {
			return errors.New(item + ": the second number is below the first")
		}
		c.List = append(c.List, [2]uint32{uint32(lo), uint32(hi)})
	}
	info := buf.Field(buf.FieldDCERPCOpnum)
	p.addTx(c, info.Protos, info.Dirs)
	return nil
}
