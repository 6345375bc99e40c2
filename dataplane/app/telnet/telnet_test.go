package telnet

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

func TestRecognised(t *testing.T) {
	for _, c := range []struct {
		in   string
		port uint16
		want input.AppProto
	}{{"\xff\xfd\x03\xff", 23, input.AppTelnet}, {"\xff\xfd\x03", 24, input.AppUnknown}, {"login: ", 23, input.AppTelnet}, {"l", 23, input.AppUnknown}} {
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

// frames plays turns, the server's begin with `<`, in pieces of n octets, and
// returns the frames that are a command or a text.
func frames(r *apptest.Rig, n int, turns ...string) (out string) {
	r.Layer.Env().Frames = app.FrameOn
	i := r.Flow(6, 4000, 23)
	f := r.Layer.At(i)
	var off [2]uint64
	pdus := 0
	for k, s := range turns {
		d := input.ToServer
		if strings.HasPrefix(s, "<") {
			d, s = input.ToClient, s[1:]
		}
		for len(s) > 0 {
			m := min(n, len(s))
			r.Layer.Data(f, d, []byte(s[:m]), off[d-1], k == len(turns)-1 && m == len(s), 0)
			off[d-1] += uint64(m)
			s = s[m:]
		}
	}
	for _, fr := range f.Frames() {
		if fr.Type == framePDU {
			pdus++
			continue
		}
		pdus--
		out += fmt.Sprintf("%d%s%q ", fr.Dir, [...]string{"", "c", "d"}[fr.Type], r.Whole(fr.View(buf.Frame, fr.Dir, 0)))
	}
	if pdus != 0 {
		out += "not every one is a pdu, too"
	}
	r.Close(i, true)
	return strings.TrimSpace(out)
}

func TestFrames(t *testing.T) {
	for name, c := range map[string]struct {
		turns []string
		want  string
	}{
		"negotiation": {[]string{"\xff\xfd\x03\xff\xfb\x18", "<\xff\xfe\x25\xff\xf1"}, `1c"\xff\xfd\x03" 1c"\xff\xfb\x18" 2c"\xff\xfe%" 2c"\xff\xf1"`},
		"subnegotiation": {[]string{"\xff\xfa\x20\x0038400\xff\xf0\xff\xfa\xff\xf0\xff\xf0"},
			`1c"\xff\xfa \x0038400" 1c"\xff\xf0" 1c"\xff\xfa\xff\xf0" 1c"\xff\xf0"`},
		"login": {[]string{"<BSD\r\n\r\nlogin: ", "fake\r\n", "<Password:", "< ", "user\r\n", "<\r\n", "<Last: x\r\n", "ls\r\n", "<a: b"},
			`2d"BSD\r\n\r\nlogin: " 1d"fake\r\n" 2d"Password: " 1d"user\r\n" 2d"\r\n" 2d"Last: x\r\n" 1d"ls\r\n" 2d"a: b"`},
		"refused": {[]string{"<login: ", "a\n", "<Password: ", "b\n", "<\nLogin incorrect\r\n", "<login: ", "c\n"},
			`2d"login: " 1d"a\n" 2d"Password: " 1d"b\n" 2d"\n" 2d"Login incorrect\r\n" 2d"login: " 1d"c\n"`},
	} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		for _, n := range []int{1 << 20, 1, 2, 3} {
			if got := frames(r, n, c.turns...); got != c.want {
				t.Errorf("%s in pieces of %d:\ngot  %s\nwant %s", name, n, got, c.want)
			}
		}
	}
}

// TestEndless: a text without end goes on as another one.
func TestEndless(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	i := r.Flow(6, 4000, 23)
	f := r.Layer.At(i)
	for k := range 300 {
		r.Layer.Data(f, input.ToServer, []byte(strings.Repeat("x", 1000)), uint64(k*1000), false, 0)
		if used := r.Layer.Env().Mem.Used(); used > 4*maxText {
			t.Fatalf("%d octets wait", used)
		}
	}
	if f.Failed() {
		t.Error("failed")
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	a, b := []byte("\xff\xfd\x03fake\r\nuser\r\nls\r\n"), []byte("\xff\xfa\x20\xff\xf0login: ")
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 23)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzTelnet(f *testing.F) {
	f.Add([]byte("\xff\xfd\x03fake\r\nuser\r\nls\r\n"), []byte("\xff\xfa\x20\xff\xf0login: Password: \r\n"), uint16(0))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		r.Layer.Env().Frames = app.FrameOn
		apptest.Exchange(t, r, 23, a, b, int(hold))
	})
}
