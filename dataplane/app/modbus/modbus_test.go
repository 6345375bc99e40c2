package modbus

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

func be16(v int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(v))) }

// msg is message n of unit 9: a function and what is behind it.
func msg(n int, function byte, body string) string {
	return be16(n) + "\x00\x00" + be16(2+len(body)) + "\x09" + string([]byte{function}) + body
}

func rig(t testing.TB, o *Options) *apptest.Rig {
	return apptest.New(t, 1<<20, map[input.AppProto]any{input.AppModbus: o}, Protocol())
}

// say is what a transaction says: its events, and its record without what all have.
func say(r *apptest.Rig, f *app.Flow, t *Tx) string {
	var out []string
	for id := range numEvents {
		if t.Event(id) {
			out = append(out, eventNames[id])
		}
	}
	if m, ok := r.Log(f, t); ok {
		o := m["modbus"].(map[string]any)
		delete(o, "id")
		for _, k := range []string{"request", "response"} {
			if s, ok := o[k].(map[string]any); ok {
				for _, k := range []string{"transaction_id", "protocol_id", "unit_id", "function_raw"} {
					delete(s, k)
				}
				for k, usual := range map[string]string{"category": "PUBLIC_ASSIGNED", "error_flags": "NONE"} {
					if s[k] == usual {
						delete(s, k)
					}
				}
			}
		}
		b, _ := json.Marshal(o)
		out = append(out, string(b))
	}
	return strings.Join(out, " ")
}

