package http1

import (
	"github.com/weir-ips/weir/cgo/brotli"
	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/lzma"
	"github.com/weir-ips/weir/cgo/zlib"
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
	limit              int
	zlib, brotli, lzma []decompress.Decoder
	nz, nb, nl         int
}

// take lends a decoder, ready for a stream; nil when there is none.
func (d *decoders) take(c coding, lzmaMemory int) decompress.Decoder {
	switch c {
	case codeGzip, codeDeflate, codeZlib:
		dec := d.from(&d.zlib, &d.nz, d.limit, newZlib, 0)
		if z, ok := dec.(*zlib.Decoder); ok {
			if c == codeZlib {
				z.ResetTo(zlib.Zlib)
			} else {
				z.ResetTo(zlib.Raw)
			}
		}
		return dec
	case codeBrotli:
		return d.from(&d.brotli, &d.nb, max(d.limit/16, 1), newBrotli, brotli.DefaultMemory)
	case codeLzma:
		return d.from(&d.lzma, &d.nl, max(d.limit/16, 1), newLzma, lzma.DictionaryMemory(lzmaMemory))
	}
	return nil
}

func newZlib(int) (decompress.Decoder, error)       { return zlib.New(zlib.Raw) }
func newBrotli(mem int) (decompress.Decoder, error) { return brotli.New(mem) }
func newLzma(mem int) (decompress.Decoder, error) {
	return lzma.New(lzma.Alone, min(max(mem, lzma.MinMemory), lzma.MaxMemory))
}

// from takes a decoder of a pool, making one while there may be more.
func (d *decoders) from(pool *[]decompress.Decoder, made *int, limit int, fresh func(int) (decompress.Decoder, error), mem int) decompress.Decoder {
	if n := len(*pool); n > 0 {
		dec := (*pool)[n-1]
		*pool = (*pool)[:n-1]
		dec.Reset()
		return dec
	}
	if *made >= limit {
		return nil
	}
	dec, err := fresh(mem)
	if err != nil {
		return nil
	}
	*made++
	return dec
}

// put takes a decoder back.
func (d *decoders) put(dec decompress.Decoder) {
	switch dec.(type) {
	case *zlib.Decoder:
		d.zlib = append(d.zlib, dec)
	case *brotli.Decoder:
		d.brotli = append(d.brotli, dec)
	case *lzma.Decoder:
		d.lzma = append(d.lzma, dec)
	}
}
