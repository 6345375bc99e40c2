package zlib

// #cgo pkg-config: zlib
// #cgo noescape wz_decode
// #cgo nocallback wz_decode
// #include "shim.h"
import "C"

import (
	"errors"
	"math"
	"unsafe"

	"github.com/weir-ips/weir/cgo/arena"
	"github.com/weir-ips/weir/cgo/decompress"
)

// Memory is what a Decoder takes, in octets.
const Memory = 64 << 10

// Format is the wrapping around the deflate stream.
type Format int32

// The formats; RFC 1952, 1950 and 1951. GzipOrZlib finds out by itself.
const (
	Gzip       Format = 15 + 16
	Zlib       Format = 15
	Raw        Format = -15
	GzipOrZlib Format = 15 + 32
)

func (f Format) valid() bool {
	return f == Gzip || f == Zlib || f == Raw || f == GzipOrZlib
}

// Decoder is a decompress.Decoder. A gzip file of several members is several
// streams: after End, Reset and go on with the input that was not taken.
type Decoder struct {
	handle *C.wz_decoder
	arena  arena.Arena
	format Format
}

var _ decompress.Decoder = (*Decoder)(nil)

var (
	errFormat = errors.New("zlib: unknown format")
	errMemory = errors.New("zlib: out of memory")
)

// New makes a decoder of f, ready for a stream.
func New(f Format) (*Decoder, error) {
	d := new(Decoder)
	if err := d.Open(f); err != nil {
		return nil, err
	}
	return d, nil
}

// Open makes a zero Decoder, or one that was closed, one of f.
func (d *Decoder) Open(f Format) error {
	if !f.valid() {
		return errFormat
	}
	if err := d.arena.Map(Memory); err != nil {
		return err
	}
	d.format = f
	if d.handle = C.wz_new(C.uintptr_t(d.arena.Handle()), C.int(f)); d.handle == nil {
		d.arena.Close()
		return errMemory
	}
	return nil
}

// Reset forgets the stream and starts a new one of the same format.
func (d *Decoder) Reset() { C.wz_reset(d.handle, C.int(d.format)) }

// ResetTo forgets the stream and starts one of f; an unknown format is ignored
// and the old one kept.
func (d *Decoder) ResetTo(f Format) {
	if f.valid() {
		d.format = f
	}
	d.Reset()
}

// Decode is decompress.Decoder's.
func (d *Decoder) Decode(in, out []byte) (nIn, nOut int, s decompress.Status) {
	in, out = in[:min(len(in), math.MaxInt32)], out[:min(len(out), math.MaxInt32)]
	r := C.wz_decode(d.handle, unsafe.Pointer(unsafe.SliceData(in)), C.uint32_t(len(in)),
		unsafe.Pointer(unsafe.SliceData(out)), C.uint32_t(len(out)))
	return int(r.in), int(r.out), decompress.Status(r.status)
}

// Opened reports whether the decoder was opened and not closed.
func (d *Decoder) Opened() bool { return d.handle != nil }

// Close frees the memory.
func (d *Decoder) Close() {
	d.handle = nil
	d.arena.Close()
}
