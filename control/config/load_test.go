package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestShippedLoads(t *testing.T) {
	c, warnings, err := Load(Options{Defaults: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range warnings {
		t.Error(w)
	}
	if got, _ := c.String("vars.address-groups.HOME_NET", ""); got != "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]" {
		t.Errorf("HOME_NET = %s", got)
	}
}

// TestCorpus loads every *.yaml below the directories in WEIR_TEST_CORPUS, a
// list with colons: existing Suricata files are valid configurations.
func TestCorpus(t *testing.T) {
	dirs := os.Getenv("WEIR_TEST_CORPUS")
	if dirs == "" {
		t.Skip("WEIR_TEST_CORPUS is not set")
	}
	seen, files := map[string]int{}, 0
	for _, dir := range filepath.SplitList(dirs) {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".yaml" {
				return err
			}
			files++
			c, warnings, err := Load(Options{File: path})
			if err != nil {
				t.Error(err)
				return nil
			}
			_, more, err := c.Sections()
			if err != nil {
				t.Error(err)
			}
			for _, w := range append(warnings, more...) {
				if !w.Verbose() {
					seen[w.Key+": "+w.Text]++
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	t.Log(files, "files")
	for text, n := range seen {
		t.Log(n, text)
	}
}
