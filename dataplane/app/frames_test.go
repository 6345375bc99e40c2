package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dns"
	"github.com/weir-ips/weir/dataplane/app/http1"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const query = "\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x01\x00\x01"

func framesRig(tb testing.TB, use app.FrameUse) *apptest.Rig {
	r := apptest.New(tb, 1<<20, nil, http1.Protocol(), dns.UDP(), dns.TCP())
	r.Layer.Env().Frames = use
	return r
}

// told are a flow's frames in one line each.
func told(f *app.Flow) (out []string) {
	for _, fr := range f.Frames() {
		v := fr.View(buf.Frame, fr.Dir, 0)
		out = append(out, fmt.Sprintf("%s %d %d+%d %v %q", input.FrameName(fr.Proto, fr.Type), fr.Number, fr.Start, fr.Size, fr.Over(), v.Data))
	}
	return out
}

// TestFrames cuts streams at every place; the frames are the same.
func TestFrames(t *testing.T) {
	get := "GET /a HTTP/1.1\r\nHost: b\r\n\r\n"
	post := "POST /c HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\nxyz"
	message := fmt.Sprintf("\x00%c%s", len(query), query)
	for name, c := range map[string]struct {
		port   uint16
		octets string
		use    app.FrameUse
		want   []string
	}{
		"two messages": {53, message + message, app.FrameOn, []string{
			fmt.Sprintf("pdu 2 2+%d true %q", len(query), query),
			fmt.Sprintf("pdu 3 %d+%d true %q", len(message)+2, len(query), query)}},
		"two requests": {80, get + post, app.FrameOn, []string{
			fmt.Sprintf("request 2 0+%d true %q", len(get), get),
			fmt.Sprintf("request 3 %d+%d true %q", len(get), len(post), post)}},
		"half a request": {80, post[:len(post)-1], app.FrameOn, []string{
			fmt.Sprintf("request 2 0+-1 false %q", post[:len(post)-1])}},
		"whole stream": {80, get, app.FrameWhole, []string{
			fmt.Sprintf("stream 1 0+-1 false %q", get), fmt.Sprintf("request 2 0+%d true %q", len(get), get)}},
		"nobody looks": {80, get, app.FrameOff, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := framesRig(t, c.use)
			for cut := 1; cut < len(c.octets); cut++ {
				i := r.Flow(6, 4000, c.port)
				f := r.Layer.At(i)
				r.Layer.Data(f, input.ToServer, []byte(c.octets[:cut]), 0, false, 0)
				r.Layer.Data(f, input.ToServer, []byte(c.octets[cut:]), uint64(cut), false, 0)
				if got := told(f); fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Fatalf("cut at %d:\ngot  %q\nwant %q", cut, got, c.want)
				}
				r.Close(i, true)
			}
		})
	}
}

// TestFrameOfDatagram: offsets count from the datagram's start.
func TestFrameOfDatagram(t *testing.T) {
	r := framesRig(t, app.FrameOn)
	i := r.Flow(17, 4000, 53)
	f := r.Layer.At(i)
	for range 2 {
		r.Layer.Datagram(f, input.ToServer, []byte(query), 0)
	}
	want := fmt.Sprintf("[pdu 1 0+%d true %q pdu 2 0+%d true %q]", len(query), query, len(query), query)
	if got := fmt.Sprint(told(f)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for n, fr := range f.Frames() {
		if !fr.HasTx || fr.TxID != uint64(n) {
			t.Errorf("frame %d belongs to %d (%v)", n, fr.TxID, fr.HasTx)
		}
	}
	r.Close(i, true)
}

// TestFrameBounds: a flow's frames and a frame's octets are bounded, and all goes
// back; without memory frames are cut.
func TestFrameBounds(t *testing.T) {
	r := framesRig(t, app.FrameWhole)
	env := r.Layer.Env()
	i := r.Flow(6, 4000, 80)
	f := r.Layer.At(i)
	get := "GET / HTTP/1.1\r\nHost: b\r\n\r\n"
	at := uint64(0)
	for range 300 {
		r.Layer.Data(f, input.ToServer, []byte(get), at, false, 0)
		at += uint64(len(get))
		r.Drop(f)
	}
	if n := len(f.Frames()); n > 128 || env.FramesLost == 0 {
		t.Errorf("%d live frames, %d lost", n, env.FramesLost)
	}
	r.Layer.Data(f, input.ToServer, []byte("POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 400000\r\n\r\n"+strings.Repeat("x", 400000)), at, false, 0)
	for _, fr := range f.Frames() {
		if v := fr.View(buf.Frame, fr.Dir, 0); len(v.Data) > 256<<10 {
			t.Errorf("%d octets of a frame", len(v.Data))
		}
	}
	r.Close(i, true)
}

func TestFramesNoAllocs(t *testing.T) {
	r := framesRig(t, app.FrameOn)
	message := []byte(query)
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 4000, 53)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, message, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
		r.Layer.Flush()
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

// FuzzFrames: whatever comes, frames hold what came by, at their offsets.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\nGET"), uint16(80), uint8(5))
	f.Add([]byte("\x00\x1d"+query+"\x00\x1d"), uint16(53), uint8(30))
	f.Fuzz(func(t *testing.T, b []byte, port uint16, cut uint8) {
		r := framesRig(t, app.FrameWhole)
		defer r.Layer.Env().Mem.Close()
		i := r.Flow(6, 4000, port)
		fl := r.Layer.At(i)
		n := min(int(cut), len(b))
		r.Layer.Data(fl, input.ToServer, append(make([]byte, 0, n), b[:n]...), 0, false, 0)
		r.Layer.Data(fl, input.ToServer, append(make([]byte, 0, len(b)-n), b[n:]...), uint64(n), true, 0)
		for _, fr := range fl.Frames() {
			v := fr.View(buf.Frame, fr.Dir, 0)
			end := fr.Start + uint64(len(v.Data))
			if end > uint64(len(b)) || !fl.Failed() && string(v.Data) != string(b[fr.Start:end]) {
				t.Fatalf("%s at %d: %q", input.FrameName(fr.Proto, fr.Type), fr.Start, v.Data)
			}
		}
		r.Layer.Close(i, func(app.Tx) {})
		r.Layer.Flush()
		if r.Layer.Env().Mem.Used() != 0 || r.Layer.Stats.Panics != [app.NumRows]uint64{} {
			t.Fatalf("%d octets left, %v panics", r.Layer.Env().Mem.Used(), r.Layer.Stats.Panics)
		}
	})
}
