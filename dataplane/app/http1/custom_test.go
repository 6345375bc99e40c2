package http1

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// TestCustom: headers that `custom` asks for are members of the record, by the names of
// the guide's table; those that extended shows are not shown twice.
func TestCustom(t *testing.T) {
	request := "GET / HTTP/1.1\r\nHost: h\r\nAccept-Language: de\r\nX-Own: o\r\nReferer: r\r\n\r\n"
	answer := "HTTP/1.1 302 F\r\nServer: s\r\nETag: e\r\nLocation: /l\r\nContent-Length: 0\r\n\r\n"
	for _, extended := range []bool{false, true} {
		o := DefaultOptions()
		o.Extended = extended
		for _, name := range []string{"accept_language", "Accept-Encoding", "SERVER", "etags", "location", "referer", "x-own"} {
			o.Custom = append(o.Custom, ParseCustom(name))
		}
		r := apptest.New(t, 1<<20, map[input.AppProto]any{input.AppHTTP1: &o}, Protocol())
		i := r.Flow(6, 4000, 80)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(request), 0, false, 0)
		r.Layer.Data(f, input.ToClient, []byte(answer), 0, false, 0)
		m, _ := r.Log(f, f.Txs[0])
		b, _ := json.Marshal(m["http"])
		got := string(b)
		for _, want := range []string{`"accept_language":"de"`, `"server":"s"`, `"etag":"e"`, `"x_own":"o"`} {
			if !strings.Contains(got, want) {
				t.Errorf("extended %v: no %s in %s", extended, want, got)
			}
		}
		if strings.Contains(got, `"location"`) == extended || strings.Contains(got, `"referer"`) == extended || strings.Contains(got, "accept_encoding") {
			t.Errorf("extended %v: %s", extended, got)
		}
		r.Close(i, true)
	}
}
