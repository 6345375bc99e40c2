package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const documented = "../../configs/weir.yaml"

func TestDocumentedFileHasNoWarnings(t *testing.T) {
	files, err := filepath.Glob("../../configs/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if filepath.Base(f) == "prometheus.yaml" {
			continue
		}
		c, warnings, err := Load(Options{File: f})
		if err != nil {
			t.Error(err)
			continue
		}
		_, more, err := c.Sections()
		if err != nil {
			t.Error(err)
		}
		for _, w := range append(warnings, more...) {
			t.Error(w)
		}
	}
}

// TestDocumentedFileIsComplete holds the file that serves as documentation
// against the table: every key that weir uses stands in it.
func TestDocumentedFileIsComplete(t *testing.T) {
	c, _, err := Load(Options{File: documented})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[*Known]bool{}
	var walk func(n *Node, path []string)
	walk = func(n *Node, path []string) {
		if k := registry().lookup(path); k != nil {
			seen[k] = true
		}
		for _, child := range n.Children {
			walk(child, append(path[:len(path):len(path)], child.Key))
		}
	}
	walk(c.Root(), nil)
	for _, k := range KnownKeys() {
		if !k.Ignored && k.Doc != "" && !seen[k] {
			t.Errorf("%s is not in %s", k.Path, documented)
		}
	}
	text, err := os.ReadFile(documented)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if len(line) > 130 {
			t.Errorf("%s:%d has %d octets", documented, i+1, len(line))
		}
	}
}

// TestDefaultsFitTheirType keeps the table honest: a default that its own type
// refuses would only show when the key is missing.
func TestDefaultsFitTheirType(t *testing.T) {
	keys := KnownKeys()
	if len(keys) < 400 {
		t.Fatalf("the table has %d keys", len(keys))
	}
	for _, k := range keys {
		if k.Default == "" || k.has("list", "map", "any") {
			continue
		}
		if problem, remedy := k.check(k.Default); problem != "" {
			t.Errorf("%s: default %s; %s", k.Path, problem, remedy)
		}
	}
}

func TestStructsAreInTheTable(t *testing.T) {
	paths := tagged(reflect.TypeFor[Sections](), "")
	for section, typ := range map[string]reflect.Type{
		"outputs.#.eve-log":                 reflect.TypeFor[EveLog](),
		"outputs.#.fast":                    reflect.TypeFor[FastLog](),
		"outputs.#.stats":                   reflect.TypeFor[StatsLog](),
		"outputs.#.file-store":              reflect.TypeFor[FileStore](),
		"outputs.#.pcap-log":                reflect.TypeFor[PcapLog](),
		"outputs.#.eve-log.types.#.alert":   reflect.TypeFor[EveAlert](),
		"outputs.#.eve-log.types.#.drop":    reflect.TypeFor[EveDrop](),
		"outputs.#.eve-log.types.#.anomaly": reflect.TypeFor[EveAnomaly](),
		"outputs.#.eve-log.types.#.http":    reflect.TypeFor[EveHTTP](),
		"outputs.#.eve-log.types.#.dns":     reflect.TypeFor[EveDNS](),
		"outputs.#.eve-log.types.#.tls":     reflect.TypeFor[EveTLS](),
		"outputs.#.eve-log.types.#.files":   reflect.TypeFor[EveFiles](),
		"outputs.#.eve-log.types.#.smtp":    reflect.TypeFor[EveSMTP](),
		"outputs.#.eve-log.types.#.stats":   reflect.TypeFor[EveStats](),
		"outputs.#.eve-log.types.#.flow":    reflect.TypeFor[EveFlow](),
		"logging.outputs.#.file": reflect.TypeFor[struct {
			FileMode string `conf:"filemode"`
		}](),
	} {
		paths = append(paths, tagged(typ, section)...)
	}
	if len(paths) < 200 {
		t.Fatalf("only %d tags", len(paths))
	}
	for _, p := range paths {
		if k := registry().lookup(strings.Split(p, ".")); k == nil || !k.leaf {
			t.Errorf("%s has no entry in the table", p)
		}
	}
}
