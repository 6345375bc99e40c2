package config

import (
	"strconv"
	"strings"
)

// applyEnv sets what WEIR_A_B_C variables name. A name is matched against the
// keys that are there and those that are known, an underscore standing for a
// dot, a dash or an underscore; the longest key that fits at each level wins.
func (n *Node) applyEnv(env []string, r *reader) []error {
	var errs []error
	for _, pair := range env {
		name, value, ok := strings.Cut(pair, "=")
		rest, ours := strings.CutPrefix(name, "WEIR_")
		if !ok || !ours || rest == "" {
			continue
		}
		origin := Pos{Origin: "environment variable " + shorten(name)}
		words := strings.Split(rest, "_")
		path := resolveEnv(n, []*Known{registry()}, words)
		if path == nil {
			r.warn(origin, strings.ToLower(strings.Join(words, ".")), UnknownKey, "no known key has this name")
			continue
		}
		if err := n.set(strings.Join(path, "."), value, origin); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// resolveEnv finds the dotted path that words stand for, or nil.
func resolveEnv(n *Node, known []*Known, words []string) []string {
	const mostWords = 32
	if len(words) == 0 {
		return []string{}
	}
	if len(words) > mostWords {
		return nil
	}
	for take := len(words); take > 0; take-- {
		key := envKey(n, known, strings.Join(words[:take], "_"))
		if key == "" {
			continue
		}
		var below []*Known
		for _, k := range known {
			for _, name := range []string{key, "#", "*"} {
				if _, err := strconv.Atoi(key); name == "#" && err != nil {
					continue
				}
				if c := k.children[name]; c != nil {
					below = append(below, c)
				}
			}
			if k.leaf && k.has("map", "any") && len(k.children) == 0 {
				return []string{key}
			}
		}
		if len(below) == 0 {
			continue
		}
		if rest := resolveEnv(n.Child(key), below, words[take:]); rest != nil && (len(rest) > 0 || anyLeaf(below)) {
			return append([]string{key}, rest...)
		}
	}
	return nil
}

func anyLeaf(known []*Known) bool {
	for _, k := range known {
		if k.leaf {
			return true
		}
	}
	return false
}

// envKey gives the key that a piece of a variable's name stands for at one level.
func envKey(n *Node, known []*Known, word string) string {
	same := func(key string) bool { return strings.EqualFold(strings.ReplaceAll(key, "-", "_"), word) }
	if n != nil {
		for _, c := range n.Children {
			if same(c.Key) {
				return c.Key
			}
		}
	}
	_, notNumber := strconv.Atoi(word)
	for _, k := range known {
		for name := range k.children {
			if name != "#" && name != "*" && same(name) {
				return name
			}
		}
		if k.children["#"] != nil && notNumber == nil {
			return word
		}
		if strings.HasSuffix(k.Path, "-groups") {
			return word
		}
		if k.children["*"] != nil {
			return strings.ToLower(strings.ReplaceAll(word, "_", "-"))
		}
	}
	return ""
}
