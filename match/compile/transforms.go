package compile

import (
	"fmt"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// transformKinds are the transforms that need no more than their name.
var transformKinds = map[string]match.Transform{
	"to_lowercase": match.ToLowercase, "to_uppercase": match.ToUppercase, "dotprefix": match.DotPrefix,
	"strip_whitespace": match.StripWhitespace, "compress_whitespace": match.CompressWhitespace,
	"to_md5": match.ToMD5, "to_sha1": match.ToSHA1, "to_sha256": match.ToSHA256, "url_decode": match.URLDecode,
	"header_lowercase": match.HeaderLowercase, "strip_pseudo_headers": match.StripPseudoHeaders,
	"domain": match.Domain, "tld": match.TLD,
	"xor": match.Xor, "subslice": match.SubSlice, "from_base64": match.FromBase64, "pcrexform": match.PCREXform,
	"gunzip": match.Gunzip, "zlib_deflate": match.ZlibDeflate, "luaxform": match.LuaXform,
}

var base64Modes = map[string]int32{"strict": match.Base64Strict, "rfc4648": match.Base64RFC4648, "rfc2045": match.Base64RFC2045}

// transformOps translates a chain of transforms.
func (c *compiler) transformOps(ts []rule.Transform) ([]match.Op, error) {
	var out []match.Op
	for _, t := range ts {
		kind, ok := transformKinds[t.Name]
		if !ok {
			return nil, fmt.Errorf("transform %s is not there yet", t.Name)
		}
		op := match.Op{Field: uint16(kind)}
		switch kind {
		case match.Xor:
			if op.A, op.B, op.C = int32(t.Offset), int32(t.KeyAt), int32(t.N); t.N == 0 {
				op.Off, op.Len = c.t.put([]byte(t.Arg))
			}
		case match.SubSlice:
			op.A, op.B = int32(t.Offset), int32(t.N)
			if t.HasN {
				op.Flags |= match.SliceLength
			}
			if t.Truncate {
				op.Flags |= match.SliceTruncate
			}
		case match.FromBase64:
			op.A, op.B, op.C = int32(t.Offset), int32(t.N), base64Modes[t.Mode]
		case match.Gunzip, match.ZlibDeflate:
			op.X = uint64(t.N)
		case match.PCREXform:
			id, err := c.regex(t.Arg, 0, nil)
			if err != nil {
				return nil, err
			}
			op.X = uint64(id)
		case match.LuaXform:
			s, err := c.transformScript(t.Arg)
			if err != nil {
				return nil, err
			}
			op.X = uint64(s.index)
		}
		out = append(out, op)
	}
	return out, nil
}
