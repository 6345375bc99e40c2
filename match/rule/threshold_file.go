package rule

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Limit is one line of threshold.config: an event_filter (or threshold), a
// rate_filter or a suppress.
type Limit struct {
	Pos  Position
	Type string // limit, threshold, both, rate_filter, suppress
	// GID and SID of the rule; 0: all. A SID without a GID is an error.
	GID, SID       uint32
	Track          string // empty for a suppress of everything
	Count, Seconds uint32
	NewAction      string
	Timeout        uint32
	IPs            AddrSet // of a suppress
}

// ParseThresholdFile reads a threshold.config. The error is of the file; wrong
// lines stand in errs and are left out.
func ParseThresholdFile(path string, env *Env) (limits []Limit, errs []*Error, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	return ParseThresholdConfig(path, f, env)
}

// maxLimits bounds the lines of a threshold.config.
const maxLimits = 1 << 20

// ParseThresholdConfig reads threshold.config from r; name stands in positions.
// A line that ends in a backslash goes on in the next.
func ParseThresholdConfig(name string, r io.Reader, env *Env) (limits []Limit, errs []*Error, err error) {
	br := bufio.NewReaderSize(r, 64<<10)
	whole, first, line := "", 0, 0
	for {
		text, tooLong, err := readLine(br)
		if err != nil && err != io.EOF {
			return nil, nil, fmt.Errorf("%s: line %d: %w", name, line+1, err)
		}
		line++
		if whole == "" {
			first = line
		}
		cut := strings.TrimRight(text, " \t")
		cont := strings.HasSuffix(cut, "\\") && !strings.HasPrefix(strings.TrimSpace(whole+cut), "#")
		whole += strings.TrimSuffix(cut, "\\")
		if tooLong || len(whole) > MaxRule {
			errs = append(errs, &Error{Pos: Position{name, first, 1}, Msg: fmt.Sprintf("line of more than %d octets", MaxRule)})
			whole, cont = "", false
		}
		if !cont || err == io.EOF {
			if t := strings.TrimSpace(whole); t != "" && t[0] != '#' {
				l, lerr := parseLimit(t, env)
				l.Pos = Position{name, first, 1}
				switch {
				case lerr != nil:
					errs = append(errs, &Error{Pos: l.Pos, SID: l.SID, Msg: lerr.Error()})
				case len(limits) == maxLimits:
					return nil, nil, fmt.Errorf("%s: more than %d lines", name, maxLimits)
				default:
					limits = append(limits, l)
				}
			}
			whole = ""
		}
		if err == io.EOF {
			return limits, errs, nil
		}
	}
}

// limitOptions are the names that a line may have behind sig_id, all of which it
// must have; a suppress may leave both out.
var limitOptions = map[string][]string{
	"event_filter": {"type", "track", "count", "seconds"},
	"threshold":    {"type", "track", "count", "seconds"},
	"rate_filter":  {"track", "count", "seconds", "new_action", "timeout"},
	"suppress":     {"track", "ip"},
}

// parseLimit reads `KIND gen_id G, sig_id S[, NAME VALUE]…`.
func parseLimit(t string, env *Env) (l Limit, err error) {
	t = strings.ReplaceAll(t, "\t", " ")
	kind, rest, _ := strings.Cut(t, " ")
	kind = strings.ToLower(kind)
	names, ok := limitOptions[kind]
	if !ok {
		return l, fmt.Errorf("unknown word %q, want event_filter, threshold, rate_filter or suppress", kind)
	}
	opts := map[string]string{}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		var item string
		item, rest = cutItem(rest)
		name, val, _ := strings.Cut(strings.TrimSpace(item), " ")
		name = strings.ToLower(name)
		if !slices.Contains(names, name) && name != "gen_id" && name != "sig_id" {
			return l, fmt.Errorf("unknown option %q, want gen_id, sig_id, %s", name, strings.Join(names, ", "))
		}
		if _, ok := opts[name]; ok {
			return l, fmt.Errorf("%s stands twice", name)
		}
		opts[name] = strings.TrimSpace(val)
	}
	if err := l.numbers(opts); err != nil {
		return l, err
	}
	if l.SID != 0 && l.GID == 0 {
		return l, fmt.Errorf("sig_id %d needs a gen_id above 0; sig_id 0 stands for all rules", l.SID)
	}
	if kind == "suppress" && len(opts) == 2 {
		l.Type = kind
		return l, nil
	}
	for _, n := range names {
		if _, ok := opts[n]; !ok {
			return l, fmt.Errorf("%s needs %s", kind, n)
		}
	}
	return l, l.words(kind, opts, env)
}

// numbers reads what of the options is a number.
func (l *Limit) numbers(opts map[string]string) error {
	for _, x := range []struct {
		name string
		to   *uint32
		must bool
	}{{"gen_id", &l.GID, true}, {"sig_id", &l.SID, true}, {"count", &l.Count, false}, {"seconds", &l.Seconds, false}, {"timeout", &l.Timeout, false}} {
		v, has := opts[x.name]
		if !has && !x.must {
			continue
		}
		n, ok := parseUint(v, 32)
		if !ok {
			return fmt.Errorf("%s %q is no number from 0 to 4294967295", x.name, v)
		}
		*x.to = uint32(n)
	}
	if _, has := opts["count"]; has && l.Count == 0 {
		return errors.New("count must be at least 1")
	}
	return nil
}

// words reads the rest.
func (l *Limit) words(kind string, opts map[string]string, env *Env) error {
	one := func(name string, of ...string) (string, error) {
		v := strings.ToLower(opts[name])
		if !slices.Contains(of, v) {
			return "", fmt.Errorf("%s %q, want %s", name, opts[name], strings.Join(of, ", "))
		}
		return v, nil
	}
	var err error
	tracks := []string{"by_src", "by_dst", "by_both", "by_rule", "by_flow"}
	l.Type = kind
	switch kind {
	case "suppress":
		tracks = []string{"by_src", "by_dst", "by_either"}
		ips := opts["ip"]
		if !strings.HasPrefix(ips, "[") && strings.Contains(ips, ",") {
			ips = "[" + ips + "]"
		}
		if l.IPs, err = env.addresses(ips); err != nil {
			return fmt.Errorf("ip: %w", err)
		}
	case "rate_filter":
		if l.NewAction, err = one("new_action", "alert", "drop", "pass", "log", "sdrop", "reject"); err != nil {
			return err
		}
	default:
		if l.Type, err = one("type", "limit", "both", "threshold"); err != nil {
			return err
		}
	}
	l.Track, err = one("track", tracks...)
	return err
}

// cutItem cuts at the first comma outside brackets that an option's name
// follows: an address list may do without brackets.
func cutItem(s string) (item, rest string) {
	depth := 0
	for i, c := range s {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case ',':
			next := strings.TrimSpace(s[i+1:])
			if depth <= 0 && next != "" && (next[0] >= 'a' && next[0] <= 'z' || next[0] >= 'A' && next[0] <= 'Z') && strings.Contains(next, " ") {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}
