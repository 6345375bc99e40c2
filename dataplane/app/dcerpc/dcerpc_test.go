package dcerpc

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const (
	port = 49152
	both = rpc.FlagFirst | rpc.FlagLast
)

func rig(t testing.TB, o *Options) *apptest.Rig {
	opts := map[input.AppProto]any{}
	if o != nil {
		opts[input.AppDCERPC] = o
	}
	return apptest.New(t, 4<<20, opts, TCP(), UDP())
}

func pdu(t rpc.Type, flags byte, call uint32, body string) string {
	return apptest.RPC(byte(t), flags, true, call, body)
}

var (
	bind  = pdu(rpc.Bind, both, 1, apptest.RPCBind(apptest.RPCContext(0, apptest.RPCWinreg)))
	ack   = pdu(rpc.BindAck, both, 1, apptest.RPCAck(0))
	bound = `{"call_id":1,"interfaces":[{"ack_result":0,"service":"winreg","uuid":"` + apptest.RPCWinregText +
		`","version":"1.0"}],"request":"BIND","response":"BINDACK","rpc_version":"5.0"}`
	opened = `{"call_id":2,"interfaces":[{"ack_result":0,"procedure":"BaseRegOpenKey","service":"winreg","uuid":"` + apptest.RPCWinregText +
		`","version":"1.0"}],"req":{"frag_cnt":1,"opnum":15,"stub_data_size":3},"request":"REQUEST",` +
		`"res":{"frag_cnt":2,"stub_data_size":19},"response":"RESPONSE","rpc_version":"5.0"}`
)

var talks = []struct {
	name, in, out string
	want          []string
}{
	{"a bind and a call", bind + pdu(rpc.Request, both, 2, apptest.RPCRequest(15, "abc")),
		ack + pdu(rpc.Response, rpc.FlagFirst, 2, apptest.RPCResponse("def")) + pdu(rpc.Response, rpc.FlagLast, 2, apptest.RPCResponse("g"))[:22],
		[]string{bound, strings.Replace(opened, `"res":{"frag_cnt":2,"stub_data_size":19},"response":"RESPONSE"`, `"response":"UNREPLIED"`, 1)}},
	{"fragments", bind + pdu(rpc.Request, both, 2, apptest.RPCRequest(15, "abc")),
		ack + pdu(rpc.Response, rpc.FlagFirst, 2, apptest.RPCResponse("def")) + pdu(rpc.Response, rpc.FlagLast, 2, apptest.RPCResponse("")),
		[]string{bound, opened}},
	{"an answer alone", "", pdu(rpc.AlterContextResp, both, 3, apptest.RPCAck(0)),
		[]string{`{"call_id":3,"request":"REQUEST_LOST","response":"ALTER_CONTEXT_RESP","rpc_version":"5.0"}`}},
	{"a fault", pdu(rpc.Request, both, 2, apptest.RPCRequest(1, "")), pdu(rpc.Fault, both, 2, "0123456789abcdef"),
		[]string{`{"call_id":2,"req":{"frag_cnt":1,"opnum":1,"stub_data_size":0},"request":"REQUEST","response":"FAULT","rpc_version":"5.0"}`}},
	{"no reply", pdu(rpc.Request, rpc.FlagFirst, 2, apptest.RPCRequest(1, "x")), "",
		[]string{`{"call_id":2,"request":"REQUEST_LOST","response":"UNREPLIED","rpc_version":"5.0"}`}},
	{"no calls", pdu(rpc.Auth3, both, 2, "xxxx") + pdu(rpc.COCancel, both, 2, ""), pdu(rpc.Shutdown, both, 2, ""), nil},
}

func records(r *apptest.Rig, f *app.Flow) (out []string) {
	for _, tx := range f.Txs {
		m, _ := r.Log(f, tx)
		b, _ := json.Marshal(m["dcerpc"])
		out = append(out, string(b))
	}
	return out
}

