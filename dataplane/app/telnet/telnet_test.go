package telnet

import (
	"testing"

	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

func TestRecognised(t *testing.T) {
	for _, c := range []struct {
		in   string
		port uint16
		want input.AppProto
	}{{"\xff\xfd\x03\xff", 23, input.AppTelnet}, {"\xff\xfd\x03", 24, input.AppUnknown}, {"\xff\xf1\x03", 23, input.AppUnknown}, {"login: ", 23, input.AppUnknown}} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(6, 4000, c.port)
		f := r.Layer.At(i)
		for at := range len(c.in) {
			r.Layer.Data(f, input.ToServer, []byte(c.in[at:at+1]), uint64(at), false, 0)
		}
		if f.Final != c.want {
			t.Errorf("%q: %v, want %v", c.in, f.Final, c.want)
		}
		r.Close(i, true)
	}
}
