package caserun

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// Mode is how the engine sees the capture.
type Mode string

// Modes.
const (
	IDS    Mode = "ids"
	Inline Mode = "inline"
)

// Case is one scenario, as case.yaml says it.
type Case struct {
	// About is a sentence: what the case shows.
	About string `yaml:"about"`
	// Modes to run; one golden file holds for all of them when there are several
	// (the events must then be the same), else it is that mode's.
	Modes []Mode `yaml:"modes"`
	// Args are added to the command line.
	Args []string `yaml:"args"`
	// Set are configuration overrides (--set key=value).
	Set map[string]string `yaml:"set"`
	// Events are the event types to compare (default: alert and drop).
	Events []string `yaml:"events"`
	// Fields are the dotted paths to compare; `alert` takes in all below it.
	// Default: DefaultFields.
	Fields []string `yaml:"fields"`
	// Once folds equal lines into one: for rules that look at a stream again and
	// again, where only the flows that were hit are meant.
	Once bool `yaml:"once"`
	// Rules is a rule file, relative to the folder (default: the one *.rules in it).
	Rules string `yaml:"rules"`
	// Capture names a function of Captures that makes the capture, in place of
	// input.pcap.
	Capture string `yaml:"capture"`

	// Dir is the folder that the case was read from.
	Dir string `yaml:"-"`
}

// Captures are the captures that cases may name.
type Captures map[string]func() []packetbuild.Frame

// Load reads case.yaml and fills in the defaults. Unknown keys are errors: a
// mistyped one would check nothing.
func Load(dir string) (*Case, error) {
	path := filepath.Join(dir, "case.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &Case{Dir: dir}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(c.Modes) == 0 {
		c.Modes = []Mode{IDS}
	}
	if len(c.Events) == 0 {
		c.Events = []string{"alert", "drop"}
	}
	if len(c.Fields) == 0 {
		c.Fields = DefaultFields
	}
	for _, m := range c.Modes {
		if m != IDS && m != Inline {
			return nil, fmt.Errorf("%s: mode %q: ids or inline", path, m)
		}
	}
	return c, nil
}

// rules is the path of the case's rule file, or "" when it has none.
func (c *Case) rules() (string, error) {
	if c.Rules != "" {
		return filepath.Join(c.Dir, c.Rules), nil
	}
	found, err := filepath.Glob(filepath.Join(c.Dir, "*.rules"))
	if err != nil {
		return "", err
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s: more than one rule file: %v", c.Dir, found)
}

// capture is the path of the case's capture; one that a function makes is
// written into out.
func (c *Case) capture(made Captures, out string) (string, error) {
	if c.Capture == "" {
		path := filepath.Join(c.Dir, "input.pcap")
		_, err := os.Stat(path)
		return path, err
	}
	build := made[c.Capture]
	if build == nil {
		return "", fmt.Errorf("%s: no capture is called %q", c.Dir, c.Capture)
	}
	path := filepath.Join(out, "input.pcap")
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	err = packetbuild.WritePcap(f, packetbuild.LinkEthernet, build())
	return path, errors.Join(err, f.Close())
}
