package hyperscan

import (
	"errors"
	"strings"
	"testing"
)

func TestCompileErrorsNameThePattern(t *testing.T) {
	for _, c := range []struct {
		name   string
		expr   []Expression
		index  int
		reason string
	}{
		{"syntax", []Expression{{1, "ok", 0}, {2, "a(b", 0}}, 1, "parenthes"},
		{"back reference", []Expression{{1, "ok", 0}, {2, `(a)\1`, 0}}, 1, "Back-references"},
		{"matches empty", []Expression{{1, "a*", 0}}, 0, "empty buffer"},
		{"empty", []Expression{{1, "x", 0}, {1, "", 0}}, 1, "empty expression"},
		{"NUL", []Expression{{1, "a\x00", 0}}, 0, "NUL"},
		{"flags", []Expression{{1, "a", 1 << 30}}, 0, "flags"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := CompileExpressions(c.expr)
			if err == nil {
				db.Close()
				t.Fatal("no error")
			}
			var ce *CompileError
			if !errors.As(err, &ce) || ce.Index != c.index || !strings.Contains(ce.Reason, c.reason) {
				t.Errorf("%v, want index %d and %q", err, c.index, c.reason)
			}
		})
	}
}

func TestCompileLiteralsRefusesEmpty(t *testing.T) {
	_, err := CompileLiterals([]Literal{lit(1, "a"), {ID: 2}})
	var ce *CompileError
	if !errors.As(err, &ce) || ce.Index != 1 {
		t.Errorf("%v, want a CompileError of pattern 1", err)
	}
	if _, err := CompileLiterals(nil); err == nil {
		t.Error("an empty set compiled")
	}
	if _, err := CompileExpressions(nil); err == nil {
		t.Error("an empty set compiled")
	}
}

func TestPrefilterAcceptsBackReference(t *testing.T) {
	db, err := CompileExpressions([]Expression{{1, `(a|b)\1`, Prefilter}})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

func FuzzCompileExpressions(f *testing.F) {
	f.Add(`a(b|c)+\d{2,3}$`, uint32(Caseless))
	f.Add(`(?i)x[^\n]*y`, uint32(Prefilter|DotAll))
	f.Fuzz(func(t *testing.T, pattern string, flags uint32) {
		if len(pattern) > 40 { // longer ones take seconds
			return
		}
		db, err := CompileExpressions([]Expression{{1, pattern, Flag(flags) & allFlags}})
		if err == nil {
			db.Close()
		}
	})
}
