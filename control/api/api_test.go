package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// fake is a Control that notes what it was asked and answers with what it holds.
type fake struct {
	asked    []string
	err      error
	status   Status
	memory   Memory
	profile  Profile
	reloaded Reloaded
	blocks   []Block
	answer   SetAnswer
}

func (f *fake) note(s string) error { f.asked = append(f.asked, s); return f.err }

func (f *fake) Memory() (Memory, error) { return f.memory, f.note("memory") }
func (f *fake) Status() Status          { f.note("status"); return f.status }
func (f *fake) Counters() []byte        { f.note("counters"); return []byte(`{"decoder":{"pkts":7}}`) }
func (f *fake) Reload(context.Context) (Reloaded, error) {
	return f.reloaded, f.note("reload")
}
func (f *fake) Reopen() { f.note("reopen") }
func (f *fake) Profile(top int) (Profile, error) {
	f.profile.Judged = top
	return f.profile, f.note("profile")
}
func (f *fake) Blocks() []Block { f.note("blocks"); return f.blocks }
func (f *fake) AddBlock(b Block) error {
	f.blocks = append(f.blocks, b)
	return f.note("block " + b.Prefix.String())
}
func (f *fake) RemoveBlock(p netip.Prefix) error { return f.note("unblock " + p.String()) }
func (f *fake) ClearBlocks() (int, error)        { return len(f.blocks), f.note("clear") }
func (f *fake) Resume() error                    { return f.note("resume") }
func (f *fake) Sets(c SetCommand) (SetAnswer, error) {
	return f.answer, f.note("sets " + c.Op + " " + c.Set + " " + c.Type + " " + c.Value)
}

// serve opens a socket for f in a folder of its own and returns its path. The
// folder's name is short: a socket's may have 107 octets.
func serve(t *testing.T, f Control) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "api")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	s, err := Listen(path, 0o600, f)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve() }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("the socket is still there after Close: %v", err)
		}
	})
	return path
}

// calls is every request of a Client: what Control is asked, and what comes back.
func calls(f *fake) map[string]func(*Client) (got, want any, err error) {
	prefix := netip.MustParsePrefix("2001:db8::/32")
	block := Block{Prefix: prefix, Expires: time.Unix(1_700_000_000, 0).UTC(), Reason: "a & b?"}
	return map[string]func(*Client) (any, any, error){
		"status":  func(c *Client) (any, any, error) { v, err := c.Status(); return v, f.status, err },
		"memory":  func(c *Client) (any, any, error) { v, err := c.Memory(); return v, f.memory, err },
		"reload":  func(c *Client) (any, any, error) { v, err := c.Reload(); return v, f.reloaded, err },
		"reopen":  func(c *Client) (any, any, error) { return nil, nil, c.Reopen() },
		"profile": func(c *Client) (any, any, error) { v, err := c.Profile(12); return v, f.profile, err },
		"blocks":  func(c *Client) (any, any, error) { v, err := c.Blocks(); return v, f.blocks, err },
		"clear":   func(c *Client) (any, any, error) { v, err := c.ClearBlocks(); return v, len(f.blocks), err },
		"resume":  func(c *Client) (any, any, error) { return nil, nil, c.Resume() },
		"counters": func(c *Client) (any, any, error) {
			v, err := c.Counters()
			return string(v), `{"decoder":{"pkts":7}}`, err
		},
		"block " + prefix.String(): func(c *Client) (any, any, error) {
			err := c.AddBlock(block)
			return f.blocks[len(f.blocks)-1], block, err
		},
		"unblock " + prefix.String(): func(c *Client) (any, any, error) { return nil, nil, c.RemoveBlock(prefix) },
		"sets add bad md5 00ff": func(c *Client) (any, any, error) {
			v, err := c.Sets(SetCommand{Op: "add", Set: "bad", Type: "md5", Value: "00ff"})
			return v, f.answer, err
		},
	}
}

func newFake() *fake {
	return &fake{
		status: Status{Version: "1", PID: 3, Engine: Engine{State: "running", Outage: time.Second},
			Pairs: []Pair{{Name: "a", Ports: []Port{{Name: "in", Link: true, RxPackets: 1 << 40}}}},
			Drops: []Count{{"rule", 2}}, Degraded: []string{"eve.json: no space left on device"}},
		memory:   Memory{Engine: []MemoryPart{{"flows", 4096, 100}}, Control: []MemoryPart{{Name: "rules", Resident: 9}}},
		profile:  Profile{Generation: 2, Every: 64, Rules: []RuleCost{{SID: 1, Msg: `"<x>"`, AverageNS: 1.5}}},
		reloaded: Reloaded{Generation: 4, Loaded: 9, Refused: 1, Messages: []string{"a.rules:1:2: unknown keyword"}},
		blocks:   []Block{{Prefix: netip.MustParsePrefix("192.0.2.7/32")}},
		answer:   SetAnswer{Message: "added", Changed: true},
	}
}

// TestCalls sends every request over a socket: each reaches its own call of
// Control, and the answer arrives whole.
func TestCalls(t *testing.T) {
	f := newFake()
	c := NewClient(serve(t, f))
	for name, call := range calls(f) {
		f.asked = nil
		got, want, err := call(c)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v (%v), want %+v", name, got, err, want)
		}
		if len(f.asked) != 1 || f.asked[0] != name {
			t.Errorf("%s: Control was asked %q", name, f.asked)
		}
	}
}

