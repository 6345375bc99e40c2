package tftp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

func TestRequests(t *testing.T) {
	for in, want := range map[string]string{
		"\x00\x02rfc1350.txt\x00octet\x00":                      `{"file":"rfc1350.txt","mode":"octet","packet":"write"}`,
		"\x00\x01f\x00NetASCII\x00blksize\x008\x00":             `{"file":"f","mode":"netascii","packet":"read"}`,
		"\x00\x01f\x00other\x00":                                "",
		"\x00\x03f\x00octet\x00":                                `{"file":"f","mode":"octet","packet":"data"}`,
		"\x00\x06f\x00octet\x00":                                "",
		"\x00\x01\xff\x00octet\x00":                             "",
		"\x00\x01f\x00octet":                                    "",
		"\x00\x01\x00octet\x00":                                 `{"file":"","mode":"octet","packet":"read"}`,
		"\x00\x01" + strings.Repeat("f", 600) + "\x00octet\x00": "",
	} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(17, 4000, 69)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, []byte(in), 0)
		got := ""
		if len(f.Txs) > 0 {
			m, _ := r.Log(f, f.Txs[0])
			b, _ := json.Marshal(m["tftp"])
			got = string(b)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		r.Close(i, true)
	}
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	b := []byte("\x00\x02f\x00octet\x00")
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 4000, 69)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, b, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte("\x00\x02f\x00octet\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		i := r.Flow(17, 4000, 69)
		r.Layer.Datagram(r.Layer.At(i), input.ToServer, append(make([]byte, 0, len(b)), b...), 0)
		r.Close(i, true)
	})
}
