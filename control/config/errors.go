package config

import (
	"fmt"
	"strings"
)

// Pos is the place a key or a value was read from. Line and Col count from 1; a
// zero Line means that Origin is not a file ("--set a=b", an environment
// variable, a built-in profile).
type Pos struct {
	Origin    string
	Line, Col int
}

// String gives file:line:col, as editors and compilers read it.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.Origin
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.Origin, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.Origin, p.Line, p.Col)
}

// Error is one mistake in the configuration, on one line: where, which key,
// what is wrong with what was given, and what to write instead.
type Error struct {
	Pos     Pos
	Key     string
	Problem string
	Remedy  string
}

// Error formats the mistake as one line.
func (e *Error) Error() string {
	var b strings.Builder
	for _, part := range []string{e.Pos.String(), e.Key, e.Problem} {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(oneLine(part))
	}
	if e.Remedy != "" {
		b.WriteString("; ")
		b.WriteString(oneLine(e.Remedy))
	}
	return b.String()
}

// WarningKind says why a warning was given.
type WarningKind uint8

// The kinds of warnings.
const (
	// UnknownKey is a key that neither Suricata nor weir has.
	UnknownKey WarningKind = iota
	// NoEffect is a key of Suricata that weir reads and does not use.
	NoEffect
	// Deprecated is a spelling that still works and should be changed.
	Deprecated
	// Redefined is a key that stands twice at one level; the last one counts.
	Redefined
	// Doubtful is a combination that works and is probably not what was meant.
	Doubtful
)

// Warning is something in the configuration that does not stop weir.
type Warning struct {
	Pos  Pos
	Key  string
	Kind WarningKind
	Text string
}

// Verbose tells that the warning is only worth showing at -v: an existing
// suricata.yaml has dozens of keys for capture methods that weir does not have.
func (w Warning) Verbose() bool { return w.Kind == NoEffect }

// String formats the warning as one line.
func (w Warning) String() string {
	return oneLine(fmt.Sprintf("%s: %s: %s", w.Pos, w.Key, w.Text))
}

// quote shows what was given, cut where somebody pasted a page into a value.
func quote(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "..."
	}
	return fmt.Sprintf("%q", s)
}

func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}