// TestRefused: the reason that Control gives is what the user reads.
func TestRefused(t *testing.T) {
	f := newFake()
	f.err = errors.New("rules/a.rules:3:7: no keyword \"contnet\"; did you mean \"content\"?")
	c := NewClient(serve(t, f))
	for name, call := range calls(f) {
		_, _, err := call(c)
		switch name {
		case "status", "counters", "blocks", "reopen": // cannot fail
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		default:
			if err == nil || err.Error() != f.err.Error() {
				t.Errorf("%s: %v, want %v", name, err, f.err)
			}
		}
	}
}

// TestBadRequests never reach Control, and are told why.
func TestBadRequests(t *testing.T) {
	long := `{"reason":"` + strings.Repeat("a", maxBody) + `"}`
	for _, c := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{"POST", "/v1/blocks", ``, 422, "block: EOF"},
		{"POST", "/v1/blocks", `{"prefix":"192.0.2.300/32"}`, 422, "block: "},
		{"POST", "/v1/blocks", `{"prefx":"192.0.2.1/32"}`, 422, `unknown field "prefx"`},
		{"POST", "/v1/blocks", long, 422, "unexpected EOF"},
		{"POST", "/v1/datasets", `{"op":`, 422, "dataset: unexpected EOF"},
		{"POST", "/v1/datasets", `{"oper":"add"}`, 422, `unknown field "oper"`},
		{"DELETE", "/v1/blocks", ``, 422, "is no prefix such as"},
		{"DELETE", "/v1/blocks?prefix=192.0.2.1", ``, 422, `"192.0.2.1" is no prefix`},
		{"DELETE", "/v1/blocks?all=0", ``, 422, "is no prefix"},
		{"DELETE", "/v1/blocks?all=yes", ``, 422, "want 1"},
		{"GET", "/v1/profile?top=abc", ``, 422, `"abc" is no number`},
		{"GET", "/v1/profile?top=-3", ``, 422, `"-3" is no number`},
		{"GET", "/v1/reload", ``, http.StatusMethodNotAllowed, ""},
		{"POST", "/v1/status", ``, http.StatusMethodNotAllowed, ""},
		{"GET", "/v2/status", ``, http.StatusNotFound, ""},
	} {
		f := newFake()
		w := httptest.NewRecorder()
		Handler(f).ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
		if w.Code != c.code || len(f.asked) != 0 {
			t.Errorf("%s %s: %d, Control was asked %q; want %d and nothing", c.method, c.path, w.Code, f.asked, c.code)
		}
		var said failure
		if c.says != "" && (json.Unmarshal(w.Body.Bytes(), &said) != nil || !strings.Contains(said.Error, c.says)) {
			t.Errorf("%s %s: said %q, want %q in it", c.method, c.path, w.Body, c.says)
		}
	}
}

// TestListen: the socket is its owner's alone; one that is served is left to its
// server, one that nobody serves is replaced.
func TestListen(t *testing.T) {
	path := serve(t, newFake())
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Mode()&os.ModeSocket == 0 {
		t.Fatalf("socket: %v, %v", info, err)
	}
	if s, err := Listen(path, 0o600, newFake()); err == nil {
		s.Close()
		t.Error("a socket that is served was taken over")
	} else if !strings.Contains(err.Error(), path+" is served by another process") {
		t.Error(err)
	}
	if _, err := NewClient(path).Status(); err != nil {
		t.Errorf("the first server no longer answers: %v", err)
	}

	stale := filepath.Join(filepath.Dir(path), "stale")
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Listen(stale, 0o600, newFake())
	if err != nil {
		t.Fatalf("a name that nobody serves: %v", err)
	}
	s.Close()
	if _, err := Listen(filepath.Join(filepath.Dir(path), "none", "s"), 0o600, newFake()); err == nil || !strings.HasPrefix(err.Error(), "api.socket: ") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestNobodyAnswers: the user reads what to do, not what the kernel said.
func TestNobodyAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if _, err := NewClient(path).Status(); err == nil || !strings.Contains(err.Error(), "no weir answers on "+path) {
		t.Errorf("%v", err)
	}
}

// FuzzRequests: no body makes the handler fail otherwise than by saying so.
func FuzzRequests(f *testing.F) {
	f.Add(true, []byte(`{"prefix":"192.0.2.1/32","expires":"2026-01-01T00:00:00Z"}`))
	f.Add(true, []byte(`{"prefix":null}`))
	f.Add(false, []byte(`{"op":"add","set":"s","type":"string","value":"YQ=="}`))
	f.Add(false, []byte(`[]`))
	f.Fuzz(func(t *testing.T, block bool, body []byte) {
		path := "/v1/datasets"
		if block {
			path = "/v1/blocks"
		}
		c := newFake()
		w := httptest.NewRecorder()
		Handler(c).ServeHTTP(w, httptest.NewRequest("POST", path, strings.NewReader(string(body))))
		if asked := len(c.asked) == 1; asked != (w.Code == 200) || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%d, asked %q, body %q", w.Code, c.asked, w.Body)
		}
	})
}
