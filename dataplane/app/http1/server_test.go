package http1

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// TestServers: a server reads in its own way, others as the rest does.
func TestServers(t *testing.T) {
	o := DefaultOptions()
	keys := map[string]string{"p.personality": "IIS_7_5", "p.path-convert-lowercase": "yes"}
	get := func(k string) (string, bool) { v, ok := keys[k]; return v, ok }
	if err := o.AddServer("p.", []string{"192.0.2.0/24", "2001:db8::1"}, get); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		version uint8
		dst     [16]byte
		want    string
	}{
		{4, [16]byte{192, 0, 2, 9}, "/abc"},
		{4, [16]byte{192, 0, 3, 9}, "/ABC"},
		{6, [16]byte{0x20, 1, 0x0d, 0xb8, 15: 1}, "/abc"},
		{6, [16]byte{0x20, 1, 0x0d, 0xb8, 15: 2}, "/ABC"},
	} {
		r := newRig(t, 1<<20, &o)
		f := r.Layer.At(r.flow)
		f.IPVersion, f.Dst = c.version, c.dst
		r.data(input.ToServer, []byte("GET /ABC HTTP/1.1\r\nHost: a\r\n\r\n"), true)
		r.data(input.ToClient, nil, true)
		if got := r.end()[0].views["http.uri"]; got != c.want {
			t.Errorf("%v: %q, want %q", c.dst, got, c.want)
		}
	}
}

func TestServersWrong(t *testing.T) {
	o := DefaultOptions()
	err := o.AddServer("p.", []string{"192.0.2.0/24", "web1"}, func(k string) (string, bool) { return "Netscape", k == "p.personality" })
	for _, want := range []string{"web1 is neither an address nor a network", `p.personality: "Netscape" is not understood`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if (&o).of(&app.Flow{IPVersion: 4, Dst: [16]byte{192, 0, 2, 1}}) == &o {
		t.Error("the address that is right was not taken")
	}
}
