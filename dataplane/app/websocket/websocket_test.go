package websocket

import (
	"encoding/json"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/http1"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// hello is RFC 6455 section 5.7: an unmasked text, a masked one, one in two
// fragments with a ping between.
const hello = "\x81\x05Hello" + "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58" + "\x01\x03Hel" + "\x89\x05Hello" + "\x80\x02lo"

const (
	ask    = "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
	accept = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
)

// talk is a flow that HTTP/1 handed over, and its offsets.
type talk struct {
	r  *apptest.Rig
	i  uint32
	f  *app.Flow
	at [2]uint64
}

func rig(t testing.TB, o *Options) *apptest.Rig {
	opts := map[input.AppProto]any{}
	if o != nil {
		opts[input.AppWebSocket] = o
	}
	return apptest.New(t, 2<<20, opts, http1.Protocol(), Protocol())
}

func upgraded(r *apptest.Rig) *talk {
	k := &talk{r: r, i: r.Flow(6, 40000, 80)}
	k.f = r.Layer.At(k.i)
	k.give(input.ToServer, []byte(ask), false)
	k.give(input.ToClient, []byte(accept), false)
	return k
}

func (k *talk) give(d input.Dir, b []byte, eof bool) {
	k.r.Layer.Data(k.f, d, b, k.at[d-1], eof, 0)
	k.at[d-1] += uint64(len(b))
}

// messages are the flow's transactions that are WebSocket's.
func (k *talk) messages() (out []*Tx) {
	for _, tx := range k.f.Txs {
		if t, ok := tx.(*Tx); ok {
			out = append(out, t)
		}
	}
	return out
}

// Messages are the same at every cut.
func TestMessages(t *testing.T) {
	want := []string{
		`{"fin":true,"opcode":"text"} Hello`, `{"fin":true,"mask":939139389,"opcode":"text"} Hello`,
		`{"fin":false,"opcode":"text"} Hel`, `{"fin":true,"opcode":"ping"} Hello`, `{"fin":true,"opcode":"continuation"} Hello`,
	}
	r := rig(t, nil)
	for cut := range len(hello) + 1 {
		talk := upgraded(r)
		talk.give(input.ToClient, []byte(hello[:cut]), false)
		talk.give(input.ToClient, []byte(hello[cut:]), false)
		got := talk.messages()
		if len(got) != len(want) {
			t.Fatalf("cut %d: %d messages, want %d", cut, len(got), len(want))
		}
		for k, tx := range got {
			b, _ := json.Marshal(r.Meta(tx)["websocket"])
			got := string(b) + " " + string(tx.View(buf.WebSocketPayload, input.ToClient, 0).Data)
			if got != want[k] {
				t.Errorf("cut %d: message %d is %s, want %s", cut, k, got, want[k])
			}
		}
		r.Close(talk.i, cut == len(hello))
	}
}

// A message longer than what is kept is cut, and says so.
func TestLongMessage(t *testing.T) {
	r := rig(t, &Options{Payload: 4, Transactions: 4, Decoders: 1})
	talk := upgraded(r)
	talk.give(input.ToServer, []byte("\x82\x06abcdef\x81\x01x"), false)
	got := talk.messages()
	tx := got[0]
	if v := tx.View(buf.WebSocketPayload, input.ToServer, 0); string(v.Data) != "abcd" || !tx.Event(evSkipEnd) {
		t.Errorf("payload %q, event %v", v.Data, tx.Event(evSkipEnd))
	}
	if v := got[1].View(buf.WebSocketPayload, input.ToServer, 0); string(v.Data) != "x" {
		t.Errorf("what follows is %q", v.Data)
	}
	r.Close(talk.i, true)
}

// squeezed are the examples of RFC 7692 section 7.2.3: Hello in one frame, in two,
// with what the message before left in the window, without compression, with a
// last block, and once more after that.
const squeezed = "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00" + "\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00" + "\xc1\x05\xf2\x00\x11\x00\x00" +
	"\xc1\x0b\x00\x05\x00\xfa\xffHello\x00" + "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00" + "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"

// Compressed messages read the same at every cut.
func TestCompressed(t *testing.T) {
	want := []string{"Hello", "\xf2\x48\xcd", "Hello", "Hello", "Hello", "Hello", "Hello"}
	r := rig(t, nil)
	for cut := range len(squeezed) + 1 {
		talk := upgraded(r)
		talk.give(input.ToServer, []byte(squeezed[:cut]), false)
		talk.give(input.ToServer, []byte(squeezed[cut:]), false)
		got := talk.messages()
		if len(got) != len(want) {
			t.Fatalf("cut %d: %d messages, want %d", cut, len(got), len(want))
		}
		for k, tx := range got {
			if v := tx.View(buf.WebSocketPayload, input.ToServer, 0); string(v.Data) != want[k] {
				t.Errorf("cut %d: message %d is %q, want %q", cut, k, v.Data, want[k])
			}
		}
		r.Close(talk.i, true)
	}
}

// Where no decoder is left, or the octets are none, a message stays as it came.
func TestNotInflated(t *testing.T) {
	o := DefaultOptions()
	o.Decoders = 1
	r := rig(t, &o)
	a, b := upgraded(r), upgraded(r)
	a.give(input.ToServer, []byte("\xc1\x03\xff\xff\xff"), false)
	b.give(input.ToServer, []byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), false)
	for k, talk := range []*talk{a, b} {
		want := []string{"\xff\xff\xff", "\xf2\x48\xcd\xc9\xc9\x07\x00"}[k]
		if v := talk.messages()[0].View(buf.WebSocketPayload, input.ToServer, 0); string(v.Data) != want {
			t.Errorf("payload %q, want %q", v.Data, want)
		}
	}
	r.Close(a.i, false)
	b.give(input.ToServer, []byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), false)
	if v := b.messages()[1].View(buf.WebSocketPayload, input.ToServer, 0); string(v.Data) != "Hello" {
		t.Errorf("with a decoder that another flow gave back: %q", v.Data)
	}
	r.Close(b.i, true)
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	text, a, b := []byte(hello+squeezed), []byte(ask), []byte(accept)
	play := func() {
		i := r.Flow(6, 40000, 80)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Layer.Data(f, input.ToClient, text, uint64(len(accept)), false, 0)
		r.Close(i, false)
	}
	play()
	if n := testing.AllocsPerRun(50, play); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzMessages(f *testing.F) {
	f.Add([]byte(hello), []byte("\x82\xfe\x00\x02\x01\x02\x03\x04ab"), 0)
	f.Add([]byte(squeezed), []byte(squeezed), 7)
	f.Add([]byte("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xffx"), []byte{}, 1<<19)
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		r := rig(t, nil)
		apptest.Exchange(t, r, 80, append([]byte(ask), a...), append([]byte(accept), b...), hold)
	})
}
