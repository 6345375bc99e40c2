package hyperscan

// #cgo pkg-config: libhs
// #include "shim.h"
import "C"

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// Literal is a pattern of plain octets, NUL included.
type Literal struct {
	ID          uint32 // reported in Hit.ID; several literals may share one
	Data        []byte // at least one octet
	NoCase      bool   // ASCII letters match in either case
	SingleMatch bool   // report at most once in a job: the earliest end
}

// Flag changes the meaning of an Expression.
type Flag uint32

// The flags of an Expression. Patterns that match an empty buffer are always
// refused.
const (
	Caseless    Flag = C.HS_FLAG_CASELESS
	DotAll      Flag = C.HS_FLAG_DOTALL
	MultiLine   Flag = C.HS_FLAG_MULTILINE
	SingleMatch Flag = C.HS_FLAG_SINGLEMATCH
	UTF8        Flag = C.HS_FLAG_UTF8 // undefined on scanned data that is not UTF-8
	UCP         Flag = C.HS_FLAG_UCP
	// Prefilter accepts constructs that Hyperscan cannot match exactly
	// (back references, look-around) and reports a superset of the matches.
	Prefilter Flag = C.HS_FLAG_PREFILTER

	allFlags = Caseless | DotAll | MultiLine | SingleMatch | UTF8 | UCP | Prefilter
)

// Expression is a regular expression in the subset of PCRE's syntax that
// Hyperscan knows.
type Expression struct {
	ID      uint32
	Pattern string // no NUL: write \x00
	Flags   Flag
}

// CompileError says which pattern was refused and why.
type CompileError struct {
	Index  int // into the slice given to the compile call; -1: none in particular
	Reason string
}

func (e *CompileError) Error() string {
	if e.Index < 0 {
		return "hyperscan: " + e.Reason
	}
	return fmt.Sprintf("hyperscan: pattern %d: %s", e.Index, e.Reason)
}

var errNoPatterns = errors.New("hyperscan: no patterns")

// CompileLiterals builds a block database of literals. Where the literal
// compiler of the library refuses the set (Vectorscan does for some), the
// literals are compiled as escaped expressions, which match the same. The
// error is a *CompileError where one pattern is at fault.
func CompileLiterals(lits []Literal) (*Database, error) {
	if len(lits) == 0 {
		return nil, errNoPatterns
	}
	set := newPatternSet(len(lits))
	for i, l := range lits {
		if len(l.Data) == 0 {
			return nil, &CompileError{i, "a literal needs at least one octet"}
		}
		set.add(l.Data, l.flags(), l.ID)
	}
	db, err := set.compileLiterals()
	if err == nil {
		return db, nil
	}
	if db, second := compileEscaped(lits); second == nil {
		return db, nil
	}
	return nil, err
}

func (l Literal) flags() Flag {
	var f Flag
	if l.NoCase {
		f |= Caseless
	}
	if l.SingleMatch {
		f |= SingleMatch
	}
	return f
}

// compileEscaped writes every octet as \xNN, so that none has a meaning.
func compileEscaped(lits []Literal) (*Database, error) {
	exprs := make([]Expression, len(lits))
	for i, l := range lits {
		var b strings.Builder
		for _, c := range l.Data {
			b.WriteString(`\x`)
			b.WriteString(hex.EncodeToString([]byte{c}))
		}
		exprs[i] = Expression{l.ID, b.String(), l.flags()}
	}
	return CompileExpressions(exprs)
}

// CompileExpressions builds a block database of regular expressions. The error
// is a *CompileError where one pattern is at fault.
func CompileExpressions(exprs []Expression) (*Database, error) {
	if len(exprs) == 0 {
		return nil, errNoPatterns
	}
	set := newPatternSet(len(exprs))
	for i, e := range exprs {
		switch {
		case e.Pattern == "":
			return nil, &CompileError{i, "empty expression"}
		case strings.IndexByte(e.Pattern, 0) >= 0:
			return nil, &CompileError{i, `NUL in the expression: write \x00`}
		case e.Flags&^allFlags != 0:
			return nil, &CompileError{i, fmt.Sprintf("unknown flags %#x", e.Flags&^allFlags)}
		}
		set.add(append([]byte(e.Pattern), 0), e.Flags, e.ID)
	}
	return set.compileExpressions()
}

// patternSet is the form in which patterns cross to C: no pointers in it.
type patternSet struct {
	text  []byte
	start []C.uint64_t
	flags []C.uint32_t
	ids   []C.uint32_t
}

func newPatternSet(n int) *patternSet {
	return &patternSet{
		start: append(make([]C.uint64_t, 0, n+1), 0),
		flags: make([]C.uint32_t, 0, n),
		ids:   make([]C.uint32_t, 0, n),
	}
}

func (s *patternSet) add(text []byte, f Flag, id uint32) {
	s.text = append(s.text, text...)
	s.start = append(s.start, C.uint64_t(len(s.text)))
	s.flags = append(s.flags, C.uint32_t(f))
	s.ids = append(s.ids, C.uint32_t(id))
}

func (s *patternSet) compileLiterals() (*Database, error) {
	var out C.whs_compiled
	C.whs_compile_literals((*C.char)(unsafe.Pointer(&s.text[0])), &s.start[0], &s.flags[0], &s.ids[0],
		C.uint32_t(len(s.ids)), &out)
	return compiled(&out)
}

func (s *patternSet) compileExpressions() (*Database, error) {
	var out C.whs_compiled
	C.whs_compile_expressions((*C.char)(unsafe.Pointer(&s.text[0])), &s.start[0], &s.flags[0], &s.ids[0],
		C.uint32_t(len(s.ids)), &out)
	return compiled(&out)
}

func compiled(out *C.whs_compiled) (*Database, error) {
	if out.code != C.HS_SUCCESS {
		return nil, &CompileError{int(out.index), C.GoString(&out.reason[0])}
	}
	return &Database{ptr: out.db, owned: true}, nil
}
