package config

import (
	"embed"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed registry/*.txt
var registryFiles embed.FS

// Known describes one key that weir knows: its dotted path, where "#" stands
// for any list element and "*" for any key, the type it takes, what it is when
// it is missing, and one line of documentation.
type Known struct {
	Path    string
	Type    string
	Default string
	Doc     string
	// Ignored marks keys of Suricata that have no effect in weir.
	Ignored bool

	types    []valueType
	children map[string]*Known
	leaf     bool
}

// valueType is one alternative of a key's type.
type valueType struct {
	name   string
	words  []string
	lo, hi float64
}

var registry = sync.OnceValue(func() *Known {
	root := &Known{children: map[string]*Known{}}
	names, err := registryFiles.ReadDir("registry")
	if err != nil {
		panic("config: " + err.Error())
	}
	for _, f := range names {
		text, err := registryFiles.ReadFile("registry/" + f.Name())
		if err != nil {
			panic("config: " + err.Error())
		}
		if err := root.readTable(string(text)); err != nil {
			panic("config: registry/" + f.Name() + err.Error())
		}
	}
	// An entry of server-config takes every key of default-config.
	const libhtp = "app-layer.protocols.http.libhtp."
	server := root.make(libhtp + "server-config.#.*")
	for name, k := range root.make(libhtp + "default-config").children {
		server.children[name] = k
	}
	return root
})

// readTable adds the keys of one table. Errors are mistakes of the program, and
// a test reads every table.
func (k *Known) readTable(text string) error {
	prefix := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
			continue
		case strings.HasPrefix(line, "["):
			prefix = strings.Trim(line, "[]") + "."
			continue
		}
		ignored := strings.HasPrefix(line, "!")
		cols := strings.SplitN(strings.TrimPrefix(line, "!"), "|", 4)
		for j := range cols {
			cols[j] = strings.TrimSpace(cols[j])
		}
		if len(cols) < 2 || !ignored && (len(cols) < 4 || cols[3] == "") {
			return fmt.Errorf(":%d: want path | type | default | documentation", i+1)
		}
		cols = append(cols, "", "")
		types, err := parseTypes(cols[1])
		if err != nil {
			return fmt.Errorf(":%d: %w", i+1, err)
		}
		e := k.make(prefix + cols[0])
		if e.leaf {
			return fmt.Errorf(":%d: %s stands twice", i+1, e.Path)
		}
		e.Type, e.types, e.Default, e.Doc, e.Ignored, e.leaf = cols[1], types, cols[2], cols[3], ignored, true
	}
	return nil
}

func (k *Known) make(path string) *Known {
	at := ""
	for _, part := range strings.Split(path, ".") {
		if at += part; k.children == nil {
			k.children = map[string]*Known{}
		}
		next := k.children[part]
		if next == nil {
			next = &Known{Path: at}
			k.children[part] = next
		}
		k, at = next, at+"."
	}
	return k
}

func parseTypes(s string) ([]valueType, error) {
	var out []valueType
	for _, alt := range strings.Split(s, "/") {
		name, arg, _ := strings.Cut(alt, ":")
		t := valueType{name: name, lo: math.Inf(-1), hi: math.Inf(1)}
		switch name {
		case "int":
			if arg != "" {
				lo, hi, ok := strings.Cut(arg, "..")
				var err1, err2 error
				t.lo, err1 = strconv.ParseFloat(lo, 64)
				t.hi, err2 = strconv.ParseFloat(hi, 64)
				if !ok || err1 != nil || err2 != nil {
					return nil, fmt.Errorf("%s is not a range", arg)
				}
			}
		case "enum":
			t.words = strings.Split(arg, ",")
		case "bool", "tri", "float", "size", "duration", "string", "list", "map", "any", "policy", "cpus":
		default:
			return nil, fmt.Errorf("%s is not a type", alt)
		}
		out = append(out, t)
	}
	return out, nil
}

// check tells what is wrong with a scalar, or "".
func (k *Known) check(value string) (problem, remedy string) {
	var wants []string
	for _, t := range k.types {
		ok, want := t.accepts(value)
		if ok {
			return "", ""
		}
		wants = append(wants, want)
	}
	return quote(value) + " is not allowed here", "write " + strings.Join(wants, ", or ")
}

func (t valueType) accepts(v string) (ok bool, want string) {
	var err error
	switch t.name {
	case "bool":
		_, err = ParseBool(v)
		want = "yes or no"
	case "tri":
		err = new(Tri).UnmarshalText([]byte(v))
		want = "auto, yes or no"
	case "int":
		var n int64
		n, err = strconv.ParseInt(v, 0, 64)
		want = "a whole number"
		if !math.IsInf(t.lo, 0) {
			want += fmt.Sprintf(" from %.0f to %.0f", t.lo, t.hi)
		}
		return err == nil && float64(n) >= t.lo && float64(n) <= t.hi, want
	case "float":
		_, err = strconv.ParseFloat(v, 64)
		want = "a number"
	case "size":
		_, err = ParseSize(v)
		want = "a number of octets, with kb, mb, gb, KiB, MiB or GiB after it where it is large"
	case "duration":
		_, err = ParseDuration(v)
		want = "a number of seconds, or a number with ms, s, m, h or d"
	case "enum":
		for _, w := range t.words {
			if strings.EqualFold(w, v) {
				return true, ""
			}
		}
		return false, "one of " + strings.Join(t.words, ", ")
	case "policy":
		err = new(Policy).UnmarshalText([]byte(v))
		want = "one of " + strings.Join(PolicyNames(), ", ")
	case "cpus":
		err = new(CPUs).UnmarshalText([]byte(v))
		want = "CPU numbers as in 0-3,8, or all, or auto"
	case "map":
		return false, "a section, with keys indented below it"
	}
	return err == nil, want
}

// has tells whether a shape is one of the types.
func (k *Known) has(names ...string) bool {
	for _, t := range k.types {
		for _, n := range names {
			if t.name == n {
				return true
			}
		}
	}
	return false
}

// child gives what is known of a key, or of a list element, below k.
func (k *Known) child(name string) *Known {
	if k == nil {
		return nil
	}
	if c := k.children[name]; c != nil {
		return c
	}
	if _, err := strconv.Atoi(name); err == nil {
		if c := k.children["#"]; c != nil {
			return c
		}
	}
	return k.children["*"]
}

// lookup follows a dotted path and falls back to "*" where a named branch
// does not know the rest of the path: what every protocol has is written once.
func (k *Known) lookup(parts []string) *Known {
	if k == nil || len(parts) == 0 {
		return k
	}
	if c := k.children[parts[0]]; c != nil {
		if e := c.lookup(parts[1:]); e != nil {
			return e
		}
	}
	if _, err := strconv.Atoi(parts[0]); err == nil && k.children["#"] != nil {
		return k.children["#"].lookup(parts[1:])
	}
	return k.children["*"].lookup(parts[1:])
}

// LookupKnown gives what is known of a dotted path ("outputs.1.eve-log.enabled"
// or "outputs.#.eve-log.enabled"), or nil.
func LookupKnown(path string) *Known {
	return registry().lookup(strings.Split(path, "."))
}

// KnownKeys gives every key of the table in the order of their paths.
func KnownKeys() []*Known {
	var out []*Known
	var walk func(k *Known)
	seen := map[*Known]bool{}
	walk = func(k *Known) {
		if seen[k] {
			return
		}
		if seen[k] = true; k.leaf {
			out = append(out, k)
		}
		for _, name := range sortedKeys(k.children) {
			walk(k.children[name])
		}
	}
	walk(registry())
	return out
}

func sortedKeys(m map[string]*Known) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
