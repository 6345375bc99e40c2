package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What a configuration may be at most; anything larger is a mistake or an
// attack, and neither may cost memory.
const (
	MaxFileSize = 16 << 20
	MaxNodes    = 500_000
	MaxDepth    = 128
	MaxIncludes = 16
)

// reader turns YAML files into one tree.
type reader struct {
	root     string // directory of the first file
	nodes    int
	warnings []Warning
}

// readFile reads one file and what it includes into the mapping into. from is
// the place of the include, zero for the first file; under is the key of into.
func (r *reader) readFile(into *Node, name, under string, from Pos, stack []string) error {
	key := "include"
	if len(stack) == 0 {
		key = ""
		r.root = filepath.Dir(name)
	}
	for _, open := range stack {
		if open == name {
			return &Error{from, key, "the file includes itself: " + strings.Join(append(stack, name), " -> "),
				"remove one of the includes"}
		}
	}
	if len(stack) > MaxIncludes {
		return &Error{from, key, fmt.Sprintf("includes are nested deeper than %d files", MaxIncludes), "flatten them"}
	}
	data, err := readBounded(name)
	if err != nil {
		problem, remedy := explainOpen(name, err)
		return &Error{from, key, problem, remedy}
	}
	return r.readBytes(into, name, under, data, append(stack[:len(stack):len(stack)], name))
}

func (r *reader) readBytes(into *Node, name, under string, data []byte, stack []string) error {
	if len(data) > MaxFileSize {
		return &Error{Pos: Pos{Origin: name}, Problem: fmt.Sprintf("the file is larger than %d octets", MaxFileSize)}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return brokenYAML(name, err)
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return nil
	}
	top := doc.Content[0]
	if top.Kind == yaml.ScalarNode && top.ShortTag() == "!!null" {
		return nil
	}
	if top.Kind != yaml.MappingNode {
		return &Error{Pos{name, top.Line, top.Column}, "", "the file is not made of keys and values", "write one \"key: value\" a line"}
	}
	return r.mapping(into, top, at{name: name, stack: stack, depth: 1, key: under})
}

// at is where the conversion stands.
type at struct {
	name  string
	stack []string
	depth int
	key   string
}

func (a at) below(key string) at {
	a.depth++
	if a.key != "" {
		key = a.key + "." + key
	}
	a.key = key
	return a
}

func (a at) pos(y *yaml.Node) Pos { return Pos{a.name, y.Line, y.Column} }

// value converts y into n.
func (r *reader) value(n *Node, y *yaml.Node, a at) error {
	if r.nodes++; r.nodes > MaxNodes {
		return &Error{a.pos(y), a.key, fmt.Sprintf("there are more than %d values (aliases counted each time)", MaxNodes), "make it smaller"}
	}
	if a.depth > MaxDepth {
		return &Error{a.pos(y), a.key, fmt.Sprintf("nested deeper than %d levels", MaxDepth), "flatten it"}
	}
	n.Pos = a.pos(y)
	if y.Tag == "!include" && y.Kind == yaml.ScalarNode {
		n.Kind = Map
		return r.include(n, y, a)
	}
	switch y.Kind {
	case yaml.AliasNode:
		a.depth++
		pos := n.Pos
		err := r.value(n, y.Alias, a)
		n.Pos = pos
		return err
	case yaml.MappingNode:
		n.Kind = Map
		return r.mapping(n, y, a)
	case yaml.SequenceNode:
		n.Kind = List
		for i, item := range y.Content {
			c := &Node{KeyPos: a.pos(item)}
			n.appendElement(c)
			if err := r.value(c, item, a.below(strconv.Itoa(i))); err != nil {
				return err
			}
		}
	default:
		n.Kind, n.Value = Scalar, y.Value
		plain := y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
		if plain && (y.Value == "" || y.ShortTag() == "!!null") {
			n.Kind, n.Value = Null, ""
		}
	}
	return nil
}

// mapping converts the keys of y into children of n.
func (r *reader) mapping(n *Node, y *yaml.Node, a at) error {
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode {
			return &Error{a.pos(k), a.key, "a key is a list or a section", "write a plain word before the colon"}
		}
		if k.ShortTag() == "!!merge" {
			if err := r.merge(n, v, a); err != nil {
				return err
			}
			continue
		}
		if k.Value == "" {
			continue
		}
		if k.Value == "include" {
			if err := r.include(n, v, a); err != nil {
				return err
			}
			continue
		}
		if err := r.entry(n, k, v, a); err != nil {
			return err
		}
	}
	return nil
}

