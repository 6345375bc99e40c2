package rule

import (
	"errors"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

// fileKeywords are the older keywords about files that carry their pattern as a
// value. Each is a condition of its own on its buffer, without regard to case.
var fileKeywords = []Keyword{
	{Name: "filename", Group: "file", Doc: `filename:[!]"TEXT"`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		return p.valued(buf.FileName, v, func(c *Content) { c.NoCase = true })
	}},
	{Name: "fileext", Group: "file", Doc: `fileext:[!]"EXTENSION"`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		return p.valued(buf.FileName, v, func(c *Content) {
			c.Pattern, c.NoCase, c.EndsWith = append([]byte{'.'}, c.Pattern...), true, true
		})
	}},
	{Name: "filemagic", Group: "file", Doc: `filemagic:[!]"TEXT"`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		return p.valued(buf.FileMagic, v, func(c *Content) { c.NoCase = true })
	}},
}

// valued adds a content on buffer id from a keyword's value. What stands behind
// it goes to the payload again.
func (p *parser) valued(id buf.ID, v string, f func(*Content)) error {
	neg := strings.HasPrefix(v, "!")
	text := strings.TrimSpace(strings.TrimPrefix(v, "!"))
	if !strings.HasPrefix(text, `"`) {
		text = `"` + text + `"`
	}
	b, _, err := contentOctets(text)
	if err != nil {
		return err
	}
	if len(b) == 0 {
		return errors.New("empty pattern")
	}
	c := &Content{Pattern: b, Negated: neg}
	f(c)
	p.setBuffer(nil)
	l := &List{Buffer: id, Conds: []Cond{c}}
	p.r.Lists = append(p.r.Lists, l)
	p.last, p.lastList = c, l
	return nil
}
