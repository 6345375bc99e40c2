package http2

import (
	"bytes"

	"github.com/weir-ips/weir/cgo/brotli"
	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/zlib"
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Shared is what the flows of one worker have in common. Stats count refusals.
type Shared struct {
	env  *app.Env
	opt  Options
	txs  slab.List[Tx]
	lone slab.List[Lone]

	zlib   slab.List[zlib.Decoder]
	brotli slab.List[brotli.Decoder]

	scratch []byte // a decoded string
	out     []byte // what a decoder gave
	Stats   Stats
}

// Stats count what was refused for want of room.
type Stats struct{ NoTx, NoDecoder uint64 }

// sharedOf is the worker's; the first state makes it.
func sharedOf(env *app.Env) *Shared {
	if sh, ok := env.Shared[input.AppHTTP2].(*Shared); ok {
		return sh
	}
	sh := &Shared{env: env, opt: DefaultOptions()}
	if o, ok := env.Options[input.AppHTTP2].(*Options); ok {
		sh.opt = *o
	}
	// The shortest code has 5 bits: a string grows by 8/5 at most.
	sh.scratch = make([]byte, 2*sh.opt.HeaderBlock)
	sh.out = make([]byte, 16<<10)
	sh.txs = app.NewList[Tx](env, sh.opt.Transactions)
	sh.lone = app.NewList[Lone](env, sh.opt.Transactions)
	sh.zlib = app.NewList[zlib.Decoder](env, sh.opt.Decoders)
	sh.brotli = app.NewList[brotli.Decoder](env, max(sh.opt.Decoders/16, 1))
	env.Shared[input.AppHTTP2] = sh
	return sh
}

func (sh *Shared) takeTx() *Tx {
	t := sh.txs.Take(fresh)
	if t == nil {
		sh.Stats.NoTx++
	}
	return t
}

// fresh gives a new transaction room of its own for the usual number of files.
func fresh(t *Tx) { t.files = t.few[:0] }

func (sh *Shared) takeLone() *Lone {
	l := sh.lone.Take(nil)
	if l == nil {
		sh.Stats.NoTx++
	}
	return l
}

// Content codings that are undone.
var codingGzip, codingXGzip, codingDeflate, codingBrotli = []byte("gzip"), []byte("x-gzip"), []byte("deflate"), []byte("br")

// decoder lends a decoder for a content coding (RFC 9110 section 8.4.1); nil for
// one that is not undone, or when there is none left.
func (sh *Shared) decoder(coding []byte) decompress.Decoder {
	format := zlib.Gzip
	switch {
	case bytes.EqualFold(coding, codingGzip), bytes.EqualFold(coding, codingXGzip):
	case bytes.EqualFold(coding, codingDeflate):
		format = zlib.Zlib
	case bytes.EqualFold(coding, codingBrotli):
		b := sh.brotli.Take(nil)
		switch {
		case b == nil:
		case b.Opened():
			b.Reset()
			return b
		case b.Open(brotli.DefaultMemory) == nil:
			return b
		default:
			sh.brotli.Put(b)
		}
		sh.Stats.NoDecoder++
		return nil
	default:
		return nil
	}
	z := sh.zlib.Take(nil)
	switch {
	case z == nil:
	case z.Opened():
		z.ResetTo(format)
		return z
	case z.Open(format) == nil:
		return z
	default:
		sh.zlib.Put(z)
	}
	sh.Stats.NoDecoder++
	return nil
}

// rawDeflate makes a decoder of deflate one of its bare form; false: it is of
// another coding.
func rawDeflate(d decompress.Decoder) bool {
	z, ok := d.(*zlib.Decoder)
	if ok {
		z.ResetTo(zlib.Raw)
	}
	return ok
}

func (sh *Shared) putDecoder(d decompress.Decoder) {
	switch d := d.(type) {
	case *zlib.Decoder:
		sh.zlib.Put(d)
	case *brotli.Decoder:
		sh.brotli.Put(d)
	}
}
