package hyperscan

// #include "shim.h"
import "C"

import "strconv"

// Errno is an error code of the library (hs_error_t); zero is success.
type Errno int32

var errnoText = map[Errno]string{
	C.HS_INVALID:            "invalid argument, or not a database",
	C.HS_NOMEM:              "out of memory",
	C.HS_SCAN_TERMINATED:    "scan terminated",
	C.HS_COMPILER_ERROR:     "pattern compiler failed",
	C.HS_DB_VERSION_ERROR:   "database of another version of the library",
	C.HS_DB_PLATFORM_ERROR:  "database for another kind of CPU",
	C.HS_DB_MODE_ERROR:      "database of another mode",
	C.HS_BAD_ALIGN:          "memory not aligned",
	C.HS_BAD_ALLOC:          "allocator returned misaligned memory",
	C.HS_SCRATCH_IN_USE:     "scratch is in use by another scan",
	C.HS_ARCH_ERROR:         "CPU too old: SSSE3 is needed",
	C.HS_INSUFFICIENT_SPACE: "not enough space",
	C.HS_UNKNOWN_ERROR:      "internal error of the library",
}

func (e Errno) Error() string {
	if s, ok := errnoText[e]; ok {
		return "hyperscan: " + s
	}
	return "hyperscan: error " + strconv.Itoa(int(e))
}

func makeErrno(code C.hs_error_t) error {
	if code == C.HS_SUCCESS {
		return nil
	}
	return Errno(code)
}
