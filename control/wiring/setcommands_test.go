package wiring

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/rule"
)

// TestSets asks and changes sets as an operator does: one that a rule only reads,
// with values loaded, and one that is saved.
func TestSets(t *testing.T) {
	dir := t.TempDir()
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	if err := os.WriteFile(filepath.Join(dir, "words.lst"), []byte(b64("one")+"\n"+b64("two")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	rules := `alert tcp any any -> any any (http.host; dataset:isset,words,type string,load words.lst; sid:1;)
alert ip any any -> any any (ip.src; dataset:set,seen,type ip,state seen.lst; sid:2;)
`
	f, err := rule.Parse(filepath.Join(dir, "t.rules"), strings.NewReader(rules), &rule.Env{})
	if err != nil || len(f.Errors) > 0 {
		t.Fatal(err, f.Errors)
	}
	res, err := compile.Compile(f.Rules, compile.Options{Fingerprint: Fingerprint(), Datasets: compile.Datasets{Dir: dir}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := match.Open(res.Bundle, Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	sets, err := worker.SharedSets()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		op, set, typ, value string
		want                string // the message, or the beginning of the error
	}{
		{"lookup", "words", "string", b64("one"), "item found in set"},
		{"lookup", "words", "string", b64("three"), "item not found in set"},
		{"add", "words", "string", b64("three"), "data added"},
		{"add", "words", "", b64("three"), "data already in set"},
		{"add", "words", "string", b64("one"), "data already in set"},
		{"lookup", "words", "string", b64("three"), "item found in set"},
		{"remove", "words", "string", b64("one"), "data removed"},
		{"remove", "words", "string", b64("one"), "data not in set"},
		{"lookup", "words", "string", b64("one"), "item not found in set"},
		{"add", "words", "string", b64("one"), "data added"},
		{"lookup", "words", "string", b64("one"), "item found in set"},
		{"clear", "words", "string", "", "data set cleared: 3 values removed"},
		{"lookup", "words", "string", b64("two"), "item not found in set"},
		{"add", "seen", "ip", "2001:db8::1", "data added"},
		{"dump", "", "", "", "1 data sets were written to their files"},
		{"lookup", "wrods", "string", b64("two"), `no data set "wrods": the rules in force use words, seen`},
		{"lookup", "words", "ipv4", b64("two"), "data set words is of type string, not ipv4"},
		{"lookup", "words", "string", "***", `value: "***" is no text in base64`},
		{"lookup", "seen", "ip", "1.2.3", `value: "1.2.3" is no address`},
		{"shuffle", "seen", "ip", "1.2.3.4", `no command "shuffle"`},
	} {
		a, err := Sets(b, sets, &api.SetCommand{Op: c.op, Set: c.set, Type: c.typ, Value: c.value})
		got := a.Message
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%d: %s %s: %q, want %q", i, c.op, c.set, got, c.want)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "seen.lst")); err != nil || string(text) != "2001:db8::1\n" {
		t.Errorf("dumped %q, %v", text, err)
	}
	if a, _ := Sets(b, sets, &api.SetCommand{Op: "list"}); len(a.Sets) != 2 || a.Sets[0].Loaded != 2 || !a.Sets[0].Touched {
		t.Errorf("list: %+v", a.Sets)
	}
	if _, err := Sets(nil, nil, &api.SetCommand{Op: "list"}); err == nil {
		t.Error("without a policy")
	}
}
