package compile

import (
	"fmt"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// bufferOpMore translates the less common conditions on buffers.
func (c *compiler) bufferOpMore(cond rule.Cond) (match.Op, error) {
	if x, ok := cond.(*rule.TxCond); ok {
		if _, ok := digests[x.Name]; ok {
			return c.digestOp(x)
		}
		if x.Name == "filestore" {
			return match.Op{Code: match.OpFilestore}, nil
		}
		return match.Op{}, fmt.Errorf("keyword %s is not there yet", x.Name)
	}
	return match.Op{}, fmt.Errorf("%T is not there yet", cond)
}

// transformOps translates a chain of transforms.
func (c *compiler) transformOps(ts []rule.Transform) ([]match.Op, error) {
	var out []match.Op
	for _, t := range ts {
		switch t.Name {
		case "to_lowercase":
			out = append(out, match.Op{Field: uint16(match.ToLowercase)})
		case "to_uppercase":
			out = append(out, match.Op{Field: uint16(match.ToUppercase)})
		case "dotprefix":
			out = append(out, match.Op{Field: uint16(match.DotPrefix)})
		case "strip_whitespace":
			out = append(out, match.Op{Field: uint16(match.StripWhitespace)})
		case "compress_whitespace":
			out = append(out, match.Op{Field: uint16(match.CompressWhitespace)})
		default:
			return nil, fmt.Errorf("transform %s is not there yet", t.Name)
		}
	}
	return out, nil
}
