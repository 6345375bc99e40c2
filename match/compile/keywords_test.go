package compile

import (
	"os"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/rule"
)

// elsewhere are the keywords that testdata/keywords.rules has no rule for, and why.
var elsewhere = map[string]string{
	"filemd5": "needs a list of digests: TestFileRules", "filesha1": "as filemd5", "filesha256": "as filemd5",
	"lua": "needs a script", "luaxform": "needs a script", "geoip": "needs a database", "iprep": "needs reputations",
	"datarep": "needs a set", "ssh.protoversion": "obsolete", "ssh.softwareversion": "obsolete",

	"app-layer-event": "parsers name their events",
}

// TestEveryKeyword: each keyword of the language has a rule that compiles.
func TestEveryKeyword(t *testing.T) {
	const path = "testdata/keywords.rules"
	f, err := rule.ParseFile(path, &rule.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Errors {
		t.Error(e)
	}
	res, err := Compile(f.Rules, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range res.Left {
		t.Error(l.Err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// A rule's message is the keyword that it is there for.
	has := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if _, rest, ok := strings.Cut(line, `(msg:"`); ok {
			name, options, _ := strings.Cut(rest, `"; `)
			if has[name] = true; !strings.Contains(options, name) && name != "msg" {
				t.Errorf("the rule for %s does not use it: %s", name, line)
			}
		}
	}
	for _, k := range rule.Keywords() {
		if !has[k.Name] && elsewhere[k.Name] == "" {
			t.Errorf("%s has no rule that uses %s", path, k.Name)
		}
		if has[k.Name] && elsewhere[k.Name] != "" {
			t.Errorf("%s has a rule for %s, which is said to be tested elsewhere", path, k.Name)
		}
	}
}
