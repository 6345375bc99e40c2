package archtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// load makes a tree of path → source. A source that does not begin with
// "package" is a list of imports.
func load(t *testing.T, files map[string]string) Tree {
	t.Helper()
	root := fstest.MapFS{}
	for path, source := range files {
		if !strings.HasPrefix(source, "package") && !strings.HasPrefix(source, "//") {
			text := "package p\n"
			for _, i := range strings.Fields(source) {
				text += fmt.Sprintf("import _ %q\n", i)
			}
			source = text
		}
		root[path] = &fstest.MapFile{Data: []byte(source)}
	}
	tree, broken, err := Load(root)
	if err != nil || len(broken) > 0 {
		t.Fatal(err, broken)
	}
	return tree
}

const goodDoc = "// Package p is.\n//\n// Ownership: o.\n//\n// Concurrency: c.\n//\n// Limits: l.\npackage p\n"

// Every rule with what it must let through and what it must report: the path and
// line of each finding.
func TestRulesCanFail(t *testing.T) {
	m := Module + "/"
	edges := []edge{{"cmd", "internal/demo", "for the test"}}
	direction := func(tree Tree) []Finding { return ImportDirection(tree, edges, false) }
	cold := []coldFile{{"dataplane/*/config.go", []string{"fmt"}, "for the test"}}
	hot := func(tree Tree) []Finding { return HotPathIsCold(tree, cold, false) }
	for _, row := range []struct {
		name  string
		rule  func(Tree) []Finding
		files map[string]string
		want  []string
	}{
		{"arrows forwards", direction, map[string]string{
			"cmd/weir/a.go": m + "control " + m + "internal/demo", "control/a.go": m + "dataplane/flow " + m + "event/eve",
			"dataplane/flow/a.go": m + "match/input " + m + "cgo/dpdk", "match/a_test.go": m + "internal/packetbuild fmt",
			"internal/demo/a.go": m + "internal/packetbuild", "match/compile/a.go": m + "match/rule " + m + "cgo/hyperscan",
		}, nil},
		{"dataplane imports control", direction, map[string]string{"dataplane/flow/a.go": "fmt " + m + "control"}, []string{"dataplane/flow/a.go:3"}},
		{"match imports dataplane", direction, map[string]string{"match/a.go": m + "dataplane/packet"}, []string{"match/a.go:2"}},
		{"cgo imports event", direction, map[string]string{"cgo/dpdk/a.go": m + "event"}, []string{"cgo/dpdk/a.go:2"}},
		{"control imports cmd", direction, map[string]string{"control/a.go": m + "cmd/weir"}, []string{"control/a.go:2"}},
		{"siblings", direction, map[string]string{"anomaly/a.go": m + "match"}, []string{"anomaly/a.go:2"}},
		{"tests keep the direction too", direction, map[string]string{"cgo/dpdk/a_test.go": m + "control"}, []string{"cgo/dpdk/a_test.go:2"}},
		{"code imports internal", direction, map[string]string{"control/a.go": m + "internal/packetbuild"}, []string{"control/a.go:2"}},
		{"cmd imports another internal", direction, map[string]string{"cmd/weir/a.go": m + "internal/demos"}, []string{"cmd/weir/a.go:2"}},
		{"unknown top folder", direction, map[string]string{"extras/a.go": "fmt"}, []string{"extras/a.go"}},
		{"a folder with a like name", direction, map[string]string{"match/a.go": m + "cgoish"}, []string{"match/a.go:2"}},

		{"run side alone", RunSideIsFreeOfCompiler, map[string]string{
			"match/a.go": m + "match/input", "match/a_test.go": m + "match/compile", "match/compile/a.go": m + "match/rule"}, nil},
		{"run side imports compiler", RunSideIsFreeOfCompiler, map[string]string{
			"match/a.go": m + "match/compile", "dataplane/worker/b.go": m + "match/rule"}, []string{"dataplane/worker/b.go:2", "match/a.go:2"}},

		{"C below cgo", OnlyCgoImportsC, map[string]string{"cgo/dpdk/a.go": "C"}, nil},
		{"C elsewhere", OnlyCgoImportsC, map[string]string{"dataplane/port/a.go": "C", "cgotools/a.go": "C"},
			[]string{"cgotools/a.go:2", "dataplane/port/a.go:2"}},

		{"unsafe marked", UnsafeIsMarked, map[string]string{
			"match/a_unsafe.go": "unsafe", "match/a_unsafe_test.go": "unsafe", "cgo/x/a.go": "unsafe"}, nil},
		{"unsafe not marked", UnsafeIsMarked, map[string]string{"match/notunsafe.go": "unsafe"}, []string{"match/notunsafe.go:2"}},

		{"cold imports in cold places", hot, map[string]string{
			"dataplane/flow/config.go": "fmt", "dataplane/flow/a_test.go": "fmt time log",
			"control/a.go": "fmt time", "match/rule/a.go": "fmt", "anomaly/sketch/a.go": "fmt"}, nil},
		{"fmt per packet", hot, map[string]string{"dataplane/flow/table.go": "sort fmt"}, []string{"dataplane/flow/table.go:3"}},
		{"log deep down", hot, map[string]string{"dataplane/app/dns/parser.go": "log"}, []string{"dataplane/app/dns/parser.go:2"}},
		{"time in roots", hot, map[string]string{"match/run.go": "time", "anomaly/score.go": "time"}, []string{"anomaly/score.go:2", "match/run.go:2"}},
		{"exception holds for its imports only", hot, map[string]string{"dataplane/flow/config.go": "time"}, []string{"dataplane/flow/config.go:2"}},

		{"documented", PackagesExplainThemselves, map[string]string{
			"match/doc.go": goodDoc, "internal/x/doc.go": "// Package p is.\npackage p\n", "match/only_test.go": "fmt"}, nil},
		{"no doc.go", PackagesExplainThemselves, map[string]string{"match/a.go": "fmt"}, []string{"match"}},
		{"no comment", PackagesExplainThemselves, map[string]string{"cmd/weir/doc.go": "package p\n"}, []string{"cmd/weir/doc.go"}},
		{"paragraph missing", PackagesExplainThemselves, map[string]string{
			"match/doc.go": strings.Replace(goodDoc, "Limits:", "No limits:", 1)}, []string{"match/doc.go"}},
		{"paragraph inside another", PackagesExplainThemselves, map[string]string{
			"match/doc.go": strings.Replace(goodDoc, "//\n// Limits:", "// Limits:", 1)}, []string{"match/doc.go"}},

		{"just short enough", FilesAreShort, map[string]string{"match/a.go": "package p\n" + strings.Repeat("\n", MaxLines-1)}, nil},
		{"too long", FilesAreShort, map[string]string{"match/a.go": "package p\n" + strings.Repeat("\n", MaxLines)}, []string{"match/a.go"}},

		{"telling names", NamesSaySomething, map[string]string{"match/commonality.go": "fmt"}, nil},
		{"vague names", NamesSaySomething, map[string]string{"match/util/a.go": "fmt", "match/util/b.go": "fmt", "match/helpers_test.go": "fmt"},
			[]string{"match/helpers_test.go", "match/util"}},

		{"clean", NothingLeftBehind, map[string]string{"match/a.go": "package p\n// at work: network/ing, x/home\nconst s = \"root:/root:/bin/sh\"\n"}, nil},
		{"left behind", NothingLeftBehind, map[string]string{"match/a.go": "package p\n\n// see " + "/wo" + "rk/x\n// TO" + "DO later\nconst h = \"" + "/ho" + "me/jo/src\"\n"},
			[]string{"match/a.go:3", "match/a.go:4", "match/a.go:5"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			for _, f := range row.rule(load(t, row.files)) {
				at, _, _ := strings.Cut(f.String(), ": ")
				got = append(got, at)
			}
			slices.Sort(got)
			if !slices.Equal(got, row.want) {
				t.Errorf("findings at %q, want %q", got, row.want)
			}
		})
	}
}

func TestUnneededExceptionsAreReported(t *testing.T) {
	tree := load(t, map[string]string{"match/a.go": "fmt"})
	if got := ImportDirection(tree, []edge{{"match", "event", "r"}}, true); len(got) != 1 {
		t.Errorf("edges: %v", got)
	}
	if got := HotPathIsCold(tree, []coldFile{{"match/a.go", []string{"fmt"}, "r"}, {"match/b.go", []string{"fmt"}, "r"}}, true); len(got) != 1 {
		t.Errorf("cold files: %v", got)
	}
	if got := ListedFoldersExist(tree, "match", "anomaly", "mat"); len(got) != 2 {
		t.Errorf("folders: %v", got)
	}
}

func TestBrokenFileIsAFinding(t *testing.T) {
	_, broken, err := Load(fstest.MapFS{"a.go": {Data: []byte("package")}, "testdata/b.go": {Data: []byte("nonsense")}})
	if err != nil || len(broken) != 1 {
		t.Errorf("broken %v, error %v", broken, err)
	}
}
