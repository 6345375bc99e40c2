package pcre2

// #cgo pkg-config: libpcre2-8
// #include <stdlib.h>
// #include "shim.h"
// static const char *wpcre_names(const pcre2_code *c, uint32_t *count, uint32_t *size)
// {
// 	PCRE2_SPTR table = NULL;
// 	pcre2_pattern_info(c, PCRE2_INFO_NAMECOUNT, count);
// 	pcre2_pattern_info(c, PCRE2_INFO_NAMEENTRYSIZE, size);
// 	pcre2_pattern_info(c, PCRE2_INFO_NAMETABLE, &table);
// 	return (const char *)table;
// }
// static uint32_t wpcre_captures(const pcre2_code *c)
// {
// 	uint32_t n = 0;
// 	pcre2_pattern_info(c, PCRE2_INFO_CAPTURECOUNT, &n);
// 	return n;
// }
// static size_t wpcre_size(const pcre2_code *c)
// {
// 	size_t code = 0, jit = 0;
// 	pcre2_pattern_info(c, PCRE2_INFO_SIZE, &code);
// 	pcre2_pattern_info(c, PCRE2_INFO_JITSIZE, &jit);
// 	return code + jit;
// }
import "C"

import (
	"bytes"
	"fmt"
	"unsafe"
)

// Options are the modifiers of an expression. UTF is always off: expressions
// and buffers are octets.
type Options uint32

// The modifiers, with their letters in rules and in Perl.
const (
	Caseless      Options = C.PCRE2_CASELESS       // i
	MultiLine     Options = C.PCRE2_MULTILINE      // m
	DotAll        Options = C.PCRE2_DOTALL         // s
	Extended      Options = C.PCRE2_EXTENDED       // x
	Anchored      Options = C.PCRE2_ANCHORED       // A
	DollarEndOnly Options = C.PCRE2_DOLLAR_ENDONLY // E
	Ungreedy      Options = C.PCRE2_UNGREEDY       // G
	// NoAutoCapture makes plain parentheses group without capturing.
	NoAutoCapture Options = C.PCRE2_NO_AUTO_CAPTURE

	allOptions = Caseless | MultiLine | DotAll | Extended | Anchored | DollarEndOnly | Ungreedy | NoAutoCapture
)

// Name is a named group.
type Name struct {
	Name  string
	Group int // number of the group; names may be shared by several
}

// Code is a compiled expression.
type Code struct {
	ptr      *C.pcre2_code
	jit      bool
	captures int
	names    []Name
}

// CompileError says what is wrong with an expression and where.
type CompileError struct {
	Offset int // octets from the start of the expression
	Reason string
}

func (e *CompileError) Error() string {
	return fmt.Sprintf("pcre: at offset %d: %s", e.Offset, e.Reason)
}

// Compile compiles an expression, and translates it to machine code where JIT
// is to be had; an expression that JIT refuses is interpreted. The error is a
// *CompileError for a mistake in the expression.
func Compile(pattern []byte, o Options) (*Code, error) {
	c := &Code{}
	if err := c.Compile(pattern, o); err != nil {
		return nil, err
	}
	return c, nil
}

// Compile is Compile into a Code of the caller's, which holds none.
func (c *Code) Compile(pattern []byte, o Options) error {
	if o&^allOptions != 0 {
		return fmt.Errorf("pcre: unknown options %#x", uint32(o&^allOptions))
	}
	var first byte // stands for an empty pattern
	p := &first
	if len(pattern) > 0 {
		p = &pattern[0]
	}
	var code C.int
	var offset C.size_t
	ptr := C.pcre2_compile_8((*C.uint8_t)(unsafe.Pointer(p)), C.size_t(len(pattern)),
		C.uint32_t(o)|C.PCRE2_NEVER_UTF, &code, &offset, nil)
	if ptr == nil {
		return &CompileError{int(offset), message(code)}
	}
	*c = Code{ptr: ptr, captures: int(C.wpcre_captures(ptr)), names: names(ptr)}
	c.jit = C.pcre2_jit_compile_8(ptr, C.PCRE2_JIT_COMPLETE) == 0
	return nil
}

// names reads the name table: entries of fixed size, each a group number of
// two octets and a name that ends in NUL (pcre2api, PCRE2_INFO_NAMETABLE).
func names(ptr *C.pcre2_code) []Name {
	var count, size C.uint32_t
	table := C.wpcre_names(ptr, &count, &size)
	if count == 0 {
		return nil
	}
	out := make([]Name, 0, int(count))
	all := unsafe.Slice((*byte)(unsafe.Pointer(table)), int(count)*int(size))
	for i := 0; i < len(all); i += int(size) {
		entry := all[i : i+int(size)]
		name, _, _ := bytes.Cut(entry[2:], []byte{0})
		out = append(out, Name{string(name), int(entry[0])<<8 | int(entry[1])})
	}
	return out
}

func message(code C.int) string {
	var b [256]C.uint8_t
	C.pcre2_get_error_message_8(code, &b[0], C.size_t(len(b)))
	return C.GoString((*C.char)(unsafe.Pointer(&b[0])))
}

// Handle is the number that stands for the code in Matcher.Match; 0 after Close.
func (c *Code) Handle() uintptr { return uintptr(unsafe.Pointer(c.ptr)) }

// JIT tells whether the code was translated to machine code.
func (c *Code) JIT() bool { return c.jit }

// Captures is the number of groups, the whole match not counted.
func (c *Code) Captures() int { return c.captures }

// Names are the named groups, sorted by name.
func (c *Code) Names() []Name { return c.names }

// Size is the number of octets that code and machine code take.
func (c *Code) Size() int { return int(C.wpcre_size(c.ptr)) }

// Close frees the code. No match may be using it.
func (c *Code) Close() {
	if c.ptr != nil {
		C.pcre2_code_free_8(c.ptr)
		c.ptr = nil
	}
}
