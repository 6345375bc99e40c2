package http1

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

func drop(app.Tx) {}

func sorted(s []string) []string {
	sort.Strings(s)
	return s
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

const form = "--BB\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.exe\"\r\n\r\nMZ\r\n--BB\r\n\r\nplain form value\r\n--BB--\r\n"

// conversations are what both sides say, and what must be seen of it: "tx N"
// begins a transaction, "name: value" is a buffer of a rule (responses' with <),
// "event" an event, "file" name, state and size, "data" what rules see of the
// response's first file.
var conversations = []struct {
	name           string
	client, server string
	want           string
}{
	{"plain", "GET /a%20b?x=%41 HTTP/1.1\r\nHost: Example.COM\r\nUser-Agent: u\r\nCookie: c=1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 5\r\n\r\nhello",
		"tx 0\nhttp.uri: /a b?x=A\nhttp.uri.raw: /a%20b?x=%41\nhttp.host: example.com\nhttp.host.raw: Example.COM\nhttp.method: GET\nhttp.user_agent: u\nhttp.cookie: c=1\n" +
			"<http.stat_code: 200\n<http.server: s\nfile /a b CLOSED 5\ndata hello"},
	{"pipelined", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
		"tx 0\nhttp.uri: /1\n<http.stat_code: 200\ntx 1\nhttp.uri: /2\n<http.stat_code: 404"},
	{"chunked", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0004\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n",
		"tx 0\nfile / CLOSED 7\ndata abcdefg\nevent RESPONSE_CHUNK_EXTENSION"},
	{"gzip", "GET /z HTTP/1.1\r\nHost: a\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + zipped("the plain text"),
		"tx 0\nfile /z CLOSED 14\ndata the plain text"},
	{"post", "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 204 No\r\n\r\n",
		"tx 0\nhttp.method: POST\nbody abc\n<http.stat_code: 204\nfile /up CLOSED 3"},
	{"multipart", "POST /m HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=BB\r\nContent-Length: " +
		fmt.Sprint(len(form)) + "\r\n\r\n" + form, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "tx 0\nfile x.exe CLOSED 2"},
	{"range", "GET /r HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 206 Partial\r\nContent-Range: bytes 2-4/9\r\nContent-Length: 3\r\n\r\nxyz",
		"tx 0\nfile /r CLOSED 3\ndata xyz"},
	{"old", "GET /old\r\n", "<html>", "tx 0\nhttp.uri: /old\ndata <html>"},
	{"folded", "GET / HTTP/1.1\r\nHost: a\r\nX: one\r\n two\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"tx 0\nhttp.request_header 1: X: one two"},
	{"no host", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "tx 0\nevent MISSING_HOST_HEADER"},
	{"two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"tx 0\nevent DUPLICATE_CONTENT_LENGTH_FIELD_IN_REQUEST"},
	{"odd auth", "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Secret x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"tx 0\nevent REQUEST_AUTH_UNRECOGNIZED"},
	{"answer to nothing", "", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "tx 0\nhttp.uri: /libhtp::request_uri_not_seen\nevent UNABLE_TO_MATCH_RESPONSE_TO_REQUEST"},
	{"continue", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "tx 0\nbody ok\n<http.stat_code: 200"},
	{"dots", "GET /a/./b/../c//d\\e HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "tx 0\nhttp.uri: /a/c/d/e"},
	{"cut off", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "tx 0\nfile / TRUNCATED 4"},
}

// tell is what a conversation showed, in the words of conversations.
func tell(all []*shown) string {
	var b strings.Builder
	for i, s := range all {
		fmt.Fprintf(&b, "tx %d\n", i)
		keys := make([]string, 0, len(s.views))
		for k := range s.views {
			keys = append(keys, k)
		}
		for _, k := range sorted(keys) {
			fmt.Fprintf(&b, "%s: %s\n", k, s.views[k])
		}
		for k, n := range s.names {
			fmt.Fprintf(&b, "file %s %s\n", n, s.states[k])
		}
		if len(s.reqBuf) > 0 {
			fmt.Fprintf(&b, "body %s\n", s.reqBuf)
		}
		for _, f := range s.files[input.ToClient-1] {
			fmt.Fprintf(&b, "data %s\n", f)
		}
		for _, e := range s.events {
			fmt.Fprintf(&b, "event %s\n", e)
		}
		fmt.Fprintln(&b, "log", s.log)
	}
	return b.String()
}

func TestConversations(t *testing.T) {
	for _, c := range conversations {
		t.Run(c.name, func(t *testing.T) {
			got := tell(pieces(t, c.client, c.server, len(c.client), len(c.server)))
			at := 0
			for _, line := range strings.Split(c.want, "\n") {
				k := strings.Index(got[at:], line+"\n")
				if k < 0 {
					k = strings.Index(got, line+"\n")
					if k < 0 || strings.HasPrefix(line, "tx ") {
						t.Fatalf("no %q in\n%s", line, got)
					}
					continue
				}
				if strings.HasPrefix(line, "tx ") {
					at += k
				}
			}
		})
	}
}

// pieces feeds both sides, the client first, each in pieces of some octets, each
// piece a slice of its own exact size.
func pieces(tb testing.TB, client, server string, n, m int) []*shown {
	tb.Helper()
	return newRig(tb, 1<<20, nil).pieces(client, server, n, m)
}

// again begins another flow.
func (r *rig) again() *rig {
	r.flow, r.off, r.all = r.Flow(6, 40000, 80), [2]uint64{}, nil
	return r
}

func (r *rig) pieces(client, server string, n, m int) []*shown {
	for d, s := range []string{client, server} {
		size := max([]int{n, m}[d], 1)
		for len(s) > 0 {
			k := min(size, len(s))
			r.data(input.Dir(d+1), append(make([]byte, 0, k), s[:k]...), false)
			s = s[k:]
		}
	}
	r.data(input.ToServer, nil, true)
	r.data(input.ToClient, nil, true)
	return r.end()
}

// TestCuts: however the octets are cut, transactions, buffers, files, events and
// records are the same.
func TestCuts(t *testing.T) {
	for _, c := range conversations {
		t.Run(c.name, func(t *testing.T) {
			want := tell(pieces(t, c.client, c.server, len(c.client), len(c.server)))
			same := func(what string, got []*shown) {
				t.Helper()
				if g := tell(got); g != want {
					t.Fatalf("%s\ngot\n%s\nwant\n%s", what, g, want)
				}
			}
			r := newRig(t, 1<<20, nil)
			r.pieces("", "", 1, 1)
			for _, n := range []int{1, 2, 3, 7} {
				same(fmt.Sprintf("pieces of %d octets", n), r.again().pieces(c.client, c.server, n, n))
			}
			for cut := 1; cut < len(c.client)+len(c.server); cut++ {
				r.again()
				for d, s := range []string{c.client, c.server} {
					k := min(max(cut-d*len(c.client), 0), len(s))
					r.data(input.Dir(d+1), []byte(s[:k]), false)
					r.data(input.Dir(d+1), []byte(s[k:]), false)
				}
				r.data(input.ToServer, nil, true)
				r.data(input.ToClient, nil, true)
				same(fmt.Sprintf("cut at %d", cut), r.end())
			}
		})
	}
}

func FuzzConversation(f *testing.F) {
	for _, c := range conversations {
		f.Add([]byte(c.client), []byte(c.server), uint16(0))
	}
	f.Add([]byte("CONNECT a:443 HTTP/1.1\r\n\r\n\x16\x03"), []byte("HTTP/1.1 200 OK\r\n\r\n\x16"), uint16(0))
	f.Add([]byte("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"), []byte("HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"), uint16(64))
	f.Add([]byte("POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"), []byte("HTTP/1.1 200\r\nContent-Length: 18446744073709551615\r\n\r\n"), uint16(900))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 80, a, b, int(hold))
	})
}

// TestPoolsEmpty: with no room for transactions, decoders or headers, parsing
// fails or goes on without; nothing panics, everything comes back.
func TestPoolsEmpty(t *testing.T) {
	many := "GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 100) + "\r\n"
	for name, change := range map[string]func(*Options){
		"transactions": func(o *Options) { o.Transactions = 1 },
		"decoders":     func(o *Options) { o.Decoders = 0 },
		"headers":      func(o *Options) { o.HeadersLimit = 30 },
		"lines":        func(o *Options) { o.FieldLimit = 256 },
	} {
		t.Run(name, func(t *testing.T) {
			o := DefaultOptions()
			change(&o)
			for _, c := range conversations {
				talk(t, &o, ">"+c.client, "<"+c.server)
			}
			talk(t, &o, ">"+many+many+many, "<HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		})
	}
}

// TestPipelineBounded: a client that asks without end gets no more memory.
func TestPipelineBounded(t *testing.T) {
	r := newRig(t, 8<<20, nil)
	req := []byte(strings.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1000))
	for range 100 {
		if !r.data(input.ToServer, req, false) {
			break
		}
	}
	f := r.Layer.At(r.flow)
	if n := len(f.Txs); n > 256 {
		t.Errorf("%d live transactions", n)
	}
	if !f.Failed() {
		t.Error("100,000 requests without an answer are taken")
	}
	r.end()
}

// TestMaxTx: the setting bounds live transactions, and answered ones do not count.
func TestMaxTx(t *testing.T) {
	o := DefaultOptions()
	o.MaxTx = 3
	for n := range 5 {
		r := newRig(t, 1<<20, &o)
		r.data(input.ToServer, []byte(strings.Repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", n+1)), false)
		if f := r.Layer.At(r.flow); f.Failed() != (n+1 > o.MaxTx) {
			t.Errorf("%d requests: failed is %v", n+1, f.Failed())
		}
		r.end()
	}
}

// TestLimitAndGap: octets that are missing do not count towards a body's limit, but
// they do for its file's size.
func TestLimitAndGap(t *testing.T) {
	o := DefaultOptions()
	o.ResponseBodyLimit = 2000
	r := newRig(t, 1<<20, &o)
	r.data(input.ToServer, []byte("GET /f HTTP/1.1\r\nHost: a\r\n\r\n"), false)
	r.data(input.ToClient, []byte("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"+strings.Repeat("a", 1500)), false)
	r.gap(input.ToClient, 3000)
	r.data(input.ToClient, []byte(strings.Repeat("b", 4500)), false)
	r.data(input.ToServer, nil, true)
	if s := r.end()[0]; s.states[0] != "TRUNCATED 5000" {
		t.Errorf("the file is %s, want 2,000 octets seen and 3,000 missing", s.states[0])
	}
}

// TestIdle: a connection that waits for its next request holds no memory beyond
// its state.
func TestIdle(t *testing.T) {
	r := newRig(t, 1<<20, nil)
	r.data(input.ToServer, []byte("GET /abc HTTP/1.1\r\nHost: a\r\n\r\n"), false)
	r.data(input.ToClient, []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), false)
	if n := r.Layer.Env().Mem.Used(); n != 0 {
		t.Errorf("%d octets are held", n)
	}
	r.end()
}

func TestConversationNoAllocs(t *testing.T) {
	r := apptest.New(t, 8<<20, nil, Protocol())
	for _, c := range conversations {
		a, b := []byte(c.client), []byte(c.server)
		one := func() {
			i := r.Flow(6, 4000, 80)
			f := r.Layer.At(i)
			r.Layer.Data(f, input.ToServer, a, 0, false, 0)
			r.Layer.Data(f, input.ToClient, b, 0, false, 0)
			r.Layer.Data(f, input.ToServer, nil, uint64(len(a)), true, 0)
			r.Layer.Data(f, input.ToClient, nil, uint64(len(b)), true, 0)
			r.Drop(f)
			r.Layer.Close(i, drop)
			r.Layer.Flush()
		}
		one()
		if n := testing.AllocsPerRun(20, one); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}
