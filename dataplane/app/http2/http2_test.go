package http2

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// blockOf is a header block without a dynamic table.
func blockOf(pairs ...string) []byte {
	var b bytes.Buffer
	enc := hpack.NewEncoder(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		enc.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1], Sensitive: true})
	}
	return b.Bytes()
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

var request = join([]byte(preface), settingsFrame, frameOf(frameHeaders, flagEndHeaders|flagEndStream, 1,
	blockOf(":method", "GET", ":path", "/a?b", ":authority", "u@Example.ORG:8080", "user-agent", "test/1", "cookie", "a=1", "cookie", "b=2")))

// TestConversations goes through what each side may send, cut at every octet.
func TestConversations(t *testing.T) {
	reply := func(pairs ...string) []byte {
		return frameOf(frameHeaders, flagEndHeaders, 1, blockOf(append([]string{":status", "200"}, pairs...)...))
	}
	for name, c := range map[string]struct {
		client, server []byte
		want           string // of stream 1
		events         []string
		body           string
		failed         bool
	}{
		"a page": {request, join(settingsFrame, reply("content-type", "text/plain"), frameOf(frameData, flagEndStream, 1, []byte("hello"))),
			`"hostname":"example.org"`, []string{"userinfo_in_uri"}, "hello", false},
		"padding": {request, join(settingsFrame, reply(), frameOf(frameData, flagEndStream|flagPadded, 1, []byte("\x03helloxxx"))),
			`"length":5`, []string{"userinfo_in_uri"}, "hello", false},
		"gzip": {request, join(settingsFrame, reply("content-encoding", "gzip"), frameOf(frameData, flagEndStream, 1, gzipped("hello hello"))),
			`"status":200`, []string{"userinfo_in_uri"}, "hello hello", false},
		"broken gzip": {request, join(settingsFrame, reply("content-encoding", "gzip"), frameOf(frameData, flagEndStream, 1, []byte("no gzip at all"))),
			`"status":200`, []string{"failed_decompression", "userinfo_in_uri"}, "", false},
		"a block in pieces": {join([]byte(preface), settingsFrame,
			frameOf(frameHeaders, flagEndStream, 1, blockOf(":method", "POST")), frameOf(frameContinuation, 0, 1, blockOf(":path", "/x")),
			frameOf(frameContinuation, flagEndHeaders, 1, blockOf("host", "h"))), nil,
			`"http_method":"POST","url":"/x","hostname":"h"`, nil, "", false},
		"authority and host": {join([]byte(preface), settingsFrame,
			frameOf(frameHeaders, flagEndHeaders, 1, blockOf(":authority", "a", "host", "b"))), nil, `"hostname":"a"`, []string{"authority_host_mismatch"}, "", false},
		"reset":           {join(request, frameOf(frameReset, 0, 1, []byte{0, 0, 0, 8})), nil, `"error_code":"CANCEL"`, []string{"userinfo_in_uri"}, "", false},
		"not the preface": {[]byte("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"), nil, ``, nil, "", true},
		"a frame within a block": {join([]byte(preface), settingsFrame, frameOf(frameHeaders, 0, 1, blockOf(":path", "/")), frameOf(framePing, 0, 0, make([]byte, 8))), nil,
			``, []string{"invalid_frame_header"}, "", true},
		"after the end": {join(request, frameOf(framePing, 0, 0, make([]byte, 8))), join(settingsFrame, frameOf(frameHeaders, flagEndHeaders|flagEndStream, 1, blockOf(":status", "200")),
			frameOf(frameHeaders, flagEndHeaders, 1, blockOf("x", "y"))), `"status":200`, []string{"stream_id_reuse", "userinfo_in_uri"}, "", false},
		"an answer to a reset": {join(request, frameOf(frameReset, 0, 1, []byte{0, 0, 0, 8})), join(settingsFrame, reply(), frameOf(frameData, flagEndStream, 1, []byte("hello"))),
			`"error_code":"CANCEL"`, []string{"userinfo_in_uri"}, "hello", false},
		"a range of nothing": {request, join(settingsFrame, reply("content-range", "bytes 9-3/10"), frameOf(frameData, flagEndStream, 1, []byte("hello"))),
			`"status":200`, []string{"invalid_range", "userinfo_in_uri"}, "hello", false},
		"an index of nothing": {join([]byte(preface), settingsFrame, frameOf(frameHeaders, flagEndHeaders, 1, []byte{0xff, 0x80, 0x01})), nil, ``, []string{"invalid_header"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			all := append(slices.Clone(c.client), c.server...)
			r := apptest.New(t, 2<<20, nil, Protocol())
			for cut := 0; cut <= len(all); cut++ {
				i := r.Flow(6, 40000, 80)
				f := r.Layer.At(i)
				at := [2]uint64{}
				give := func(d input.Dir, b []byte) {
					r.Layer.Data(f, d, b, at[side(d)], false, 0)
					at[side(d)] += uint64(len(b))
				}
				a := min(cut, len(c.client))
				give(input.ToServer, c.client[:a])
				give(input.ToServer, c.client[a:])
				b := max(cut-len(c.client), 0)
				give(input.ToClient, c.server[:b])
				give(input.ToClient, c.server[b:])
				if f.Failed() != c.failed {
					// A preface that is none is no HTTP/2 at all to detection.
					if f.Parser() != nil {
						t.Fatalf("cut %d: failed is %v", cut, f.Failed())
					}
				}
				checkStream(t, r, f.Txs, cut, c.want, c.events, c.body)
				r.Close(i, cut == len(all))
			}
		})
	}
}

