package hyperscan

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Alignment is what the address of a database in the caller's memory must be
// a multiple of. A database may be used at an address other than the one it
// was deserialised at (a bundle mapped by another process), as long as both
// addresses are aligned so.
const Alignment = 64

// Database is an immutable set of compiled patterns in block mode.
type Database struct {
	ptr   *C.hs_database_t
	owned bool // allocated by the library, freed by Close
}

// Handle is the number that stands for the database in a Job; 0 after Close.
func (d *Database) Handle() uintptr { return uintptr(unsafe.Pointer(d.ptr)) }

// Size is the number of octets that the database takes in memory.
func (d *Database) Size() (int, error) {
	var n C.size_t
	if err := makeErrno(C.hs_database_size(d.ptr, &n)); err != nil {
		return 0, err
	}
	return int(n), nil
}

// Info describes the version, CPU features and mode of the database.
func (d *Database) Info() (string, error) {
	var s *C.char
	if err := makeErrno(C.hs_database_info(d.ptr, &s)); err != nil {
		return "", err
	}
	defer C.free(unsafe.Pointer(s))
	return C.GoString(s), nil
}

// Serialize returns a form of the database that Deserialize and DeserializeAt
// read, on a machine with the same PlatformFingerprint.
func (d *Database) Serialize() ([]byte, error) {
	var p *C.char
	var n C.size_t
	if err := makeErrno(C.hs_serialize_database(d.ptr, &p, &n)); err != nil {
		return nil, err
	}
	defer C.free(unsafe.Pointer(p))
	out := make([]byte, int(n))
	copy(out, unsafe.Slice((*byte)(unsafe.Pointer(p)), int(n)))
	return out, nil
}

// Close frees the database unless it lies in the caller's memory. No scan may
// be using it.
func (d *Database) Close() {
	if d.owned && d.ptr != nil {
		C.hs_free_database(d.ptr)
	}
	d.ptr = nil
}

// Deserialize makes a database from what Serialize returned. Octets that are
// damaged or of another version or platform are an Errno.
func Deserialize(b []byte) (*Database, error) {
	if len(b) == 0 {
		return nil, Errno(C.HS_INVALID)
	}
	d := &Database{owned: true}
	code := C.hs_deserialize_database((*C.char)(unsafe.Pointer(&b[0])), C.size_t(len(b)), &d.ptr)
	if err := makeErrno(code); err != nil {
		return nil, err
	}
	return d, nil
}

// SerializedSize is the number of octets of memory that DeserializeAt needs
// for the serialised database b.
func SerializedSize(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, Errno(C.HS_INVALID)
	}
	var n C.size_t
	code := C.hs_serialized_database_size((*C.char)(unsafe.Pointer(&b[0])), C.size_t(len(b)), &n)
	if err := makeErrno(code); err != nil {
		return 0, err
	}
	return int(n), nil
}

// DeserializeAt makes a database from b in mem, which must lie outside the Go
// heap, be aligned to Alignment and at least SerializedSize(b) long. mem stays
// the caller's and outlives the database.
func DeserializeAt(b, mem []byte) (*Database, error) {
	need, err := SerializedSize(b)
	if err != nil {
		return nil, err
	}
	if len(mem) < need {
		return nil, Errno(C.HS_INSUFFICIENT_SPACE)
	}
	p := (*C.hs_database_t)(unsafe.Pointer(&mem[0]))
	if uintptr(unsafe.Pointer(p))%Alignment != 0 {
		return nil, Errno(C.HS_BAD_ALIGN)
	}
	code := C.hs_deserialize_database_at((*C.char)(unsafe.Pointer(&b[0])), C.size_t(len(b)), p)
	if err := makeErrno(code); err != nil {
		return nil, err
	}
	return &Database{ptr: p}, nil
}

// Attach uses a database that DeserializeAt has put into mem, in this process
// or another one; mem may since have been mapped elsewhere and be read-only.
// Kind, version, platform and length are checked, the contents are not.
func Attach(mem []byte) (*Database, error) {
	const smallest = 256 // more than the library's header, which is checked below
	if len(mem) < smallest {
		return nil, Errno(C.HS_INSUFFICIENT_SPACE)
	}
	d := &Database{ptr: (*C.hs_database_t)(unsafe.Pointer(&mem[0]))}
	if d.Handle()%Alignment != 0 {
		return nil, Errno(C.HS_BAD_ALIGN)
	}
	n, err := d.Size()
	if err != nil {
		return nil, err
	}
	if n > len(mem) {
		return nil, Errno(C.HS_INSUFFICIENT_SPACE)
	}
	// The library compares version and platform when a scratch is made for a
	// database, and nothing of this earlier.
	s, err := NewScratch(d)
	if err != nil {
		return nil, err
	}
	s.Close()
	return d, nil
}

// PlatformFingerprint names everything that decides whether a serialised
// database made elsewhere can be used here: the library's version and build,
// and the features of this CPU. Bundles with another fingerprint are compiled
// anew.
func PlatformFingerprint() (string, error) {
	var p C.hs_platform_info_t
	if err := makeErrno(C.hs_populate_platform(&p)); err != nil {
		return "", err
	}
	return fmt.Sprintf("hs %s tune %d features %#x", C.GoString(C.hs_version()), uint(p.tune), uint64(p.cpu_features)), nil
}
