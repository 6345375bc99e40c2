package config

import (
	"errors"
	"strconv"

	"github.com/spf13/viper"
)

// newView puts a viper instance on the tree. The tree stays the source: viper
// lowers the case of keys, takes yes for a text and cannot address one element
// of a list.
func newView(root *Node) *viper.Viper {
	v := viper.New()
	top, _ := root.plain().(map[string]any)
	if err := v.MergeConfigMap(top); err != nil {
		panic("config: a tree of plain values was refused: " + err.Error())
	}
	return v
}

// plain turns a node into maps, lists, booleans, numbers and texts.
func (n *Node) plain() any {
	switch n.Kind {
	case Map:
		m := make(map[string]any, len(n.Children))
		for _, c := range n.Children {
			m[c.Key] = c.plain()
		}
		return m
	case List:
		l := make([]any, len(n.Children))
		for i, c := range n.Children {
			l[i] = c.plain()
		}
		return l
	case Scalar:
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i
		}
		if b, err := ParseBool(n.Value); err == nil {
			return b
		}
		return n.Value
	}
	return nil
}

func parseInt(s string) (int, error) {
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		return 0, errors.New(quote(s) + " is not a whole number")
	}
	return int(n), nil
}
