package wiring

import (
	"testing"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/match/compile"
)

// What is an address already gets no prefix.
func TestReferences(t *testing.T) {
	table := NewRuleTable(map[string]config.Reference{"url": {Name: "url", Prefix: "https://"}}, &compile.Meta{Rules: []compile.RuleMeta{
		{References: [][2]string{{"url", "a.test/x"}, {"url", "gopher://a.test"}, {"URL", "http://b.test"}, {"none", "c"}}}}})
	want := []string{"https://a.test/x", "gopher://a.test", "http://b.test", "c"}
	got := table.At(0).References
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}
