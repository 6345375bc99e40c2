package compile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/rule"
)

// Datasets says where data sets lie and what rules may do with them.
type Datasets struct {
	// Dir is where save and state files lie that are not absolute.
	Dir string
	// DenyWrite: no rule may name a file to be written. AllowAbsolute: save and
	// state files may lie outside of Dir.
	DenyWrite, AllowAbsolute bool
	// Memcap of a set that names none, octets; 0: none.
	Memcap uint64
	// Defined are the sets of the configuration, their paths as they are.
	Defined map[string]rule.SetDef
}

// Forbidden is the error of a rule that asks for what the configuration does not
// allow.
type Forbidden struct{ Msg string }

// Error is the message.
func (f Forbidden) Error() string { return f.Msg }

// dataSet is a set on its way into the tables.
type dataSet struct {
	name    string
	def     rule.SetDef
	index   int // in the bundle's Sets
	kind    uint8
	mutable bool
	save    string
	items   []setItem
	at      map[string]int
}

// setItem is one value of a set and what is known of it.
type setItem struct {
	value []byte
	json  []byte
	rep   uint16
}

var setKinds = map[string]uint8{"string": match.SetString, "md5": match.SetMD5, "sha1": match.SetSHA1, "sha256": match.SetSHA256,
	"ipv4": match.SetIPv4, "ip": match.SetIP}

// datasetOp is a dataset or datarep condition.
func (c *compiler) datasetOp(r *rule.Rule, x *rule.Dataset) (match.Op, error) {
	s, err := c.dataset(r.Pos, x)
	if err != nil {
		return match.Op{}, err
	}
	if x.Rep {
		op := match.Op{Code: match.OpDatarep, X: uint64(s.index), Y: uint64(x.Value), A: match.CmpEQ}
		switch x.Op {
		case "<":
			op.A = match.CmpLT
		case ">":
			op.A = match.CmpGT
		}
		return op, nil
	}
	op := match.Op{Code: match.OpDataset, X: uint64(s.index),
		A: map[string]int32{"isset": match.DataIsSet, "isnotset": match.DataIsNotSet, "set": match.DataSet, "unset": match.DataUnset}[x.Cmd]}
	if x.Cmd == "set" || x.Cmd == "unset" {
		s.mutable = true
	}
	if x.Subdomain {
		if s.kind != match.SetString {
			return op, fmt.Errorf("dataset %s: match subdomain is for sets of type string", x.Name)
		}
		op.Flags |= match.FSubdomain
	}
	if x.ContextKey != "" {
		op.B = int32(c.names.ID("context", x.ContextKey)) + 1
	}
	return op, nil
}

// dataset finds the set that a rule means, or makes it of what the rule says.
func (c *compiler) dataset(pos rule.Position, x *rule.Dataset) (*dataSet, error) {
	kind := "dataset"
	if x.Rep {
		kind = "datarep"
	}
	if s := c.sets[x.Name]; s != nil {
		switch {
		case x.Type != "" && x.Type != s.def.Type:
			return nil, fmt.Errorf("%s %s is of type %s elsewhere, not %s", kind, x.Name, s.def.Type, x.Type)
		case x.Load != "" && x.Load != s.def.Load && s.def.Load != "":
			return nil, fmt.Errorf("%s %s is loaded from %s elsewhere, not from %s", kind, x.Name, s.def.Load, x.Load)
		}
		return s, nil
	}
	def, configured := x.SetDef, false
	if d, ok := c.opt.Datasets.Defined[x.Name]; ok {
		if def.Type != "" && def.Type != d.Type {
			return nil, fmt.Errorf("%s %s is of type %s in the configuration, not %s", kind, x.Name, d.Type, def.Type)
		}
		def, configured = d, true
	}
	if def.Type == "" {
		return nil, fmt.Errorf("%s %s is defined nowhere: give its type here or under datasets in the configuration", kind, x.Name)
	}
	s := &dataSet{name: x.Name, def: def, kind: setKinds[def.Type], at: map[string]int{}}
	if err := c.openSet(s, pos, configured); err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, x.Name, err)
	}
	s.mutable = configured || def.State != "" || def.Save != ""
	c.keepSet(x.Name, s)
	return s, nil
}

