package http2

import (
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// small is a rig with the given settings.
func small(tb testing.TB, o Options) *apptest.Rig {
	return apptest.New(tb, 8<<20, map[input.AppProto]any{input.AppHTTP2: &o}, Protocol())
}

// given are the events of all transactions of a client's octets.
func given(tb testing.TB, r *apptest.Rig, client, server []byte) (names map[string]int, failed bool) {
	i := r.Flow(6, 40000, 80)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, client, 0, false, 0)
	r.Layer.Data(f, input.ToClient, server, 0, false, 0)
	names = map[string]int{}
	for _, tx := range f.Txs {
		for id, name := range eventNames {
			if tx.Event(uint16(id)) {
				names[name]++
			}
		}
	}
	failed = f.Failed()
	r.Close(i, true)
	return names, failed
}

// TestLimits: what a peer can make grow has a bound, and an event there.
func TestLimits(t *testing.T) {
	get := func(stream uint32) []byte {
		return frameOf(frameHeaders, flagEndHeaders|flagEndStream, stream, blockOf(":method", "GET", ":path", "/"))
	}
	var streams, resets, pings []byte
	for i := range 10 {
		id := uint32(2*i + 1)
		streams = append(streams, get(id)...)
		resets = append(append(resets, get(id)...), frameOf(frameReset, 0, id, make([]byte, 4))...)
		pings = append(pings, frameOf(frameWindow, 0, 1, []byte{0, 0, 0, 1})...)
	}
	begin := join([]byte(preface), settingsFrame)
	o := DefaultOptions()
	o.Streams, o.Frames, o.HeaderBlock, o.BombLimit = 4, 8, 1024, 1<<10
	for name, c := range map[string]struct {
		client, server []byte
		want           string
		n              int
		failed         bool
	}{
		"streams":          {join(begin, streams), nil, "too_many_streams", 8, false},
		"streams reset":    {join(begin, resets), nil, "too_many_streams", 0, false},
		"frames":           {join(begin, get(1), pings), nil, "too_many_frames", 1, false},
		"a header block":   {join(begin, frameOf(frameHeaders, 0, 1, blockOf("a", strings.Repeat("x", 900))), frameOf(frameContinuation, 0, 1, make([]byte, 900))), nil, "reassembly_limit_reached", 1, true},
		"a bomb":           {join(begin, get(1)), join(settingsFrame, frameOf(frameHeaders, flagEndHeaders, 1, blockOf(":status", "200", "content-encoding", "br")), frameOf(frameData, flagEndStream, 1, zeroes)), "compression_bomb", 1, false},
		"data of stream 0": {join(begin, frameOf(frameData, 0, 0, []byte("abc"))), nil, "data_stream_zero", 1, false},
		"a reset of all":   {join(begin, frameOf(frameReset, 0, 0, make([]byte, 4))), nil, "invalid_frame_header", 1, false},
		"headers of none":  {join(begin, frameOf(frameHeaders, flagEndHeaders, 0, nil)), nil, "invalid_frame_header", 1, true},
		"a long number":    {join(begin, frameOf(frameHeaders, flagEndHeaders, 1, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})), nil, "extra_header_data", 1, true},
		"half a string":    {join(begin, frameOf(frameHeaders, flagEndHeaders, 1, []byte{0x40, 0x7f, 'x'})), nil, "invalid_frame_data", 1, true},
		"no preface":       {nil, settingsFrame, "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := given(t, small(t, o), c.client, c.server)
			if c.want != "" && got[c.want] != c.n || failed != c.failed {
				t.Errorf("%v, failed %v; want %s %d times", got, failed, c.want, c.n)
			}
		})
	}
}

// TestMagic: where the server made the flow HTTP/2, a client without the preface
// fails it with an event.
func TestMagic(t *testing.T) {
	r := small(t, DefaultOptions())
	i := r.Flow(6, 40000, 80)
	f := r.Layer.At(i)
	s := newState(r.Layer.Env())
	c := &app.Call{Dir: input.ToServer, Data: []byte("GET / HTTP/1.1\r\nHost: example\r\n\r\n"), Flow: f}
	if _, st := s.Parse(c); st != app.Failed || len(f.Txs) != 1 || !f.Txs[0].Event(evInvalidClientMagic) {
		t.Errorf("status %v, %d transactions", st, len(f.Txs))
	}
	f.Txs[0].Release()
	f.Keep(f.Txs[:0])
	s.Reset()
	r.Close(i, true)
}

// zeroes are 4 MiB of zeroes as `brotli -q 11` writes them.
var zeroes = []byte("\x9f\xff\xff\x3f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x07")
