package archtest

import (
	"fmt"
	"strings"
)

// layers says what the packages below a top folder may import of this
// repository: top folders, their own always included. The arrows of the design:
// cmd → control → dataplane → {match, anomaly, event} → cgo.
var layers = map[string][]string{
	"cmd":       {"control", "dataplane", "match", "anomaly", "event", "cgo", "configs"},
	"bench":     {"control", "dataplane", "match", "anomaly", "event", "cgo", "configs", "internal"},
	"control":   {"dataplane", "match", "anomaly", "event", "cgo", "configs"},
	"dataplane": {"match", "anomaly", "event", "cgo"},
	"match":     {"cgo"},
	"anomaly":   {"cgo"},
	"event":     {"cgo"},
	"cgo":       {},
	"configs":   {},
	"docs":      {},
	"docker":    {},
	"internal":  {"cmd", "control", "dataplane", "match", "anomaly", "event", "cgo", "configs"},
}

// mustExist are the folders that rules name: a rule about a folder that is gone
// would check nothing.
var mustExist = []string{"cmd", "control", "dataplane", "match", "anomaly", "event", "cgo", "internal"}

// edge is an import that the layers do not allow but that has a reason.
type edge struct{ from, to, reason string }

// allowedEdges are the exceptions; from and to are folders with all below them.
var allowedEdges = []edge{
	{"cmd", "internal/packetbuild", "weir rules test builds the traffic that a test describes"},
}

// runSide may not import the compile side: what runs per packet must not drag a
// rule parser into the engine.
var runSide = []string{"match", "match/input", "match/buf"}

var compileSide = []string{"match/rule", "match/compile"}

// ImportDirection checks the layers. Tests may import internal/* as well. Edges
// that nothing uses are reported when checkEdges is set.
func ImportDirection(t Tree, edges []edge, checkEdges bool) []Finding {
	var out []Finding
	used := make([]bool, len(edges))
	for _, f := range t {
		top := topOf(f.Dir())
		allowed, known := layers[top]
		if !known {
			out = append(out, Finding{f.Path, 0, fmt.Sprintf("folder %q has no place in the layers", top)})
			continue
		}
		for _, i := range f.Imports {
			dir, ok := i.Local()
			if !ok {
				continue
			}
			to := topOf(dir)
			if to == top || contains(allowed, to) || f.Test() && to == "internal" {
				continue
			}
			excused := false
			for n, e := range edges {
				if under(f.Dir(), e.from) && under(dir, e.to) {
					used[n], excused = true, true
				}
			}
			if !excused {
				out = append(out, Finding{f.Path, i.Line, fmt.Sprintf("%s may not import %s", top, dir)})
			}
		}
	}
	for n, e := range edges {
		if checkEdges && !used[n] {
			out = append(out, Finding{"internal/archtest/imports.go", 0,
				fmt.Sprintf("the exception %s → %s is not needed any more", e.from, e.to)})
		}
	}
	return out
}

// RunSideIsFreeOfCompiler checks that the packages which run rules do not import
// those which parse or compile them (their tests may).
func RunSideIsFreeOfCompiler(t Tree) []Finding {
	var out []Finding
	for _, f := range t {
		if f.Test() || !contains(runSide, f.Dir()) && topOf(f.Dir()) != "dataplane" {
			continue
		}
		for _, i := range f.Imports {
			if dir, ok := i.Local(); ok && (under(dir, compileSide[0]) || under(dir, compileSide[1])) {
				out = append(out, Finding{f.Path, i.Line, "the run side may not import " + dir})
			}
		}
	}
	return out
}

// ListedFoldersExist checks that the rules speak of folders that are there.
func ListedFoldersExist(t Tree, folders ...string) []Finding {
	var out []Finding
	for _, want := range folders {
		found := false
		for _, d := range t.Dirs() {
			found = found || under(d, want)
		}
		if !found {
			out = append(out, Finding{want, 0, "a rule names this folder, but it holds no Go package"})
		}
	}
	return out
}

// OnlyCgoImportsC checks that `import "C"` stands below cgo/ only.
func OnlyCgoImportsC(t Tree) []Finding {
	var out []Finding
	for _, f := range t {
		for _, i := range f.Imports {
			if i.Path == "C" && topOf(f.Dir()) != "cgo" {
				out = append(out, Finding{f.Path, i.Line, `only cgo/* may import "C"`})
			}
		}
	}
	return out
}

// UnsafeIsMarked checks that unsafe stands in files called *_unsafe.go (or
// *_unsafe_test.go), and below cgo/.
func UnsafeIsMarked(t Tree) []Finding {
	var out []Finding
	for _, f := range t {
		base := strings.TrimSuffix(strings.TrimSuffix(f.Path, ".go"), "_test")
		for _, i := range f.Imports {
			if i.Path == "unsafe" && topOf(f.Dir()) != "cgo" && !strings.HasSuffix(base, "_unsafe") {
				out = append(out, Finding{f.Path, i.Line, "unsafe belongs into a file called *_unsafe.go"})
			}
		}
	}
	return out
}

func topOf(dir string) string {
	top, _, _ := strings.Cut(dir, "/")
	return top
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}
