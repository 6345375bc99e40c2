package lzma

// #cgo pkg-config: liblzma
// #cgo noescape wlz_decode
// #cgo nocallback wlz_decode
// #include "shim.h"
import "C"

import (
	"errors"
	"unsafe"

	"github.com/weir-ips/weir/cgo/arena"
	"github.com/weir-ips/weir/cgo/decompress"
)

// What New takes for memory: DictionaryMemory of the largest dictionary that
// shall be read. MinMemory is that of the smallest.
const (
	MinMemory = 128 << 10
	MaxMemory = 256 << 20
)

// DictionaryMemory is the memory that streams with dictionaries of up to n
// octets need.
func DictionaryMemory(n int) int { return MinMemory + n + n/4 }

// Format is the container of the stream.
type Format int32

// The formats: .xz, and .lzma as the LZMA SDK writes it.
const (
	XZ    Format = C.WLZ_XZ
	Alone Format = C.WLZ_ALONE
)

// Decoder is a decompress.Decoder. Octets behind the first .xz stream are not
// taken; an .lzma stream of unknown size without an end mark never ends.
type Decoder struct {
	handle *C.wlz_decoder // in the arena
	arena  arena.Arena
	format Format
}

var _ decompress.Decoder = (*Decoder)(nil)

var (
	errFormat = errors.New("lzma: unknown format")
	errMemory = errors.New("lzma: memory out of range")
)

// New makes a decoder of f that uses at most memory octets, ready for a stream.
func New(f Format, memory int) (*Decoder, error) {
	d := new(Decoder)
	if err := d.Open(f, memory); err != nil {
		return nil, err
	}
	return d, nil
}

// Open makes a zero Decoder, or one that was closed, one of f.
func (d *Decoder) Open(f Format, memory int) error {
	if f != XZ && f != Alone {
		return errFormat
	}
	if memory < MinMemory || memory > MaxMemory {
		return errMemory
	}
	if err := d.arena.Map(memory); err != nil {
		return err
	}
	d.format = f
	if d.Reset(); d.handle == nil {
		d.arena.Close()
		return errMemory
	}
	return nil
}

// Reset is decompress.Decoder's.
func (d *Decoder) Reset() { d.handle = C.wlz_start(C.uintptr_t(d.arena.Handle()), C.int(d.format)) }

// Decode is decompress.Decoder's.
func (d *Decoder) Decode(in, out []byte) (nIn, nOut int, s decompress.Status) {
	r := C.wlz_decode(d.handle, unsafe.Pointer(unsafe.SliceData(in)), C.size_t(len(in)),
		unsafe.Pointer(unsafe.SliceData(out)), C.size_t(len(out)))
	return int(r.in), int(r.out), decompress.Status(r.status)
}

// Opened reports whether the decoder was opened and not closed.
func (d *Decoder) Opened() bool { return d.handle != nil }

// Close frees the memory.
func (d *Decoder) Close() {
	d.handle = nil
	d.arena.Close()
}
