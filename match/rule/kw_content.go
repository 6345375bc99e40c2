package rule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var contentKeywords = append([]Keyword{
	{Name: "content", Group: "payload", Doc: `content:"text|hex octets|"`, NeedsValue: true, parse: parseContent},
	{Name: "uricontent", Group: "payload", Doc: `uricontent:"text" (content in http.uri)`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		if err := parseContent(p, "", v); err != nil {
			return err
		}
		return p.moveLast(buf.HTTPURI)
	}},
	{Name: "nocase", Group: "payload", Doc: "nocase", parse: modifier(func(c *Content, _ string, _ *parser) error {
		if c.NoCase {
			return errTwice
		}
		c.NoCase = true
		return nil
	})},
	{Name: "rawbytes", Group: "payload", Doc: "rawbytes", parse: modifier(func(c *Content, _ string, _ *parser) error { c.RawBytes = true; return nil })},
	{Name: "startswith", Group: "payload", Doc: "startswith", parse: modifier(func(c *Content, _ string, _ *parser) error {
		if err := c.mayStand(&c.Depth, false); err != nil {
			return err
		}
		if c.Offset.Set {
			return errors.New("cannot stand beside offset")
		}
		c.StartsWith = true
		c.Offset = Value{Set: true}
		c.Depth = Value{Set: true, N: int64(len(c.Pattern))}
		return nil
	})},
	{Name: "endswith", Group: "payload", Doc: "endswith", parse: modifier(func(c *Content, _ string, _ *parser) error { c.EndsWith = true; return nil })},
	{Name: "depth", Group: "payload", Doc: "depth:NUMBER", NeedsValue: true, parse: modifier(func(c *Content, v string, p *parser) error {
		if err := c.mayStand(&c.Depth, false); err != nil {
			return err
		}
		if err := p.value(v, &c.Depth, 0, 1<<16-1); err != nil {
			return err
		}
		if !c.Depth.IsVar && c.Depth.N < int64(len(c.Pattern)) {
			return fmt.Errorf("%d is less than the content's %d octets", c.Depth.N, len(c.Pattern))
		}
		return nil
	})},
	{Name: "offset", Group: "payload", Doc: "offset:NUMBER", NeedsValue: true, parse: modifier(func(c *Content, v string, p *parser) error {
		if err := c.mayStand(&c.Offset, false); err != nil {
			return err
		}
		return p.value(v, &c.Offset, 0, 1<<16-1)
	})},
	{Name: "distance", Group: "payload", Doc: "distance:NUMBER", NeedsValue: true, parse: modifier(func(c *Content, v string, p *parser) error {
		if err := c.mayStand(&c.Distance, true); err != nil {
			return err
		}
		if err := p.relative(c); err != nil {
			return err
		}
		return p.value(v, &c.Distance, -(1 << 20), 1<<20)
	})},
	{Name: "within", Group: "payload", Doc: "within:NUMBER", NeedsValue: true, parse: modifier(func(c *Content, v string, p *parser) error {
		if err := c.mayStand(&c.Within, true); err != nil {
			return err
		}
		if err := p.relative(c); err != nil {
			return err
		}
		if err := p.value(v, &c.Within, -(1 << 20), 1<<20); err != nil {
			return err
		}
		if !c.Within.IsVar && c.Within.N < int64(len(c.Pattern)) {
			return fmt.Errorf("%d is less than the content's %d octets", c.Within.N, len(c.Pattern))
		}
		return nil
	})},
	{Name: "fast_pattern", Group: "payload", Doc: "fast_pattern, fast_pattern:only or fast_pattern:OFFSET,LENGTH", parse: modifier(parseFast)},
	{Name: "replace", Group: "payload", Doc: `replace:"as many octets"`, NeedsValue: true, parse: modifier(func(c *Content, v string, p *parser) error {
		b, neg, err := contentOctets(v)
		if err != nil || neg {
			return fmt.Errorf("bad octets: %v", err)
		}
		if len(b) != len(c.Pattern) {
			return fmt.Errorf("%d octets cannot stand in for %d: a packet keeps its length", len(b), len(c.Pattern))
		}
		if c.Negated {
			return errors.New("what is not there cannot be replaced")
		}
		if p.cur != nil || p.lastList.Buffer != buf.Payload {
			return errors.New("only the payload of packets can be rewritten")
		}
		c.Replace = b
		return nil
	})},
}, legacyModifiers()...)

func parseContent(p *parser, _, v string) error {
	b, neg, err := contentOctets(v)
	if err != nil {
		return err
	}
	if len(b) == 0 {
		return errors.New("empty pattern")
	}
	if len(b) > 255*16 {
		return fmt.Errorf("pattern of %d octets, at most %d", len(b), 255*16)
	}
	p.add(&Content{Pattern: b, Negated: neg})
	return nil
}

