package rpc

import (
	"bytes"
	_ "embed" // for the table
	"slices"
	"strconv"
	"strings"
)

//go:embed services.txt
var servicesText string

// service is an interface that has a name.
type service struct {
	uuid UUID
	name string
	// procedures are the names of operations by number; "" where there is none.
	procedures []string
}

// services are sorted by identifier.
var services = readServices(servicesText)

func readServices(text string) (out []service) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case line[0] != '\t':
			out = append(out, service{uuid: parseUUID(words[0]), name: words[1]})
		default:
			s := &out[len(out)-1]
			for _, w := range words {
				n, err := strconv.Atoi(w)
				if err != nil {
					s.procedures = append(s.procedures, w)
					continue
				}
				for len(s.procedures) < n {
					s.procedures = append(s.procedures, "")
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b service) int { return bytes.Compare(a.uuid[:], b.uuid[:]) })
	return out
}

func parseUUID(s string) (u UUID) {
	s = strings.ReplaceAll(s, "-", "")
	for i := range u {
		n, _ := strconv.ParseUint(s[2*i:2*i+2], 16, 8)
		u[i] = byte(n)
	}
	return u
}

// serviceOf is the service with an identifier, or nil.
func serviceOf(u *UUID) *service {
	lo, hi := 0, len(services)
	for lo < hi {
		m := (lo + hi) / 2
		switch c := bytes.Compare(services[m].uuid[:], u[:]); {
		case c == 0:
			return &services[m]
		case c < 0:
			lo = m + 1
		default:
			hi = m
		}
	}
	return nil
}

// procedure is the name of an operation, or "".
func (s *service) procedure(op int) string {
	if op < 0 || op >= len(s.procedures) {
		return ""
	}
	return s.procedures[op]
}