// entry adds one key. A key with dots stands for the sections that it names,
// and an underscore for a dash, except in the names of variables.
func (r *reader) entry(n *Node, k, v *yaml.Node, a at) error {
	key := k.Value
	variables := strings.HasSuffix(a.key, "address-groups") || strings.HasSuffix(a.key, "port-groups")
	if !variables && strings.Contains(key, "_") {
		dashed := strings.ReplaceAll(key, "_", "-")
		r.warn(a.pos(k), a.below(key).key, Deprecated, "write it as "+dashed)
		key = dashed
	}
	parts := []string{key}
	if !variables && strings.Contains(key, ".") {
		parts = strings.Split(key, ".")
	}
	if a.depth+len(parts) > MaxDepth {
		return &Error{a.pos(k), a.key, fmt.Sprintf("nested deeper than %d levels", MaxDepth), "flatten it"}
	}
	for _, section := range parts[:len(parts)-1] {
		next := n.Child(section)
		if next == nil || next.Kind != Map {
			if r.nodes++; r.nodes > MaxNodes {
				return &Error{a.pos(k), a.key, fmt.Sprintf("there are more than %d values", MaxNodes), "make it smaller"}
			}
			next = &Node{Key: section, Kind: Map, Pos: a.pos(k), KeyPos: a.pos(k)}
			n.add(next)
		}
		n, a = next, a.below(section)
	}
	key = parts[len(parts)-1]
	c := &Node{Key: key, KeyPos: a.pos(k)}
	a = a.below(key)
	if err := r.value(c, v, a); err != nil {
		return err
	}
	if old := n.add(c); old != nil && !old.IsNull() {
		r.warn(c.KeyPos, a.key, Redefined, "stands here a second time and replaces "+old.KeyPos.String())
	}
	return nil
}

// merge puts the keys of a YAML merge (<<) in, where they are not there yet.
func (r *reader) merge(n *Node, v *yaml.Node, a at) error {
	var from Node
	if v.Kind == yaml.SequenceNode {
		for _, item := range v.Content {
			if err := r.merge(n, item, a); err != nil {
				return err
			}
		}
		return nil
	}
	a.depth++
	if err := r.value(&from, v, a); err != nil {
		return err
	}
	if from.Kind != Map {
		return &Error{a.pos(v), a.key, "<< needs a section", "name an anchor of a section"}
	}
	for _, c := range from.Children {
		if n.Child(c.Key) == nil {
			n.add(c)
		}
	}
	return nil
}

// include reads the file, or the list of files, that v names into n.
func (r *reader) include(n *Node, v *yaml.Node, a at) error {
	if v.Kind == yaml.AliasNode {
		v = v.Alias
	}
	switch {
	case v.Kind == yaml.SequenceNode:
		for _, item := range v.Content {
			if item.Kind != yaml.ScalarNode {
				return &Error{a.pos(item), "include", "the list holds something that is not a file name", "write one file name an element"}
			}
			if err := r.include(n, item, a); err != nil {
				return err
			}
		}
		return nil
	case v.Kind != yaml.ScalarNode:
		return &Error{a.pos(v), "include", "is a section", "write a file name or a list of file names"}
	case v.Value == "" || v.ShortTag() == "!!null":
		return nil
	}
	name := v.Value
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(a.name), v.Value)
		// Suricata looks only beside the first file; files written for it
		// include from subdirectories with paths seen from there.
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			if other := filepath.Join(r.root, v.Value); exists(other) {
				name = other
			}
		}
	}
	if r.nodes++; r.nodes > MaxNodes {
		return &Error{a.pos(v), "include", fmt.Sprintf("more than %d values and includes", MaxNodes), "make it smaller"}
	}
	var top Node
	if err := r.readFile(&top, name, a.key, a.pos(v), a.stack); err != nil {
		return err
	}
	for _, c := range top.Children {
		if old := n.add(c); old != nil && !old.IsNull() {
			r.warn(c.KeyPos, c.Key, Redefined, "stands here a second time and replaces "+old.KeyPos.String())
		}
	}
	return nil
}

func (r *reader) warn(pos Pos, key string, kind WarningKind, text string) {
	const most = 1000
	if len(r.warnings) < most {
		r.warnings = append(r.warnings, Warning{pos, key, kind, text})
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, errors.New("is a directory")
	}
	return io.ReadAll(io.LimitReader(f, MaxFileSize+1))
}

func explainOpen(name string, err error) (problem, remedy string) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no file " + name, "check the path, or run without -c for the built-in profile"
	case errors.Is(err, fs.ErrPermission):
		return "may not read " + name, "check the permissions of the file and its directories"
	}
	return fmt.Sprintf("cannot read %s: %v", name, err), ""
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

func brokenYAML(name string, err error) error {
	text := oneLine(err.Error())
	pos := Pos{Origin: name}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		pos.Line, _ = strconv.Atoi(m[1])
		text = m[2]
	}
	return &Error{Pos: pos, Problem: "broken YAML: " + text,
		Remedy: "look at this line and the one before for indentation, tabs, quotes and colons"}
}
