package wiring

import (
	"fmt"
	"strings"

	"github.com/weir-ips/weir/control/api"
	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/dataset"
)

// maxListed bounds a list, which has to fit one message.
const maxListed = 200

// Sets carries out a command on the data sets of a policy.
func Sets(b *match.Bundle, sets *dataset.Sets, c *api.SetCommand) (a api.SetAnswer, err error) {
	if b == nil || sets == nil {
		return a, fmt.Errorf("no rules are in force, so there are no data sets")
	}
	switch c.Op {
	case "list":
		return listSets(b, sets), nil
	case "dump":
		if err := SaveSets(b, sets); err != nil {
			return a, err
		}
		n := 0
		for i := range b.Sets {
			if b.Sets[i].Save.Len > 0 {
				n++
			}
		}
		return api.SetAnswer{Message: fmt.Sprintf("%d data sets were written to their files", n)}, nil
	}
	s, err := setNamed(b, c)
	if err != nil {
		return a, err
	}
	if c.Op == "clear" {
		return clearSet(b, sets, s), nil
	}
	v, err := compile.ParseSetValue(s.Type, c.Value)
	if err != nil {
		return a, fmt.Errorf("value: %w", err)
	}
	loaded := b.Loaded(s, v)
	switch c.Op {
	case "add":
		full := sets.Count(dataset.Full) + sets.Count(dataset.OverCap)
		switch a.Changed = sets.SetAdd(s.ID, v, loaded, s.Memcap); {
		case a.Changed:
			a.Message = "data added"
		case sets.SetHas(s.ID, v, loaded):
			a.Message = "data already in set"
		case sets.Count(dataset.Full)+sets.Count(dataset.OverCap) != full:
			return a, fmt.Errorf("data set %s is full: remove values, or raise its memcap", c.Set)
		default:
			return a, fmt.Errorf("data set %s is busy: try again", c.Set)
		}
	case "remove":
		if a.Changed = sets.SetRemove(s.ID, v, loaded); a.Changed {
			a.Message = "data removed"
		} else {
			a.Message = "data not in set"
		}
	case "lookup":
		if a.Found = sets.SetHas(s.ID, v, loaded); a.Found {
			a.Message = "item found in set"
		} else {
			a.Message = "item not found in set"
		}
	default:
		return a, fmt.Errorf("no command %q: add, remove, lookup, clear, dump or list", c.Op)
	}
	return a, nil
}

// setNamed is the set that a command means; an error names those that are there.
func setNamed(b *match.Bundle, c *api.SetCommand) (*match.SetRec, error) {
	var names []string
	for i := range b.Sets {
		s := &b.Sets[i]
		name := b.Text(s.Name)
		if name != c.Set {
			names = append(names, name)
			continue
		}
		if t := compile.SetTypeNames[s.Type]; c.Type != "" && c.Type != t {
			return nil, fmt.Errorf("data set %s is of type %s, not %s", name, t, c.Type)
		}
		return s, nil
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("no data set %q: the rules in force use none", c.Set)
	case len(names) > 10:
		names = append(names[:10], "…")
	}
	return nil, fmt.Errorf("no data set %q: the rules in force use %s", c.Set, strings.Join(names, ", "))
}

func clearSet(b *match.Bundle, sets *dataset.Sets, s *match.SetRec) api.SetAnswer {
	n := sets.Clear(s.ID)
	for _, it := range b.SetItems[s.Items.Off : s.Items.Off+s.Items.N] {
		if sets.SetRemove(s.ID, b.SetData[it.Off:it.Off+it.Len], true) {
			n++
		}
	}
	return api.SetAnswer{Message: fmt.Sprintf("data set cleared: %d values removed", n), Changed: n > 0}
}

func listSets(b *match.Bundle, sets *dataset.Sets) (a api.SetAnswer) {
	for i := range b.Sets {
		s := &b.Sets[i]
		if i == maxListed {
			break
		}
		a.Sets = append(a.Sets, api.SetInfo{Name: b.Text(s.Name), Type: compile.SetTypeNames[s.Type], Loaded: s.Items.N,
			Touched: !sets.Untouched(s.ID), Save: b.Text(s.Save)})
	}
	a.Message = fmt.Sprintf("%d data sets", len(b.Sets))
	if len(b.Sets) > maxListed {
		a.Message += fmt.Sprintf(", of which %d are listed", maxListed)
	}
	return a
}
