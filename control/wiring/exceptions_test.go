package wiring

import (
	"testing"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/dataplane/stream"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event/counter"
)

// A pair's policies go before the configuration's, its master before all that it
// does not name, and a pair without any has none of its own.
func TestPairExceptions(t *testing.T) {
	cfg, _, err := config.Parse("test", []byte("exception-policy: drop-flow\nstream: {midstream-policy: pass-flow}\n"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := cfg.Sections()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name            string
		pair            config.Pair
		midstream, sess worker.ExceptionPolicy
		shadow          bool
	}{
		{"one of its own", config.Pair{Policies: config.PairPolicies{Midstream: config.PolicyBypass}}, worker.BypassFlow, worker.DropFlow, false},
		{"a master of its own", config.Pair{Master: config.PolicyPassFlow}, worker.PassFlow, worker.PassFlow, false},
		{"shadow alone", config.Pair{Shadow: true}, worker.PassFlow, worker.DropFlow, true},
		{"passive", config.Pair{Mode: "ids", Shadow: true}, worker.PassFlow, worker.Ignore, true},
	} {
		x, err := PairExceptions(s, &c.pair)
		if err != nil || x == nil {
			t.Fatalf("%s: %v %v", c.name, x, err)
		}
		if x.Policy[counter.TargetMidstream] != c.midstream || x.Policy[counter.TargetSessionMemcap] != c.sess || x.Shadow != c.shadow {
			t.Errorf("%s: midstream %v, sessions %v, shadow %v", c.name, x.Policy[counter.TargetMidstream], x.Policy[counter.TargetSessionMemcap], x.Shadow)
		}
	}
	if x, err := PairExceptions(s, &config.Pair{}); x != nil || err != nil {
		t.Errorf("a pair without policies: %v %v", x, err)
	}
}

// The most specific network of an address counts.
func TestHostTable(t *testing.T) {
	cfg, _, err := config.Parse("test", []byte("host-os-policy:\n  windows: [0.0.0.0/0]\n  linux: [10.0.0.0/8, \"2001:db8::/33\"]\n  solaris: [10.1.2.0/23]\n  bsd: [10.1.2.3]\n"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := cfg.Sections()
	if err != nil {
		t.Fatal(err)
	}
	find := hostOS(&s.HostOS)
	if find == nil {
		t.Fatal("no table")
	}
	for _, c := range []struct {
		addr    [16]byte
		version uint8
		want    string
	}{
		{[16]byte{192, 0, 2, 1}, 4, "windows"}, {[16]byte{10, 9, 9, 9}, 4, "linux"}, {[16]byte{10, 1, 3, 9}, 4, "solaris"},
		{[16]byte{10, 1, 2, 3}, 4, "bsd"}, {[16]byte{0x20, 1, 0x0d, 0xb8, 0x7f}, 6, "linux"}, {[16]byte{0x20, 1, 0x0d, 0xb8, 0x80}, 6, ""},
	} {
		if got := osName(find(&c.addr, c.version)); got != c.want {
			t.Errorf("%v: %s, want %s", c.addr, got, c.want)
		}
	}
	addr := &[16]byte{10, 1, 2, 3}
	if n := testing.AllocsPerRun(100, func() { find(addr, 4) }); n != 0 {
		t.Errorf("%v allocations a lookup", n)
	}
	if hostOS(&config.HostOS{}) != nil {
		t.Error("a table of nothing")
	}
}

// osName is the name of a policy, empty for none.
func osName(p stream.OSPolicy) string {
	for _, n := range config.HostOSNames {
		if q, ok := stream.OSPolicyByName(n); ok && q == p {
			return n
		}
	}
	return ""
}
