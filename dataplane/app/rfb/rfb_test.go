package rfb

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const (
	zeros = "\x00\x00\x00\x00"
	init_ = "\x05\x00\x03\x20" + "\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00" + "\x00\x00\x00\x02hi"
	one   = "0123456789abcdef"
)

// talk plays turns, the server's begin with `<`, each in pieces of n octets.
func talk(r *apptest.Rig, n int, turns ...string) (out string, ev uint8, failed bool) {
	i := r.Flow(6, 4000, 5900)
	f := r.Layer.At(i)
	var off [2]uint64
	for _, s := range turns {
		d := input.ToServer
		if strings.HasPrefix(s, "<") {
			d, s = input.ToClient, s[1:]
		}
		for len(s) > 0 {
			k := min(n, len(s))
			r.Layer.Data(f, d, []byte(s[:k]), off[d-1], false, 0)
			off[d-1] += uint64(k)
			s = s[k:]
		}
	}
	if len(f.Txs) > 0 {
		tx := f.Txs[0].(*Tx)
		b, _ := json.Marshal(r.Meta(tx)["rfb"])
		out, ev = string(b), tx.events
		if tx.done {
			out += " done"
		}
		if len(tx.name) > 0 && string(r.Whole(tx.View(buf.RFBName, input.ToClient, 0))) != "hi" {
			r.Layer.Stats.Panics[app.Row(input.AppRFB, 6)]++
		}
	}
	failed = f.Failed()
	r.Close(i, true)
	return out, ev, failed
}

func TestHandshakes(t *testing.T) {
	screen := `"framebuffer":{"height":800,"name":"hi","pixel_format":{"big_endian":false,"bits_per_pixel":32,"blue_max":255,"blue_shift":0,"depth":24,"green_max":255,"green_shift":8,"red_max":255,"red_shift":16,"true_color":true},"width":1280},"screen_shared":true,`
	versions := func(s, c string) string {
		return `"client_protocol_version":{"major":"003","minor":"` + c + `"}` + "%s" + `"server_protocol_version":{"major":"003","minor":"` + s + `"}`
	}
	with := func(v, mid, tail string) string { return strings.Replace(v, "%s", ","+mid, 1) + tail }
	for name, c := range map[string]struct {
		turns []string
		want  string
		ev    uint8
	}{
		"3.8 with a password": {[]string{"<RFB 003.008\n", "RFB 003.008\n", "<\x02\x01\x02", "\x02", "<" + one, one, "<" + zeros, "\x01", "<" + init_},
			`{"authentication":{"security_result":"OK","security_type":2,"vnc":{"challenge":"30313233343536373839616263646566","response":"30313233343536373839616263646566"}},` +
				with(versions("008", "008"), screen, "}") + " done", 0},
		"3.7 without": {[]string{"<RFB 003.007\n", "RFB 003.007\n", "<\x01\x01", "\x01\x01", "<" + init_},
			`{"authentication":{"security_type":1},` + with(versions("007", "007"), screen, "}") + " done", 0},
		"3.3, the lower one": {[]string{"<RFB 003.003\n", "RFB 003.008\n", "<\x00\x00\x00\x01", "\x01", "<" + init_},
			`{"authentication":{"security_type":1},` + with(versions("003", "008"), screen, "}") + " done", 0},
		"no types": {[]string{"<RFB 003.008\n", "RFB 003.008\n", "<\x00\x00\x00\x00\x03bad"},
			`{"authentication":{},` + with(versions("008", "008"), "", `,"server_security_failure_reason":"bad"}`) + " done", 0},
		"failed": {[]string{"<RFB 003.008\n", "RFB 003.008\n", "<\x01\x01", "\x01", "<\x00\x00\x00\x01\x00\x00\x00\x01x"},
			`{"authentication":{"security_result":"FAIL","security_type":1},` + with(versions("008", "008"), "", `,"server_security_failure_reason":"x"}`) + " done", 0},
		"odd result": {[]string{"<RFB 003.008\n", "RFB 003.008\n", "<\x01\x01", "\x01", "<\x00\x00\x00\x07"},
			`{"authentication":{"security_result":"UNKNOWN","security_type":1},` + with(versions("008", "008"), "", `}`) + " done", 1 << EventUnknownSecurityResult},
		"odd type": {[]string{"<RFB 003.889\n", "RFB 003.008\n", "<\x01\x1e", "\x1e", "<rest"},
			`{"authentication":{"security_type":30},` + with(versions("889", "008"), "", `}`) + " done", 1 << EventUnimplementedSecurityType},
		"broken version": {[]string{"<RFB 003x008\n"}, `{"authentication":{}} done`, 1 << EventMalformedMessage},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 1<<20, nil, Protocol())
			for _, n := range []int{1 << 20, 1, 2, 3} {
				got, ev, _ := talk(r, n, c.turns...)
				if got != c.want || ev != c.ev {
					t.Fatalf("in pieces of %d: events %b\ngot  %s\nwant %s", n, ev, got, c.want)
				}
			}
		})
	}
}

// TestWaiting: a side that says more than its turn is held up to a bound.
func TestWaiting(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	i := r.Flow(6, 4000, 5900)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte("RFB 003.008\n"+strings.Repeat("x", 1000)), 0, false, 0)
	if f.Failed() {
		t.Error("gave up too early")
	}
	r.Layer.Data(f, input.ToServer, []byte(strings.Repeat("x", 1<<16)), 1012, false, 0)
	if !f.Failed() || !f.Txs[0].Event(EventConfusedState) {
		t.Error("went on for ever")
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	a, b := []byte("RFB 003.008\n\x01\x01"), []byte("RFB 003.008\n\x01\x01"+zeros+init_)
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 5900)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzHandshake(f *testing.F) {
	f.Add([]byte("RFB 003.008\n\x02"+one+"\x01"), []byte("RFB 003.008\n\x02\x01\x02"+one+zeros+init_), uint16(0))
	f.Add([]byte("RFB 003.003\n\x01"), []byte("RFB 003.003\n\x00\x00\x00\x00\xff\xff\xff\xff"), uint16(900))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 5900, a, b, int(hold))
	})
}

// TestFrames: each message is one, in whatever pieces it comes.
func TestFrames(t *testing.T) {
	for _, n := range []int{1 << 20, 1, 5} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		r.Layer.Env().Frames = app.FrameOn
		i := r.Flow(6, 4000, 5900)
		f := r.Layer.At(i)
		var off [2]uint64
		want := ""
		for k, s := range []string{"RFB 003.008\n", "RFB 003.008\n", "\x01\x01", "\x01", zeros, "\x01", init_} {
			d := input.ToClient
			if k&1 == 1 {
				d = input.ToServer
			}
			want += fmt.Sprintf("%d %q,", d, s)
			for len(s) > 0 {
				m := min(n, len(s))
				r.Layer.Data(f, d, []byte(s[:m]), off[d-1], false, 0)
				off[d-1] += uint64(m)
				s = s[m:]
			}
		}
		got := ""
		for _, fr := range f.Frames() {
			got += fmt.Sprintf("%d %q,", fr.Dir, r.Whole(fr.View(buf.Frame, fr.Dir, 0)))
		}
		if got != want {
			t.Errorf("in pieces of %d:\ngot  %s\nwant %s", n, got, want)
		}
		r.Close(i, true)
	}
}
