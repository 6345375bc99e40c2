package imap

import (
	"testing"

	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

func TestRecognised(t *testing.T) {
	for in, want := range map[string]input.AppProto{"* OK [CAPABILITY] hi\r\n": input.AppIMAP, "* bad x\r\n": input.AppIMAP, "*OK\r\n": input.AppUnknown} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(6, 4000, 143)
		f := r.Layer.At(i)
		for at := range len(in) {
			r.Layer.Data(f, input.ToClient, []byte(in[at:at+1]), uint64(at), false, 0)
		}
		if f.Final != want {
			t.Errorf("%q: %v, want %v", in, f.Final, want)
		}
		r.Close(i, true)
	}
}
