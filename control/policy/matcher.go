package policy

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// ruleText is a rule as the lists see it: its text and the few options that
// matchers ask for. Options are looked up once, when a matcher asks.
type ruleText struct {
	file     string
	text     string
	disabled bool // behind a # in its file

	parsed   bool
	sid, gid uint32
	class    string
	noalert  bool
	metadata []string // "key value", in lower case
	bits     []bitUse
	priority int
}

// bitUse is one flowbits option.
type bitUse struct {
	sets  bool
	names []string
}

// matcher chooses rules.
type matcher interface{ match(r *ruleText) bool }

// sidMatcher is a number with or without its group.
type sidMatcher struct{ gid, sid uint32 }

func (m sidMatcher) match(r *ruleText) bool {
	r.parse()
	return r.sid == m.sid && r.gid == m.gid
}

// classMatcher is a classtype.
type classMatcher string

func (m classMatcher) match(r *ruleText) bool {
	r.parse()
	return strings.EqualFold(r.class, string(m))
}

// fileMatcher is a rule file: its name, with or without .rules, or a pattern.
type fileMatcher struct {
	pattern string
	whole   bool // the path, not the name alone
}

func (m fileMatcher) match(r *ruleText) bool {
	name := filepath.Base(r.file)
	if m.whole {
		name = filepath.ToSlash(r.file)
	}
	for _, n := range []string{name, strings.TrimSuffix(name, ".rules")} {
		if ok, _ := path.Match(m.pattern, n); ok {
			return true
		}
	}
	return false
}

// metadataMatcher is an entry of metadata.
type metadataMatcher string

func (m metadataMatcher) match(r *ruleText) bool {
	r.parse()
	for _, kv := range r.metadata {
		if kv == string(m) {
			return true
		}
	}
	return false
}

// textMatcher is an expression over the rule's text, whatever the case.
type textMatcher struct{ re *regexp.Regexp }

func (m textMatcher) match(r *ruleText) bool { return m.re.MatchString(r.text) }

// all is every rule.
type all struct{}

func (all) match(*ruleText) bool { return true }

// anyOf matches when one of its matchers does.
type anyOf []matcher

func (ms anyOf) match(r *ruleText) bool {
	for _, m := range ms {
		if m.match(r) {
			return true
		}
	}
	return false
}

// parseMatcher reads one matcher, as a line of disable.conf or an element of
// policy.shadow has it; numbers may be several, between commas.
func parseMatcher(s string) (matcher, error) {
	s = strings.TrimSpace(s)
	kind, rest, ok := strings.Cut(s, ":")
	rest = strings.TrimSpace(rest)
	if ok && !isNumber(kind) {
		switch kind {
		case "re":
			re, err := regexp.Compile("(?i)" + rest)
			if err != nil {
				return nil, fmt.Errorf("re:%s: %w; look-around and back references are not possible", rest, err)
			}
			return textMatcher{re}, nil
		case "group", "filename":
			if _, err := path.Match(rest, ""); err != nil || rest == "" {
				return nil, fmt.Errorf("%s:%s is no file name or pattern", kind, rest)
			}
			return fileMatcher{rest, kind == "filename" && strings.Contains(rest, "/")}, nil
		case "class", "classtype":
			if rest == "" {
				return nil, fmt.Errorf("%s: needs the name of a class", kind)
			}
			return classMatcher(rest), nil
		case "metadata":
			if rest == "" {
				return nil, fmt.Errorf("metadata: needs a key and a value")
			}
			return metadataMatcher(strings.ToLower(strings.Join(strings.Fields(rest), " "))), nil
		}
	}
	var out anyOf
	for _, one := range strings.Split(s, ",") {
		gid, sid, err := parseID(strings.TrimSpace(one))
		if err != nil {
			return nil, fmt.Errorf("%q is neither the number of a rule (2019401 or 1:2019401) nor group:, class:, metadata:, filename: or re:", s)
		}
		out = append(out, sidMatcher{gid, sid})
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
	return err == nil
}

// parseID reads SID or GID:SID.
func parseID(s string) (gid, sid uint32, err error) {
	g, n, ok := strings.Cut(s, ":")
	if !ok {
		g, n = "1", s
	}
	a, err := strconv.ParseUint(g, 10, 32)
	if err != nil {
		return 0, 0, err
	}
	b, err := strconv.ParseUint(n, 10, 32)
	if err != nil {
		return 0, 0, err
	}
	return uint32(a), uint32(b), nil
}

// parse finds the options that matchers ask for.
func (r *ruleText) parse() {
	if r.parsed {
		return
	}
	r.parsed, r.gid = true, 1
	open := strings.IndexByte(r.text, '(')
	if open < 0 {
		return
	}
	eachOption(r.text[open+1:], func(name, val string) {
		switch name {
		case "sid":
			r.sid = number(val)
		case "gid":
			r.gid = number(val)
		case "priority":
			r.priority = int(number(val))
		case "classtype":
			r.class = val
		case "noalert":
			r.noalert = true
		case "flowbits":
			cmd, names, _ := strings.Cut(val, ",")
			cmd = strings.TrimSpace(cmd)
			if cmd == "noalert" {
				r.noalert = true
				return
			}
			u := bitUse{sets: cmd == "set" || cmd == "toggle"}
			if cmd == "set" || cmd == "toggle" || cmd == "isset" {
				for _, n := range strings.Split(names, "|") {
					u.names = append(u.names, strings.TrimSpace(n))
				}
				r.bits = append(r.bits, u)
			}
		case "metadata":
			for _, kv := range strings.Split(val, ",") {
				r.metadata = append(r.metadata, strings.ToLower(strings.Join(strings.Fields(kv), " ")))
			}
		}
	})
}

func number(s string) uint32 {
	n, _ := strconv.ParseUint(s, 10, 32)
	return uint32(n)
}

// has reports an entry of metadata.
func (r *ruleText) has(entry string) bool { return metadataMatcher(entry).match(r) }

// value is the first value of a key of metadata, in lower case.
func (r *ruleText) value(key string) string {
	r.parse()
	for _, kv := range r.metadata {
		if v, ok := strings.CutPrefix(kv, key+" "); ok {
			return v
		}
	}
	return ""
}

// eachOption calls f with every option between a rule's parentheses; a semicolon
// behind a backslash does not end one.
func eachOption(s string, f func(name, val string)) {
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && s[i] != ';' {
			if s[i] == '\\' {
				i++
			}
			i++
		}
		name, val, _ := strings.Cut(s[start:min(i, len(s))], ":")
		if name = strings.TrimSpace(name); name != "" {
			f(name, strings.TrimSpace(val))
		}
		i++
	}
}
