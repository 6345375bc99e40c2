package archtest

import (
	"os"
	"testing"
)

// TestRepository holds the repository against every rule.
func TestRepository(t *testing.T) {
	tree, broken, err := Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree) < 10 {
		t.Fatalf("only %d Go files found: is ../.. the root of the repository?", len(tree))
	}
	for _, rule := range []struct {
		name     string
		findings []Finding
	}{
		{"files parse", broken},
		{"import direction", ImportDirection(tree, allowedEdges, true)},
		{"run side is free of the compiler", RunSideIsFreeOfCompiler(tree)},
		{"listed folders exist", ListedFoldersExist(tree, mustExist...)},
		{"listed folders exist (compile side)", ListedFoldersExist(tree, compileSide...)},
		{"only cgo imports C", OnlyCgoImportsC(tree)},
		{"unsafe is marked", UnsafeIsMarked(tree)},
		{"hot path is free of cold imports", HotPathIsCold(tree, coldFiles, true)},
		{"packages explain themselves", PackagesExplainThemselves(tree)},
		{"files are short", FilesAreShort(tree)},
		{"names say something", NamesSaySomething(tree)},
		{"nothing left behind", NothingLeftBehind(tree)},
	} {
		t.Run(rule.name, func(t *testing.T) {
			for _, f := range rule.findings {
				t.Error(f)
			}
		})
	}
}
