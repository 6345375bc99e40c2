package lua

// #cgo noescape wlua_call
// #cgo nocallback wlua_call
// #include "shim.h"
import "C"

import "unsafe"

// Result is the outcome of a call.
type Result int32

const (
	OK               Result = C.WLUA_OK
	ScriptError      Result = C.WLUA_ERROR        // an error in the script; see State.Message
	InstructionLimit Result = C.WLUA_INSTRUCTIONS // too many instructions, or as much work in library functions
	MemoryLimit      Result = C.WLUA_MEMORY
	BadArguments     Result = C.WLUA_ARGUMENTS // they did not fit, a table was left open, or no such function
	BadResult        Result = C.WLUA_RESULT    // a function returned something else than a Value
)

// String names the result.
func (r Result) String() string {
	switch r {
	case OK:
		return "ok"
	case ScriptError:
		return "script error"
	case InstructionLimit:
		return "instruction limit"
	case MemoryLimit:
		return "memory limit"
	case BadArguments:
		return "bad arguments"
	case BadResult:
		return "bad result"
	}
	return "unknown"
}

// Kind is the type of a Value.
type Kind int32

const (
	Nil    Kind = C.WLUA_NIL
	Bool   Kind = C.WLUA_BOOL
	Int    Kind = C.WLUA_INT // an integer, or a float without a fraction
	String Kind = C.WLUA_STRING
)

// Value is what a function returned, the first value if there were several.
type Value struct {
	Kind Kind
	Int  int64 // of Int; 0 or 1 of Bool
	Len  int   // of String: all of it, though only as much as fits was written
}

// Call calls f with the arguments that were added since the last call, which
// are then forgotten. A string that it returns is written to out, cut off
// where out ends.
func (s *State) Call(f Function, out []byte) (Value, Result) {
	args, full := s.args, s.full
	s.args, s.full = s.args[:0], false
	if full {
		return Value{}, BadArguments
	}
	r := C.wlua_call(s.handle, C.int32_t(f), unsafe.Pointer(unsafe.SliceData(args)), C.size_t(len(args)),
		unsafe.Pointer(unsafe.SliceData(out)), C.size_t(len(out)))
	if r.status != C.WLUA_OK {
		return Value{}, Result(r.status)
	}
	return Value{Kind(r.kind), int64(r.number), int(r.len)}, OK
}