func checkStream[T any](t *testing.T, r *apptest.Rig, txs []T, cut int, want string, events []string, body string) {
	t.Helper()
	for _, any := range txs {
		tx, ok := interface{}(any).(*Tx)
		if !ok || tx.stream != 1 {
			continue
		}
		b, _ := json.Marshal(r.Meta(tx)["http"])
		for _, part := range strings.Split(want, ",") {
			if !bytes.Contains(b, []byte(part)) {
				t.Fatalf("cut %d: %s is not in %s", cut, part, b)
			}
		}
		var got []string
		for id, name := range eventNames {
			if tx.Event(uint16(id)) {
				got = append(got, name)
			}
		}
		if slices.Sort(got); fmt.Sprint(got) != fmt.Sprint(events) {
			t.Fatalf("cut %d: events %v, want %v", cut, got, events)
		}
		if body != "" {
			if v := tx.View(buf.FileData, input.ToClient, 0); string(v.Data) != body || v.Avail != input.Done {
				t.Fatalf("cut %d: body %q %d", cut, v.Data, v.Avail)
			}
		}
		return
	}
	if want != "" {
		t.Fatalf("cut %d: no stream 1", cut)
	}
}

// TestBuffers is what rules see of a request.
func TestBuffers(t *testing.T) {
	r, i, f := rig(t, 2<<20)
	defer r.Close(i, true)
	r.Layer.Data(f, input.ToServer, request, 0, false, 0)
	tx := f.Txs[1].(*Tx)
	for id, want := range map[buf.ID]string{
		buf.HTTPMethod: "GET", buf.HTTPURI: "/a?b", buf.HTTPHost: "example.org", buf.HTTPHostRaw: "u@Example.ORG:8080",
		buf.HTTPUserAgent: "test/1", buf.HTTPCookie: "a=1; b=2", buf.HTTPProtocol: "HTTP/2", buf.HTTPRequestLine: "GET /a?b HTTP/2\r\n",
		buf.HTTPHeader:      ":method: GET\r\n:path: /a?b\r\n:authority: u@Example.ORG:8080\r\nuser-agent: test/1\r\n",
		buf.HTTPHeaderNames: "\r\n:method\r\n:path\r\n:authority\r\nuser-agent\r\ncookie\r\ncookie\r\n\r\n",
	} {
		if v := tx.View(id, input.ToServer, 0); string(v.Data) != want || v.Avail != input.Done {
			t.Errorf("%s is %q (%d), want %q", buf.Get(id).Name, v.Data, v.Avail, want)
		}
	}
	if v := tx.View(buf.HTTPRequestHeader, input.ToServer, 2); string(v.Data) != ":authority: u@Example.ORG:8080" {
		t.Errorf("header 2 is %q", v.Data)
	}
	if v := tx.View(buf.HTTP2HeaderName, input.ToServer, 3); string(v.Data) != "user-agent" {
		t.Errorf("name 3 is %q", v.Data)
	}
	for id, want := range map[buf.FieldID]uint64{buf.FieldHTTP2FrameType: frameHeaders, buf.FieldURILen: 4} {
		if v, a := tx.Num(id, input.ToServer, 0); v != want || a != input.Done {
			t.Errorf("%s is %d (%d), want %d", buf.Field(id).Name, v, a, want)
		}
	}
}

// A flow after the first costs no allocation.
func TestNoAllocations(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, Protocol())
	server := join(settingsFrame, frameOf(frameHeaders, flagEndHeaders, 1, blockOf(":status", "200", "content-encoding", "gzip")),
		frameOf(frameData, flagEndStream, 1, gzipped("hello hello")))
	play := func() {
		i := r.Flow(6, 40000, 80)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, request, 0, false, 0)
		r.Layer.Data(f, input.ToClient, server, 0, false, 0)
		for _, tx := range f.Txs {
			tx.View(buf.HTTPHeader, input.ToServer, 0)
		}
		r.Close(i, false)
	}
	play()
	if n := testing.AllocsPerRun(50, play); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzConnection(f *testing.F) {
	f.Add(request, join(settingsFrame, frameOf(frameHeaders, flagEndHeaders, 1, blockOf(":status", "200")), frameOf(frameData, flagEndStream, 1, []byte("x"))), 0)
	f.Add(join([]byte(preface), settingsFrame, frameOf(frameHeaders, 0, 1, blockOf(":path", "/")), frameOf(frameContinuation, flagEndHeaders, 1, nil)), settingsFrame, 1<<19)
	f.Add(join([]byte(preface), frameOf(framePush, flagEndHeaders|flagPadded, 1, []byte{1, 0, 0, 0, 2, 0x82, 0})), []byte{}, 0)
	f.Fuzz(func(t *testing.T, client, server []byte, hold int) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		apptest.Exchange(t, r, 80, client, server, hold)
	})
}
