package policy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/control/config"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
)

// setup writes rules into a folder and makes a request for them.
func setup(t *testing.T, rules string, sets ...string) (Request, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "my.rules")
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, _, err := config.Load(config.Options{Defaults: true, Sets: append([]string{"policy.cache.path=" + filepath.Join(dir, "cache"), "policy.cache.enabled=yes"}, sets...)})
	if err != nil {
		t.Fatal(err)
	}
	sec, _, err := cfg.Sections()
	if err != nil {
		t.Fatal(err)
	}
	return Request{Config: cfg, Sections: sec, Files: []string{file}}, dir
}

func load(t *testing.T, q Request) *Set {
	t.Helper()
	s, err := Load(q)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const twoRules = `alert tcp any any -> any 80 (msg:"one"; content:"first"; flowbits:set,seen; sid:1;)
drop udp any any -> any 53 (msg:"two"; content:"second"; reference:cve,2024-1; metadata:k v; sid:2; rev:3;)
alert tcp any any -> any any (msg:"broken"; contnt:"x"; sid:3;)
`

func bundles(t *testing.T, dir string) []string {
	t.Helper()
	got, err := filepath.Glob(filepath.Join(dir, "cache", "*"+cacheSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestCacheGivesTheSamePolicy(t *testing.T) {
	q, dir := setup(t, twoRules)
	a := load(t, q)
	if a.FromCache || a.Loaded() != 2 || a.Refused() != 1 || len(a.Messages()) != 1 {
		t.Fatalf("%+v", a.Meta)
	}
	q.Names = compile.NewNames()
	b := load(t, q)
	if !b.FromCache || string(a.Bundle) != string(b.Bundle) {
		t.Fatalf("from the cache: %v, %d and %d octets", b.FromCache, len(a.Bundle), len(b.Bundle))
	}
	if b.Messages()[0] != a.Messages()[0] || !strings.Contains(b.Messages()[0], "my.rules:3") {
		t.Error(b.Messages())
	}
	if q.Names.ID("flowbits", "seen") != a.Meta.Names["flowbits\x00seen"] {
		t.Error("a bit has another number")
	}
	open, err := match.Open(b.Bundle, [32]byte(b.Bundle[24:56]))
	if err != nil {
		t.Fatal(err)
	}
	open.Close()
	if len(bundles(t, dir)) != 1 {
		t.Error(bundles(t, dir))
	}
}

func TestCacheMisses(t *testing.T) {
	for _, row := range []struct {
		name string
		// change makes the bundle unfit, after it was stored.
		change func(t *testing.T, q *Request, dir, bundle string)
		warns  bool
	}{
		{"a rule changed", func(t *testing.T, q *Request, dir, _ string) {
			os.WriteFile(q.Files[0], []byte(strings.Replace(twoRules, "first", "third", 1)), 0o644)
		}, false},
		{"a variable changed", func(t *testing.T, q *Request, _, _ string) {
			q.Sections.Vars.AddressGroups["HOME_NET"] = "10.0.0.0/8"
		}, false},
		{"an octet changed", func(t *testing.T, _ *Request, _, b string) {
			octets, _ := os.ReadFile(b)
			octets[len(octets)/2] ^= 1
			os.WriteFile(b, octets, 0o600)
		}, true},
		{"cut off", func(t *testing.T, _ *Request, _, b string) { os.Truncate(b, 5000) }, true},
		{"empty", func(t *testing.T, _ *Request, _, b string) { os.Truncate(b, 0) }, true},
		{"another build's", func(t *testing.T, _ *Request, _, b string) {
			octets, _ := os.ReadFile(b)
			octets[24] ^= 1
			os.WriteFile(b, octets, 0o600)
		}, true},
		{"older format", func(t *testing.T, _ *Request, _, b string) {
			octets, _ := os.ReadFile(b)
			octets[8]--
			os.WriteFile(b, octets, 0o600)
		}, true},
		{"others may write", func(t *testing.T, _ *Request, _, b string) { os.Chmod(b, 0o666) }, true},
		{"others may write to the folder", func(t *testing.T, _ *Request, dir, _ string) { os.Chmod(filepath.Join(dir, "cache"), 0o777) }, true},
		{"a link", func(t *testing.T, _ *Request, dir, b string) {
			os.Rename(b, filepath.Join(dir, "elsewhere"))
			os.Symlink(filepath.Join(dir, "elsewhere"), b)
		}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			q, dir := setup(t, twoRules)
			load(t, q)
			row.change(t, &q, dir, bundles(t, dir)[0])
			s := load(t, q)
			if s.FromCache {
				t.Fatal("the bundle was trusted")
			}
			warned := false
			for _, w := range s.Warnings {
				warned = warned || w.Key == "policy.cache"
			}
			if warned != row.warns {
				t.Errorf("warnings: %v", s.Warnings)
			}
		})
	}
}

// A bundle whose variables have other numbers than those of the engine that runs
// is not used.
func TestCacheContradictsNames(t *testing.T) {
	q, _ := setup(t, twoRules)
	load(t, q)
	q.Names = compile.NewNames()
	q.Names.ID("flowbits", "another")
	if s := load(t, q); s.FromCache {
		t.Fatal("two flowbits have one number")
	}
	if q.Names.ID("flowbits", "seen") == q.Names.ID("flowbits", "another") {
		t.Error("two flowbits have one number")
	}
}

// Without room, the policy goes on and nothing half-written stays.
func TestCacheFull(t *testing.T) {
	q, dir := setup(t, twoRules)
	// A file where the folder should be fails as a full disk does.
	if err := os.WriteFile(filepath.Join(dir, "cache"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := load(t, q)
	if s.Loaded() != 2 || len(s.Warnings) == 0 {
		t.Fatalf("%d rules, %v", s.Loaded(), s.Warnings)
	}
	c := Cache{Dir: "/dev/full/cache"}
	if err := c.Store(Key{}, []byte("x")); err == nil {
		t.Error("stored below a device")
	}
}

func TestPrune(t *testing.T) {
	c := Cache{Dir: t.TempDir()}
	for i := range cacheKeeps + 3 {
		if err := c.Store(Key{byte(i)}, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := os.ReadDir(c.Dir)
	if len(got) != cacheKeeps {
		t.Errorf("%d files", len(got))
	}
	if _, _, err := c.Load(Key{200}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestInitFailureFatal(t *testing.T) {
	q, _ := setup(t, twoRules, "engine.init-failure-fatal=yes", "policy.cache.enabled=no")
	if _, err := Load(q); err == nil || !strings.Contains(err.Error(), "my.rules:3") {
		t.Errorf("error %v", err)
	}
	q, dir := setup(t, "alert ip any any -> any any (sid:1;)\n", "policy.cache.enabled=no")
	q.Sections.Files.Thresholds = filepath.Join(dir, "threshold.config")
	os.WriteFile(q.Sections.Files.Thresholds, []byte("suppress gen_id 1, sig_id 1\nsuppres gen_id 1, sig_id 1\n"), 0o644)
	if s := load(t, q); len(s.LineErrors) != 1 || !strings.Contains(s.Messages()[0], "threshold.config:2") {
		t.Error(s.Messages())
	}
	q.Sections.Global.InitFailureFatal = true
	if _, err := Load(q); err == nil || !strings.Contains(err.Error(), "threshold.config:2") {
		t.Errorf("error %v", err)
	}
}

func TestBadFile(t *testing.T) {
	const good = "alert ip any any -> any any (sid:1;)\nalert ip any any -> any any (sid:2;)\n"
	for _, row := range []struct {
		name, rules string
		before      map[string]int
		wrong       string // what the error says; empty: none
	}{
		{"good", good, nil, ""},
		{"one mistake", good + "nonsense\n", nil, ""},
		{"nothing loads", "nonsense\n", nil, "no rule of 1 loads"},
		{"gone bad", good + strings.Repeat("nonsense\n", 3), map[string]int{"my.rules": 5}, "3 rules are wrong and 2 are right, 5 are in force"},
		{"was as bad", good + strings.Repeat("nonsense\n", 3), map[string]int{"my.rules": 2}, ""},
		{"cut short and sound", good, map[string]int{"my.rules": 500}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			q, dir := setup(t, row.rules, "policy.cache.enabled=no")
			q.Live = true
			q.Before = map[string]int{}
			for f, n := range row.before {
				q.Before[filepath.Join(dir, f)] = n
			}
			_, err := Load(q)
			if (err == nil) != (row.wrong == "") || err != nil && !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("error %v", err)
			}
		})
	}
}
