package wiring

import (
	"errors"
	"strconv"

	"github.com/weir-ips/weir/control/config"
)

// keys reads the settings of one protocol's section. What is not there leaves the
// default; mistakes are collected.
type keys struct {
	p    config.Protocol
	errs []error
}

func (k *keys) node(path string) *config.Node {
	n := k.p.Options.Lookup(path)
	if n.IsNull() {
		return nil
	}
	return n
}

func (k *keys) bad(n *config.Node, path string, err error) {
	k.errs = append(k.errs, &config.Error{Pos: n.Pos, Key: k.p.Path + "." + path, Problem: err.Error()})
}

// flag reads yes or no; auto leaves the default.
func (k *keys) flag(path string, to *bool) {
	n := k.node(path)
	if n == nil || n.Value == "auto" {
		return
	}
	v, err := config.ParseBool(n.Value)
	if err != nil {
		k.bad(n, path, err)
		return
	}
	*to = v
}

// size reads a number of octets, or of anything else, up to most.
func (k *keys) size(path string, to *int, most int) {
	n := k.node(path)
	if n == nil {
		return
	}
	v, err := config.ParseSize(n.Value)
	if err != nil {
		k.bad(n, path, err)
		return
	}
	*to = int(min(uint64(v), uint64(most)))
}

// count reads a whole number; one below 0 stands for no limit, which is 0.
func (k *keys) count(path string, to *int) {
	n := k.node(path)
	if n == nil {
		return
	}
	v, err := strconv.Atoi(n.Value)
	if err != nil {
		k.bad(n, path, err)
		return
	}
	*to = max(v, 0)
}

// list reads a list of words.
func (k *keys) list(path string, to *[]string) {
	if n := k.node(path); n != nil {
		*to = n.Strings()
	}
}

func (k *keys) err() error { return errors.Join(k.errs...) }
