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

	zlib, brotli []decompress.Decoder
	nz, nb       int

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
	env.Shared[input.AppHTTP2] = sh
	return sh
}

func (sh *Shared) takeTx() *Tx {
	t := sh.txs.Get(fresh)
	if t == nil {
		sh.Stats.NoTx++
	}
	return t
}

// fresh gives a new transaction room of its own for the usual number of files.
func fresh(t *Tx) { t.files = t.few[:0] }

func (sh *Shared) takeLone() *Lone {
	l := sh.lone.Get(nil)
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
		return take(&sh.brotli, &sh.nb, max(sh.opt.Decoders/16, 1), func() (decompress.Decoder, error) { return brotli.New(brotli.DefaultMemory) }, &sh.Stats)
	default:
		return nil
	}
	d := take(&sh.zlib, &sh.nz, sh.opt.Decoders, func() (decompress.Decoder, error) { return zlib.New(zlib.Gzip) }, &sh.Stats)
	if z, ok := d.(*zlib.Decoder); ok {
		z.ResetTo(format)
	}
	return d
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

func take(pool *[]decompress.Decoder, made *int, limit int, fresh func() (decompress.Decoder, error), st *Stats) decompress.Decoder {
	if n := len(*pool); n > 0 {
		d := (*pool)[n-1]
		*pool = (*pool)[:n-1]
		d.Reset()
		return d
	}
	if *made >= limit {
		st.NoDecoder++
		return nil
	}
	d, err := fresh()
	if err != nil {
		st.NoDecoder++
		return nil
	}
	*made++
	return d
}

func (sh *Shared) putDecoder(d decompress.Decoder) {
	switch d.(type) {
	case *zlib.Decoder:
		sh.zlib = append(sh.zlib, d)
	case *brotli.Decoder:
		sh.brotli = append(sh.brotli, d)
	}
}
