package compile

import (
	"fmt"

	"github.com/weir-ips/weir/cgo/pcre2"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

var regexOptions = map[rune]pcre2.Options{'i': pcre2.Caseless, 'm': pcre2.MultiLine, 's': pcre2.DotAll, 'x': pcre2.Extended,
	'A': pcre2.Anchored, 'E': pcre2.DollarEndOnly, 'G': pcre2.Ungreedy}

// pcreOp stores a regular expression, equal ones once, and returns the condition.
// The expression is compiled here to see that it can be, and again where the
// bundle is opened.
func (c *compiler) pcreOp(x *rule.PCRE) (match.Op, error) {
	op := match.Op{Code: match.OpPCRE, Neg: x.Negated}
	if len(x.Captures) > 0 {
		return op, fmt.Errorf("pcre: captures into variables are not there yet")
	}
	if x.Relative {
		op.Flags |= match.FRelative
	}
	if x.RelativeNext {
		op.Flags |= match.FRelativeNext
	}
	var o pcre2.Options
	for _, l := range x.Options {
		o |= regexOptions[l]
	}
	key := fmt.Sprintf("%d/%s", o, x.Expr)
	if id, ok := c.t.regexIDs[key]; ok {
		op.X = uint64(id)
		return op, nil
	}
	code, err := pcre2.Compile([]byte(x.Expr), o)
	if err != nil {
		return op, err
	}
	code.Close()
	rec := match.PCRERec{Options: uint32(o)}
	rec.Off, rec.Len = c.t.put([]byte(x.Expr))
	id := uint32(len(c.t.pcre))
	c.t.pcre = append(c.t.pcre, rec)
	c.t.regexIDs[key] = id
	op.X = uint64(id)
	return op, nil
}
