package policy

import (
	"fmt"
	"strconv"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/rule"
)

// datasets says where data sets lie and what rules may do with them.
func datasets(c *config.Config, s *config.Sections, dir string) (compile.Datasets, error) {
	d := &s.Datasets
	out := compile.Datasets{Dir: dir, DenyWrite: !d.AllowWrite, AllowAbsolute: d.AllowAbsolute, Memcap: uint64(d.Memcap),
		Defined: map[string]rule.SetDef{}}
	if out.Dir == "" {
		out.Dir = s.Files.DataDir
	}
	n := c.Node("datasets")
	if n.IsNull() {
		return out, nil
	}
	for _, x := range n.Children {
		if x.Key == "defaults" || x.Key == "limits" || x.Key == "rules" || len(x.Children) == 0 {
			continue
		}
		def, err := definedSet(x)
		if err != nil {
			return out, fmt.Errorf("datasets.%s: %w", x.Key, err)
		}
		out.Defined[x.Key] = def
	}
	return out, nil
}

// scripts says what rules may do with Lua.
func scripts(s *config.Sections) compile.Scripts {
	l := &s.Lua
	return compile.Scripts{Denied: !l.AllowRules, Dir: s.Files.RulePath, Memory: uint32(min(l.MaxBytes, maxScriptMemory)),
		Instructions: min(l.MaxInstructions, maxScriptInstructions)}
}

// What one script may take at most, whatever the configuration says.
const (
	maxScriptMemory       = 256 << 20
	maxScriptInstructions = 100_000_000
)

// definedSet reads a set of the configuration.
func definedSet(n *config.Node) (rule.SetDef, error) {
	text := func(key string) string {
		if c := n.Lookup(key); !c.IsNull() {
			return c.Value
		}
		return ""
	}
	d := rule.SetDef{Type: text("type"), Load: text("load"), Save: text("save"), State: text("state"), Format: text("format"),
		ValueKey: text("value_key"), ArrayKey: text("array_key")}
	known := false
	for _, t := range rule.SetTypes {
		known = known || t == d.Type
	}
	switch {
	case !known:
		return d, fmt.Errorf("type %q, want one of %v", d.Type, rule.SetTypes)
	case d.State != "" && (d.Load != "" || d.Save != ""):
		return d, fmt.Errorf("state stands for load and save: it cannot stand beside them")
	}
	for key, to := range map[string]*uint64{"memcap": &d.Memcap, "hashsize": &d.HashSize} {
		t := text(key)
		if t == "" {
			continue
		}
		var size config.Size
		if err := size.UnmarshalText([]byte(t)); err != nil {
			return d, fmt.Errorf("%s %s: %w", key, strconv.Quote(t), err)
		}
		*to = uint64(size)
	}
	return d, nil
}
