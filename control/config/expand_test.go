package config

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestExpandFiles(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"b.rules", "a.rules", "c.txt"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		names, want []string
		fails       bool
	}{
		{nil, nil, false},
		{[]string{"*.rules", "c.txt", "none.rules"}, []string{"a.rules", "b.rules", "c.txt", "none.rules"}, false},
		{[]string{"?.nothing"}, nil, true},
		{[]string{"[a"}, nil, true},
	} {
		got, err := ExpandFiles("-S", dir, c.names)
		for i := range got {
			got[i] = filepath.Base(got[i])
		}
		if !slices.Equal(got, c.want) || (err != nil) != c.fails {
			t.Errorf("%v: %v, %v; want %v", c.names, got, err, c.want)
		}
	}
}
