package rule

import (
	"fmt"
	"strings"
)

// Env is what rules refer to: variables and classifications.
type Env struct {
	// Addresses and Ports are the variables of address-groups and port-groups,
	// by name without the dollar.
	Addresses, Ports map[string]string
	// Classes are the classifications, by name.
	Classes map[string]Class
	// Firewall: the rules are a firewall's.
	Firewall bool

	addrCache map[string]AddrSet
	portCache map[string]PortSet
}

// Class is a row of classification.config.
type Class struct {
	Text     string
	Priority int
}

// parser is the state of one rule's parsing.
type parser struct {
	env  *Env
	r    *Rule
	text string
	file string
	line int // of text's first octet

	cur      *List // where contents go now; nil: the payload
	inBase64 bool  // base64_data is the current buffer
	last     Cond  // the last content: what modifiers change
	lastList *List // where last stands
	varSlots map[string]int
	opts     int
}

// fail is an error at offset at of the rule's text.
func (p *parser) fail(at int, format string, args ...any) *Error {
	line, col := p.line, 1
	for i := 0; i < at && i < len(p.text); i++ {
		col++
		if p.text[i] == '\n' {
			line, col = line+1, 1
		}
	}
	e := &Error{Pos: Position{p.file, line, col}, Msg: fmt.Sprintf(format, args...)}
	if p.r != nil {
		e.SID = p.r.SID
	}
	return e
}

// ParseRule parses one rule; line is that of its first octet.
func ParseRule(file string, line int, text string, env *Env) (*Rule, *Error) {
	p := &parser{env: env, text: text, file: file, line: line, varSlots: map[string]int{}}
	r := &Rule{Raw: strings.TrimSpace(text), GID: 1, Rev: 0, Priority: 3, Firewall: env.Firewall}
	r.Pos = Position{file, line, 1 + len(text) - len(strings.TrimLeft(text, " \t"))}
	p.r = r
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return nil, p.fail(len(text), "no options: a rule ends in (…)")
	}
	// The sid first, so that every error can name it.
	r.SID = findSID(text[open:])
	// What it requires second: a rule for another version may have words of that.
	if v, at, ok := findOption(text, open+1, "requires"); ok {
		if err := checkRequires(v); err != nil {
			e := p.fail(at, "requires: %v", err)
			_, e.Unmet = err.(unmet)
			return nil, e
		}
	}
	if err := p.header(text[:open]); err != nil {
		return nil, err
	}
	end := strings.LastIndexByte(text, ')')
	if end < open || strings.TrimSpace(text[end+1:]) != "" {
		return nil, p.fail(len(text), "options do not end in )")
	}
	if err := p.options(open+1, end); err != nil {
		return nil, err
	}
	if err := p.finish(end); err != nil {
		return nil, err
	}
	return r, nil
}

// findOption finds an option's value without parsing the others.
func findOption(text string, from int, name string) (v string, at int, ok bool) {
	for i := from; i < len(text); {
		start := i
		for i < len(text) && text[i] != ';' {
			if text[i] == '\\' {
				i++
			}
			i++
		}
		end := min(i, len(text))
		if n, val, ok := strings.Cut(text[start:end], ":"); ok && strings.TrimSpace(n) == name {
			return strings.TrimSpace(strings.ReplaceAll(val, "\n", "")), start + len(n) + 1, true
		}
		i++
	}
	return "", 0, false
}

// findSID looks for the sid in the options, without parsing them.
func findSID(s string) uint32 {
	for {
		i := strings.Index(s, "sid")
		if i < 0 {
			return 0
		}
		before := byte(';')
		if t := strings.TrimRight(s[:i], " \t\n"); t != "" {
			before = t[len(t)-1]
		}
		s = s[i+3:]
		t := strings.TrimLeft(s, " \t")
		if (before == ';' || before == '(') && strings.HasPrefix(t, ":") {
			v, _, _ := strings.Cut(t[1:], ";")
			if n, ok := parseUint(strings.TrimSpace(v), 32); ok {
				return uint32(n)
			}
			return 0
		}
	}
}

