package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

// pcreBuffers are the flags of a pcre that name a buffer.
var pcreBuffers = map[byte]buf.ID{
	'U': buf.HTTPURI, 'I': buf.HTTPURIRaw, 'P': buf.HTTPRequestBody, 'Q': buf.FileData, 'H': buf.HTTPHeader,
	'D': buf.HTTPHeaderRaw, 'M': buf.HTTPMethod, 'C': buf.HTTPCookie, 'S': buf.HTTPStatCode, 'Y': buf.HTTPStatMsg,
	'V': buf.HTTPUserAgent, 'W': buf.HTTPHost, 'Z': buf.HTTPHostRaw,
}

func parsePCRE(p *parser, _, v string) error {
	c := &PCRE{}
	if strings.HasPrefix(v, "!") {
		c.Negated = true
		v = strings.TrimSpace(v[1:])
	}
	// The quotes may be left out.
	if len(v) >= 2 && v[0] == '"' && v[len(v)-1] == '"' {
		v = v[1 : len(v)-1]
	}
	if len(v) < 2 {
		return errors.New(`want "/expression/options"`)
	}
	// Names of captures may stand behind the expression: "/…/x, flow:a, pkt:b".
	end := strings.LastIndexByte(v, '/')
	if v[0] != '/' || end < 1 {
		return errors.New("the expression must stand between slashes")
	}
	opts, names, _ := strings.Cut(v[end+1:], ",")
	c.Expr = strings.ReplaceAll(strings.ReplaceAll(v[1:end], `\;`, ";"), `\"`, `"`)
	var id buf.ID
	for i := 0; i < len(opts); i++ {
		switch o := opts[i]; o {
		case 'i', 'm', 's', 'x', 'A', 'E', 'G':
			c.Options += string(o)
		case 'R':
			c.Relative = true
		case 'B', 'O', ' ':
		default:
			b, ok := pcreBuffers[o]
			if !ok {
				return fmt.Errorf("unknown option %q", o)
			}
			if id != 0 && id != b {
				return errors.New("two options that name a buffer")
			}
			id = b
		}
	}
	if names != "" {
		for _, item := range fields(names) {
			kind, name, ok := strings.Cut(item, ":")
			if !ok || name == "" || kind != "flow" && kind != "pkt" && kind != "alert" {
				return fmt.Errorf("capture %q, want flow:NAME, pkt:NAME or alert:NAME", item)
			}
			c.Captures = append(c.Captures, Capture{kind, name})
		}
	}
	l := p.list()
	if id != 0 {
		if p.cur != nil && p.cur.Buffer != id {
			return errors.New("names another buffer than the sticky one before it")
		}
		if p.cur == nil {
			l = p.listOf(id)
		}
	}
	if c.Relative {
		markRelative(l.Conds)
	}
	l.Conds = append(l.Conds, c)
	return nil
}
