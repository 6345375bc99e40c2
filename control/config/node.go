package config

import (
	"strconv"
	"strings"
)

// Kind is the shape of a node.
type Kind uint8

// The shapes of a node. Null is a key without a value, which is as good as a
// key that is not there: its default counts.
const (
	Null Kind = iota
	Scalar
	Map
	List
)

func (k Kind) String() string {
	return [...]string{"nothing", "a value", "a section", "a list"}[k]
}

// Node is one place of the configuration tree. Children of a Map are named by
// their key, children of a List by their number.
type Node struct {
	Key      string
	Kind     Kind
	Value    string // of a Scalar, unquoted
	Children []*Node
	Pos      Pos // of the value
	KeyPos   Pos // of the key, or of the list element
	element  bool
	index    map[string]int
}

// Child gives the child of that key or number, or nil. On a List, a name that
// is not a number finds the element that is that name or whose first key it is,
// so that outputs.eve-log finds the eve-log wherever it stands.
func (n *Node) Child(name string) *Node {
	if n == nil {
		return nil
	}
	if n.Kind == List {
		if i, err := strconv.Atoi(name); err == nil {
			if i < 0 || i >= len(n.Children) {
				return nil
			}
			return n.Children[i]
		}
		for _, c := range n.Children {
			if c.Name() == name {
				if c.Kind == Map {
					return c.Children[0]
				}
				return c
			}
		}
		return nil
	}
	if n.index != nil {
		if i, ok := n.index[name]; ok {
			return n.Children[i]
		}
		return nil
	}
	for _, c := range n.Children {
		if c.Key == name {
			return c
		}
	}
	return nil
}

// Name is what a list element is called: its value, or the first key of the
// mapping that it is ("- alert: {...}" and "- alert" are both called alert).
// For every other node it is the key.
func (n *Node) Name() string {
	switch {
	case !n.element:
		return n.Key
	case n.Kind == Scalar:
		return n.Value
	case n.Kind == Map && len(n.Children) > 0:
		return n.Children[0].Key
	}
	return n.Key
}

// Options is the mapping below a named list element: for "- alert: {...}" the
// node of alert, for a bare "- alert" nil.
func (n *Node) Options() *Node {
	if n.Kind == Map && len(n.Children) > 0 {
		return n.Children[0]
	}
	return nil
}

// Lookup follows a dotted path below n; nil when there is nothing.
func (n *Node) Lookup(path string) *Node {
	if path == "" {
		return n
	}
	for _, part := range strings.Split(path, ".") {
		if n = n.Child(part); n == nil {
			return nil
		}
	}
	return n
}

// IsNull tells that there is no value: no node, or a key with nothing after it.
func (n *Node) IsNull() bool { return n == nil || n.Kind == Null }

// Strings gives a list of scalars, or a comma-separated scalar, as strings.
func (n *Node) Strings() []string {
	switch {
	case n.IsNull():
		return nil
	case n.Kind == Scalar:
		return splitList(n.Value)
	}
	var out []string
	for _, c := range n.Children {
		if c.Kind == Scalar {
			out = append(out, c.Value)
		}
	}
	return out
}

// splitList reads "a, b" and "[a, b]", the two ways to write a short list.
func splitList(s string) []string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// add appends a child of a mapping, or puts it into the place of the one of the
// same key: the last one counts, and nothing of the former is kept, as in
// Suricata. It returns what it replaced.
func (n *Node) add(c *Node) *Node {
	if n.index == nil {
		n.index = make(map[string]int, len(n.Children)+1)
		for i, old := range n.Children {
			n.index[old.Key] = i
		}
	}
	n.Kind, n.Value = Map, ""
	if i, ok := n.index[c.Key]; ok {
		old := n.Children[i]
		n.Children[i] = c
		return old
	}
	n.index[c.Key] = len(n.Children)
	n.Children = append(n.Children, c)
	return nil
}

// appendElement appends an element to a list.
func (n *Node) appendElement(c *Node) {
	n.Kind, n.Value, n.index = List, "", nil
	c.Key, c.element = strconv.Itoa(len(n.Children)), true
	n.Children = append(n.Children, c)
}
