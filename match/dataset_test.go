package match_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/dataset"
	"github.com/weir-ips/weir/match/rule"
)

// withFiles compiles rules in a folder with files.
func withFiles(t *testing.T, rules string, files map[string]string, opt compile.Options) (*compile.Result, []*rule.Error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := rule.Parse(filepath.Join(dir, "test.rules"), strings.NewReader(rules), &rule.Env{})
	if err != nil {
		t.Fatal(err)
	}
	opt.Parallel = 1
	if opt.Datasets.Dir == "" {
		opt.Datasets.Dir = dir
	}
	res, err := compile.Compile(f.Rules, opt)
	if err != nil {
		t.Fatal(err)
	}
	return res, f.Errors
}

func lines(words ...string) string {
	for i, w := range words {
		words[i] = base64.StdEncoding.EncodeToString([]byte(w))
	}
	return strings.Join(words, "\n") + "\n"
}

func TestDatasets(t *testing.T) {
	files := map[string]string{
		"words":  "# a comment\n\n" + lines("/a", "/b", "/a"),
		"rep":    base64.StdEncoding.EncodeToString([]byte("/a")) + ",200\n" + base64.StdEncoding.EncodeToString([]byte("/b")) + ",10\n",
		"md5":    "0cc175b9c0f1b6a831c399e269772661\n", // of a
		"sub":    lines(".example.com"),
		"bad":    lines("/a") + "***\n",
		"json":   `{"list": [{"v": {"name": "/a"}, "why": 1}, {"v": {"name": "/c"}}]}`,
		"ndjson": `{"name": "/a", "why": 1}` + "\n" + `{"name": 2}` + "\n",
	}
	for _, c := range []struct {
		name, options, uri string
		want               bool
	}{
		{"in", "dataset:isset,w,type string,load words;", "/a", true},
		{"not in", "dataset:isset,w,type string,load words;", "/c", false},
		{"a part", "dataset:isset,w,type string,load words;", "/", false},
		{"not in, asked so", "dataset:isnotset,w,type string,load words;", "/c", true},
		{"digest", "to_md5; dataset:isset,m,type md5,load md5;", "a", true},
		{"digest of another", "to_md5; dataset:isset,m,type md5,load md5;", "b", false},
		{"no digest", "dataset:isset,m,type md5,load md5;", "a", false},
		{"no digest is not in", "dataset:isnotset,m,type md5,load md5;", "a", true},
		{"subdomain", "dotprefix; dataset:isset,s,type string,match subdomain,load sub;", "www.example.com", true},
		{"the domain", "dotprefix; dataset:isset,s,type string,match subdomain,load sub;", "example.com", true},
		{"another domain", "dotprefix; dataset:isset,s,type string,match subdomain,load sub;", "badexample.com", false},
		{"reputation above", "datarep:r,>,100,type string,load rep;", "/a", true},
		{"reputation below", "datarep:r,>,100,type string,load rep;", "/b", false},
		{"reputation below, asked so", "datarep:r,<,100,type string,load rep;", "/b", true},
		{"no reputation", "datarep:r,<,100,type string,load rep;", "/c", false},
		{"bad lines are left out", "dataset:isset,b,type string,load bad;", "/a", true},
		{"json", "dataset:isset,j,type string,load json,format json,array_key list,value_key v.name;", "/c", true},
		{"ndjson", "dataset:isset,j,type string,load ndjson,format ndjson,value_key name,context_key k;", "/a", true},
		{"set is new", "dataset:set,n,type string;", "/a", true},
		{"unset of nothing", "dataset:unset,n,type string;", "/a", false},
		{"unset", "dataset:unset,w,type string,load words;", "/a", true},
	} {
		res, errs := withFiles(t, "alert http1 any any -> any any (http.uri; "+c.options+" sid:1;)", files, compile.Options{})
		if len(errs) > 0 || len(res.Left) > 0 {
			t.Errorf("%s: %v %v", c.name, errs, res.Left)
			continue
		}
		if got := openRig(t, res, [32]byte{}).onURI([]byte(c.uri)); got != c.want {
			t.Errorf("%s: matched %v, want %v", c.name, got, c.want)
		}
	}
}

