package brotli

// #cgo pkg-config: libbrotlidec
// #cgo noescape wbr_decode
// #cgo nocallback wbr_decode
// #include "shim.h"
import "C"

import (
	"errors"
	"unsafe"

	"github.com/weir-ips/weir/cgo/arena"
	"github.com/weir-ips/weir/cgo/decompress"
)

// What New takes for memory. DefaultMemory fits streams whose window has up to
// 22 bits, the encoder's default; the format allows 24.
const (
	MinMemory     = 256 << 10
	DefaultMemory = 12 << 20
	MaxMemory     = 128 << 20
)

// Decoder is a decompress.Decoder.
type Decoder struct {
	handle *C.BrotliDecoderState // in the arena
	arena  arena.Arena
}

var _ decompress.Decoder = (*Decoder)(nil)

var errMemory = errors.New("brotli: memory out of range")

// New makes a decoder that uses at most memory octets, ready for a stream.
func New(memory int) (*Decoder, error) {
	d := new(Decoder)
	if err := d.Open(memory); err != nil {
		return nil, err
	}
	return d, nil
}

// Open makes a zero Decoder, or one that was closed, ready for a stream.
func (d *Decoder) Open(memory int) error {
	if memory < MinMemory || memory > MaxMemory {
		return errMemory
	}
	if err := d.arena.Map(memory); err != nil {
		return err
	}
	if d.Reset(); d.handle == nil {
		d.arena.Close()
		return errMemory
	}
	return nil
}

// Reset is decompress.Decoder's.
func (d *Decoder) Reset() { d.handle = C.wbr_start(C.uintptr_t(d.arena.Handle())) }

// Decode is decompress.Decoder's.
func (d *Decoder) Decode(in, out []byte) (nIn, nOut int, s decompress.Status) {
	r := C.wbr_decode(d.handle, unsafe.Pointer(unsafe.SliceData(in)), C.size_t(len(in)),
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
