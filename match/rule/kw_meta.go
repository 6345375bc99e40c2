package rule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var metaKeywords = []Keyword{
	{Name: "msg", Group: "meta", Doc: `msg:"text"`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		s, err := unquote(v)
		p.r.Msg = s
		return err
	}},
	{Name: "sid", Group: "meta", Doc: "sid:NUMBER", NeedsValue: true, parse: func(p *parser, _, v string) error {
		n, ok := parseUint(strings.Trim(v, `"`), 32)
		if !ok || n == 0 {
			return fmt.Errorf("%q is no number from 1 to 4294967295", v)
		}
		p.r.SID = uint32(n)
		return nil
	}},
	{Name: "rev", Group: "meta", Doc: "rev:NUMBER", NeedsValue: true, parse: func(p *parser, _, v string) error {
		return number32(strings.Trim(v, `"`), &p.r.Rev)
	}},
	{Name: "gid", Group: "meta", Doc: "gid:NUMBER", NeedsValue: true, parse: func(p *parser, _, v string) error {
		return number32(strings.Trim(v, `"`), &p.r.GID)
	}},
	{Name: "classtype", Group: "meta", Doc: "classtype:NAME", NeedsValue: true, parse: func(p *parser, _, v string) error {
		p.r.Classtype = v
		c, ok := p.env.Classes[strings.ToLower(v)]
		if !ok {
			// Suricata warns and goes on: the rule has no class then.
			return nil
		}
		p.r.ClassText = c.Text
		if !p.r.HasPriority {
			p.r.Priority = c.Priority
		}
		return nil
	}},
	{Name: "priority", Group: "meta", Doc: "priority:1..255", NeedsValue: true, parse: func(p *parser, _, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 255 {
			return fmt.Errorf("%q is no number from 1 to 255", v)
		}
		p.r.Priority, p.r.HasPriority = n, true
		return nil
	}},
	{Name: "reference", Group: "meta", Doc: "reference:TYPE,VALUE", NeedsValue: true, parse: func(p *parser, _, v string) error {
		t, val, ok := strings.Cut(v, ",")
		if !ok {
			return errors.New("want TYPE,VALUE")
		}
		p.r.References = append(p.r.References, Reference{strings.TrimSpace(t), strings.Trim(strings.TrimSpace(val), `"`)})
		return nil
	}},
	{Name: "metadata", Group: "meta", Doc: "metadata:KEY VALUE, …", NeedsValue: true, parse: func(p *parser, _, v string) error {
		for _, item := range strings.Split(v, ",") {
			k, val, _ := strings.Cut(strings.TrimSpace(item), " ")
			if k != "" {
				p.r.Metadata = append(p.r.Metadata, KV{k, strings.TrimSpace(val)})
			}
		}
		return nil
	}},
	{Name: "target", Group: "meta", Doc: "target:src_ip or dest_ip", NeedsValue: true, parse: func(p *parser, _, v string) error {
		if v != "src_ip" && v != "dest_ip" {
			return fmt.Errorf("%q, want src_ip or dest_ip", v)
		}
		p.r.Target = v
		return nil
	}},
	{Name: "requires", Group: "meta", Doc: "requires:feature NAME, keyword NAME, version >= 8", NeedsValue: true, parse: parseRequires},
	{Name: "noalert", Group: "meta", Doc: "noalert", parse: func(p *parser, _, _ string) error { p.r.NoAlert = true; return nil }},
	{Name: "alert", Group: "meta", Doc: "alert", parse: func(p *parser, _, _ string) error { p.r.NoAlert, p.r.LogPass = false, true; return nil }},
	{Name: "config", Group: "meta", Doc: "config:logging disable, type tx, scope tx", NeedsValue: true, parse: func(p *parser, _, v string) error {
		p.r.Post = append(p.r.Post, &Simple{Name: "config", Args: fields(v)})
		return nil
	}},
}

// features are what requires may ask for.
var features = map[string]bool{"ja3": true, "ja4": true, "lua": true, "geoip": true, "magic": true, "nss": true, "hyperscan": true}

// unmet is the error of a rule whose requires does not hold: the rule is left
// out, which is no mistake.
type unmet struct{ why string }

func (u unmet) Error() string { return u.why }

// parseRequires reads the keyword again where it stands; what it asks for was
// looked at before the rule was parsed.
func parseRequires(_ *parser, _, v string) error {
	err := checkRequires(v)
	if _, ok := err.(unmet); ok {
		return nil
	}
	return err
}

// checkRequires checks that weir can do what a rule needs.
func checkRequires(v string) error {
	for _, item := range strings.Split(v, ",") {
		word, arg, _ := strings.Cut(strings.TrimSpace(item), " ")
		arg = strings.TrimSpace(arg)
		switch word {
		case "feature":
			if !features[arg] {
				return unmet{fmt.Sprintf("feature %q is not there", arg)}
			}
		case "keyword":
			if keywordOf(arg) == nil {
				return unmet{fmt.Sprintf("keyword %q is not there", arg)}
			}
		case "version":
			if !versionHolds(arg) {
				return unmet{fmt.Sprintf("needs version %s; weir speaks the rules of Suricata 9.0.0", arg)}
			}
		default:
			return fmt.Errorf("%q, want feature, keyword or version", word)
		}
	}
	return nil
}

// versionHolds compares `>= 7.0.3 < 8 | >= 9` with the version whose rules weir
// speaks.
func versionHolds(expr string) bool {
	for _, alt := range strings.Split(expr, "|") {
		f := strings.Fields(alt)
		ok := len(f) > 0
		for i := 0; i+1 < len(f); i += 2 {
			c := compareVersions([3]int{9, 0, 0}, versionOf(f[i+1]))
			switch f[i] {
			case ">=":
				ok = ok && c >= 0
			case ">":
				ok = ok && c > 0
			case "<":
				ok = ok && c < 0
			case "<=":
				ok = ok && c <= 0
			default:
				return false
			}
		}
		if ok {
			return true
		}
	}
	return false
}

func versionOf(s string) (v [3]int) {
	for i, part := range strings.SplitN(s, ".", 3) {
		v[i], _ = strconv.Atoi(part)
	}
	return v
}

func compareVersions(a, b [3]int) int {
	for i := range a {
		if a[i] != b[i] {
			return a[i] - b[i]
		}
	}
	return 0
}

func number32(s string, out *uint32) error {
	n, ok := parseUint(s, 32)
	if !ok {
		return fmt.Errorf("%q is no number from 0 to 4294967295", s)
	}
	*out = uint32(n)
	return nil
}

// fields cuts at commas and trims.
func fields(v string) []string {
	out := strings.Split(v, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// unquote takes the quotes and escapes of a text away.
func unquote(v string) (string, error) {
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		if strings.HasPrefix(v, `"`) {
			return "", errors.New("missing closing quote")
		}
		return v, nil
	}
	v = v[1 : len(v)-1]
	if !strings.ContainsRune(v, '\\') {
		return v, nil
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) && strings.IndexByte(`";\:`, v[i+1]) >= 0 {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String(), nil
}
