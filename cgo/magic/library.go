package magic

// #cgo pkg-config: libmagic
// #cgo noescape wmagic_lookup
// #cgo nocallback wmagic_lookup
// #include <magic.h>
// #include <stdint.h>
// #include <stdlib.h>
// #include <string.h>
// static int64_t wmagic_lookup(uintptr_t m, const void *data, size_t n, void *out, size_t cap)
// {
// 	const char *s = magic_buffer((magic_t)m, data, n);
// 	if (s == NULL)
// 		return -1;
// 	size_t len = strlen(s);
// 	if (len > cap)
// 		len = cap;
// 	memcpy(out, s, len);
// 	return (int64_t)len;
// }
// static uintptr_t wmagic_open(void) { return (uintptr_t)magic_open(MAGIC_NONE); }
// static void wmagic_close(uintptr_t m) { magic_close((magic_t)m); }
// static const char *wmagic_error(uintptr_t m) { return magic_error((magic_t)m); }
// static int wmagic_load(uintptr_t m, const char *path) { return magic_load((magic_t)m, path); }
// static int wmagic_limit(uintptr_t m, size_t octets)
// {
// 	return magic_setparam((magic_t)m, MAGIC_PARAM_BYTES_MAX, &octets);
// }
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// MaxData is how many octets of data a lookup regards.
const MaxData = 64 << 10

// Library is a loaded type database.
type Library struct {
	handle C.uintptr_t
}

// New loads the type database at path; "" means the system's.
func New(path string) (*Library, error) {
	h := C.wmagic_open()
	if h == 0 {
		return nil, errors.New("magic: out of memory")
	}
	l := &Library{h}
	var p *C.char
	if path != "" {
		p = C.CString(path)
		defer C.free(unsafe.Pointer(p))
	}
	if C.wmagic_load(h, p) != 0 || C.wmagic_limit(h, MaxData) != 0 {
		err := fmt.Errorf("magic: loading %q: %s", path, C.GoString(C.wmagic_error(h)))
		l.Close()
		return nil, err
	}
	return l, nil
}

// Lookup writes the description of data to out, cut off where out ends, and
// returns its length. ok is false when libmagic failed; nothing is known then.
func (l *Library) Lookup(data, out []byte) (n int, ok bool) {
	if l.handle == 0 {
		return 0, false
	}
	var none byte
	d, o := &none, &none
	if len(data) > 0 {
		d = &data[0]
	}
	if len(out) > 0 {
		o = &out[0]
	}
	r := C.wmagic_lookup(l.handle, unsafe.Pointer(d), C.size_t(min(len(data), MaxData)), unsafe.Pointer(o), C.size_t(len(out)))
	return max(int(r), 0), r >= 0
}

// Close frees the database.
func (l *Library) Close() {
	if l.handle != 0 {
		C.wmagic_close(l.handle)
		l.handle = 0
	}
}
