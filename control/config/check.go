package config

import (
	"strings"
)

// checker walks the tree beside the registry.
type checker struct {
	errs     []error
	warnings []Warning
}

const mostFindings = 200

func (c *checker) fail(pos Pos, key, problem, remedy string) {
	if len(c.errs) < mostFindings {
		c.errs = append(c.errs, &Error{pos, key, problem, remedy})
	}
}

func (c *checker) warn(pos Pos, key string, kind WarningKind, text string) {
	if len(c.warnings) < mostFindings {
		c.warnings = append(c.warnings, Warning{pos, key, kind, text})
	}
}

// walk checks the children of n; path is n's, as parts.
func (c *checker) walk(n *Node, path []string) {
	for _, child := range n.Children {
		c.node(child, append(path[:len(path):len(path)], child.Key))
	}
}

func (c *checker) node(n *Node, path []string) {
	key := strings.Join(path, ".")
	k := registry().lookup(path)
	switch {
	case k == nil:
		c.unknown(n, path)
		return
	case k.Ignored:
		c.warn(n.KeyPos, key, NoEffect, "has no effect in weir")
		return
	case n.Kind == Null || k.has("any"):
		return
	case n.element && n.Kind == Scalar && k.children != nil && !k.leaf:
		c.element(n, k, path)
		return
	}
	section, list := len(k.children) > 0, k.children["#"] != nil
	wild := registry().wild(path)
	switch n.Kind {
	case Scalar:
		switch {
		case k.leaf:
			if problem, remedy := k.check(n.Value); problem != "" {
				c.fail(n.Pos, key, problem, remedy)
			}
		case list:
			c.fail(n.Pos, key, quote(n.Value)+" is a value, and this is a list", "put each element on a line of its own after a dash")
		default:
			// Suricata looks only for keys below it and never sees the value.
			c.warn(n.Pos, key, Doubtful, quote(n.Value)+" has no effect, this is a section; put its keys below it, indented")
		}
	case List:
		switch {
		case list:
			c.walk(n, path)
		case k.leaf && k.has("list", "cpus", "map"):
			c.scalars(n, k, key)
		case k.leaf && k.has("string") && strings.Contains(key, "detection-ports"):
			c.scalars(n, k, key)
		case k.leaf && !section:
			c.fail(n.Pos, key, "this is a list, and one value is needed", "remove the dashes or the brackets")
		default:
			c.fail(n.Pos, key, "this is a list, and a section is needed", "remove the dashes")
		}
	case Map:
		switch {
		case k.leaf && k.has("map"):
		case list && !alsoSection(k):
			c.fail(n.Pos, key, "this is a section, and a list is needed", "put a dash before each element")
		case section || wild:
			c.walk(n, path)
		default:
			c.fail(n.Pos, key, "this is a section, and a value is needed", k.remedy())
		}
	}
}

// alsoSection tells that a list may also be written as a section.
func alsoSection(k *Known) bool { return len(k.children) > 1 }

func (k *Known) remedy() string {
	_, remedy := k.check("\x00")
	return remedy
}

// wild tells that the path also has children by way of a "*" branch.
func (k *Known) wild(path []string) bool {
	if len(path) == 0 {
		return len(k.children) > 0
	}
	for _, name := range []string{path[0], "#", "*"} {
		if c := k.children[name]; c != nil && c.wild(path[1:]) {
			return true
		}
	}
	return false
}

// element checks a bare list element, such as "- dns" among the EVE types.
func (c *checker) element(n *Node, k *Known, path []string) {
	key := strings.Join(path, ".")
	e := k.child(n.Value)
	switch {
	case e == nil:
		c.warn(n.Pos, key, UnknownKey, "unknown name "+quote(n.Value)+suggest(n.Value, k))
	case e.Ignored:
		c.warn(n.Pos, key+"."+n.Value, NoEffect, "has no effect in weir")
	}
}

// scalars checks a list of plain values.
func (c *checker) scalars(n *Node, k *Known, key string) {
	for _, e := range n.Children {
		if e.Kind == Map || e.Kind == List {
			c.fail(e.Pos, key+"."+e.Key, "this is "+e.Kind.String()+", and one value is needed", "write one value an element")
		} else if e.Kind == Scalar && k.has("cpus") && !k.has("list") {
			if problem, remedy := k.check(e.Value); problem != "" {
				c.fail(e.Pos, key+"."+e.Key, problem, remedy)
			}
		}
	}
}

func (c *checker) unknown(n *Node, path []string) {
	parent := registry().lookup(path[:len(path)-1])
	name := path[len(path)-1]
	text := "unknown key" + suggest(name, parent)
	if !strings.Contains(text, "mean") {
		text += elsewhere(name, path)
	}
	c.warn(n.KeyPos, strings.Join(path, "."), UnknownKey, text)
}

// suggest names the known sibling that is spelled most like name.
func suggest(name string, parent *Known) string {
	if parent == nil {
		return ""
	}
	best, bestDistance := "", len(name)/3+1
	for _, sibling := range sortedKeys(parent.children) {
		if sibling == "#" || sibling == "*" {
			continue
		}
		if d := distance(strings.ToLower(name), sibling, bestDistance); d <= bestDistance && (best == "" || d < bestDistance) {
			best, bestDistance = sibling, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// elsewhere names the known key of that name that shares most of the path.
func elsewhere(name string, path []string) string {
	best, bestShared := "", -1
	for _, k := range KnownKeys() {
		i := strings.LastIndexByte(k.Path, '.')
		if k.Path[i+1:] != name || k.Ignored {
			continue
		}
		shared := 0
		for j, part := range strings.Split(k.Path, ".") {
			if j >= len(path) || part != path[j] && part != "#" && part != "*" {
				break
			}
			shared++
		}
		if shared > bestShared {
			best, bestShared = k.Path, shared
		}
	}
	if best == "" || bestShared == 0 && len(path) > 1 {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance is the edit distance of two short words, or more than most.
func distance(a, b string, most int) int {
	if len(a) > 64 || len(b) > 64 || len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		corner := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := corner
			if a[i-1] != b[j-1] {
				cost++
			}
			corner = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
