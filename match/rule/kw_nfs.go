package rule

import (
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var nfsKeywords = []Keyword{
	{Name: "nfs_procedure", Group: "nfs", Aliases: []string{"nfs.procedure"}, Doc: "nfs_procedure:NAME, [OP]NUMBER or LOW-HIGH", NeedsValue: true, parse: parseNFSProcedure},
}

// parseNFSProcedure asks for a procedure by number, or by name, which stands for
// another number in each version. Unlike elsewhere, a range includes its ends.
func parseNFSProcedure(p *parser, _, v string) error {
	word := strings.ToLower(strings.TrimSpace(strings.Trim(strings.TrimSpace(v), `"`)))
	if buf.Field(buf.FieldNFSName).Enum[strings.TrimSpace(strings.TrimPrefix(word, "!"))] != 0 {
		return p.numeric(buf.FieldNFSName, word)
	}
	inner := strings.TrimPrefix(word, "!")
	for _, sep := range []string{"<>", "-"} {
		a, b, ok := strings.Cut(inner, sep)
		if !ok || a == "" {
			continue
		}
		lo, okLo := parseUint(strings.TrimSpace(a), 32)
		hi, okHi := parseUint(strings.TrimSpace(b), 32)
		if !okLo || !okHi || lo >= hi {
			break
		}
		p.addNumeric(&Numeric{Field: buf.FieldNFSProcedure, Range: Range{Lo: lo, Hi: hi, Neg: inner != word}})
		return nil
	}
	return p.numeric(buf.FieldNFSProcedure, word)
}
