package compile

import (
	"fmt"
	"strings"

	"github.com/weir-ips/weir/cgo/pcre2"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

var regexOptions = map[rune]pcre2.Options{'i': pcre2.Caseless, 'm': pcre2.MultiLine, 's': pcre2.DotAll, 'x': pcre2.Extended,
	'A': pcre2.Anchored, 'E': pcre2.DollarEndOnly, 'G': pcre2.Ungreedy}

// pcreOp is a condition of a regular expression.
func (c *compiler) pcreOp(x *rule.PCRE) (match.Op, error) {
	op := match.Op{Code: match.OpPCRE, Neg: x.Negated}
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
	id, err := c.regex(x.Expr, o, x.Captures)
	op.X = uint64(id)
	return op, err
}

// regex stores a regular expression, equal ones once, and returns its number. The
// expression is compiled here to see that it can be, and again where the bundle
// is opened.
func (c *compiler) regex(expr string, o pcre2.Options, captures []rule.Capture) (uint32, error) {
	key := fmt.Sprintf("%d/%v/%s", o, captures, expr)
	if id, ok := c.t.regexIDs[key]; ok {
		return id, nil
	}
	code, err := pcre2.Compile([]byte(expr), o)
	if err != nil {
		return 0, err
	}
	defer code.Close()
	rec := match.PCRERec{Options: uint32(o)}
	if err := c.captures(&rec, code, captures); err != nil {
		return 0, err
	}
	rec.Off, rec.Len = c.t.put([]byte(expr))
	id := uint32(len(c.t.pcre))
	c.t.pcre = append(c.t.pcre, rec)
	c.t.regexIDs[key] = id
	return id, nil
}

var captureKinds = map[string]match.VarKind{"flow": match.VarFlow, "pkt": match.VarPkt, "alert": match.VarAlert}

// captures leads groups to variables: the ones that stand behind the expression
// in order, or groups whose names begin with flow_, pkt_ or alert_.
func (c *compiler) captures(rec *match.PCRERec, code *pcre2.Code, names []rule.Capture) error {
	add := func(group int, kind, name string) error {
		if rec.NCapture == match.MaxCaptures {
			return fmt.Errorf("pcre: more than %d captures", match.MaxCaptures)
		}
		if group > maxCaptureGroup {
			return fmt.Errorf("pcre: group %d cannot be captured, only the first %d", group, maxCaptureGroup)
		}
		k := captureKinds[kind]
		rec.Captures[rec.NCapture] = match.CaptureRec{Group: uint16(group), Kind: uint16(k), ID: c.names.ID(kind+"var", name)}
		rec.NCapture++
		return nil
	}
	if len(names) > code.Captures() {
		return fmt.Errorf("pcre: %d variables, but the expression has %d groups", len(names), code.Captures())
	}
	for i, n := range names {
		if err := add(i+1, n.Kind, n.Name); err != nil {
			return err
		}
	}
	if len(names) > 0 {
		return nil
	}
	for _, n := range code.Names() {
		kind, name, ok := strings.Cut(n.Name, "_")
		if _, known := captureKinds[kind]; !ok || !known || name == "" {
			continue
		}
		if err := add(n.Group, kind, name); err != nil {
			return err
		}
	}
	return nil
}

// maxCaptureGroup is how many groups the engine asks the matcher for.
const maxCaptureGroup = 31
