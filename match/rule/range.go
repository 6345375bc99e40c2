package rule

import (
	"fmt"
	"strconv"
	"strings"
)

// parseRange reads a comparison of unsigned numbers: N, =N, !N, <N, >N, <=N,
// >=N, A<>B and A-B (what lies between, the bounds left out), !A-B, &MASK=N and
// &MASK!=N.
func parseRange(v string, bits int) (Range, error) {
	v = strings.TrimSpace(v)
	most := ^uint64(0) >> (64 - bits)
	num := func(s string) (uint64, error) { return number(s, most) }
	if rest, ok := strings.CutPrefix(v, "&"); ok {
		return bitmask(v, rest, num)
	}
	inner := strings.TrimPrefix(v, "!")
	for _, sep := range []string{"<>", "-"} {
		a, b, ok := strings.Cut(inner, sep)
		if !ok || a == "" {
			continue
		}
		lo, err := num(a)
		if err != nil {
			return Range{}, err
		}
		hi, err := num(b)
		if err != nil {
			return Range{}, err
		}
		if lo >= hi {
			return Range{}, fmt.Errorf("%s: %d is not below %d", v, lo, hi)
		}
		if lo+1 > hi-1 {
			return Range{}, fmt.Errorf("%s: nothing lies between", v)
		}
		return Range{Lo: lo + 1, Hi: hi - 1, Neg: inner != v}, nil
	}
	op := ""
	for _, o := range []string{"<=", ">=", "!=", "==", "<", ">", "!", "="} {
		if strings.HasPrefix(v, o) {
			op, v = o, v[len(o):]
			break
		}
	}
	n, err := num(v)
	if err != nil {
		return Range{}, err
	}
	switch op {
	case "<":
		if n == 0 {
			return Range{}, fmt.Errorf("nothing is below 0")
		}
		return Range{Hi: n - 1}, nil
	case "<=":
		return Range{Hi: n}, nil
	case ">":
		if n == most {
			return Range{}, fmt.Errorf("nothing is above %d", most)
		}
		return Range{Lo: n + 1, Hi: most}, nil
	case ">=":
		return Range{Lo: n, Hi: most}, nil
	case "!", "!=":
		return Range{Lo: n, Hi: n, Neg: true}, nil
	}
	return Range{Lo: n, Hi: n}, nil
}

func number(s string, most uint64) (uint64, error) {
	s = strings.TrimSpace(s)
	if n, ok := parseUint(s, 64); ok && n <= most {
		return n, nil
	}
	if len(s) <= 3 && strings.HasPrefix(s, "x") {
		// tos:x10 is how rules have always written hex there.
		if n, ok := parseUint("0"+s, 64); ok && n <= most {
			return n, nil
		}
	}
	if n, ok := withUnit(s); ok && n <= most {
		return n, nil
	}
	return 0, fmt.Errorf("%q is no number from 0 to %d", s, most)
}

// bitmask reads MASK=N and MASK!=N.
func bitmask(v, rest string, num func(string) (uint64, error)) (Range, error) {
	m, n, ok := strings.Cut(rest, "=")
	if !ok {
		return Range{}, fmt.Errorf("%s: want &MASK=NUMBER or &MASK!=NUMBER", v)
	}
	r := Range{Mask: true, Neg: strings.HasSuffix(m, "!")}
	var err error
	if r.Lo, err = num(strings.TrimSuffix(m, "!")); err != nil {
		return Range{}, err
	}
	if r.Hi, err = num(n); err != nil {
		return Range{}, err
	}
	if r.Hi&^r.Lo != 0 {
		return Range{}, fmt.Errorf("%s: a number under the mask %#x is never %#x", v, r.Lo, r.Hi)
	}
	return r, nil
}

// withUnit reads 10kb, 5MiB and the like.
func withUnit(s string) (uint64, bool) {
	l := strings.ToLower(s)
	for _, u := range []struct {
		suffix string
		mul    uint64
	}{{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}} {
		if d, ok := strings.CutSuffix(l, u.suffix); ok {
			n, ok := parseUint(strings.TrimSpace(d), 32)
			return n * u.mul, ok
		}
	}
	return 0, false
}

// IndexMode says which of several values a numeric condition is about.
type IndexMode uint8

// Index modes.
const (
	IndexAny         IndexMode = iota
	IndexAll                   // at least one value, and all match
	IndexAllOrAbsent           // all match; holds without values
	IndexOrAbsent              // one matches, or there are none
	IndexAt                    // the value at N; negative: from the end
	IndexAtOrOut               // the value at N matches, or there is none at N
	IndexMatches               // so many match: Count
	IndexCount                 // there are so many, whatever they are: Count
)

// Index selects among the values of a numeric field.
type Index struct {
	Mode  IndexMode
	N     int
	Count Range
	// From and To bound the values that are looked at, when Sub is set; negative
	// ones count from the end.
	Sub      bool
	From, To int
}

// maxIndex bounds indices: no transaction is asked for more values.
const maxIndex = 1 << 15

// parseIndex reads what stands behind the comma: all, nb>3, -1, 1:-1, ….
func parseIndex(items []string) (x Index, err error) {
	if len(items) > 2 {
		return x, fmt.Errorf("%q: want an index and a slice at most", strings.Join(items, ","))
	}
	if len(items) == 2 {
		if err := x.slice(items[1]); err != nil {
			return x, err
		}
	}
	if len(items) == 0 {
		return x, nil
	}
	switch w := items[0]; {
	case w == "any":
	case w == "all":
		x.Mode = IndexAll
	case w == "all_or_absent":
		x.Mode = IndexAllOrAbsent
	case w == "or_absent":
		x.Mode = IndexOrAbsent
	case strings.HasPrefix(w, "nb"):
		x.Mode = IndexMatches
		x.Count, err = parseRange(w[2:], 31)
	case strings.HasPrefix(w, "oob_or"):
		x.Mode = IndexAtOrOut
		x.N, err = indexNumber(strings.TrimSpace(w[len("oob_or"):]))
	default:
		x.Mode = IndexAt
		x.N, err = indexNumber(w)
	}
	return x, err
}

func indexNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < -maxIndex || n > maxIndex {
		return 0, fmt.Errorf("index %q, want a number, any, all, all_or_absent, or_absent, oob_or N or nb and a comparison", s)
	}
	return n, nil
}

// slice reads FROM:TO.
func (x *Index) slice(s string) (err error) {
	a, b, ok := strings.Cut(s, ":")
	if !ok {
		return fmt.Errorf("slice %q, want FROM:TO", s)
	}
	x.Sub = true
	if x.From, err = indexNumber(strings.TrimSpace(a)); err != nil {
		return err
	}
	x.To, err = indexNumber(strings.TrimSpace(b))
	return err
}
