package match_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// withScripts compiles a rule beside scripts, "NAME: text", in a folder.
func withScripts(t testing.TB, options string, scripts map[string]string) (*rig, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, e := rule.ParseRule(filepath.Join(dir, "test.rules"), 1, options, &rule.Env{})
	if e != nil {
		return nil, e
	}
	res, err := compile.Compile([]*rule.Rule{r}, compile.Options{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range res.Left {
		return nil, l.Err
	}
	return openRig(t, res, [32]byte{}), nil
}

func TestScripts(t *testing.T) {
	for _, c := range []struct {
		name, rule, script string
		want               bool
	}{
		{"the payload", "alert udp any any -> any any (lua:s.lua; sid:1;)",
			`function init() return {payload = true} end function match(a) return a.payload:find("needle", 1, true) and 1 or 0 end`, true},
		{"negated", "alert udp any any -> any any (lua:!s.lua; sid:1;)",
			`function init() return {payload = tostring(true)} end function match(a) return a.payload:find("straw") and 1 or 0 end`, true},
		{"the library of packets", "alert udp any any -> any any (lua:s.lua; sid:1;)",
			`local p = require("suricata.packet") function init() return {} end
			function match() local x = p.get() local v, src, dst, proto, sp, dp = x:tuple()
			return v == 4 and src == "10.0.0.0" and dst == "192.0.0.0" and proto == 17 and sp == 1000 and dp == 2000 and x:payload() == "a needle" and 1 or 0 end`, true},
		{"a condition before it fails", `alert udp any any -> any any (content:"straw"; lua:s.lua; sid:1;)`,
			`function init() return {} end function match() return 1 end`, false},
		{"byte variables", `alert udp any any -> any any (byte_extract:1,0,x; content:"needle"; lua:s.lua; sid:1;)`,
			`local b = require("suricata.bytevar") local x function init() b.map("x") return {} end function thread_init() x = b.get("x") end
			function match() return x:value() == 97 and 1 or 0 end`, true},
		{"the time", "alert udp any any -> any any (lua:s.lua; sid:1;)",
			`local p = require("suricata.packet") function init() return {} end
			function match() return p.get():timestring_iso8601() == "1970-01-01T00:00:00.000001+0000" and p.get():timestring_legacy() == "01/01/1970-00:00:00.000001" and 1 or 0 end`, true},
		{"digests", "alert udp any any -> any any (lua:s.lua; sid:1;)",
			`local h = require("suricata.hashing") function init() return {} end
			function match() local x = h.sha256() x:update("a") x.update("bc")
			return h.md5_hex_digest("abc") == "900150983cd24fb0d6963f7d28e17f72" and h.sha1_hex_digest("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d"
				and x:finalize_to_hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
				and h.sha256_hex_digest(("x"):rep(200)) == h.sha256_hex_digest(("x"):rep(200)) and 1 or 0 end`, true},
		{"a script that fails", "alert udp any any -> any any (lua:s.lua; sid:1;)",
			`function init() return {} end function match() error("no") end`, false},
		{"a script without end", "alert udp any any -> any any (lua:s.lua; sid:1;)",
			`function init() return {} end function match() while true do end end`, false},
		{"a buffer", `alert http1 any any -> any any (http.uri; content:"a"; lua:s.lua; sid:1;)`,
			`function init() return {buffer = true} end function match(a) return a.buffer == "/a?b" and 1 or 0 end`, true},
		{"the library of HTTP", `alert http1 any any -> any any (lua:s.lua; sid:1;)`,
			`local h = require("suricata.http") function init() return {} end
			function match() return h.get_tx():request_uri_normalized() == "/a?b" and 1 or 0 end`, true},
		{"a buffer by its old name", `alert http1 any any -> any any (lua:s.lua; sid:1;)`,
			`function init() return {["http.uri"] = tostring(true)} end function match(a) return a["http.uri"] == "/a?b" and 1 or 0 end`, true},
		{"a transform", `alert http1 any any -> any any (http.uri; luaxform:s.lua, up, 2; content:"/A"; startswith; bsize:2; sid:1;)`,
			`function transform(s, args) local t = s:upper() return args[1] == "up" and t or s, tonumber(args[2]) end`, true},
		{"a transform that gives nothing", `alert http1 any any -> any any (http.uri; luaxform:s.lua; content:"/a?b"; sid:1;)`,
			`function transform(s) return nil end`, true},
		{"base64", `alert udp any any -> any any (lua:s.lua; sid:1;)`,
			`local b = require("suricata.base64") function init() return {} end
			function match() return b.encode("octets!") == "b2N0ZXRzIQ==" and b.decode("b2N0ZXRzIQ==") == "octets!" and 1 or 0 end`, true},
		{"the rule", `alert udp any any -> any any (msg:"m"; lua:s.lua; sid:1; rev:3;)`,
			`local r = require("suricata.rule") function init() return {} end
			function match() local x = r.get_rule() return x:sid() == 1 and x:rev() == 3 and x:msg() == "m" and 1 or 0 end`, true},
	} {
		r, err := withScripts(t, c.rule, map[string]string{"s.lua": c.script})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got map[uint32]bool
		if strings.Contains(c.rule, "http1") {
			n := copy(r.mem[1<<16:], "/a?b")
			tx := &body{uri: r.mem[1<<16 : 1<<16+n : 1<<16+n]}
			p := r.packet(nil)
			p.Proto = 6
			got = r.judge(p, tx, input.AppHTTP1)
		} else {
			got = r.judge(r.packet([]byte("a needle")), nil, 0)
		}
		if got[1] != c.want {
			t.Errorf("%s: matched %v, want %v", c.name, got[1], c.want)
		}
	}
}

// TestScriptVariables: what a script sets is there for the next call and for
// conditions of rules.
func TestScriptVariables(t *testing.T) {
	r, err := withScripts(t, "alert udp any any -> any any (lua:s.lua; sid:1;)", map[string]string{"s.lua": `
		local fi, fv = require("suricata.flowint"), require("suricata.flowvar")
		local count, text
		function init() fi.register("count") fv.register("text") return {} end
		function thread_init() count, text = fi.get("count"), fv.get("text") end
		function match()
			if count:incr() ~= (text:value() or ""):len() + 1 then return 0 end
			text:set((text:value() or "") .. "x", 1)
			return count:value() == 3 and text:value() == "xxx" and 1 or 0
		end`})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if got := r.judge(r.packet([]byte("a")), nil, 0)[1]; got != (i == 2) {
			t.Errorf("call %d: matched %v", i+1, got)
		}
	}
	if len(r.vars.ints) != 1 || len(r.vars.octets) != 1 {
		t.Errorf("variables %v %v", r.vars.ints, r.vars.octets)
	}
}

// TestScriptsAreRefused: what cannot be loaded says why.
func TestScriptsAreRefused(t *testing.T) {
	for name, c := range map[string][2]string{
		"no file":         {"other.lua", ""},
		"no Lua":          {"s.lua", "function"},
		"no match":        {"s.lua", "function init() return {} end"},
		"unknown need":    {"s.lua", "function init() return {moon = true} end function match() return 1 end"},
		"unknown library": {"s.lua", `require("suricata.moon") function match() return 1 end`},
		"init fails":      {"s.lua", `function init() error("no") end function match() return 1 end`},
		"byte variable":   {"s.lua", `local b = require("suricata.bytevar") function init() b.map("x") return {} end function match() return 1 end`},
	} {
		if _, err := withScripts(t, "alert udp any any -> any any (lua:"+c[0]+"; sid:1;)", map[string]string{"s.lua": c[1]}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestScriptsDoNotAllocate in the Go heap.
func TestScriptsDoNotAllocate(t *testing.T) {
	r, err := withScripts(t, "alert udp any any -> any any (lua:s.lua; sid:1;)", map[string]string{"s.lua": `
		local p = require("suricata.packet")
		function init() return {payload = true} end function match(a) return p.get():payload() == "x" and 1 or 0 end`})
	if err != nil {
		t.Fatal(err)
	}
	p := r.packet([]byte("a needle"))
	if n := testing.AllocsPerRun(200, func() {
		r.Reset()
		i := r.Add(p, match.InspectHeader|match.InspectPayload, 0)
		r.Scan()
		r.Evaluate(i)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
