package compile

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match"
)

// Bounds of what a set is loaded from.
const (
	maxSetFile  = 1 << 31
	maxSetLine  = 1 << 20
	maxSetItems = 1 << 25
	// maxBadLines is how many bad lines of a file are named one by one.
	maxBadLines = 20
)

// load reads a set's file. Bad lines are named and left out; the error is of the
// file as a whole, or that nothing in it is good.
func (s *dataSet) load(path string) (bad []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || fi.Size() > maxSetFile {
		return nil, fmt.Errorf("%s: more than %d octets: %v", path, maxSetFile, err)
	}
	if s.def.Format == "json" {
		return nil, s.loadJSON(path, f)
	}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, maxSetLine)
	lines, wrong := 0, 0
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimSpace(sc.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		lines++
		err := s.addLine(text)
		if err == nil && len(s.items) > maxSetItems {
			return nil, fmt.Errorf("%s:%d: more than %d values", path, line, maxSetItems)
		}
		if err != nil {
			if wrong++; wrong <= maxBadLines {
				bad = append(bad, fmt.Sprintf("%s:%d: %v; the line is left out", path, line, err))
			}
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if wrong > maxBadLines {
		bad = append(bad, fmt.Sprintf("%s: %d more lines are left out", path, wrong-maxBadLines))
	}
	if wrong > 0 && wrong == lines {
		return nil, fmt.Errorf("no line holds a value: %s", bad[0])
	}
	return bad, nil
}

func (s *dataSet) addLine(text string) error {
	if s.def.Format == "ndjson" {
		obj, err := decodeObject([]byte(text))
		if err != nil {
			return err
		}
		return s.addObject(obj)
	}
	text, rep, _ := strings.Cut(text, ",")
	it := setItem{}
	var err error
	if it.value, err = s.parse(strings.TrimSpace(text)); err != nil {
		return err
	}
	if rep = strings.TrimSpace(rep); rep != "" {
		n, err := strconv.ParseUint(rep, 10, 16)
		if err != nil {
			return fmt.Errorf("reputation %q is no number from 0 to 65535", rep)
		}
		it.rep = uint16(n)
	}
	s.add(it)
	return nil
}

// parse reads a value as files write it: text in base64, digests in hex.
func (s *dataSet) parse(text string) ([]byte, error) { return ParseSetValue(s.kind, text) }

// SetTypeNames are the types of data sets as rules name them, by their number.
var SetTypeNames = [...]string{match.SetString: "string", match.SetMD5: "md5", match.SetSHA256: "sha256",
	match.SetIPv4: "ipv4", match.SetIP: "ip", match.SetSHA1: "sha1"}

// ParseSetValue reads a value of a set of some type as files write it.
func ParseSetValue(kind uint8, text string) ([]byte, error) {
	sizes := map[uint8]int{match.SetMD5: 16, match.SetSHA1: 20, match.SetSHA256: 32}
	switch kind {
	case match.SetString:
		v, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(v) == 0 {
			return nil, fmt.Errorf("%q is no text in base64", text)
		}
		return v, nil
	case match.SetIPv4, match.SetIP:
		return address(kind, text)
	}
	v, err := hex.DecodeString(text)
	if n := sizes[kind]; err != nil || len(v) != n {
		return nil, fmt.Errorf("%q is no %s of %d hex digits", text, SetTypeNames[kind], 2*n)
	}
	return v, nil
}

func address(kind uint8, text string) ([]byte, error) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no address", text)
	}
	if kind == match.SetIPv4 {
		if a = a.Unmap(); !a.Is4() {
			return nil, fmt.Errorf("%q is no IPv4 address", text)
		}
		v := a.As4()
		return v[:], nil
	}
	v := a.As16()
	return v[:], nil
}

// loadJSON reads one JSON document: an array of objects, at array_key where that
// is given.
func (s *dataSet) loadJSON(path string, r io.Reader) error {
	d := json.NewDecoder(r)
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if s.def.ArrayKey != "" {
		v, ok := lookup(doc, s.def.ArrayKey)
		if !ok {
			return fmt.Errorf("%s: nothing stands at array_key %s", path, s.def.ArrayKey)
		}
		doc = v
	}
	list, ok := doc.([]any)
	if !ok {
		return fmt.Errorf("%s: want an array of objects; say with array_key where it stands", path)
	}
	var first error
	for i, x := range list {
		obj, ok := x.(map[string]any)
		err := errors.New("is no object")
		if ok {
			err = s.addObject(obj)
		}
		if err != nil && first == nil {
			first = fmt.Errorf("%s: element %d: %w", path, i+1, err)
		}
	}
	if len(s.items) == 0 && first != nil {
		return first
	}
	return nil
}

func decodeObject(text []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var obj map[string]any
	if err := d.Decode(&obj); err != nil {
		return nil, fmt.Errorf("no JSON object: %w", err)
	}
	return obj, nil
}

// addObject adds the value that stands at value_key of an object, and the object
// as what is known of it.
func (s *dataSet) addObject(obj map[string]any) error {
	v, ok := lookup(obj, s.def.ValueKey)
	text, isText := v.(string)
	if !ok || !isText {
		return fmt.Errorf("no text at value_key %s", s.def.ValueKey)
	}
	it := setItem{value: []byte(text)}
	var err error
	if s.kind != match.SetString {
		if it.value, err = s.parse(text); err != nil {
			return err
		}
	}
	if s.def.RemoveKey {
		remove(obj, s.def.ValueKey)
	}
	if it.json, err = json.Marshal(obj); err != nil {
		return err
	}
	s.add(it)
	return nil
}

// lookup follows a dotted path through objects.
func lookup(v any, path string) (any, bool) {
	for _, k := range strings.Split(path, ".") {
		obj, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = obj[k]; !ok {
			return nil, false
		}
	}
	return v, true
}

func remove(obj map[string]any, path string) {
	for {
		k, rest, nested := strings.Cut(path, ".")
		if !nested {
			delete(obj, k)
			return
		}
		next, ok := obj[k].(map[string]any)
		if !ok {
			return
		}
		obj, path = next, rest
	}
}