// contentOctets reads a content's value: a quoted text with |hex| parts and
// escapes, perhaps negated.
func contentOctets(v string) (out []byte, neg bool, err error) {
	v = strings.TrimSpace(v)
	if strings.HasPrefix(v, "!") {
		neg = true
		v = strings.TrimSpace(v[1:])
	}
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		return nil, neg, errors.New("the pattern must stand in double quotes")
	}
	v = v[1 : len(v)-1]
	hex := false
	nibble, have := byte(0), false
	for i := 0; i < len(v); i++ {
		c := v[i]
		if hex {
			switch {
			case c == '|':
				if have {
					return nil, neg, errors.New("odd number of hex digits between bars")
				}
				hex = false
			case c == ' ' || c == '\t' || c == ',':
			default:
				d, ok := hexDigit(c)
				if !ok {
					return nil, neg, fmt.Errorf("%q is no hex digit", c)
				}
				if have {
					out = append(out, nibble<<4|d)
				} else {
					nibble = d
				}
				have = !have
			}
			continue
		}
		switch c {
		case '|':
			hex = true
		case '\\':
			if i+1 == len(v) {
				return nil, neg, errors.New("lone backslash at the end")
			}
			i++
			if strings.IndexByte(`;:"\|`, v[i]) < 0 {
				return nil, neg, fmt.Errorf("escape \\%c is not one of \\; \\: \\\" \\\\ \\|", v[i])
			}
			out = append(out, v[i])
		case '"', ';':
			return nil, neg, fmt.Errorf("%c must be escaped", c)
		default:
			out = append(out, c)
		}
	}
	if hex {
		return nil, neg, errors.New("missing closing bar")
	}
	return out, neg, nil
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|32 >= 'a' && c|32 <= 'f':
		return c | 32 - 'a' + 10, true
	}
	return 0, false
}

var errTwice = errors.New("stands twice behind the same content")

// mayStand checks that a position can be set: once, and either relative to the
// match before or within the buffer.
func (c *Content) mayStand(v *Value, relative bool) error {
	switch {
	case c.StartsWith:
		return errors.New("cannot stand beside startswith")
	case v.Set:
		return errTwice
	case relative && (c.Depth.Set || c.Offset.Set):
		return errors.New("cannot stand beside depth or offset: a content is relative or it is not")
	case !relative && c.Relative():
		return errors.New("cannot stand beside distance or within: a content is relative or it is not")
	case c.FastOnly:
		return errors.New("cannot stand beside fast_pattern:only")
	case c.Fast && c.Negated:
		return errors.New("a negated content with a place cannot be the fast pattern")
	}
	return nil
}

// modifier makes a keyword that changes the content before it.
func modifier(f func(c *Content, v string, p *parser) error) func(*parser, string, string) error {
	return func(p *parser, _, v string) error {
		c, ok := p.last.(*Content)
		if !ok {
			return errors.New("stands behind no content")
		}
		return f(c, v, p)
	}
}

func parseFast(c *Content, v string, p *parser) error {
	for _, l := range p.r.Lists {
		for _, x := range l.Conds {
			if o, ok := x.(*Content); ok && o.Fast && o != c {
				return errors.New("only one content of a rule can be the fast pattern")
			}
		}
	}
	if c.Negated && (c.Relative() || c.Offset.Set || c.Depth.Set) {
		return errors.New("a negated content with a place cannot be the fast pattern")
	}
	if c.Fast {
		return errTwice
	}
	c.Fast = true
	if v == "" {
		return nil
	}
	if v == "only" {
		if c.Negated || c.Relative() || c.Offset.Set || c.Depth.Set {
			return errors.New("only cannot stand beside !, distance, within, offset or depth")
		}
		c.FastOnly = true
		return nil
	}
	a, b, ok := strings.Cut(v, ",")
	off, err1 := strconv.Atoi(strings.TrimSpace(a))
	n, err2 := strconv.Atoi(strings.TrimSpace(b))
	if !ok || err1 != nil || err2 != nil || off < 0 || n < 1 || off+n > len(c.Pattern) {
		return fmt.Errorf("%q, want only or OFFSET,LENGTH within the content's %d octets", v, len(c.Pattern))
	}
	c.FastOff, c.FastLen = off, n
	return nil
}

// value reads a number or the name of a byte variable.
func (p *parser) value(v string, out *Value, lo, hi int64) error {
	v = strings.TrimSpace(v)
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		slot, ok := p.varSlots[v]
		if !ok {
			return fmt.Errorf("%q is neither a number nor a variable of byte_extract or byte_math", v)
		}
		*out = Value{Set: true, IsVar: true, Var: slot}
		return nil
	}
	if n < lo || n > hi {
		return fmt.Errorf("%d is not within %d to %d", n, lo, hi)
	}
	*out = Value{Set: true, N: n}
	return nil
}

