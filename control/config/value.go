package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Size is a number of octets, written as 64mb, 1 gb, 256kb, 32 KiB or 4096.
type Size uint64

// ParseSize reads a size. A k, m or g is 1024, 1024² or 1024³, in every
// spelling that Suricata's users have in their files.
func ParseSize(s string) (Size, error) {
	t := strings.TrimSpace(s)
	digits := t
	if i := strings.IndexFunc(t, func(r rune) bool { return (r < '0' || r > '9') && r != '.' }); i >= 0 {
		digits = t[:i]
	}
	unit := strings.ToLower(strings.TrimSpace(t[len(digits):]))
	factor, ok := map[string]float64{
		"": 1, "b": 1,
		"k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10,
		"m": 1 << 20, "mb": 1 << 20, "mib": 1 << 20,
		"g": 1 << 30, "gb": 1 << 30, "gib": 1 << 30,
		"t": 1 << 40, "tb": 1 << 40, "tib": 1 << 40,
	}[unit]
	if !ok || digits == "" {
		return 0, fmt.Errorf("%s is not a size", quote(s))
	}
	if unit == "" || unit == "b" {
		if n, err := strconv.ParseUint(digits, 10, 64); err == nil {
			return Size(n), nil
		}
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || f < 0 {
		return 0, fmt.Errorf("%s is not a size", quote(s))
	}
	if f *= factor; f >= math.MaxInt64 {
		return 0, fmt.Errorf("%s is larger than any memory", quote(s))
	}
	return Size(f), nil
}

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSize(string(text))
	return err
}

// String writes the size with the largest binary unit that divides it.
func (s Size) String() string {
	for _, u := range []struct {
		n    Size
		name string
	}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if s != 0 && s%u.n == 0 {
			return fmt.Sprintf("%d %s", s/u.n, u.name)
		}
	}
	return strconv.FormatUint(uint64(s), 10)
}

// ParseBool reads a YAML 1.1 boolean: yes, no, true, false, on, off, 1, 0.
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "yes", "true", "on", "1":
		return true, nil
	case "no", "false", "off", "0":
		return false, nil
	}
	return false, fmt.Errorf("%s is neither yes nor no", quote(s))
}

// ParseDuration reads a duration: a number of seconds, or a number with us, ms,
// s, m, h, d or w ("1h30m" too).
func ParseDuration(s string) (time.Duration, error) {
	t := strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	bad := fmt.Errorf("%s is not a duration", quote(s))
	if t == "" || t[0] == '-' || t[0] == '+' {
		return 0, bad
	}
	unit := time.Second
	for suffix, u := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if strings.HasSuffix(t, suffix) {
			t, unit = strings.TrimSuffix(t, suffix), u
			break
		}
	}
	if f, err := strconv.ParseFloat(t, 64); err == nil {
		if f *= float64(unit); !(f >= 0 && f < math.MaxInt64) {
			return 0, bad
		}
		return time.Duration(f), nil
	}
	d, err := time.ParseDuration(t)
	if err != nil || unit != time.Second || d < 0 {
		return 0, bad
	}
	return d, nil
}

// Tri is auto, yes or no.
type Tri uint8

// The three values; Auto leaves the choice to weir.
const (
	Auto Tri = iota
	Yes
	No
)

// UnmarshalText reads auto or a boolean.
func (t *Tri) UnmarshalText(text []byte) error {
	if strings.EqualFold(strings.TrimSpace(string(text)), "auto") {
		*t = Auto
		return nil
	}
	b, err := ParseBool(string(text))
	if err != nil {
		return fmt.Errorf("%s is none of auto, yes and no", quote(string(text)))
	}
	if *t = No; b {
		*t = Yes
	}
	return nil
}

func (t Tri) String() string { return [...]string{"auto", "yes", "no"}[t] }

// Resolve gives the boolean, taking auto for what the caller says it is.
func (t Tri) Resolve(auto bool) bool { return t == Yes || t == Auto && auto }

// Number is a count or a size that may be left to weir ("auto"), N is then 0.
type Number struct {
	Auto bool
	N    uint64
}

// UnmarshalText reads auto, a number or a size.
func (n *Number) UnmarshalText(text []byte) error {
	if strings.EqualFold(strings.TrimSpace(string(text)), "auto") {
		*n = Number{Auto: true}
		return nil
	}
	s, err := ParseSize(string(text))
	if err != nil {
		return fmt.Errorf("%s is neither auto nor a number", quote(string(text)))
	}
	*n = Number{N: uint64(s)}
	return nil
}

func (n Number) String() string {
	if n.Auto {
		return "auto"
	}
	return strconv.FormatUint(n.N, 10)
}
