package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/configs"
)

// Class is a rule class: what rules name after classtype, what an event says
// about it, and the priority (1 is the highest) that rules of it have.
type Class struct {
	Name        string
	Description string
	Priority    int
}

// Reference is a kind of reference: what stands before the value of a rule's
// reference to make it an address.
type Reference struct {
	Name   string // lower case
	Prefix string
}

// Classes gives the rule classes, by name: those of classification-file, or
// the built-in ones where it is not set. A file that is set and not there gives
// the built-in ones and a warning, since every class of a rule would be
// unknown otherwise.
func (c *Config) Classes() (map[string]Class, []Warning, error) {
	return auxiliary(c, "classification-file", string(configs.Classification), ParseClasses)
}

// References gives the kinds of references, by name in lower case, found as
// Classes finds its own.
func (c *Config) References() (map[string]Reference, []Warning, error) {
	return auxiliary(c, "reference-config-file", string(configs.References), ParseReferences)
}

func auxiliary[T any](c *Config, key, builtin string, parse func(name, text string) (map[string]T, error)) (map[string]T, []Warning, error) {
	path, err := c.String(key, "")
	if err != nil {
		return nil, nil, err
	}
	if path == "" {
		m, err := parse(Builtin, builtin)
		return m, nil, err
	}
	text, err := readText(path)
	if errors.Is(err, fs.ErrNotExist) {
		m, err := parse(Builtin, builtin)
		return m, []Warning{{c.nearest(key), key, Doubtful, "there is no file " + path + ", the built-in list is used"}}, err
	}
	if err != nil {
		problem, remedy := explainOpen(path, err)
		return nil, nil, &Error{c.nearest(key), key, problem, remedy}
	}
	m, err := parse(path, text)
	return m, nil, err
}

// ParseClasses reads lines of "config classification: name,description,priority".
// name stands for the text in errors. The first of two lines of one name counts,
// as in Suricata.
func ParseClasses(name, text string) (map[string]Class, error) {
	out := map[string]Class{}
	err := eachLine(name, text, "config classification:", func(rest string) error {
		first, last := strings.Index(rest, ","), strings.LastIndex(rest, ",")
		if first < 0 || first == last {
			return errors.New("needs a name, a description and a priority with commas between")
		}
		cl := Class{Name: strings.TrimSpace(rest[:first]), Description: strings.TrimSpace(rest[first+1 : last])}
		priority, err := strconv.Atoi(strings.TrimSpace(rest[last+1:]))
		if err != nil || priority < 0 || priority > 255 || cl.Name == "" {
			return fmt.Errorf("%s is not a priority from 0 to 255", quote(strings.TrimSpace(rest[last+1:])))
		}
		cl.Priority = priority
		if _, ok := out[cl.Name]; !ok {
			out[cl.Name] = cl
		}
		return nil
	})
	return out, err
}

// ParseReferences reads lines of "config reference: name prefix".
func ParseReferences(name, text string) (map[string]Reference, error) {
	out := map[string]Reference{}
	err := eachLine(name, text, "config reference:", func(rest string) error {
		fields := strings.Fields(rest)
		if len(fields) != 2 {
			return errors.New("needs a name and a prefix with a space between")
		}
		key := strings.ToLower(fields[0])
		if _, ok := out[key]; !ok {
			out[key] = Reference{key, fields[1]}
		}
		return nil
	})
	return out, err
}

func eachLine(name, text, begin string, each func(rest string) error) error {
	var errs []error
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		rest, ok := strings.CutPrefix(line, begin)
		if !ok {
			errs = append(errs, &Error{Pos: Pos{Origin: name, Line: i + 1, Col: 1}, Problem: quote(line) + " is not understood", Remedy: "write " + begin + " ..."})
		} else if err := each(strings.TrimSpace(rest)); err != nil {
			errs = append(errs, &Error{Pos: Pos{Origin: name, Line: i + 1, Col: 1}, Problem: err.Error(), Remedy: "see the lines around it"})
		}
		if len(errs) >= mostFindings {
			break
		}
	}
	return errors.Join(errs...)
}
