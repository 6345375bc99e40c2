package compile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// fileRule compiles one rule that stands in dir.
func fileRule(t *testing.T, dir, options string) (*Result, error) {
	t.Helper()
	path := filepath.Join(dir, "f.rules")
	os.WriteFile(path, []byte("alert http any any -> any any ("+options+" sid:1;)\n"), 0o600)
	f, err := rule.ParseFile(path, &rule.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Errors {
		return nil, e
	}
	res, err := Compile(f.Rules, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range res.Left {
		return nil, l.Err
	}
	return res, nil
}

// TestFileRules: conditions on one file share a list, whatever their order.
func TestFileRules(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "list"), []byte("# known bad\nd41d8cd98f00b204e9800998ecf8427e  empty\nD41D8CD98F00B204E9800998ECF8427E\n00000000000000000000000000000001\n"), 0o600)
	res, err := fileRule(t, dir, "filesize:>10; http.uri; content:\"x\"; filemd5:list; filestore:both,tx;")
	if err != nil {
		t.Fatal(err)
	}
	b, err := match.Open(res.Bundle, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if !b.NeedsStore || b.NeedsDigest != [3]bool{true, false, false} || b.NeedsMagic {
		t.Errorf("needs store %v, digests %v, magic %v", b.NeedsStore, b.NeedsDigest, b.NeedsMagic)
	}
	lists := 0
	for i := range b.Lists {
		if l := &b.Lists[i]; l.Files {
			lists++
			ops := b.Ops[l.Ops.Off : l.Ops.Off+l.Ops.N]
			if len(ops) != 2 || ops[1].Code != match.OpFileDigest || ops[1].Len != 32 {
				t.Errorf("%d conditions, %d octets of digests, want 2 and two digests once each", len(ops), ops[1].Len)
			}
		}
	}
	if lists != 1 {
		t.Errorf("%d lists on files, want 1", lists)
	}
}

func TestFileRulesWrong(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "short"), []byte("abcd\n"), 0o600)
	os.WriteFile(filepath.Join(dir, "empty"), []byte("\n# nothing\n"), 0o600)
	for options, want := range map[string]string{
		"filemd5:nowhere;":           "the list cannot be read",
		"filesha256:short;":          "short, line 1: \"abcd\" is no digest of 64 hexadecimal digits",
		"filesha1:empty;":            "empty has no digests",
		"filestore:sideways;":        `direction "sideways"`,
		"filestore:both,everything;": `scope "everything"`,
	} {
		if _, err := fileRule(t, dir, options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", options, err, want)
		}
	}
}
