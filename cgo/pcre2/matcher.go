package pcre2

// #cgo noescape wpcre_match
// #cgo nocallback wpcre_match
// #include "shim.h"
import "C"

import (
	"errors"
	"math"
	"unsafe"

	"github.com/weir-ips/weir/cgo/arena"
)

// Unset stands in the offsets for a group that took no part in the match.
const Unset = math.MaxUint32

// Config bounds the matches of a Matcher. Zero fields mean the defaults.
type Config struct {
	MatchLimit uint32 // steps of backtracking; default 3500
	DepthLimit uint32 // nesting of backtracking, where not compiled by JIT; default 1500
	HeapKiB    uint32 // for backtracking, where not compiled by JIT; default 256
	JITStack   int    // octets of stack for machine code; default 128 KiB
	Groups     int    // groups whose offsets are kept, the whole match not counted; default 31
}

func (c Config) withDefaults() Config {
	if c.MatchLimit == 0 {
		c.MatchLimit = 3500
	}
	if c.DepthLimit == 0 {
		c.DepthLimit = 1500
	}
	if c.HeapKiB == 0 {
		c.HeapKiB = 256
	}
	if c.JITStack == 0 {
		c.JITStack = 128 << 10
	}
	if c.Groups == 0 {
		c.Groups = 31
	}
	return c
}

const (
	maxHeapKiB = 1 << 16
	maxStack   = 1 << 26
	maxGroups  = 1 << 15
)

// Matcher is the working memory and the limits of one thread that matches.
type Matcher struct {
	handle *C.wpcre_matcher
	arena  *arena.Arena
}

// NewMatcher allocates all that Match will use.
func NewMatcher(c Config) (*Matcher, error) {
	c = c.withDefaults()
	if c.HeapKiB > maxHeapKiB || c.JITStack < 0 || c.JITStack > maxStack || c.Groups < 0 || c.Groups > maxGroups {
		return nil, errors.New("pcre: a limit of the matcher is out of range")
	}
	// The frames of the interpreter grow by doubling, the old ones being
	// copied, so all sizes up to the limit may lie side by side.
	size := arena.Overhead + 64<<10 + 3*int(c.HeapKiB)<<10 + 32*c.Groups
	a, err := arena.New(size)
	if err != nil {
		return nil, err
	}
	h := C.wpcre_matcher_new(C.uintptr_t(a.Handle()), C.uint32_t(c.MatchLimit), C.uint32_t(c.DepthLimit),
		C.uint32_t(c.HeapKiB), C.size_t(c.JITStack), C.uint32_t(c.Groups+1))
	if h == nil {
		a.Close()
		return nil, errors.New("pcre: out of memory")
	}
	return &Matcher{h, a}, nil
}

// Match looks for the expression code (Code.Handle) in data, from offset start
// on; what stands before start is visible to look-behind and to anchors. It
// writes the offsets of as many groups as ovector has room for: the start of
// group i to ovector[2*i], its end to ovector[2*i+1], group 0 being the whole
// match, and returns how many pairs it wrote. A group behind the last one that
// took part is not written. A start behind the end of data is BadOffset.
func (m *Matcher) Match(code uintptr, data []byte, start int, ovector []uint32) (pairs int, result Result) {
	if start < 0 || start > len(data) || len(data) > math.MaxInt32 {
		return 0, BadOffset
	}
	var first byte // stands for empty data
	d := &first
	if len(data) > 0 {
		d = &data[0]
	}
	var none uint32
	o := &none
	if len(ovector) > 0 {
		o = &ovector[0]
	}
	r := C.wpcre_match(m.handle, C.uintptr_t(code), (*C.char)(unsafe.Pointer(d)), C.uint32_t(len(data)),
		C.uint32_t(start), (*C.uint32_t)(o), C.uint32_t(len(ovector)/2))
	return int(r.pairs), Result(r.rc)
}

// Close frees the working memory.
func (m *Matcher) Close() {
	if m.handle != nil {
		C.wpcre_matcher_free(m.handle)
		m.arena.Close()
		m.handle = nil
	}
}
