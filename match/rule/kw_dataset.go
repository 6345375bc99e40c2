package rule

import (
	"errors"
	"fmt"
	"strings"
)

// Dataset is dataset or datarep.
type Dataset struct {
	Rep       bool
	Cmd, Name string
	// Op and Value are datarep's comparison.
	Op    string
	Value uint16
	SetDef
	// Subdomain: a name with a dot before it is in the set when a parent is.
	Subdomain bool
	// ContextKey is under what an alert tells what is known of a value.
	ContextKey string
}

// SetDef says what a data set is and where its values come from.
type SetDef struct {
	Type, Load, Save, State string
	Memcap, HashSize        uint64
	// Format is csv, json or ndjson (a JSON object a line). The value stands at
	// ValueKey of an object, objects at ArrayKey of a json file; RemoveKey takes
	// the value out of what alerts tell.
	Format, ValueKey, ArrayKey string
	RemoveKey                  bool
}

// SetTypes are what values of data sets can be.
var SetTypes = []string{"string", "md5", "sha256", "ipv4", "ip"}

func parseDataset(p *parser, name, v string) error {
	d := &Dataset{Rep: name == "datarep"}
	f := fields(v)
	if len(f) < 2 {
		return errors.New("needs a command and a name")
	}
	if d.Rep {
		if len(f) < 3 {
			return errors.New("want NAME, OPERATOR, VALUE")
		}
		d.Name, d.Op = f[0], f[1]
		n, ok := parseUint(f[2], 16)
		if !ok || (d.Op != "<" && d.Op != ">" && d.Op != "=" && d.Op != "==") {
			return fmt.Errorf("%s %s: want < > or = and a number to 65535", f[1], f[2])
		}
		d.Value = uint16(n)
		f = f[3:]
	} else {
		d.Cmd, d.Name = f[0], f[1]
		switch d.Cmd {
		case "isset", "isnotset", "set", "unset":
		default:
			return fmt.Errorf("command %q, want isset, isnotset, set or unset", d.Cmd)
		}
		f = f[2:]
	}
	if d.Name == "" || len(d.Name) > 63 || strings.ContainsAny(d.Name, " \t") {
		return fmt.Errorf("name %q, want 1 to 63 characters without blanks", d.Name)
	}
	for _, item := range f {
		if err := d.option(item); err != nil {
			return err
		}
	}
	if err := d.check(); err != nil {
		return err
	}
	p.cond(d)
	return nil
}

func (d *Dataset) option(item string) error {
	word, arg, _ := strings.Cut(item, " ")
	arg = strings.TrimSpace(arg)
	if (word == "remove_key") != (arg == "") {
		return fmt.Errorf("%q, want a word and a value", item)
	}
	if d.Rep && (word == "save" || word == "state") {
		return fmt.Errorf("%s: a reputation list is only read", word)
	}
	texts := map[string]*string{"type": &d.Type, "load": &d.Load, "save": &d.Save, "state": &d.State, "format": &d.Format,
		"context_key": &d.ContextKey, "enrichment_key": &d.ContextKey, "value_key": &d.ValueKey, "array_key": &d.ArrayKey}
	if to, ok := texts[word]; ok {
		if *to != "" {
			return fmt.Errorf("%s stands twice", word)
		}
		*to = arg
		return nil
	}
	switch word {
	case "remove_key":
		d.RemoveKey = true
	case "match":
		if d.Subdomain = arg == "subdomain"; !d.Subdomain && arg != "exact" {
			return fmt.Errorf("match %q, want exact or subdomain", arg)
		}
	case "memcap", "hashsize":
		n, ok := parseUint(arg, 62)
		if !ok {
			n, ok = withUnit(arg)
		}
		if !ok || n == 0 {
			return fmt.Errorf("%s %q is no number above 0", word, arg)
		}
		if word == "memcap" {
			d.Memcap = n
		} else {
			d.HashSize = n
		}
	default:
		return fmt.Errorf("unknown option %q (nearest known: %s)", word, nearest(word, datasetOptions))
	}
	return nil
}

var datasetOptions = []string{"type", "load", "save", "state", "format", "context_key", "value_key", "array_key", "remove_key",
	"match", "memcap", "hashsize"}

// check holds the options against each other.
func (d *Dataset) check() error {
	if d.Type != "" {
		if err := oneOf([]string{d.Type}, SetTypes...); err != nil {
			return fmt.Errorf("type %w", err)
		}
	}
	switch {
	case d.State != "" && (d.Load != "" || d.Save != ""):
		return errors.New("state stands for load and save: it cannot stand beside them")
	case d.Subdomain && (d.Rep || d.Cmd == "set" || d.Cmd == "unset"):
		return errors.New("match subdomain is for isset and isnotset")
	case d.Subdomain && d.Type != "" && d.Type != "string":
		return errors.New("match subdomain is for sets of type string")
	}
	switch d.Format {
	case "", "csv":
		d.Format = ""
		if d.ContextKey+d.ValueKey+d.ArrayKey != "" || d.RemoveKey {
			return errors.New("keys are for format json and ndjson")
		}
		return nil
	case "jsonline":
		d.Format = "ndjson"
	case "json", "ndjson":
	default:
		return fmt.Errorf("format %q, want csv, json or ndjson", d.Format)
	}
	switch {
	case d.ValueKey == "":
		return errors.New("format json and ndjson need a value_key")
	case d.ArrayKey != "" && d.Format != "json":
		return errors.New("array_key is for format json")
	case d.Load == "":
		return errors.New("format json and ndjson need a file to load")
	case d.Save != "" || d.State != "" || d.Cmd == "set" || d.Cmd == "unset":
		return errors.New("a set in json is only read: no set, unset, save or state")
	}
	return nil
}
