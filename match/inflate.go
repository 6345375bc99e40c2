package match

import (
	"github.com/weir-ips/weir/cgo/decompress"
	"github.com/weir-ips/weir/cgo/zlib"
)

// inflate decompresses a buffer, at most X octets of it. What is no stream of the
// format leaves nothing.
func (e *Engine) inflate(op *Op, data []byte) ([]byte, bool) {
	f := zlib.Gzip
	if Transform(op.Field) == ZlibDeflate {
		f = zlib.Zlib
	}
	out := e.arena.Get(int(op.X))
	if out == nil {
		return nil, false
	}
	e.unzip.ResetTo(f)
	n := 0
	for len(data) > 0 || n == 0 {
		in, got, s := e.unzip.Decode(data, out[n:])
		n, data = n+got, data[in:]
		if s != decompress.NeedInput || n == len(out) || in == 0 {
			break
		}
	}
	return out[:n], true
}