// Calls are the same at every cut.
func TestCalls(t *testing.T) {
	r := rig(t, nil)
	for _, c := range talks {
		for cut := range len(c.in) + len(c.out) + 1 {
			i := r.Flow(6, 40000, port)
			f := r.Layer.At(i)
			a, b := min(cut, len(c.in)), max(cut-len(c.in), 0)
			r.Layer.Data(f, input.ToServer, []byte(c.in[:a]), 0, false, 0)
			r.Layer.Data(f, input.ToServer, []byte(c.in[a:]), uint64(a), false, 0)
			r.Layer.Data(f, input.ToClient, []byte(c.out[:b]), 0, false, 0)
			r.Layer.Data(f, input.ToClient, []byte(c.out[b:]), uint64(b), true, 0)
			if got := records(r, f); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Fatalf("%s, cut %d:\n got %s\nwant %s", c.name, cut, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			r.Close(i, true)
		}
	}
}

// datagramOf is a connectionless PDU of activity 1 for winreg.
func datagramOf(typ rpc.Type, flags, op byte, seq byte, stub string) string {
	b := make([]byte, datagramHead)
	b[0], b[1], b[2], b[4] = 4, byte(typ), flags, 0x10
	copy(b[24:], apptest.RPCWinreg[:16])
	b[40], b[60], b[64], b[68], b[74] = 1, 1, seq, op, byte(len(stub))
	return string(b) + stub
}

func TestDatagrams(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(17, 40000, port)
	f := r.Layer.At(i)
	for _, m := range []struct {
		d input.Dir
		s string
	}{
		{input.ToServer, datagramOf(rpc.Request, flagFragment, 15, 7, "abc")},
		{input.ToServer, datagramOf(rpc.Request, flagFragment|flagLastFragment, 15, 7, "de")},
		{input.ToClient, datagramOf(rpc.Working, 0, 15, 7, "")},
		{input.ToClient, datagramOf(rpc.Response, 0, 0, 7, "xyz")},
		{input.ToServer, datagramOf(rpc.Request, 0, 1, 8, "")},
		{input.ToClient, datagramOf(rpc.Reject, 0, 0, 8, "1234")},
		{input.ToClient, datagramOf(rpc.Response, 0, 0, 9, "cut")[:82]},
		{input.ToClient, "\x05"},
	} {
		r.Layer.Datagram(f, m.d, []byte(m.s), 0)
	}
	want := `{"activityuuid":"00000001-0000-0000-0000-000000000000","req":{"frag_cnt":2,"opnum":15,"stub_data_size":5},"request":"REQUEST",` +
		`"res":{"frag_cnt":1,"stub_data_size":3},"response":"RESPONSE","rpc_version":"4.0","seqnum":7}` + "\n" +
		`{"activityuuid":"00000001-0000-0000-0000-000000000000","req":{"frag_cnt":1,"opnum":1,"stub_data_size":0},"request":"REQUEST",` +
		`"response":"REJECT","rpc_version":"4.0","seqnum":8}`
	if got := strings.Join(records(r, f), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	v := f.Txs[0].View(buf.DCERPCIface, input.ToClient, 0)
	if v.Avail != input.Done || len(v.Data) != buf.IfaceLen || v.Data[0] != 0x33 || v.Data[buf.IfaceVersion+1] != 1 || v.Data[buf.IfaceFirst] != 1 {
		t.Errorf("interface %x", v.Data)
	}
	r.Whole(v)
	r.Close(i, true)
}

// What rules see of a call, and when.
func TestViews(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	in := pdu(rpc.Request, rpc.FlagFirst, 2, apptest.RPCRequest(15, "abc"))
	r.Layer.Data(f, input.ToServer, []byte(bind), 0, false, 0)
	r.Layer.Data(f, input.ToServer, []byte(in), uint64(len(bind)), false, 0)
	call := f.Txs[1].(*Tx)
	if v := call.View(buf.DCERPCIface, input.ToServer, 0); v.Avail != input.None {
		t.Error("an interface that was not accepted is seen")
	}
	if v := call.View(buf.DCERPCStubData, input.ToServer, 0); v.Avail != input.More || string(v.Data) != "abc" {
		t.Errorf("stub data %+v", v)
	}
	r.Layer.Data(f, input.ToClient, []byte(ack), 0, false, 0)
	if v := call.View(buf.DCERPCIface, input.ToServer, 0); v.Avail != input.Done || v.Data[buf.IfaceFirst] != 1 {
		t.Error("an accepted interface is not seen")
	}
	if n, a := call.Num(buf.FieldDCERPCOpnum, input.ToClient, 0); n != 15 || a != input.Done || !call.LittleEndian() {
		t.Error("the operation is not seen")
	}
	if _, a := f.Txs[0].Num(buf.FieldDCERPCOpnum, input.ToServer, 0); a != input.None {
		t.Error("a bind has an operation")
	}
	r.Close(i, true)
}

// Behind a gap the next header is found; calls that lost octets are over.
func TestGap(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	first, rest := pdu(rpc.Request, rpc.FlagFirst, 2, apptest.RPCRequest(15, "abc")), "cut\x05\x00\x05\x00"+pdu(rpc.Request, both, 3, apptest.RPCRequest(1, "x"))
	r.Layer.Data(f, input.ToServer, []byte(first), 0, false, 0)
	r.Layer.Gap(f, input.ToServer, 100)
	at := uint64(len(first) + 100)
	for k := range len(rest) {
		r.Layer.Data(f, input.ToServer, []byte(rest[k:k+1]), at+uint64(k), false, 0)
	}
	got := records(r, f)
	if len(got) != 2 || !strings.Contains(got[0], "REQUEST_LOST") || !strings.Contains(got[1], `"opnum":1`) {
		t.Errorf("%q", got)
	}
	r.Close(i, true)
}

func TestMidstream(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, port, 40000)
	f := r.Layer.At(i)
	f.Midstream = true
	r.Layer.Data(f, input.ToServer, []byte(ack), 0, false, 0)
	if !f.Reversed || len(f.Txs) != 0 {
		t.Errorf("reversed %v, %d transactions", f.Reversed, len(f.Txs))
	}
	r.Close(i, true)
}

// A flow that has too many calls gives up the oldest; what is behind comes again.
func TestBounds(t *testing.T) {
	r := rig(t, &Options{Transactions: 4, Stub: 100})
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	in := strings.Repeat(pdu(rpc.Request, both, 9, apptest.RPCRequest(1, strings.Repeat("x", 200))), 10)
	at := uint64(0)
	for k := range 20 {
		s := in
		if k > 0 {
			s = pdu(rpc.Auth3, both, 1, "x")
		}
		r.Layer.Data(f, input.ToServer, []byte(s), at, false, 0)
		at += uint64(len(s))
		if len(f.Txs) > 4 || len(f.Txs[0].View(buf.DCERPCStubData, input.ToServer, 0).Data) != 100 {
			t.Fatalf("%d calls", len(f.Txs))
		}
		r.Drop(f)
	}
	if f.Count != 10 {
		t.Errorf("%d calls, want 10", f.Count)
	}
	r.Close(i, true)
}

func TestProbe(t *testing.T) {
	for _, c := range []struct {
		in   string
		want app.Verdict
	}{{bind, app.Yes}, {bind[:15], app.More}, {"\x05\x01\x00", app.No}, {"\x05", app.More}, {"GET /", app.No}, {"\x05\x00\x20", app.No}} {
		if got := probeStream(input.ToServer, []byte(c.in)); got != c.want {
			t.Errorf("%q: %d", c.in, got)
		}
	}
	for in, want := range map[string]app.Verdict{datagramOf(rpc.Request, 0, 1, 1, ""): app.Yes, datagramOf(rpc.Ping, 0, 1, 1, ""): app.No,
		datagramOf(rpc.Request, 0, 1, 1, "")[:79]: app.No} {
		if got := probeDatagram(input.ToServer, []byte(in)); got != want {
			t.Errorf("%q: %d", in, got)
		}
	}
}

func TestOptions(t *testing.T) {
	o := DefaultOptions()
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
	bad := Options{Stub: MaxStub + 1}
	if err := bad.Validate(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v, want two mistakes", err)
	}
}

func play(r *apptest.Rig, in, out []byte) {
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, in, 0, false, 0)
	r.Layer.Data(f, input.ToClient, out, 0, false, 0)
	r.Close(i, false)
	i = r.Flow(17, 40000, port)
	f = r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, call, 0)
	r.Layer.Datagram(f, input.ToClient, answer, 0)
	r.Close(i, false)
}