// header parses action, protocol, addresses, ports and direction.
func (p *parser) header(h string) *Error {
	words, at := splitHeader(h)
	if len(words) == 0 {
		return p.fail(0, "empty header")
	}
	r := p.r
	if err := p.actions(words[0]); err != nil {
		err.Pos.Col += at[0]
		return err
	}
	var ok bool
	if len(words) < 2 {
		return p.fail(len(h), "no protocol behind %q", words[0])
	}
	if r.Proto, ok = protoOf(words[1]); !ok {
		return p.fail(at[1], "unknown protocol %q (nearest known: %s)", words[1], nearest(words[1], protoWords()))
	}
	if _, hook, has := strings.Cut(strings.ToLower(words[1]), ":"); has {
		if err := p.hook(at[1], hook); err != nil {
			return err
		}
	}
	if len(words) == 2 {
		// `alert ether (…)` and firewall hooks may leave the addresses out.
		r.Src, r.Dst = AddrSet{Any: true}, AddrSet{Any: true}
		r.SrcPort, r.DstPort = PortSet{Any: true}, PortSet{Any: true}
		return nil
	}
	if len(words) != 7 {
		return p.fail(at[0], "header has %d words, want 7: action protocol address port direction address port", len(words))
	}
	switch words[4] {
	case "->":
	case "<>":
		r.Bidir = true
	case "=>":
		r.Transactional = true
	default:
		return p.fail(at[4], "direction %q, want ->, <> or =>", words[4])
	}
	var err error
	if r.Src, err = p.env.addresses(words[2]); err != nil {
		return p.fail(at[2], "source address: %v", err)
	}
	if r.SrcPort, err = p.env.ports(words[3]); err != nil {
		return p.fail(at[3], "source port: %v", err)
	}
	if r.Dst, err = p.env.addresses(words[5]); err != nil {
		return p.fail(at[5], "destination address: %v", err)
	}
	if r.DstPort, err = p.env.ports(words[6]); err != nil {
		return p.fail(at[6], "destination port: %v", err)
	}
	return nil
}

// splitHeader cuts at blanks outside brackets.
func splitHeader(h string) (words []string, at []int) {
	depth, start := 0, -1
	for i := 0; i <= len(h); i++ {
		blank := i == len(h) || h[i] == ' ' || h[i] == '\t' || h[i] == '\n' || h[i] == '\r'
		if i < len(h) {
			switch h[i] {
			case '[':
				depth++
			case ']':
				depth--
			}
		}
		if blank && (depth <= 0 || i == len(h)) {
			if start >= 0 {
				words, at = append(words, h[start:i]), append(at, start)
				start = -1
			}
			continue
		}
		if start < 0 {
			start = i
		}
	}
	return words, at
}

// options walks over `name:value;` pairs between from and to.
func (p *parser) options(from, to int) *Error {
	for i := from; i < to; {
		c := p.text[i]
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' {
			i++
			continue
		}
		start := i
		for i < to && p.text[i] != ':' && p.text[i] != ';' {
			i++
		}
		name := strings.TrimSpace(p.text[start:i])
		value, valueAt, has := "", i, false
		if i < to && p.text[i] == ':' {
			has = true
			i++
			valueAt = i
			quoted := false
			for i < to && (p.text[i] != ';' || quoted && false) {
				if p.text[i] == '\\' && i+1 < to {
					i++
				}
				i++
			}
			value = p.text[valueAt:min(i, to)]
			trimmed := strings.TrimLeft(value, " \t\n")
			valueAt += len(value) - len(trimmed)
			value = strings.TrimRight(trimmed, " \t\n")
		}
		if i >= to {
			return p.fail(start, "option %q does not end in ;", name)
		}
		i++
		if p.opts++; p.opts > MaxOptions {
			return p.fail(start, "more than %d options", MaxOptions)
		}
		if err := p.option(start, name, valueAt, value, has); err != nil {
			return err
		}
	}
	return nil
}

// option dispatches one keyword.
func (p *parser) option(at int, name string, valueAt int, value string, has bool) *Error {
	k := keywordOf(name)
	if k == nil {
		return p.fail(at, "unknown keyword %q (nearest known: %s)", name, nearest(name, keywordNames()))
	}
	if k.NoValue && has && value != "" {
		return p.fail(valueAt, "%s takes no value", name)
	}
	if k.NeedsValue && (!has || value == "") {
		return p.fail(at, "%s needs a value: %s", name, k.Doc)
	}
	value = strings.ReplaceAll(value, "\n", "")
	if err := k.parse(p, k.Name, value); err != nil {
		return p.fail(valueAt, "%s: %v", name, err)
	}
	return nil
}
