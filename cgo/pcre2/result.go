package pcre2

// #include "shim.h"
import "C"

// Result is the outcome of a match: Matched, NoMatch, or an error code of
// PCRE2, all negative.
type Result int32

// The results that callers tell apart.
const (
	Matched    Result = 0
	NoMatch    Result = C.PCRE2_ERROR_NOMATCH
	BadOffset  Result = C.PCRE2_ERROR_BADOFFSET
	MatchLimit Result = C.PCRE2_ERROR_MATCHLIMIT
	DepthLimit Result = C.PCRE2_ERROR_DEPTHLIMIT
	HeapLimit  Result = C.PCRE2_ERROR_HEAPLIMIT
	StackLimit Result = C.PCRE2_ERROR_JIT_STACKLIMIT
	NoMemory   Result = C.PCRE2_ERROR_NOMEMORY
)

// Limit tells whether the match was given up for a limit, so that nothing is
// known about whether the data matches.
func (r Result) Limit() bool {
	switch r {
	case MatchLimit, DepthLimit, HeapLimit, StackLimit, NoMemory:
		return true
	}
	return false
}

// String is the library's text for the result; it allocates.
func (r Result) String() string {
	if r == Matched {
		return "matched"
	}
	return message(C.int(r))
}