var call, answer = []byte(datagramOf(rpc.Request, 0, 15, 7, "abc")), []byte(datagramOf(rpc.Response, 0, 15, 7, "abc"))

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	in, out := []byte(talks[0].in), []byte(talks[0].out)
	play(r, in, out)
	if n := testing.AllocsPerRun(50, func() { play(r, in, out) }); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

// Records are written without the Go heap, too.
func TestRecordsAllocateNothing(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(talks[0].in), 0, false, 0)
	r.Layer.Data(f, input.ToClient, []byte(talks[0].out), 0, false, 0)
	if n := r.RecordAllocs(f); n != 0 {
		t.Errorf("%v allocations", n)
	}
	r.Close(i, true)
}

func FuzzCalls(f *testing.F) {
	for _, c := range talks {
		f.Add([]byte(c.in), []byte(c.out), 0)
		f.Add([]byte(c.in), []byte(c.out), 1)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		apptest.Exchange(t, rig(t, nil), port, a, b, hold)
	})
}

func FuzzDatagrams(f *testing.F) {
	f.Add(call, answer)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		r := rig(t, nil)
		i := r.Flow(17, 40000, port)
		fl := r.Layer.At(i)
		for _, m := range [][]byte{a, b, a} {
			r.Layer.Datagram(fl, input.ToServer, m, 0)
			r.Layer.Datagram(fl, input.ToClient, m, 0)
		}
		for _, tx := range fl.Txs {
			r.Log(fl, tx)
			r.Whole(tx.View(buf.DCERPCIface, input.ToServer, 0))
		}
		r.Close(i, true)
	})
}
