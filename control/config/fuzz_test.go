package config

import (
	"os"
	"strings"
	"testing"
)

func seeds(f *testing.F) [][]byte {
	doc, err := os.ReadFile(documented)
	if err != nil {
		f.Fatal(err)
	}
	return [][]byte{doc, shipped,
		[]byte("a: &a [*a]"), []byte("<<: {a: 1}\nb.c.d: 1\n"), []byte("outputs: [{eve-log: {types: [alert, {dns: }]}}]"),
		[]byte("%YAML 1.1\n---\n? [a]\n: b"), []byte("vars: {address-groups: {A: $A}}"), []byte("dpdk: {ports: [{pair: a, side: inside}], interfaces: [{copy-mode: ips}]}")}
}

// exercise runs everything that reads a tree; nothing may panic, and whatever
// is refused is refused in lines that name a place.
func exercise(t *testing.T, text []byte, o Options) {
	c, warnings, err := Parse("f.yaml", text, o)
	for _, w := range warnings {
		if strings.ContainsAny(w.String(), "\n\r") {
			t.Fatalf("a warning of several lines: %q", w)
		}
	}
	if err != nil {
		return
	}
	c.Dump()
	c.Viper()
	s, _, err := c.Sections()
	if err != nil {
		return
	}
	_, _, _ = s.Policies(true)
	_, _, _ = s.DPDK.Resolve()
	_, _, _ = s.Vars.PortList("x", s.Decoder.VXLANPorts)
	_, _ = s.Anomaly.AllowPrefixes()
}

func FuzzLoad(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		// An include would read files of this machine.
		if strings.Contains(string(text), "include") || len(text) > 1<<16 {
			return
		}
		exercise(t, text, Options{})
	})
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"stream.memcap=1gb", "outputs.1.eve-log.types.2.anomaly.types.stream=yes", "reputation-files.0=a", "outputs.eve-log.types.dns.version=2", "a.b", "=", "..=", "0.0.0=1", "outputs.1=x"} {
		f.Add(s, "WEIR_STREAM_MEMCAP=1")
	}
	f.Fuzz(func(t *testing.T, set, env string) {
		exercise(t, shipped, Options{Sets: []string{set, set}, Env: []string{env}})
	})
}
