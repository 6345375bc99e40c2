package compile_test

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/rule"
)

// TestRefused: what rules on hooks, states, both sides of a transaction,
// protocols and phases of sessions may ask for.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		text     string
		firewall bool
		wrong    string // part of the reason; empty: the rule compiles
	}{
		{`alert http1:request_line any any -> any any (http.method; content:"GET"; sid:1;)`, false, ""},
		{`alert http1:request_complete any any -> any any (sid:1;)`, false, ""},
		{`alert http1:response_line any any -> any any (sid:1;)`, false, ""},
		{`alert http1:no_such any any -> any any (sid:1;)`, false, `no hook "no_such"; it has request_started, request_line`},
		{`alert http1:stream:request_line any any -> any any (sid:1;)`, false, "one kind of transactions"},
		{`alert http:request_line any any -> any any (sid:1;)`, false, "name http1 or http2"},
		{`alert http1:response_line any any -> any any (flow:to_server; sid:1;)`, false, "contradict"},
		{`accept:hook tcp:all any any -> any any (http.method; content:"GET"; sid:1;)`, true, "needs a hook of that protocol"},

		{`alert http1 any any -> any any (app-layer-state:request_line; sid:1;)`, false, ""},
		{`alert http1 any any -> any any (app-layer-state:>request_line; sid:1;)`, false, ""},
		{`alert http1 any any -> any any (app-layer-state:<no_such; sid:1;)`, false, `no state "no_such"`},

		{`alert http1 any any => any any (http.method; content:"GET"; http.stat_code; content:"200"; sid:1;)`, false, ""},
		{`alert http1 any any => any any (http.connection: to_server; content:"x"; http.connection: to_client; content:"y"; sid:1;)`, false, ""},
		{`alert http1 any any => any any (http.method; content:"GET"; sid:1;)`, false, "both sides of a transaction"},
		{`alert http1 any any => any any (http.request_body; content:"x"; http.stat_code; content:"200"; fast_pattern; sid:1;)`, false, "fast pattern cannot lie in the answer"},

		{`alert tcp any any -> any any (app-layer-protocol:unknown|tls; sid:1;)`, false, ""},
		{`alert tcp any any -> any any (app-layer-protocol:!tls|dns,either,exact; sid:1;)`, false, ""},
		{`alert tcp any any -> any any (app-layer-protocol:!unknown|tls; sid:1;)`, false, "cannot be negated"},
		{`alert tcp any any -> any any (app-layer-protocol:tsl; sid:1;)`, false, `unknown protocol "tsl"`},
		{`alert tcp any any -> any any (app-layer-protocol:tls,final,either; sid:1;)`, false, "want one"},

		{`alert tcp any any -> any any (tcp.session:setup,closing; sid:1;)`, false, ""},
		{`alert tcp any any -> any any (tcp.session:setup,setup; sid:1;)`, false, "stands twice"},
		{`alert tcp any any -> any any (tcp.session:Setup; sid:1;)`, false, `phase "Setup"`},
	} {
		r, perr := rule.ParseRule("t.rules", 1, c.text, &rule.Env{Firewall: c.firewall})
		if perr != nil {
			t.Errorf("%s: %v", c.text, perr)
			continue
		}
		opt := compile.Options{Hooks: hooks}
		if c.firewall {
			opt.Firewall = &compile.Firewall{}
		}
		res, err := compile.Compile([]*rule.Rule{r}, opt)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(res.Left) > 0 {
			got = res.Left[0].Err.Error()
		}
		if (got == "") != (c.wrong == "") || !strings.Contains(got, c.wrong) {
			t.Errorf("%s: %q, want %q", c.text, got, c.wrong)
		}
	}
}

// TestUnknownPolicyPlace: a policy for a hook that is not there is named.
func TestUnknownPolicyPlace(t *testing.T) {
	p, err := rule.ParsePolicy([]string{"accept:hook"}, true)
	if err != nil {
		t.Fatal(err)
	}
	res, err := compile.Compile(nil, compile.Options{Hooks: hooks, Firewall: &compile.Firewall{Policies: map[string]rule.Policy{
		"app.http1.request-line": p, "app.http1.request-lines": p, "packet.filters": p}}})
	if err != nil {
		t.Fatal(err)
	}
	want := "firewall.policies.app.http1.request-lines: no such hook|firewall.policies.packet.filters: no such hook"
	if got := strings.Join(res.Warnings, "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