func (c *compiler) keepSet(name string, s *dataSet) {
	if c.sets == nil {
		c.sets = map[string]*dataSet{}
	}
	s.index = len(c.setOrder)
	c.sets[name] = s
	c.setOrder = append(c.setOrder, s)
}

// openSet finds a set's files and loads it.
func (c *compiler) openSet(s *dataSet, pos rule.Position, configured bool) error {
	o := &c.opt.Datasets
	written := s.def.Save
	if s.def.State != "" {
		written = s.def.State
	}
	if written != "" && !configured {
		if o.DenyWrite {
			return Forbidden{"Rules containing save/state datasets have been disabled"}
		}
		if !o.AllowAbsolute && (filepath.IsAbs(written) || !filepath.IsLocal(written)) {
			return Forbidden{fmt.Sprintf("%s lies outside of the data directory: set datasets.rules.allow-absolute-filenames to allow that", written)}
		}
	}
	if written != "" {
		s.save = written
		if !filepath.IsAbs(written) {
			s.save = filepath.Join(o.Dir, written)
		}
	}
	from, must := s.def.Load, true
	if s.def.State != "" {
		from, must = s.save, false
	} else if from != "" && !filepath.IsAbs(from) && !configured {
		from = filepath.Join(filepath.Dir(pos.File), from)
	}
	if from == "" {
		return nil
	}
	c.reads(from)
	bad, err := s.load(from)
	switch {
	case errors.Is(err, os.ErrNotExist) && !must:
		return nil
	case err != nil:
		return err
	}
	c.warn = append(c.warn, bad...)
	return nil
}

// add puts a value into a set; the first of equal ones stays.
func (s *dataSet) add(it setItem) {
	if _, ok := s.at[string(it.value)]; ok {
		return
	}
	s.at[string(it.value)] = len(s.items)
	s.items = append(s.items, it)
}

// buildSets writes the sets into the tables.
func (c *compiler) buildSets() {
	t := c.t
	name := func(s string) (r match.NameRec) {
		r.Off, r.Len = t.put([]byte(s))
		return r
	}
	for _, s := range c.setOrder {
		rec := match.SetRec{ID: c.names.ID("dataset", s.name), Type: s.kind, Memcap: s.def.Memcap, Name: name(s.name), Save: name(s.save)}
		if rec.Memcap == 0 {
			rec.Memcap = c.opt.Datasets.Memcap
		}
		if s.mutable {
			rec.Mutable = 1
		}
		rec.Items = match.Span{Off: uint32(len(t.setItems)), N: uint32(len(s.items))}
		for i := range s.items {
			it := &s.items[i]
			x := match.SetItem{Off: uint32(len(t.setData)), Len: uint32(len(it.value)), Rep: it.rep}
			t.setData = append(t.setData, it.value...)
			x.JSON, x.Size = uint32(len(t.setData)), uint32(len(it.json))
			t.setData = append(t.setData, it.json...)
			t.setItems = append(t.setItems, x)
		}
		rec.Slots = t.hashSlots(s.items)
		t.sets = append(t.sets, rec)
	}
}

// hashSlots lays out the slots of a set's values.
func (t *tables) hashSlots(items []setItem) match.Span {
	if len(items) == 0 {
		return match.Span{}
	}
	n := 1
	for n < 2*len(items) {
		n <<= 1
	}
	s := match.Span{Off: uint32(len(t.setSlots)), N: uint32(n)}
	t.setSlots = append(t.setSlots, make([]uint32, n)...)
	slots := t.setSlots[s.Off:]
	for i := range items {
		at := match.SetHash(items[i].value) & uint32(n-1)
		for slots[at] != 0 {
			at = (at + 1) & uint32(n-1)
		}
		slots[at] = uint32(i) + 1
	}
	return s
}
