package lua

import (
	"errors"
	"strings"
	"testing"
)

// Every script here would run for ever, or take all memory, without a limit.
func TestEndlessScriptsEnd(t *testing.T) {
	for body, want := range map[string]Result{
		"while true do end":                                                                                  InstructionLimit,
		"local function g() return g() end return g()":                                                       InstructionLimit,
		"while true do pcall(function() while true do end end) end":                                          InstructionLimit,
		"return pcall(function() while true do end end)":                                                     InstructionLimit,
		"return pcall(pcall, function() while true do end end)":                                              InstructionLimit,
		"setmetatable({}, {__index = function(t, k) while true do end end}).x = 1 for i = 1, 1e15 do end":    InstructionLimit,
		"local t <close> = setmetatable({}, {__close = function() while true do end end}) while true do end": InstructionLimit,
		"table.move({}, 1, 1 << 62, 2)":                                                                      InstructionLimit,
		"string.rep('', 1 << 62)":                                                                            InstructionLimit,
		"(''):rep(1 << 62)":                                                                                  InstructionLimit,
		"local t = {1} for i = 1, 61 do t[1 << i] = 1 t[(1 << i) + 1] = 1 end table.insert(t, 1, 0)":         InstructionLimit,
		"local t = {1} for i = 1, 61 do t[1 << i] = 1 t[(1 << i) + 1] = 1 end table.remove(t, 1)":            InstructionLimit,
		"table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 0)":                      ScriptError,
		"table.remove(setmetatable({}, {__len = function() return 1 << 60 end}), 1)":                         ScriptError,
		"return ('ab'):rep(700):find('.-a.-b.-c')":                                                           InstructionLimit,
		"return ('ab'):rep(700):match('[ab]*[ab]*[ab]*[ab]*c')":                                              InstructionLimit,
		"return ('a'):rep(30000):find(('a'):rep(15000) .. 'b', 1, true)":                                     InstructionLimit,
		"return ('('):rep(3000):gsub('%b()', '')":                                                            InstructionLimit,
		"for _ in ('a'):rep(3000):gmatch('a-b') do end":                                                      InstructionLimit,
		"local s = ('x'):rep(60000) while true do s:find('y', 1, true) end":                                  InstructionLimit,
		"local s = ('x'):rep(60000) while true do local u = s .. 'y' end":                                    InstructionLimit,
		"local s = ('x'):rep(60000) while true do utf8.len(s) end":                                           InstructionLimit,
		"local s = ('x'):rep(60000) while true do tonumber(s) end":                                           InstructionLimit,
		"local s = ('x'):rep(60000) while true do utf8.offset(s, -1) end":                                    InstructionLimit,
		"local s = ('x'):rep(9000) while true do s:byte(1, -1) end":                                          InstructionLimit,
		"local t = {} for i = 1, 4000 do t[i] = i % 97 end while true do table.sort(t) end":                  InstructionLimit,
		"local t = {} for i = 1, 4000 do t[i] = '' end while true do table.concat(t) end":                    InstructionLimit,
		"local t = {} for i = 1, 4000 do t[i] = 1 end while true do table.unpack(t) end":                     InstructionLimit,
		"local a, b = ('x'):rep(60000), ('x'):rep(60000) .. 'y' while true do local c = a < b end":           InstructionLimit,
		"while true do pcall(string.unpack, 'i16i16i16i16', '') end":                                         InstructionLimit,
		"local t = {} for i = 1, 1e15 do t[i] = {} end":                                                      MemoryLimit,
		"local s = 'x' while true do s = s .. s end":                                                         MemoryLimit,
		"local t = {} while true do pcall(function() t[#t + 1] = {} end) end":                                MemoryLimit,
		"return ('x'):rep(1 << 40)":                                                                          InstructionLimit,
		"return ('xxxxxxxxxxxxxxxx'):rep(1 << 17)":                                                           MemoryLimit,
		"local function g() return 1 + g() end g()":                                                          ScriptError,
		"setmetatable({}, {__gc = function() while true do end end})":                                        ScriptError,
		"return string.format(('%99d'):rep(9999), 1)":                                                        ScriptError,
	} {
		// A stack overflow is an error of the script or, in so little memory, of
		// memory.
		s := state(t, Config{Memory: 512 << 10}, "function f() "+body+" end function ok() return 1 end")
		f, ok := function(t, s, "f"), function(t, s, "ok")
		for range 3 {
			_, r := s.Call(f, nil)
			if r != want && !(want == ScriptError && r == MemoryLimit) {
				t.Errorf("%s: %v (%s), want %v", body, r, s.Message(), want)
			}
			if v, r := s.Call(ok, nil); r != OK || v.Int != 1 {
				t.Errorf("%s: the next call: %v", body, r)
			}
		}
	}
}

func TestSandbox(t *testing.T) {
	s := state(t, Config{}, `
		function f()
			local found = ""
			for _, name in ipairs{"load", "loadstring", "loadfile", "dofile", "require", "print", "warn",
				"collectgarbage", "xpcall", "io", "os", "debug", "package", "coroutine"} do
				if _G[name] ~= nil then found = found .. name .. " " end
			end
			if string.dump ~= nil or ("").dump ~= nil then found = found .. "dump" end
			return found
		end`)
	out := make([]byte, 200)
	if v, r := s.Call(function(t, s, "f"), out); r != OK || v.Len != 0 {
		t.Errorf("%v: found %q", r, out[:v.Len])
	}
}

func TestLoadErrors(t *testing.T) {
	for script, want := range map[string]Result{
		"function f( end":   ScriptError,
		"while true do end": InstructionLimit,
		"error('x')":        ScriptError,
		"\x1bLua":           ScriptError, // byte code
		"local t = {} for i = 1, 1e9 do t[i] = i end": MemoryLimit,
		strings.Repeat("(", 10000):                    ScriptError,
	} {
		s := state(t, Config{}, "")
		err := s.Load([]byte(script), "test.lua")
		var e *Error
		if !errors.As(err, &e) || e.Result != want {
			t.Errorf("%.30q: %v, want %v", script, err, want)
		}
	}
	s := state(t, Config{}, "x = 1")
	for _, name := range []string{"f", "x", ""} {
		if _, err := s.Function(name); err == nil {
			t.Errorf("function %q found", name)
		}
	}
	if err := s.Load([]byte("\n x ="), "rule.lua"); err == nil || !strings.Contains(err.Error(), "rule.lua:2:") {
		t.Errorf("%v names neither script nor line", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []Config{{Memory: 1}, {Memory: -1}, {Memory: 1 << 40}, {Instructions: -1}, {Arguments: -1}} {
		if s, err := New(c); err == nil {
			s.Close()
			t.Errorf("%+v accepted", c)
		}
	}
	state(t, Config{Memory: MinMemory}, "function f() return 1 end")
}

func FuzzLoad(f *testing.F) {
	f.Add("function f(a, b) return (a or '') .. 1 end", []byte("abc"))
	f.Add("f = string.upper", []byte("abc"))
	f.Fuzz(func(t *testing.T, script string, arg []byte) {
		s, err := New(Config{Memory: 256 << 10, Instructions: 5000})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if s.Load([]byte(script), "fuzz") != nil {
			return
		}
		fn, err := s.Function("f")
		if err != nil {
			return
		}
		s.AddBytes(arg)
		s.Call(fn, make([]byte, 10))
	})
}