var talks = []struct {
	name, in, out string
	want          []string
}{
	{"read coils", msg(1, 1, be16(4)+be16(9)), msg(1, 1, "\x02ab"), []string{
		`{"request":{"access_type":"READ | COILS","function_code":"RdCoils","read":{"address":4,"quantity":9}},` +
			`"response":{"access_type":"READ | COILS","function_code":"RdCoils","read":{"data":"ab"}}}`}},
	{"read registers", msg(1, 3, be16(4)+be16(2)), msg(1, 3, "\x04abcd"), []string{
		`{"request":{"access_type":"READ | HOLDING","function_code":"RdHoldRegs","read":{"address":4,"quantity":2}},` +
			`"response":{"access_type":"READ | HOLDING","function_code":"RdHoldRegs","read":{"data":"abcd"}}}`}},
	{"other answers first", msg(1, 4, be16(4)+be16(1)) + msg(2, 2, be16(0)+be16(1)), msg(2, 2, "\x01a") + msg(1, 4, "\x02ab"), []string{
		`{"request":{"access_type":"READ | INPUT","function_code":"RdInputRegs","read":{"address":4,"quantity":1}},` +
			`"response":{"access_type":"READ | INPUT","function_code":"RdInputRegs","read":{"data":"ab"}}}`,
		`{"request":{"access_type":"READ | DISCRETES","function_code":"RdDiscreteInputs","read":{"address":0,"quantity":1}},` +
			`"response":{"access_type":"READ | DISCRETES","function_code":"RdDiscreteInputs","read":{"data":"a"}}}`}},
	{"write a coil", msg(1, 5, be16(4)+be16(0xff00)), msg(1, 5, be16(4)+be16(0xff00)), []string{
		`{"request":{"access_type":"WRITE | COILS | SINGLE","function_code":"WrSingleCoil","write":{"address":4,"data":65280}},` +
			`"response":{"access_type":"WRITE | COILS | SINGLE","function_code":"WrSingleCoil","write":{"address":4,"data":65280}}}`}},
	{"write registers", msg(1, 16, be16(4)+be16(2)+"\x04abcd"), msg(1, 16, be16(4)+be16(2)), []string{
		`{"request":{"access_type":"WRITE | HOLDING | MULTIPLE","function_code":"WrMultRegs","write":{"address":4,"data":"abcd","quantity":2}},` +
			`"response":{"access_type":"WRITE | HOLDING | MULTIPLE","function_code":"WrMultRegs","write":{"address":4,"data":2}}}`}},
	{"mask", msg(1, 22, be16(4)+be16(2)+be16(3)), msg(1, 22, be16(4)+be16(2)+be16(3)), []string{
		`{"request":{"access_type":"WRITE | HOLDING","function_code":"MaskWrReg","write":{"address":4,"and_mask":2,"or_mask":3}},` +
			`"response":{"access_type":"WRITE | HOLDING","function_code":"MaskWrReg","write":{"address":4,"and_mask":2,"or_mask":3}}}`}},
	{"read and write", msg(1, 23, be16(4)+be16(1)+be16(8)+be16(1)+"\x02ab"), msg(1, 23, "\x02cd"), []string{
		`{"request":{"access_type":"READ | WRITE | HOLDING | MULTIPLE","function_code":"RdWrMultRegs","read":{"address":4,"quantity":1},` +
			`"write":{"address":8,"data":"ab","quantity":1}},"response":{"access_type":"READ | WRITE | HOLDING | MULTIPLE","function_code":"RdWrMultRegs","read":{"data":"cd"}}}`}},
	{"diagnostic", msg(1, 8, be16(10)+be16(0)), msg(1, 8, be16(10)+be16(0)), []string{
		`{"request":{"access_type":"NONE","diagnostic":{"code":"ClearCtrDiagReg","data":"\u0000\u0000","raw":10},"function_code":"Diagnostic"},` +
			`"response":{"access_type":"NONE","diagnostic":{"code":"ClearCtrDiagReg","data":"\u0000\u0000","raw":10},"function_code":"Diagnostic"}}`}},
	{"device identification", msg(1, 43, "\x0e\x01\x00"), msg(1, 43, "\x0e\x01\x01\x00\x00\x00"), []string{
		`{"request":{"access_type":"NONE","function_code":"MEI","mei":{"code":"RdDevId","data":"\u0001\u0000","raw":14}},` +
			`"response":{"access_type":"NONE","function_code":"MEI","mei":{"code":"RdDevId","data":"\u0001\u0001\u0000\u0000\u0000","raw":14}}}`}},
	{"exception", msg(1, 6, be16(4)+be16(2)), msg(1, 0x86, "\x02"), []string{
		`{"request":{"access_type":"WRITE | HOLDING | SINGLE","function_code":"WrSingleReg","write":{"address":4,"data":2}},` +
			`"response":{"access_type":"WRITE | HOLDING | SINGLE","exception":{"code":"IllegalDataAddr","raw":2},"function_code":"WrSingleReg"}}`}},
	{"exception it cannot be", msg(1, 8, be16(0)+be16(0)), msg(1, 0x88, "\x03"), []string{
		`invalid_exception_code {"request":{"access_type":"NONE","diagnostic":{"code":"RetQueryData","data":"\u0000\u0000","raw":0},"function_code":"Diagnostic"},` +
			`"response":{"access_type":"NONE","category":"NONE","error_flags":"EXC_CODE","exception":{"code":"IllegalDataValue","raw":3},"function_code":"Diagnostic"}}`}},
	{"another address", msg(1, 6, be16(4)+be16(2)), msg(1, 6, be16(5)+be16(2)), []string{
		`value_mismatch {"request":{"access_type":"WRITE | HOLDING | SINGLE","function_code":"WrSingleReg","write":{"address":4,"data":2}},` +
			`"response":{"access_type":"WRITE | HOLDING | SINGLE","error_flags":"DATA_VALUE","function_code":"WrSingleReg","write":{"address":5,"data":2}}}`}},
	{"more than asked", msg(1, 1, be16(4)+be16(8)), msg(1, 1, "\x02ab"), []string{
		`value_mismatch {"request":{"access_type":"READ | COILS","function_code":"RdCoils","read":{"address":4,"quantity":8}},` +
			`"response":{"access_type":"READ | COILS","error_flags":"DATA_VALUE","function_code":"RdCoils","read":{"data":"ab"}}}`}},
	{"nobody asked", "", msg(7, 7, "a"), []string{`unsolicited_response {"response":{"access_type":"NONE","data":"a","function_code":"RdExcStatus"}}`}},
	{"functions without a meaning", msg(1, 0, "a") + msg(2, 99, "a") + msg(3, 0x81, "a") + msg(4, 100, "") + msg(5, 10, "") + msg(6, 8, be16(5)+"ab"), "", []string{
		`invalid_function_code {"request":{"access_type":"NONE","category":"NONE","data":"a","error_flags":"FUNC_CODE","function_code":"Unknown"}}`,
		`{"request":{"access_type":"NONE","category":"PUBLIC_UNASSIGNED","data":"a","function_code":"Unknown"}}`,
		`invalid_function_code {"request":{"access_type":"READ | COILS","data":"a","error_flags":"FUNC_CODE","function_code":"RdCoils"}}`,
		`{"request":{"access_type":"NONE","category":"USER_DEFINED","data":"","function_code":"Unknown"}}`,
		`{"request":{"access_type":"NONE","category":"RESERVED","data":"","function_code":"Poll484"}}`,
		`{"request":{"access_type":"NONE","category":"RESERVED","diagnostic":{"code":"Reserved","data":"ab","raw":5},"function_code":"Diagnostic"}}`}},
	{"wrong values", msg(1, 1, be16(4)+be16(2001)) + msg(2, 3, be16(4)+be16(126)) + msg(3, 5, be16(4)+be16(1)) + msg(4, 16, be16(4)+be16(2)+"\x03abc"), "", []string{
		`invalid_value {"request":{"access_type":"READ | COILS","error_flags":"DATA_VALUE","function_code":"RdCoils","read":{"address":4,"quantity":2001}}}`,
		`invalid_value {"request":{"access_type":"READ | HOLDING","error_flags":"DATA_VALUE","function_code":"RdHoldRegs","read":{"address":4,"quantity":126}}}`,
		`invalid_value {"request":{"access_type":"WRITE | COILS | SINGLE","error_flags":"DATA_VALUE","function_code":"WrSingleCoil","write":{"address":4,"data":1}}}`,
		`invalid_value {"request":{"access_type":"WRITE | HOLDING | MULTIPLE","error_flags":"DATA_VALUE","function_code":"WrMultRegs","write":{"address":4,"data":"abc","quantity":2}}}`}},
	{"wrong lengths", msg(1, 1, be16(4)) + msg(2, 1, be16(4)+be16(2)+"x") + be16(3) + "\x00\x00\x00\x01x" + be16(4) + "\x00\x01\x00\xff" + strings.Repeat("x", 255) + msg(5, 7, ""), "", []string{
		`invalid_length {"request":{"access_type":"READ | COILS","data":"\u0000\u0004","error_flags":"DATA_LENGTH","function_code":"RdCoils"}}`,
		`invalid_length {"request":{"access_type":"READ | COILS","error_flags":"DATA_LENGTH","function_code":"RdCoils","read":{"address":4,"quantity":2}}}`,
		`invalid_length {"request":{"access_type":"NONE","category":"NONE","error_flags":"DATA_LENGTH","function_code":"Unknown"}}`,
		`invalid_length invalid_protocol_id {"request":{"access_type":"NONE","category":"NONE","error_flags":"DATA_LENGTH | PROTO_ID","function_code":"Unknown"}}`,
		`{"request":{"access_type":"NONE","data":"","function_code":"RdExcStatus"}}`}},
}