// TestDatasetContext: an alert tells what the set knows of a value.
func TestDatasetContext(t *testing.T) {
	res, _ := withFiles(t, "alert http1 any any -> any any (http.uri; dataset:isset,j,type string,load x,format ndjson,value_key name,context_key k,remove_key; sid:1;)",
		map[string]string{"x": `{"name": "/a", "why": {"n": 1}}`}, compile.Options{})
	r := openRig(t, res, [32]byte{})
	if !r.onURI([]byte("/a")) {
		t.Fatal("no match")
	}
	kept := r.Kept()
	if len(kept) != 1 || kept[0].Kind != match.VarJSON || string(kept[0].Data) != `{"why":{"n":1}}` || r.Bundle().Name(kept[0].ID) != "k" {
		t.Errorf("%+v", kept)
	}
}

func TestDatasetsRefuse(t *testing.T) {
	files := map[string]string{"words": lines("/a"), "bad": "***\n", "json": `{"a": 1}`}
	for name, c := range map[string]struct {
		options string
		sets    compile.Datasets
		parse   bool // already when it is read
	}{
		"no type":                   {options: "dataset:isset,x;"},
		"unknown type":              {options: "dataset:isset,x,type number;", parse: true},
		"no file":                   {options: "dataset:isset,x,type string,load none;"},
		"nothing good":              {options: "dataset:isset,x,type string,load bad;"},
		"state and load":            {options: "dataset:isset,x,type string,load words,state s;", parse: true},
		"unknown option":            {options: "dataset:isset,x,type string,laod words;", parse: true},
		"command":                   {options: "dataset:have,x,type string;", parse: true},
		"json without a key":        {options: "dataset:isset,x,type string,load json,format json;", parse: true},
		"json that is no list":      {options: "dataset:isset,x,type string,load json,format json,value_key a;"},
		"set of json":               {options: "dataset:set,x,type string,load json,format json,value_key a;", parse: true},
		"state outside":             {options: "dataset:set,x,type string,state ../x;"},
		"absolute state":            {options: "dataset:set,x,type string,state /tmp/x;"},
		"no writing":                {options: "dataset:set,x,type string,state x;", sets: compile.Datasets{DenyWrite: true}},
		"a subdomain of an address": {options: "dataset:isset,x,type ip,match subdomain;", parse: true},
		"another type elsewhere":    {options: "dataset:isset,x,type string,load words; dataset:isset,x,type md5;"},
	} {
		res, errs := withFiles(t, "alert http1 any any -> any any (http.uri; "+c.options+" sid:1;)", files, compile.Options{Datasets: c.sets})
		switch {
		case c.parse && len(errs) == 0:
			t.Errorf("%s: is read", name)
		case !c.parse && len(res.Left) == 0:
			t.Errorf("%s: loads", name)
		}
	}
}

// twoWorkers is the state of an engine that shares its data sets.
type twoWorkers struct {
	variables
	sets *dataset.Sets
}

func (s *twoWorkers) SetHas(id uint32, v []byte, loaded bool) bool {
	return s.sets.SetHas(id, v, loaded)
}
func (s *twoWorkers) SetAdd(id uint32, v []byte, loaded bool, memcap uint64) bool {
	return s.sets.SetAdd(id, v, loaded, memcap)
}
func (s *twoWorkers) SetRemove(id uint32, v []byte, loaded bool) bool {
	return s.sets.SetRemove(id, v, loaded)
}

// TestTwoWorkersShareSets: traffic dealt out to two engines gives the alerts that
// one gives, and a reload keeps what was set.
func TestTwoWorkersShareSets(t *testing.T) {
	names := compile.NewNames()
	rules := "alert http1 any any -> any any (http.uri; dataset:set,seen,type string; sid:1;)"
	count := func(workers int) (alerts int) {
		c := dataset.Config{Entries: 1024, Octets: 1 << 16}
		sets, err := dataset.New(c, memory(t, c.Size()), [2]uint64{1, 2})
		if err != nil {
			t.Fatal(err)
		}
		var engines []*rig
		for range workers {
			res, _ := withFiles(t, rules, nil, compile.Options{Names: names})
			engines = append(engines, openRigWith(t, res, [32]byte{}, &twoWorkers{sets: sets}))
		}
		for i := range 60 {
			if i == 30 {
				// New rules, the same set.
				res, _ := withFiles(t, rules+"\n"+strings.Replace(rules, "sid:1", "sid:2", 1), nil, compile.Options{Names: names})
				engines[0] = openRigWith(t, res, [32]byte{}, &twoWorkers{sets: sets})
			}
			if engines[i%workers].onURI([]byte{'/', byte('a' + i*7%20)}) {
				alerts++
			}
		}
		return alerts
	}
	if one, two := count(1), count(2); one != 20 || two != 20 {
		t.Errorf("%d alerts with one worker, %d with two, want 20", one, two)
	}
}
