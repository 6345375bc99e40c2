package rule

import (
	"fmt"
	"strings"
)

// parseRange reads a comparison of unsigned numbers: N, =N, !N, <N, >N, <=N,
// >=N, A<>B or A-B.
func parseRange(v string, bits int) (Range, error) {
	v = strings.TrimSpace(v)
	most := ^uint64(0) >> (64 - bits)
	num := func(s string) (uint64, error) {
		s = strings.TrimSpace(s)
		n, ok := parseUint(s, bits)
		if !ok {
			if n, ok = withUnit(s); !ok || n > most {
				return 0, fmt.Errorf("%q is no number from 0 to %d", s, most)
			}
		}
		return n, nil
	}
	if a, b, ok := strings.Cut(v, "<>"); ok {
		neg := strings.HasPrefix(a, "!")
		lo, err := num(strings.TrimPrefix(a, "!"))
		if err != nil {
			return Range{}, err
		}
		hi, err := num(b)
		if err != nil {
			return Range{}, err
		}
		if hi < 2 || lo >= hi-1 && lo >= hi {
			return Range{}, fmt.Errorf("%s: %d is not below %d", v, lo, hi)
		}
		if lo+1 > hi-1 {
			return Range{}, fmt.Errorf("%s: nothing lies between", v)
		}
		return Range{Lo: lo + 1, Hi: hi - 1, Neg: neg}, nil
	}
	if a, b, ok := strings.Cut(v, "-"); ok && a != "" {
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
		return Range{Lo: lo, Hi: hi}, nil
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
