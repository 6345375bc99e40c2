package protocols

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// silent are names that rules may use, and that no parser raises: in Suricata, from
// which they come, none does either, and what they would say of benign traffic
// would only be noise. They are known so that its rule files load.
var silent = map[string][]string{
	"http1": {"evServerPort", "evAuthorityPort", "evRespHeaderInvalid", "evPortMismatch", "evRespTE", "evUnknown", "evBadEncoding"},
	"mqtt":  {"EventMissingMsgID"}, // what has no identifier is malformed
	"nfs":   {"evUnsupportedVersion"},
	"smb":   {"evInternalError", "evMalformedNTLMResponse"},
}

// TestEventsAreRaised: each event that a protocol names is raised by its code.
func TestEventsAreRaised(t *testing.T) {
	name := regexp.MustCompile(`^(ev|Event)[A-Z]`)
	all := 0
	for _, dir := range folders(t) {
		pkgs, err := parser.ParseDir(token.NewFileSet(), "../"+dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
		if err != nil {
			t.Fatal(err)
		}
		declared, used := map[string]bool{}, map[string]bool{}
		for _, p := range pkgs {
			ast.Inspect(p, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.GenDecl:
					if n.Tok == token.CONST {
						for _, s := range n.Specs {
							for _, id := range s.(*ast.ValueSpec).Names {
								if name.MatchString(id.Name) {
									declared[id.Name] = true
								}
							}
						}
						return false
					}
				case *ast.KeyValueExpr:
					// The table of names says what an event is called, not that it happens.
					if id, ok := n.Key.(*ast.Ident); ok && name.MatchString(id.Name) {
						ast.Inspect(n.Value, func(v ast.Node) bool { note(v, used); return true })
						return false
					}
				}
				note(n, used)
				return true
			})
		}
		for ev := range declared {
			all++
			switch quiet := slices.Contains(silent[dir], ev); {
			case !used[ev] && !quiet:
				t.Errorf("%s: %s is never raised", dir, ev)
			case used[ev] && quiet:
				t.Errorf("%s: %s is raised: take it out of the list of those that are not", dir, ev)
			}
		}
	}
	if all < 200 {
		t.Errorf("%d events found: the search is broken", all)
	}
}

func note(n ast.Node, used map[string]bool) {
	if id, ok := n.(*ast.Ident); ok {
		used[id.Name] = true
	}
}

// folders are those of the protocols.
func folders(t *testing.T) (names []string) {
	all, err := fs.Glob(os.DirFS(".."), "*/protocol.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		names = append(names, strings.TrimSuffix(f, "/protocol.go"))
	}
	return names
}
