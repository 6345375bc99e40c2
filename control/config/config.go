package config

import (
	_ "embed"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/spf13/viper"
)

//go:embed shipped.yaml
var shipped []byte

// Builtin is what errors and Known positions name for the profile without a file.
const Builtin = "built-in profile"

// Options say what a configuration is made of, in rising rank.
type Options struct {
	// File is read when it is not empty.
	File string
	// Defaults loads the built-in profile when there is no file: what
	// Suricata's shipped suricata.yaml sets. With a file it has no effect.
	Defaults bool
	// Includes are read after File, each over what was there before.
	Includes []string
	// Env holds NAME=value pairs as os.Environ gives them; WEIR_A_B_C sets a.b.c.
	Env []string
	// Sets holds "a.b.c=value", as --set takes them.
	Sets []string
}

// Config is a loaded configuration. It does not change.
type Config struct {
	// File is the file that was read, or Builtin, or "".
	File string
	root *Node
	view func() *viper.Viper
}

// Load reads a configuration and checks every key against what is known. All
// mistakes come at once, joined, each an *Error; warnings come with or without
// an error.
func Load(o Options) (*Config, []Warning, error) {
	r := &reader{}
	root := &Node{Kind: Map}
	file := o.File
	var err error
	switch {
	case file != "":
		err = r.readFile(root, file, "", Pos{}, nil)
	case o.Defaults:
		file = Builtin
		err = r.readBytes(root, file, "", shipped, []string{file})
	}
	for _, name := range o.Includes {
		if err == nil {
			err = r.readFile(root, name, "", Pos{}, nil)
		}
	}
	if err != nil {
		return nil, r.warnings, err
	}
	return finish(r, root, file, o)
}

// Parse is Load for a text that is already there; name stands for it in errors,
// and files that it includes are looked up beside that name.
func Parse(name string, text []byte, o Options) (*Config, []Warning, error) {
	r := &reader{root: "."}
	root := &Node{Kind: Map}
	if err := r.readBytes(root, name, "", text, []string{name}); err != nil {
		return nil, r.warnings, err
	}
	return finish(r, root, name, o)
}

func finish(r *reader, root *Node, file string, o Options) (*Config, []Warning, error) {
	var errs []error
	errs = append(errs, root.applyEnv(o.Env, r)...)
	for _, arg := range o.Sets {
		if err := root.applySet(arg); err != nil {
			errs = append(errs, err)
		}
	}
	c := &checker{}
	c.walk(root, nil)
	var warnings []Warning
	for _, w := range append(r.warnings, c.warnings...) {
		if w.Kind != NoEffect || w.Pos.Origin != Builtin {
			warnings = append(warnings, w)
		}
	}
	if err := errors.Join(append(errs, c.errs...)...); err != nil {
		return nil, warnings, err
	}
	cfg := &Config{File: file, root: root}
	cfg.view = sync.OnceValue(func() *viper.Viper { return newView(root) })
	return cfg, warnings, nil
}

// Root is the whole tree.
func (c *Config) Root() *Node { return c.root }

// Node gives the node at a dotted path, or nil. List elements are named by
// number or by their own name.
func (c *Config) Node(path string) *Node { return c.root.Lookup(path) }

// Has tells that the path has a value.
func (c *Config) Has(path string) bool { return !c.Node(path).IsNull() }

// scalar gives the node at path when it has a value of one piece.
func (c *Config) scalar(path string) (*Node, error) {
	n := c.Node(path)
	if n.IsNull() {
		return nil, nil
	}
	if n.Kind != Scalar {
		return nil, &Error{n.Pos, path, "this is " + n.Kind.String() + ", and one value is needed", ""}
	}
	return n, nil
}

func get[T any](c *Config, path string, def T, parse func(string) (T, error), want string) (T, error) {
	n, err := c.scalar(path)
	if n == nil || err != nil {
		return def, err
	}
	v, err := parse(n.Value)
	if err != nil {
		return def, &Error{n.Pos, path, err.Error(), want}
	}
	return v, nil
}

// String gives the text at path, or def where there is none.
func (c *Config) String(path, def string) (string, error) {
	return get(c, path, def, func(s string) (string, error) { return s, nil }, "")
}

// Bool gives the YAML 1.1 boolean at path.
func (c *Config) Bool(path string, def bool) (bool, error) {
	return get(c, path, def, ParseBool, "write yes or no")
}

// Int gives the whole number at path.
func (c *Config) Int(path string, def int) (int, error) {
	return get(c, path, def, parseInt, "write a whole number")
}

// Size gives the size at path, in octets.
func (c *Config) Size(path string, def Size) (Size, error) {
	return get(c, path, def, ParseSize, "write a number of octets, with kb, mb, gb, KiB, MiB or GiB after it where it is large")
}

// Duration gives the duration at path; a bare number is seconds.
func (c *Config) Duration(path string, def time.Duration) (time.Duration, error) {
	return get(c, path, def, ParseDuration, "write a number of seconds, or a number with ms, s, m, h or d")
}

// List gives a list of texts, written as a list or with commas.
func (c *Config) List(path string, def []string) []string {
	if n := c.Node(path); !n.IsNull() {
		return n.Strings()
	}
	return def
}

// Map gives the texts below path by their keys.
func (c *Config) Map(path string) map[string]string {
	out := map[string]string{}
	if n := c.Node(path); n != nil {
		for _, child := range n.Children {
			if v, ok := child.text(); ok {
				out[child.Key] = v
			}
		}
	}
	return out
}

// Viper is viper's view of the configuration: keys in lower case, booleans and
// numbers as such. It has no defaults and follows no file; changing it changes
// nothing here.
func (c *Config) Viper() *viper.Viper { return c.view() }

// Dump lists every key with its value, one a line, as --dump-config prints it.
func (c *Config) Dump() string {
	var b strings.Builder
	c.root.dump(&b, "")
	return b.String()
}

func (n *Node) dump(b *strings.Builder, prefix string) {
	for _, child := range n.Children {
		path := prefix + child.Key
		value := "(null)"
		switch {
		case child.Kind == Scalar:
			value = child.Value
		case child.element && child.Kind == Map:
			value = child.Name()
		}
		b.WriteString(path + " = " + oneLine(value) + "\n")
		child.dump(b, path+".")
	}
}

// text gives a scalar, or a list of scalars the way rules write it: [a,b].
func (n *Node) text() (string, bool) {
	switch n.Kind {
	case Scalar:
		return n.Value, true
	case List:
		return "[" + strings.Join(n.Strings(), ",") + "]", true
	}
	return "", false
}