// known is what a parser knows a flow by.
var known = msg(77, 7, "")

// Messages are the same at every cut.
func TestMessages(t *testing.T) {
	r := rig(t, nil)
	for _, c := range talks {
		in := known + c.in
		for cut := range max(len(in), len(c.out)) + 1 {
			i := r.Flow(6, 40000, port)
			f := r.Layer.At(i)
			for d, b := range []string{in, c.out} {
				at := min(cut, len(b))
				r.Layer.Data(f, input.Dir(d+1), []byte(b[:at]), 0, false, 0)
				r.Layer.Data(f, input.Dir(d+1), []byte(b[at:]), uint64(at), true, 0)
			}
			var got []string
			for _, tx := range f.Txs[1:] {
				got = append(got, say(r, f, tx.(*Tx)))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Fatalf("%s, cut %d:\n got %s\nwant %s", c.name, cut, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			r.Close(i, true)
		}
	}
}

// What rules ask of requests.
func TestRules(t *testing.T) {
	r := rig(t, nil)
	for _, c := range []struct {
		name, in string
		want     string // addresses, values of those from 4 to 8
	}{
		{"one coil", msg(1, 5, be16(4)+be16(0xff00)), "5-5 - 1 - - -"},
		{"one register", msg(1, 6, be16(4)+be16(7)), "5-5 - 7 - - -"},
		{"registers", msg(1, 16, be16(4)+be16(2)+"\x04\x01\x02\x03\x04"), "5-6 - 258 772 - -"},
		{"coils", msg(1, 15, be16(4)+be16(3)+"\x01\x05"), "5-7 - 1 0 1 -"},
		{"fewer than it says", msg(1, 16, be16(4)+be16(2)+"\x02\x01\x02"), "5-6 - 258 - - -"},
		{"read and write", msg(1, 23, be16(9)+be16(1)+be16(4)+be16(1)+"\x02\x00\x07"), "5-5 - 7 - - -"},
		{"read", msg(1, 3, be16(4)+be16(3)), "5-7 - - - - -"},
		{"mask", msg(1, 22, be16(4)+be16(3)+be16(3)), "5-5 - - - - -"},
		{"nothing", msg(1, 3, be16(4)+be16(0)), "none - - - - -"},
		{"past the end", msg(1, 3, be16(0xffff)+be16(2)), "none - - - - -"},
		{"diagnostic", msg(1, 8, be16(4)+be16(0)), "none - - - - -"},
	} {
		i := r.Flow(6, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(known+c.in), 0, false, 0)
		tx := f.Txs[1].(*Tx)
		got := "none"
		if first, a := tx.Num(buf.FieldModbusAddress, input.ToServer, 0); a == input.Done {
			last, _ := tx.Num(buf.FieldModbusAddress, input.ToServer, 1)
			got = fmt.Sprintf("%d-%d", first, last)
		}
		for a := uint16(4); a <= 8; a++ {
			if v, ok := tx.WrittenAt(a); ok {
				got += fmt.Sprintf(" %d", v)
			} else {
				got += " -"
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if u, a := tx.Num(buf.FieldModbusUnit, input.ToServer, 0); u != 9 || a != input.Done {
			t.Errorf("%s: unit %d", c.name, u)
		}
		if _, a := tx.Num(buf.FieldModbusUnit, input.ToClient, 0); a != input.None {
			t.Errorf("%s: a response's unit", c.name)
		}
		r.Close(i, true)
	}
}

// A flood is told of once, and ends when responses come.
func TestFlood(t *testing.T) {
	r := rig(t, &Options{Flood: 3, Transactions: 100})
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	in, out := "", ""
	for n := range 6 {
		in += msg(n, 7, "")
		out += msg(n, 7, "a")
	}
	at := uint64(len(in))
	r.Layer.Data(f, input.ToServer, []byte(in), 0, false, 0)
	if len(f.Txs) != 4 || !f.Txs[3].Event(evFlooded) || f.Txs[2].Event(evFlooded) {
		t.Errorf("%d transactions", len(f.Txs))
	}
	r.Layer.Data(f, input.ToClient, []byte(out), 0, false, 0)
	r.Layer.Data(f, input.ToServer, []byte(msg(9, 7, "")), at, false, 0)
	last := f.Txs[len(f.Txs)-1]
	if last.Event(evFlooded) || last.(*Tx).side[0].transaction != 9 {
		t.Error("still flooded")
	}
	r.Close(i, true)
}

// Behind a gap the next message is found where a segment begins with one.
func TestGap(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(known+known[:4]), 0, false, 0)
	at := uint64(len(known) + 4)
	r.Layer.Gap(f, input.ToServer, 100)
	r.Layer.Data(f, input.ToServer, []byte("the middle"), at+100, false, 0)
	r.Layer.Data(f, input.ToServer, []byte(known), at+110, false, 0)
	if len(f.Txs) != 2 {
		t.Errorf("%d transactions, want 2", len(f.Txs))
	}
	r.Close(i, true)
}

func TestFrames(t *testing.T) {
	r := rig(t, nil)
	r.Layer.Env().Frames = app.FrameOn
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(msg(1, 3, be16(4)+be16(2))), 0, false, 0)
	var got []string
	for _, fr := range f.Frames() {
		got = append(got, fmt.Sprintf("%s %d %d", input.FrameName(input.AppModbus, fr.Type), fr.Start, fr.Size))
	}
	if strings.Join(got, "|") != "pdu 0 12|hdr 0 7|data 7 5" {
		t.Errorf("%q", got)
	}
	r.Close(i, true)
}

func TestProbe(t *testing.T) {
	for name, c := range map[string]struct {
		b    string
		want app.Verdict
	}{
		"a function":         {known, app.Yes},
		"more than one":      {known + "x", app.Yes},
		"cut":                {known[:7], app.More},
		"cut header":         {known[:5], app.More},
		"another protocol":   {"\x00\x01\x00\x01" + known[4:], app.No},
		"too short":          {"\x00\x01\x00\x00\x00\x01x", app.No},
		"too long":           {"\x00\x01\x00\x00\x00\xff" + strings.Repeat("x", 255), app.No},
		"exception":          {msg(1, 0x81, "\x02"), app.Yes},
		"exception too long": {msg(1, 0x81, "\x02x"), app.No},
		"unknown exception":  {msg(1, 0x81, "\x09"), app.No},
		"short diagnostic":   {msg(1, 8, "\x00"), app.No},
	} {
		if got := probe(input.ToServer, []byte(c.b)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOptions(t *testing.T) {
	o := DefaultOptions()
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
	bad := Options{Flood: MaxFlood + 1}
	if err := bad.Validate(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v, want two mistakes", err)
	}
}

// Without memory or transactions nothing is made of what comes, and all comes back.
func TestExhausted(t *testing.T) {
	r := rig(t, &Options{Flood: 8, Transactions: 1})
	in := []byte(known + known)
	i := r.Flow(6, 40000, port)
	r.Layer.Data(r.Layer.At(i), input.ToServer, in, 0, true, 0)
	if n := len(r.Layer.At(i).Txs); n != 1 {
		t.Errorf("%d transactions, want 1", n)
	}
	r.Close(i, true)
	mem := r.Layer.Env().Mem
	var held [][]byte
	for _, n := range [...]int{64 << 10, 1 << 10, 64, 1} {
		for s := mem.Get(n); s != nil; s = mem.Get(n) {
			held = append(held, s)
		}
	}
	i = r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(msg(1, 99, "data")), 0, true, 0)
	for _, tx := range f.Txs {
		if _, ok := r.Log(f, tx); ok {
			t.Error("a record without memory for its message")
		}
	}
	r.Layer.Close(i, func(app.Tx) {})
	r.Layer.Flush()
	for _, s := range held {
		mem.Put(s)
	}
	if mem.Used() != 0 {
		t.Errorf("%d octets not given back", mem.Used())
	}
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	in, out := []byte(known+msg(1, 16, be16(4)+be16(2)+"\x04abcd")), []byte(msg(1, 16, be16(4)+be16(2))+msg(5, 7, "a"))
	play := func() {
		i := r.Flow(6, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, in[:12], 0, false, 0)
		r.Layer.Data(f, input.ToServer, in[12:], 12, false, 0)
		r.Layer.Data(f, input.ToClient, out, 0, false, 0)
		r.Close(i, false)
	}
	play()
	if n := testing.AllocsPerRun(50, play); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzMessages(f *testing.F) {
	for _, c := range talks {
		f.Add([]byte(known+c.in), []byte(c.out), 0)
		f.Add([]byte(c.out), []byte(c.in), 1)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		r := rig(t, nil)
		defer r.Layer.Env().Mem.Close()
		r.Layer.Env().Frames = app.FrameOn
		apptest.Exchange(t, r, port, a, b, hold)
	})
}
