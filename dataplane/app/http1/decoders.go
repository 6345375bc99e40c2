package http1

import (
	"github.com/weir-ips/weir/cgo/brotli"
	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/lzma"
	"github.com/weir-ips/weir/cgo/zlib"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
)

// coding is a content coding (RFC 9110 section 8.4.1).
type coding uint8

const (
	codeNone coding = iota
	codeGzip
	codeDeflate // raw, as servers send it
	codeZlib
	codeBrotli
	codeLzma
)

// decoders are pools of decompressors, by library.
type decoders struct {
	zlib   slab.List[zlib.Decoder]
	brotli slab.List[brotli.Decoder]
	lzma   slab.List[lzma.Decoder]
}

// init bounds them: those that take much memory are few.
func (d *decoders) init(env *app.Env, limit int) {
	few := max(limit/16, 1)
	d.zlib, d.brotli, d.lzma = app.NewList[zlib.Decoder](env, limit), app.NewList[brotli.Decoder](env, few), app.NewList[lzma.Decoder](env, few)
}

// take lends a decoder, ready for a stream; nil when there is none.
func (d *decoders) take(c coding, lzmaMemory int) decompress.Decoder {
	switch c {
	case codeGzip, codeDeflate, codeZlib:
		f := zlib.Raw
		if c == codeZlib {
			f = zlib.Zlib
		}
		z := d.zlib.Take(nil)
		if z == nil {
			return nil
		}
		if !z.Opened() {
			if z.Open(f) != nil {
				d.zlib.Put(z)
				return nil
			}
			return z
		}
		z.ResetTo(f)
		return z
	case codeBrotli:
		b := d.brotli.Take(nil)
		if b == nil {
			return nil
		}
		if b.Opened() {
			b.Reset()
		} else if b.Open(brotli.DefaultMemory) != nil {
			d.brotli.Put(b)
			return nil
		}
		return b
	case codeLzma:
		l := d.lzma.Take(nil)
		if l == nil {
			return nil
		}
		if l.Opened() {
			l.Reset()
		} else if l.Open(lzma.Alone, min(max(lzma.DictionaryMemory(lzmaMemory), lzma.MinMemory), lzma.MaxMemory)) != nil {
			d.lzma.Put(l)
			return nil
		}
		return l
	}
	return nil
}

// put takes a decoder back.
func (d *decoders) put(dec decompress.Decoder) {
	switch dec := dec.(type) {
	case *zlib.Decoder:
		d.zlib.Put(dec)
	case *brotli.Decoder:
		d.brotli.Put(dec)
	case *lzma.Decoder:
		d.lzma.Put(dec)
	}
}
