package archtest

import (
	"fmt"
	"path"
	"strings"
)

// hotFolders hold code that runs for each packet; "/..." takes in what is below.
var hotFolders = []string{"dataplane/...", "match", "anomaly"}

// coldImports do not belong there: they allocate, call the kernel or read a
// clock. Time comes with the packet.
var coldImports = []string{"fmt", "log", "log/slog", "time"}

// coldFile excuses files of a hot folder, by a path.Match pattern, for some
// imports.
type coldFile struct {
	pattern string
	imports []string
	reason  string
}

var coldFiles = []coldFile{
	{"*/config.go", []string{"fmt", "time"}, "parsed and validated in control, before any packet"},
	{"*/*/config.go", []string{"fmt", "time"}, "parsed and validated in control, before any packet"},
	{"dataplane/clock/*.go", []string{"time"}, "the one place that reads the machine's clock, once a burst"},
	{"dataplane/port/*.go", []string{"fmt", "time"}, "opens and closes ports; its burst calls live in cgo/dpdk"},
	{"match/bundle.go", []string{"fmt"}, "verifies a bundle before it is published"},
	{"match/bundle_unsafe.go", []string{"fmt"}, "opens a bundle before it is published"},
	{"dataplane/app/*/options.go", []string{"fmt"}, "parsed in control, before any packet"},
	{"dataplane/app/layer.go", []string{"fmt"}, "makes a layer at the start"},
	{"dataplane/worker/worker.go", []string{"fmt"}, "makes a worker at the start"},
	{"dataplane/slab/parts.go", []string{"fmt"}, "tells people where memory is; no packet comes by"},
	{"dataplane/app/tls/log.go", []string{"time"}, "calendar arithmetic on certificates' dates; reads no clock"},
	{"match/ready.go", []string{"fmt"}, "prepares a bundle before it is published"},
	{"match/script.go", []string{"fmt"}, "prepares scripts before a bundle is published"},
}

// HotPathIsCold reports cold imports in hot folders. Exceptions that match no
// file are reported when checkExceptions is set.
func HotPathIsCold(t Tree, exceptions []coldFile, checkExceptions bool) []Finding {
	var out []Finding
	used := make([]bool, len(exceptions))
	for _, f := range t {
		if f.Test() || !isHot(f.Dir()) {
			continue
		}
		for _, i := range f.Imports {
			if !contains(coldImports, i.Path) {
				continue
			}
			excused := false
			for n, e := range exceptions {
				if ok, err := path.Match(e.pattern, f.Path); ok && err == nil && contains(e.imports, i.Path) {
					used[n], excused = true, true
				}
			}
			if !excused {
				out = append(out, Finding{f.Path, i.Line,
					fmt.Sprintf("%q has no place in per-packet code; if this file runs before any packet, list it in coldFiles", i.Path)})
			}
		}
	}
	for n, e := range exceptions {
		if checkExceptions && !used[n] {
			out = append(out, Finding{"internal/archtest/hotpath.go", 0,
				fmt.Sprintf("the exception for %s is not needed any more", e.pattern)})
		}
	}
	return out
}

func isHot(dir string) bool {
	for _, h := range hotFolders {
		top, deep := strings.CutSuffix(h, "/...")
		if dir == top || deep && under(dir, top) {
			return true
		}
	}
	return false
}
