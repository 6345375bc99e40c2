package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Module is the import path of the repository's root.
const Module = "github.com/weir-ips/weir"

// File is one Go file: what rules need to know of it.
type File struct {
	Path    string // slash-separated, from the root of the repository
	Text    string
	Package string // name in the package clause
	Imports []Import
	Doc     string // the package comment, if it stands in this file
}

// Import is one import of a file.
type Import struct {
	Path string
	Line int
}

// Dir is the folder of the file: "." for the root.
func (f *File) Dir() string { return path.Dir(f.Path) }

// Test reports whether the file is compiled into tests only.
func (f *File) Test() bool { return strings.HasSuffix(f.Path, "_test.go") }

// Local is the folder of an imported package of this repository; ok is false for
// all others.
func (i Import) Local() (dir string, ok bool) {
	if i.Path == Module {
		return ".", true
	}
	return strings.CutPrefix(i.Path, Module+"/")
}

// Tree is all Go files of a repository, in order of their paths.
type Tree []*File

// Dirs returns the folders that hold Go files other than tests, sorted.
func (t Tree) Dirs() []string {
	seen := map[string]bool{}
	var out []string
	for _, f := range t {
		if !f.Test() && !seen[f.Dir()] {
			seen[f.Dir()] = true
			out = append(out, f.Dir())
		}
	}
	sort.Strings(out)
	return out
}

// Finding is one breach of a rule.
type Finding struct {
	Path string
	Line int // 0: the file or folder as a whole
	Text string
}

func (f Finding) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Text)
}

// Load reads the Go files below a root. testdata, vendored, generated-output and
// hidden folders are left out. A file that does not parse is a finding, not an
// error: the compiler says the rest.
func Load(root fs.FS) (Tree, []Finding, error) {
	var tree Tree
	var broken []Finding
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if p != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") ||
				name == "testdata" || name == "vendor" || p == "bin" || p == "out") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		text, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, p, text, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			broken = append(broken, Finding{p, 0, err.Error()})
			return nil
		}
		tree = append(tree, newFile(p, string(text), set, syntax))
		return nil
	})
	return tree, broken, err
}

func newFile(p, text string, set *token.FileSet, syntax *ast.File) *File {
	f := &File{Path: p, Text: text, Package: syntax.Name.Name, Doc: syntax.Doc.Text()}
	for _, s := range syntax.Imports {
		name, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			name = s.Path.Value
		}
		f.Imports = append(f.Imports, Import{name, set.Position(s.Pos()).Line})
	}
	return f
}

// under reports whether dir is a folder or lies below it.
func under(dir, top string) bool { return dir == top || strings.HasPrefix(dir, top+"/") }
