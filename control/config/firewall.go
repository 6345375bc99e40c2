package config

import "path/filepath"

// PolicyLists are the actions below firewall.policies, by place: packet.filter,
// app.tls.client-hello-done and so on.
func (f Firewall) PolicyLists() map[string][]string {
	out := map[string][]string{}
	if f.Policies != nil {
		f.Policies.leaves("", out)
	}
	return out
}

// leaves collects the lists below a node; a single word is a list of one.
func (n *Node) leaves(path string, out map[string][]string) {
	if n.Kind != Map {
		if words := n.Strings(); len(words) > 0 {
			out[path] = words
		}
		return
	}
	for _, c := range n.Children {
		p := c.Key
		if path != "" {
			p = path + "." + c.Key
		}
		c.leaves(p, out)
	}
}

// Files are the firewall's rule files, in order, with their directory.
func (f Firewall) Files() []string {
	out := make([]string, len(f.RuleFiles))
	for i, name := range f.RuleFiles {
		if out[i] = name; !filepath.IsAbs(name) {
			out[i] = filepath.Join(f.RulePath, name)
		}
	}
	return out
}
