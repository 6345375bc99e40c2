package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// Vars are the names that rules use as $NAME. Values are written as in rules:
// "[10.0.0.0/8,!10.1.0.0/16]", "$OTHER", "!80".
type Vars struct {
	AddressGroups map[string]string `conf:"address-groups"`
	PortGroups    map[string]string `conf:"port-groups"`
}

// Validate reports variables that are empty, unknown, or defined by themselves.
func (v Vars) Validate() error {
	return errors.Join(checkGroups("vars.address-groups", v.AddressGroups), checkGroups("vars.port-groups", v.PortGroups))
}

func checkGroups(section string, groups map[string]string) error {
	var errs []error
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	sort.Strings(names)
	// 0 not seen, 1 on the way, 2 fine
	state := map[string]int{}
	var visit func(name string) bool
	visit = func(name string) bool {
		switch state[name] {
		case 1:
			return false
		case 2:
			return true
		}
		state[name] = 1
		for _, other := range references(groups[name]) {
			if _, ok := groups[other]; !ok {
				errs = append(errs, &Error{Key: section + "." + name, Problem: "uses $" + shorten(other) + ", which is not defined", Remedy: "define it in the same section"})
			} else if !visit(other) {
				errs = append(errs, &Error{Key: section + "." + name, Problem: "is defined by way of itself", Remedy: "break the circle"})
			}
		}
		state[name] = 2
		return true
	}
	for _, name := range names {
		if strings.TrimSpace(groups[name]) == "" {
			errs = append(errs, &Error{Key: section + "." + name, Problem: "is empty", Remedy: `write "any", an address or port, or a list in brackets`})
		}
		visit(name)
	}
	return errors.Join(errs...)
}

// references lists the names that follow a dollar sign.
func references(value string) []string {
	var out []string
	for _, part := range strings.Split(value, "$")[1:] {
		end := strings.IndexFunc(part, func(r rune) bool {
			return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		})
		if end >= 0 {
			part = part[:end]
		}
		if part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

// Files are the rule files and what goes with them.
type Files struct {
	RulePath       string   `conf:"default-rule-path"`
	RuleFiles      []string `conf:"rule-files"`
	Classification string   `conf:"classification-file"`
	References     string   `conf:"reference-config-file"`
	Thresholds     string   `conf:"threshold-file"`
	LogDir         string   `conf:"default-log-dir"`
	DataDir        string   `conf:"default-data-dir"`
	ActionOrder    []string `conf:"action-order"`
	GeoIP          string   `conf:"geoip-database"`
	Magic          string   `conf:"magic-file"`

	ReputationCategories string   `conf:"reputation-categories-file"`
	ReputationPath       string   `conf:"default-reputation-path"`
	ReputationFiles      []string `conf:"reputation-files"`
}

// Validate checks action-order.
func (f Files) Validate() error {
	want := []string{"pass", "drop", "reject", "alert"}
	got := slices.Clone(f.ActionOrder)
	slices.Sort(got)
	sorted := slices.Clone(want)
	slices.Sort(sorted)
	if !slices.Equal(got, sorted) {
		return &Error{Key: "action-order", Problem: quote(strings.Join(f.ActionOrder, ", ")) + " is not an order of the four actions",
			Remedy: "name each of " + strings.Join(want, ", ") + " once"}
	}
	return nil
}

// ResolveRuleFiles gives the rule files with their directory, patterns
// expanded in the order of names. A name without a file stays in the list, so
// that loading it says what is missing.
func (f Files) ResolveRuleFiles() ([]string, error) {
	return ExpandFiles("rule-files", f.RulePath, f.RuleFiles)
}

// ExpandFiles is ResolveRuleFiles for any list of names: key is what errors call
// it, dir what names are relative to.
func ExpandFiles(key, dir string, names []string) ([]string, error) {
	var out []string
	var errs []error
	for _, name := range names {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, name)
		}
		if !strings.ContainsAny(name, "*?[") {
			out = append(out, path)
			continue
		}
		found, err := filepath.Glob(path)
		switch {
		case err != nil:
			errs = append(errs, &Error{Key: key, Problem: quote(name) + " is not a pattern", Remedy: "close the bracket"})
		case len(found) == 0:
			errs = append(errs, &Error{Key: key, Problem: "no file matches " + path, Remedy: "check the directory and the pattern"})
		}
		out = append(out, found...)
	}
	return out, errors.Join(errs...)
}

// LogPath gives the path of an output file.
func (f Files) LogPath(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(f.LogDir, name)
}

func readText(path string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", err
	}
	data, err := readBounded(path)
	if err == nil && len(data) > MaxFileSize {
		err = errors.New("the file is too large")
	}
	return string(data), err
}
