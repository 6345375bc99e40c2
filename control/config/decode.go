package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Decode fills the struct that into points to from the section at path. Fields
// carry the tag conf:"key" (a dotted path below the section; "" is the section
// itself); a key that is missing takes the default of the table of known keys.
// Field types: bool, string, whole numbers, float64, time.Duration, Size,
// everything with UnmarshalText, []string, map[string]string, *Node, structs
// and slices of structs (a list of sections). All mistakes come joined.
func (c *Config) Decode(path string, into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("config: Decode(%s) needs a pointer to a struct", path)
	}
	d := decoder{}
	d.section(c.Node(path), path, v.Elem())
	return errors.Join(d.errs...)
}

type decoder struct{ errs []error }

func join(path, key string) string {
	switch {
	case path == "":
		return key
	case key == "":
		return path
	}
	return path + "." + key
}

func (d *decoder) section(n *Node, path string, v reflect.Value) {
	for i := range v.NumField() {
		key, ok := v.Type().Field(i).Tag.Lookup("conf")
		if !ok {
			continue
		}
		d.value(n.descend(key), join(path, key), v.Field(i))
	}
}

func (n *Node) descend(key string) *Node {
	if n == nil {
		return nil
	}
	return n.Lookup(key)
}

func (d *decoder) value(n *Node, path string, v reflect.Value) {
	if v.Type() == reflect.TypeFor[*Node]() {
		v.Set(reflect.ValueOf(n))
		return
	}
	_, isText := v.Addr().Interface().(encoding.TextUnmarshaler)
	switch {
	case isText:
	case v.Kind() == reflect.Struct:
		d.section(n, path, v)
		return
	case v.Kind() == reflect.Map:
		m := map[string]string{}
		if n != nil {
			for _, c := range n.Children {
				if text, ok := c.text(); ok {
					m[c.Key] = text
				}
			}
		}
		v.Set(reflect.ValueOf(m))
		return
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		if n.IsNull() {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Children), len(n.Children)))
		for i, c := range n.Children {
			d.section(c, path+"."+strconv.Itoa(i), v.Index(i))
		}
		return
	case v.Kind() == reflect.Slice:
		if !n.IsNull() {
			v.Set(reflect.ValueOf(n.Strings()))
		} else if k := LookupKnown(path); k != nil {
			v.Set(reflect.ValueOf(splitList(k.Default)))
		}
		return
	}
	var text string
	pos := Pos{Origin: "default"}
	if !n.IsNull() {
		pos = n.Pos
		t, ok := n.text()
		if !ok {
			// A section where also a value may stand (metadata: no); its
			// value is then the default.
			if k := LookupKnown(path); k == nil || !k.leaf {
				d.errs = append(d.errs, &Error{n.Pos, path, "this is " + n.Kind.String() + ", and one value is needed", ""})
				return
			}
			t = LookupKnown(path).Default
		}
		text = t
	} else if k := LookupKnown(path); k != nil && k.leaf {
		text = k.Default
	}
	if text == "" {
		return
	}
	if err := parseInto(v, text); err != nil {
		e := &Error{pos, path, err.Error(), ""}
		if k := LookupKnown(path); k != nil {
			e.Remedy = k.remedy()
		}
		d.errs = append(d.errs, e)
	}
}

func parseInto(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := ParseBool(text)
		if err != nil {
			return err
		}
		v.SetBool(b)
	case reflect.Int64:
		if v.Type() == reflect.TypeFor[time.Duration]() {
			dur, err := ParseDuration(text)
			v.SetInt(int64(dur))
			return err
		}
		fallthrough
	case reflect.Int, reflect.Int32, reflect.Int16, reflect.Int8:
		n, err := strconv.ParseInt(text, 0, v.Type().Bits())
		if err != nil {
			return errors.New(quote(text) + " is not a whole number in range")
		}
		v.SetInt(n)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		n, err := ParseSize(text)
		if err != nil || v.OverflowUint(uint64(n)) {
			return errors.New(quote(text) + " is not a number in range")
		}
		v.SetUint(uint64(n))
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errors.New(quote(text) + " is not a number")
		}
		v.SetFloat(f)
	default:
		return fmt.Errorf("config: a field of type %s cannot be read", v.Type())
	}
	return nil
}

// tagged lists the paths that a struct's tags name, "#" for list elements; it
// is how a test holds the structs against the table of known keys.
func tagged(t reflect.Type, path string) []string {
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		key, ok := f.Tag.Lookup("conf")
		if !ok {
			continue
		}
		p, ft := join(path, key), f.Type
		if ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct {
			p, ft = p+".#", ft.Elem()
		}
		if ft.Kind() == reflect.Struct && !reflect.PointerTo(ft).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			out = append(out, tagged(ft, p)...)
			continue
		}
		if ft != reflect.TypeFor[*Node]() && strings.TrimSpace(p) != "" {
			out = append(out, p)
		}
	}
	return out
}
