package rule

import (
	"strings"
	"testing"
)

const rest = " any any -> any any (sid:1;)"

// TestFirewallHeaders: what the first two words of a rule may be.
func TestFirewallHeaders(t *testing.T) {
	for _, c := range []struct {
		header   string
		firewall bool
		wrong    string // part of the error; empty: the rule is right
	}{
		{"accept:hook tcp:all", true, ""},
		{"accept:packet udp:pre_flow", true, ""},
		{"accept:flow,pass:flow,alert tls:<client_hello_done", true, ""},
		{"accept:tx http2:stream:<request_closed", true, ""},
		{"drop:flow,alert http1:request_line", true, ""},
		{"reject:packet ip:all", true, ""},
		{"accept:packet dns:request_complete", true, ""},
		{"drop:packet tcp", false, ""},
		{"pass:flow tls", false, ""},
		{"alert tls:client_hello_done", false, ""},
		{"alert tcp:flow_start", false, ""},

		{"accept tcp:all", true, "how far its action reaches"},
		{"accept:hook tcp", true, "names its hook"},
		{"alert tcp:all", true, "cannot stand first"},
		{"pass:flow tcp:all", true, "cannot stand first"},
		{"accept:hook,drop:hook tcp:all", true, `scope "hook" of drop`},
		{"accept:flow,drop:flow tcp:all", true, "can only stand first"},
		{"accept:flow,pass:packet tcp:all", true, "share one scope"},
		{"accept:flow,alert:flow tcp:all", true, "takes no scope"},
		{"accept:tx tcp:all", true, "scope tx does not fit"},
		{"accept:packet http1:request_line", true, "scope packet does not fit"},
		{"drop:tx tcp:all", true, `scope "tx" of drop`},
		{"accept:hook tcp:request_line", true, "unknown hook"},
		{"accept:hook tcp:<all", true, "unknown hook"},
		{"accept:hook tcp:", true, "names no hook"},
		{"accept:hook http1::request_line", true, "names no hook"},
		{"drop:flow tls:<client_hello_done", true, "accept:flow, accept:tx and accept:hook only"},
		{"allow:hook tcp:all", true, "unknown action"},
		{"accept:flow tcp:all", false, "accept is for a firewall's rules"},
		{"drop:hook tcp", false, `scope "hook" of drop`},
		{"alert:flow tcp", false, "takes no scope"},
		{"drop,alert tcp", false, "several actions"},
	} {
		r, err := ParseRule("t.rules", 1, c.header+rest, &Env{Firewall: c.firewall})
		switch {
		case c.wrong == "" && err != nil:
			t.Errorf("%s: %v", c.header, err)
		case c.wrong != "" && err == nil:
			t.Errorf("%s was taken as %+v", c.header, r)
		case c.wrong != "" && !strings.Contains(err.Error(), c.wrong):
			t.Errorf("%s: %v, want %q", c.header, err, c.wrong)
		}
	}
	if _, err := ParseRule("t.rules", 1, "accept:hook http1:request_line any any => any any (sid:1;)", &Env{Firewall: true}); err == nil {
		t.Error("=> was taken in a firewall")
	}
}

// TestAlerts: which matches are seen as alerts.
func TestAlerts(t *testing.T) {
	for _, c := range []struct {
		text     string
		firewall bool
		want     bool
	}{
		{"alert tcp any any -> any any (sid:1;)", false, true},
		{"drop tcp any any -> any any (sid:1;)", false, true},
		{"drop tcp any any -> any any (noalert; sid:1;)", false, false},
		{"pass tcp any any -> any any (sid:1;)", false, false},
		{"pass tcp any any -> any any (alert; sid:1;)", false, true},
		{"drop:packet tcp:all any any -> any any (sid:1;)", true, false},
		{"drop:packet tcp:all any any -> any any (alert; sid:1;)", true, true},
		{"accept:packet,alert tcp:all any any -> any any (sid:1;)", true, true},
		{"accept:packet,alert tcp:all any any -> any any (noalert; sid:1;)", true, false},
	} {
		r, err := ParseRule("t.rules", 1, c.text, &Env{Firewall: c.firewall})
		if err != nil {
			t.Fatal(err)
		}
		if r.Alerts() != c.want {
			t.Errorf("%s: alerts %v", c.text, r.Alerts())
		}
	}
}

func TestParsePolicy(t *testing.T) {
	for _, c := range []struct {
		items string
		tx    bool
		want  Policy
		wrong string
	}{
		{"accept:hook", true, Policy{Action: Accept, Scope: ScopeHook}, ""},
		{"drop:flow alert", true, Policy{Action: Drop, Scope: ScopeFlow, Alert: true}, ""},
		{"accept:flow pass:flow", false, Policy{Action: Accept, Scope: ScopeFlow, AlsoPass: true}, ""},
		{"rejectboth:packet", false, Policy{Action: Reject, Rejects: RejectBoth, Scope: ScopePacket}, ""},
		{"accept:tx", false, Policy{}, "does not fit a hook of packets"},
		{"accept:packet", true, Policy{}, "does not fit a state"},
		{"drop", true, Policy{}, "how far"},
		{"alert", true, Policy{}, "cannot stand first"},
		{"", true, Policy{}, "no action"},
	} {
		p, err := ParsePolicy(strings.Fields(c.items), c.tx)
		if c.wrong == "" && (err != nil || p != c.want) {
			t.Errorf("%q: %+v, %v", c.items, p, err)
		}
		if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%q: %v, want %q", c.items, err, c.wrong)
		}
	}
}

// FuzzHeader: any text is a rule or an error that names a place in it.
func FuzzHeader(f *testing.F) {
	for _, s := range []string{"accept:hook tcp:all", "drop:flow,alert http2:stream:<x", ",,::", "accept:flow,pass:flow,alert tls:<a", "alert", "\xff:\x00 a:b:c:d"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, header string, firewall bool) {
		r, err := ParseRule("f.rules", 1, header+rest, &Env{Firewall: firewall})
		if (r == nil) == (err == nil) {
			t.Fatalf("%q gives %v and %v", header, r, err)
		}
		if err != nil && (err.Pos.Line < 1 || err.Pos.Col < 1 || err.Msg == "") {
			t.Fatalf("%q: an error without a place: %+v", header, err)
		}
		if err == nil && firewall && (r.Hook.Name == "" || r.Scope == "") {
			t.Fatalf("%q: a firewall's rule without hook or scope: %+v", header, r)
		}
		if _, err := ParsePolicy(strings.Split(header, " "), firewall); err != nil && err.Error() == "" {
			t.Fatal("an empty error")
		}
	})
}
