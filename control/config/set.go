package config

import (
	"fmt"
	"strconv"
	"strings"
)

// set puts a value at a dotted path, making what is missing on the way. origin
// is what an error names as the place.
func (n *Node) set(path, value string, origin Pos) error {
	parts := strings.Split(path, ".")
	if len(parts) > MaxDepth {
		return &Error{origin, shorten(path), fmt.Sprintf("has more than %d parts", MaxDepth), ""}
	}
	for i, part := range parts {
		if part == "" {
			return &Error{origin, path, "an empty name stands between two dots", "write it as section.key"}
		}
		variables := i > 0 && (parts[i-1] == "address-groups" || parts[i-1] == "port-groups")
		next, err := n.step(part, variables, origin)
		if err != nil {
			return &Error{origin, strings.Join(parts[:i+1], "."), err.Error(), "count the elements in the file; the first one is 0"}
		}
		n = next
	}
	n.Kind, n.Value, n.Children, n.index, n.Pos = Scalar, value, nil, nil, origin
	if value == "" {
		n.Kind = Null
	}
	return nil
}

// step gives the child of that name and makes it where there is none.
func (n *Node) step(part string, variables bool, origin Pos) (*Node, error) {
	number, err := strconv.Atoi(part)
	numeric := err == nil && number >= 0
	if n.Kind == Scalar {
		// "- dns" becomes "- dns:" with something below it; any other scalar
		// gives way to the section that is asked for.
		old := *n
		n.Kind, n.Value = Null, ""
		if old.element && old.Value != "" {
			n.add(&Node{Key: old.Value, Pos: old.Pos, KeyPos: old.Pos})
		}
	}
	if n.Kind == List && !numeric {
		for _, e := range n.Children {
			if e.Name() == part {
				return e.step(part, variables, origin)
			}
		}
		return nil, fmt.Errorf("the list has no element called %s", quote(part))
	}
	if c := n.Child(part); c != nil {
		return c, nil
	}
	if n.Kind == List || n.Kind == Null && numeric {
		if number != len(n.Children) {
			return nil, fmt.Errorf("the list has %d elements, there is no element %d", len(n.Children), number)
		}
		c := &Node{Pos: origin, KeyPos: origin}
		n.appendElement(c)
		return c, nil
	}
	if !variables {
		part = strings.ReplaceAll(part, "_", "-")
		if c := n.Child(part); c != nil {
			return c, nil
		}
	}
	c := &Node{Key: part, Pos: origin, KeyPos: origin}
	n.add(c)
	return c, nil
}

// applySet reads one "a.b.c=v" as --set takes it.
func (n *Node) applySet(arg string) error {
	key, value, ok := strings.Cut(arg, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	origin := Pos{Origin: "--set " + shorten(arg)}
	if !ok || key == "" {
		return &Error{origin, "", "there is no key or no equals sign", "write --set section.key=value"}
	}
	return n.set(key, value, origin)
}

func shorten(s string) string {
	const most = 120
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
