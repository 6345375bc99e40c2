package policy

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/match/rule"
)

// maxListLine and maxListLines bound a list.
const (
	maxListLine  = 64 << 10
	maxListLines = 1 << 20
)

// lists are what decides about rules before they are parsed.
type lists struct {
	disable, enable, drop anyOf
	modify                []change
	// off are policy.disable, which nothing switches on again.
	off, shadows, enforce anyOf
	shadowAll             bool
	preset                preset
}

// empty: every rule is what its file says.
func (l *lists) empty() bool {
	return len(l.disable)+len(l.enable)+len(l.drop)+len(l.modify)+len(l.off)+len(l.shadows)+len(l.enforce) == 0 && !l.shadowAll && l.preset == presetNone
}

// readLists reads the lists of a plan. Lines that are wrong stand in errs; a file
// that cannot be read is the error.
func readLists(p *config.RulePlan) (l *lists, errs []*rule.Error, err error) {
	l = &lists{shadowAll: p.ShadowAll}
	if l.preset, err = parsePreset(p.Preset); err != nil {
		return nil, nil, err
	}
	for _, x := range []struct {
		key   string
		items []string
		to    *anyOf
	}{{"policy.disable", p.Disable, &l.off}, {"policy.shadow", p.Shadow, &l.shadows}, {"policy.enforce", p.Enforce, &l.enforce}} {
		for i, s := range x.items {
			m, err := parseMatcher(s)
			if err != nil {
				errs = append(errs, &rule.Error{Pos: rule.Position{File: x.key, Line: i + 1, Col: 1}, Msg: err.Error()})
				continue
			}
			*x.to = append(*x.to, m)
		}
	}
	for _, x := range []struct {
		file string
		to   *anyOf
	}{{p.DisableConf, &l.disable}, {p.EnableConf, &l.enable}, {p.DropConf, &l.drop}} {
		wrong, err := readLines(x.file, func(s string) error {
			m, err := parseMatcher(s)
			if err == nil {
				*x.to = append(*x.to, m)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		errs = append(errs, wrong...)
	}
	wrong, err := readLines(p.ModifyConf, func(s string) error {
		c, err := parseChange(s)
		if err == nil {
			l.modify = append(l.modify, c)
		}
		return err
	})
	return l, append(errs, wrong...), err
}

// readLines gives each line of a file that says something to take; what it
// refuses is named with its place. No file: no lines.
func readLines(path string, take func(string) error) (errs []*rule.Error, err error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, maxListLine)
	n := 0
	for sc.Scan() {
		if n++; n > maxListLines {
			return nil, fmt.Errorf("%s: more than %d lines", path, maxListLines)
		}
		s := strings.TrimSpace(sc.Text())
		if s == "" || s[0] == '#' {
			continue
		}
		// What follows a number is a remark; expressions may hold a #.
		if head, _, ok := strings.Cut(s, "#"); ok && strings.IndexByte("0123456789", s[0]) >= 0 && !strings.Contains(head, `"`) {
			s = strings.TrimSpace(head)
		}
		if err := take(s); err != nil {
			errs = append(errs, &rule.Error{Pos: rule.Position{File: path, Line: n, Col: 1}, Msg: err.Error()})
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%s: line %d: %w", path, n+1, err)
	}
	return errs, nil
}

// change is a line of modify.conf.
type change struct {
	who  matcher
	from *regexp.Regexp // nil: metadata
	to   string
	// key and value of metadata; set replaces what the key had.
	key, value string
	set        bool
}

// parseChange reads
//
//	MATCHER "FROM" "TO"
//	modifysid MATCHER "FROM" | "TO"
//	metadata-add MATCHER "KEY" "VALUE"
//	metadata-set MATCHER "KEY" "VALUE"
//
// FROM is an expression, TO may name its groups as \1.
func parseChange(s string) (c change, err error) {
	word := ""
	for _, w := range []string{"modifysid", "metadata-add", "metadata-set"} {
		if rest, ok := strings.CutPrefix(s, w+" "); ok {
			word, s = w, strings.TrimSpace(rest)
		}
	}
	who, a, b, err := cutQuoted(s)
	if err != nil {
		return c, err
	}
	c.who = all{}
	if who != "*" {
		if c.who, err = parseMatcher(who); err != nil {
			return c, err
		}
	}
	if strings.HasPrefix(word, "metadata-") {
		c.key, c.value, c.set = a, b, word == "metadata-set"
		if c.key == "" || strings.ContainsAny(c.key+c.value, `;,"`) {
			return c, fmt.Errorf("metadata %q %q: a key is needed, and neither may hold a comma, a semicolon or a quote", a, b)
		}
		return c, nil
	}
	if c.from, err = regexp.Compile(a); err != nil {
		return c, fmt.Errorf("%q: %w; look-around and back references are not possible", a, err)
	}
	c.to = groupNames(b)
	return c, nil
}

// cutQuoted takes WHO "A" "B" apart, with or without a bar between A and B.
func cutQuoted(s string) (who, a, b string, err error) {
	bad := fmt.Errorf(`want a rule, then two texts in quotes: 2019401 "from" "to"`)
	open := strings.IndexByte(s, '"')
	if open <= 0 {
		return "", "", "", bad
	}
	who = strings.TrimSpace(s[:open])
	rest := s[open:]
	var ok bool
	if a, rest, ok = unquote(rest); !ok {
		return "", "", "", bad
	}
	rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "|"))
	if b, rest, ok = unquote(rest); !ok || strings.TrimSpace(rest) != "" {
		return "", "", "", bad
	}
	return who, a, b, nil
}

// unquote takes a text in quotes off the front; \" stands for a quote.
func unquote(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '"':
			b.WriteByte('"')
			i++
		case s[i] == '"':
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// groupNames turns \1 into ${1}, and keeps a dollar a dollar.
func groupNames(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '$':
			b.WriteString("$$")
		case s[i] == '\\' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			b.WriteString("${" + s[i+1:i+2] + "}")
			i++
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '\\':
			b.WriteByte('\\')
			i++
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// apply changes a rule's text.
func (c *change) apply(text string) string {
	if c.from != nil {
		return c.from.ReplaceAllString(text, c.to)
	}
	entry := c.key + " " + c.value
	end := strings.LastIndexByte(text, ')')
	if end < 0 {
		return text
	}
	if m := metadataOption.FindStringSubmatchIndex(text); m != nil {
		old := text[m[2]:m[3]]
		if c.set {
			var keep []string
			for _, kv := range strings.Split(old, ",") {
				if k, _, _ := strings.Cut(strings.TrimSpace(kv), " "); !strings.EqualFold(k, c.key) {
					keep = append(keep, strings.TrimSpace(kv))
				}
			}
			old = strings.Join(keep, ", ")
		}
		if old = strings.TrimSpace(old); old != "" {
			entry = old + ", " + entry
		}
		return text[:m[2]] + entry + text[m[3]:]
	}
	return text[:end] + " metadata:" + entry + ";" + text[end:]
}

var metadataOption = regexp.MustCompile(`[;(]\s*metadata\s*:([^;]*);`)
