package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxCPU is the highest CPU number that a list may name.
const MaxCPU = 4095

// CPUs is a set of CPUs: all of them (All), those that weir chooses (Auto), or
// the numbers in List, ascending and without repetition.
type CPUs struct {
	Auto, All bool
	List      []int
}

// UnmarshalText reads "auto", "all", "0-3,8" or "[ 0, 2-5 ]".
func (c *CPUs) UnmarshalText(text []byte) error {
	*c = CPUs{}
	for _, part := range splitList(string(text)) {
		part = strings.Trim(part, `"' `)
		switch part {
		case "auto":
			c.Auto = true
			continue
		case "all":
			c.All = true
			continue
		}
		from, to, ranged := strings.Cut(part, "-")
		lo, err := strconv.Atoi(strings.TrimSpace(from))
		hi := lo
		if err == nil && ranged {
			hi, err = strconv.Atoi(strings.TrimSpace(to))
		}
		if err != nil || lo < 0 || hi < lo || hi > MaxCPU {
			return fmt.Errorf("%s is not a list of CPUs", quote(string(text)))
		}
		for cpu := lo; cpu <= hi; cpu++ {
			c.List = append(c.List, cpu)
		}
	}
	slices.Sort(c.List)
	c.List = slices.Compact(c.List)
	if c.Auto && (c.All || len(c.List) > 0) {
		return fmt.Errorf("%s mixes auto with CPU numbers", quote(string(text)))
	}
	return nil
}

func (c CPUs) String() string {
	switch {
	case c.Auto:
		return "auto"
	case c.All:
		return "all"
	}
	var parts []string
	for i := 0; i < len(c.List); {
		j := i
		for j+1 < len(c.List) && c.List[j+1] == c.List[j]+1 {
			j++
		}
		if j == i {
			parts = append(parts, strconv.Itoa(c.List[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", c.List[i], c.List[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}