// relative marks the condition before c, in the same list, as one that c
// depends on.
func (p *parser) relative(c *Content) error {
	l := p.lastList
	for i := len(l.Conds) - 1; i > 0; i-- {
		if l.Conds[i] == Cond(c) {
			markRelative(l.Conds[:i])
			return nil
		}
	}
	return nil
}

// markRelative tells the last match of a list that what follows is relative.
func markRelative(conds []Cond) {
	for i := len(conds) - 1; i >= 0; i-- {
		switch x := conds[i].(type) {
		case *Content:
			if x.Negated {
				continue // what is not there ends nowhere: the match before it counts
			}
			x.RelativeNext = true
			return
		case *PCRE:
			if x.Negated {
				continue
			}
			x.RelativeNext = true
			return
		case *ByteOp:
			if x.Kind == "byte_test" {
				continue // it moves nothing
			}
			x.RelativeNext = true
			return
		}
	}
}

// relativeList is the list of a condition that is relative to the match before
// it: without a sticky buffer, that of this match.
func (p *parser) relativeList(relative bool) *List {
	if relative && p.cur == nil && p.lastList != nil {
		return p.lastList
	}
	return p.list()
}

// list is the list that conditions go to now.
func (p *parser) list() *List {
	if p.cur != nil {
		return p.cur
	}
	return p.listOf(buf.Payload)
}

// listOf finds the rule's list on a buffer without transforms, or starts one.
func (p *parser) listOf(id buf.ID) *List {
	for _, l := range p.r.Lists {
		if l.Buffer == id && len(l.Transforms) == 0 && !buf.Get(id).Multi() {
			return l
		}
	}
	l := &List{Buffer: id}
	p.r.Lists = append(p.r.Lists, l)
	return l
}

// add puts a condition into the current list.
func (p *parser) add(c Cond) {
	l := p.list()
	l.Conds = append(l.Conds, c)
	p.last, p.lastList = c, l
}

// cond puts a condition that is no content into the current list: modifiers
// behind it still mean the content before.
func (p *parser) cond(c Cond) {
	l := p.list()
	l.Conds = append(l.Conds, c)
}

// moveLast moves the last content to another buffer: what a legacy modifier
// does.
func (p *parser) moveLast(id buf.ID) error {
	return p.moveLastTo(id, func() *List { return p.listOf(id) })
}

// responseBody is what http_server_body means: the content of files that HTTP
// carries to the client, in one list for all contents.
func (p *parser) responseBody() *List {
	for _, l := range p.r.Lists {
		if l.Buffer == buf.FileData && l.Dirs == buf.TC && len(l.Transforms) == 0 {
			return l
		}
	}
	l := responseBody()
	p.r.Lists = append(p.r.Lists, l)
	return l
}

func responseBody() *List {
	return &List{Buffer: buf.FileData, Protos: []string{"http1", "http2"}, Dirs: buf.TC}
}

// moveLastTo is moveLast for a buffer whose list is found by find.
func (p *parser) moveLastTo(id buf.ID, find func() *List) error {
	c, ok := p.last.(*Content)
	if !ok {
		return errors.New("stands behind no content")
	}
	if p.cur != nil {
		return errors.New("cannot stand behind a sticky buffer")
	}
	l := p.lastList
	if l.Buffer == id {
		return nil
	}
	if l.Buffer != buf.Payload {
		return fmt.Errorf("the content before it belongs to %s already", buf.Get(l.Buffer).Name)
	}
	for i, x := range l.Conds {
		if x == Cond(c) {
			l.Conds = append(l.Conds[:i:i], l.Conds[i+1:]...)
			break
		}
	}
	to := find()
	to.Conds = append(to.Conds, c)
	if c.Relative() && len(to.Conds) > 1 {
		markRelative(to.Conds[:len(to.Conds)-1])
	}
	p.lastList = to
	return nil
}

// legacyModifiers are the content modifiers that name a buffer.
func legacyModifiers() []Keyword {
	var out []Keyword
	for id := buf.ID(1); id < buf.NumIDs; id++ {
		row := buf.Get(id)
		if row.Legacy == "" || !modifiers[row.Legacy] {
			continue
		}
		out = append(out, Keyword{Name: row.Legacy, Group: "legacy", Doc: "content modifier for " + row.Name,
			parse: func(p *parser, _, _ string) error { return p.moveLast(id) }})
	}
	return out
}

// modifiers are the legacy names that change the content before them; the rest
// are sticky buffers.
var modifiers = map[string]bool{"http_uri": true, "http_raw_uri": true, "http_method": true, "http_header": true,
	"http_raw_header": true, "http_cookie": true, "http_user_agent": true, "http_host": true, "http_raw_host": true,
	"http_client_body": true, "http_stat_code": true, "http_stat_msg": true}
