package lua

// #cgo pkg-config: lua5.4
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"math"
	"time"
	"unsafe"

	"github.com/weir-ips/weir/cgo/arena"
)

// Config bounds a State. Zero fields mean the defaults.
type Config struct {
	Memory       int // octets, at least MinMemory; default 1 MiB
	Instructions int // of the virtual machine in one call; default 500,000
	// Time is of the processor, in one call, for what instructions do not tell;
	// default 20 ms.
	Time      time.Duration
	Arguments int // octets of all arguments of a call; default 64 KiB
}

// MinMemory holds the libraries and a small script.
const MinMemory = 128 << 10

const maxMemory = 1 << 30

func (c Config) withDefaults() Config {
	if c.Memory == 0 {
		c.Memory = 1 << 20
	}
	if c.Instructions == 0 {
		c.Instructions = 500_000
	}
	if c.Time == 0 {
		c.Time = 20 * time.Millisecond
	}
	if c.Arguments == 0 {
		c.Arguments = 64 << 10
	}
	return c
}

// State is a Lua machine with its libraries, and the scripts loaded into it.
// Its globals live from call to call.
type State struct {
	handle *C.wlua_state // in the arena, as all of Lua
	arena  *arena.Arena
	args   []byte // of the next call, encoded
	full   bool   // an argument did not fit
}

// Error is a script that could not be loaded, or a function that is not there.
type Error struct {
	Result Result
	Reason string
}

func (e *Error) Error() string { return "lua: " + e.Result.String() + ": " + e.Reason }

// New makes a state without scripts and sets aside all memory that it and its
// arguments will use.
func New(c Config) (*State, error) { return newState(c, false) }

// newState also makes, for comparison, a state with the pattern functions of
// the library, which do not count what they do.
func newState(c Config, uncounted bool) (*State, error) {
	c = c.withDefaults()
	if c.Memory < MinMemory || c.Memory > maxMemory || c.Instructions < 0 || c.Instructions > math.MaxInt32 || c.Time < 0 ||
		c.Arguments < 0 || c.Arguments > maxMemory {
		return nil, errors.New("lua: a limit is out of range")
	}
	a, err := arena.New(c.Memory)
	if err != nil {
		return nil, err
	}
	h := C.wlua_new(C.uintptr_t(a.Handle()), C.int(c.Instructions), C.int64_t(c.Time), C.bool(uncounted))
	if h == nil {
		a.Close()
		return nil, errors.New("lua: the libraries do not fit into the limits")
	}
	return &State{handle: h, arena: a, args: make([]byte, 0, c.Arguments)}, nil
}

// Load compiles a script (text, not byte code) and runs it once, under the
// limits, so that its functions are defined. name stands in messages.
func (s *State) Load(script []byte, name string) error {
	n := C.CString("=" + name) // "=": the name is not to be quoted
	defer C.free(unsafe.Pointer(n))
	r := C.wlua_load(s.handle, (*C.char)(unsafe.Pointer(unsafe.SliceData(script))), C.size_t(len(script)), n)
	return s.failure(Result(r))
}

// Function is a function of a script.
type Function int32

// Function finds the global function name. It is for set-up: each time it is
// found takes a slot in the state.
func (s *State) Function(name string) (Function, error) {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	var ref C.int32_t
	r := C.wlua_function(s.handle, n, C.size_t(len(name)), &ref)
	return Function(ref), s.failure(Result(r))
}

func (s *State) failure(r Result) error {
	if r == OK {
		return nil
	}
	return &Error{r, s.Message()}
}

// Message is Lua's text for the last failure, for logs of set-up and of rules
// that fail; it allocates.
func (s *State) Message() string { return C.GoString(&s.handle.message[0]) }

// Close frees the state and all scripts in it.
func (s *State) Close() {
	s.handle = nil
	s.arena.Close()
}
