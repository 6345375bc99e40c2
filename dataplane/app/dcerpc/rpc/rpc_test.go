package rpc

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

const both = FlagFirst | FlagLast

func pdu(t Type, flags byte, little bool, call uint32, body string) string {
	return apptest.RPC(byte(t), flags, little, call, body)
}

func mem(tb testing.TB) *slab.Deferred {
	b, err := slab.NewBytes(4 << 20)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { b.Close() })
	return slab.NewDeferred(b)
}

// talk is a carrier: what goes each way in pieces, and the calls that come of it.
type talk struct {
	conn  Conn
	pipes [2]Pipe
	calls []*Call
}

func newTalk(m *slab.Deferred) *talk {
	return &talk{conn: Conn{Mem: m}, pipes: [2]Pipe{{Mem: m}, {Mem: m}}}
}

func (k *talk) feed(d input.Dir, b []byte) (bad bool) {
	q := &k.pipes[d-1]
	q.Feed(b)
	for {
		var p PDU
		switch q.Next(&p) {
		case Short:
			return false
		case Bad:
			return true
		}
		if !Matters(d, &p) {
			continue
		}
		var at *Call
		for _, c := range k.calls {
			if c.Takes(d, &p) {
				at = c
				break
			}
		}
		if at == nil {
			at = new(Call)
			at.Open(&p)
			k.calls = append(k.calls, at)
		}
		k.conn.Take(at, d, &p)
	}
}

func (k *talk) close() {
	for _, c := range k.calls {
		c.Close(k.conn.Mem)
	}
	k.conn.Close()
	k.pipes[0].Reset()
	k.pipes[1].Reset()
	k.conn.Mem.Flush()
}

func (k *talk) String() string {
	var out []string
	for _, c := range k.calls {
		s := fmt.Sprintf("%d", c.ID)
		for d := input.ToServer; d <= input.ToClient; d++ {
			if c.Seen(d) {
				s += fmt.Sprintf(" %s/%d", c.Type(d).Name(), c.Frags(d))
				if n := len(c.Stub(d)); n > 0 {
					s += fmt.Sprintf(" %q", c.Stub(d)[:min(n, 20)])
				}
				if !c.Done(d) {
					s += " open"
				}
			}
		}
		for i := 0; ; i++ {
			f, ok := k.conn.IfaceOf(c, i)
			if !ok {
				break
			}
			var text [UUIDLen]byte
			s += fmt.Sprintf(" op %d of %s v%d.%d %v", c.Opnum, f.UUID.Text(&text), f.Major, f.Minor, f.Accepted())
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

var talks = []struct{ name, in, out, want string }{
	{"a bind and a call",
		pdu(Bind, both, true, 1, apptest.RPCBind(apptest.RPCContext(0, apptest.RPCWinreg))) + pdu(Request, both, true, 2, apptest.RPCRequest(15, "abc")),
		pdu(BindAck, both, true, 1, apptest.RPCAck(0)) + pdu(Response, both, true, 2, apptest.RPCResponse("defg")),
		"1 BIND/1 BINDACK/1\n2 REQUEST/1 \"abc\" RESPONSE/1 \"defg\" op 15 of " + apptest.RPCWinregText + " v1.0 true"},
	{"big-endian",
		pdu(Bind, both, false, 1, "\x16\xd0\x16\xd0\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01\x00\x33\x8c\xd0\x01\x22\x44\x31\xf1\xaa\xaa\x90\x00\x38\x00\x10\x03\x00\x02\x00\x01"+"\x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\x00\x2b\x10\x48\x60\x02\x00\x00\x00") +
			pdu(Request, both, false, 1, "\x00\x00\x00\x04\x00\x00\x00\x07wxyz"),
		"", "1 BIND/1\n1 REQUEST/1 \"wxyz\" op 7 of " + apptest.RPCWinregText + " v1.2 false"},
	{"refused", pdu(Bind, both, true, 1, apptest.RPCBind(apptest.RPCContext(0, apptest.RPCWinreg), apptest.RPCContext(1, apptest.RPCWinreg))) + pdu(Request, both, true, 1, apptest.RPCRequest(1, "")),
		pdu(BindAck, both, true, 1, apptest.RPCAck(0, 2)), "1 BIND/1 BINDACK/1\n1 REQUEST/1 op 1 of " + apptest.RPCWinregText + " v1.0 true"},
	{"fragments",
		pdu(Request, FlagFirst, true, 2, apptest.RPCRequest(9, "abc")) + pdu(Request, 0, true, 2, apptest.RPCRequest(0, "def")) + pdu(Request, FlagLast, true, 2, apptest.RPCRequest(0, "ghi")),
		pdu(Response, FlagFirst, true, 2, apptest.RPCResponse("1")) + pdu(Response, FlagLast, true, 2, apptest.RPCResponse("2")),
		"2 REQUEST/3 \"abcdefghi\" RESPONSE/2 \"12\""},
	{"a fault", pdu(Request, both, true, 2, apptest.RPCRequest(9, "abc")), pdu(Fault, both, true, 2, "xxxxxxxxxxxxxxxx"), "2 REQUEST/1 \"abc\" FAULT/1"},
	{"two calls with one number", pdu(Request, both, true, 2, apptest.RPCRequest(9, "a")) + pdu(Request, both, true, 2, apptest.RPCRequest(8, "b")),
		pdu(Response, both, true, 2, apptest.RPCResponse("c")), "2 REQUEST/1 \"a\" RESPONSE/1 \"c\"\n2 REQUEST/1 \"b\""},
	{"an answer alone", "", pdu(AlterContextResp, both, true, 3, apptest.RPCAck(0)), "3 ALTER_CONTEXT_RESP/1"},
	{"authentication has no call", pdu(Auth3, both, true, 3, "xxxx"), "", ""},
	{"unfinished", pdu(Request, FlagFirst, true, 2, apptest.RPCRequest(9, "abc")), "", "2 REQUEST/1 \"abc\" open"},
	{"too short a request", pdu(Request, both, true, 2, "xxx"), "", "2 REQUEST/1"},
}

// Calls are the same at every cut.
func TestTalks(t *testing.T) {
	m := mem(t)
	for _, c := range talks {
		for cut := range len(c.in) + len(c.out) + 1 {
			k := newTalk(m)
			a, b := min(cut, len(c.in)), max(cut-len(c.in), 0)
			k.feed(input.ToServer, []byte(c.in[:a]))
			k.feed(input.ToServer, []byte(c.in[a:]))
			k.feed(input.ToClient, []byte(c.out[:b]))
			k.feed(input.ToClient, []byte(c.out[b:]))
			if got := k.String(); got != c.want {
				t.Fatalf("%s, cut %d:\n got %s\nwant %s", c.name, cut, got, c.want)
			}
			k.close()
			if m.Used() != 0 {
				t.Fatalf("%s, cut %d: %d octets are not given back", c.name, cut, m.Used())
			}
		}
	}
}

func TestBounds(t *testing.T) {
	m := mem(t)
	k := newTalk(m)
	k.conn.MaxStub = 1000
	for i := range 100 {
		k.feed(input.ToServer, []byte(pdu(Bind, both, true, uint32(i), apptest.RPCBind(apptest.RPCContext(byte(i), apptest.RPCWinreg)))))
	}
	if k.conn.Ifaces() != maxIfaces || k.conn.Lost != 100-maxIfaces {
		t.Errorf("%d interfaces, %d lost", k.conn.Ifaces(), k.conn.Lost)
	}
	for range 10 {
		k.feed(input.ToServer, []byte(pdu(Request, 0, true, 1000, apptest.RPCRequest(1, strings.Repeat("x", 300)))))
	}
	c := k.calls[len(k.calls)-1]
	if len(c.Stub(input.ToServer)) != 1000 || c.Frags(input.ToServer) != 10 || !c.side[0].cut {
		t.Errorf("%d octets of %d fragments, want 1000 of 10", len(c.Stub(input.ToServer)), c.Frags(input.ToServer))
	}
	k.close()
}

func TestPipeRefusesWhatIsNoPDU(t *testing.T) {
	k := newTalk(mem(t))
	defer k.close()
	for _, s := range []string{"GET / HTTP/1.1", "\x05\x02", "\x05\x00\x00\x03\x10\x00\x00\x00\x0f\x00\x00\x00\x01\x00\x00\x00"} {
		if !k.feed(input.ToServer, []byte(s)) {
			t.Errorf("%q is taken for a PDU", s)
		}
		k.pipes[0].Reset()
	}
}

func TestLooks(t *testing.T) {
	whole := pdu(Bind, both, true, 1, "")
	for n := range len(whole) + 1 {
		if yes, more := Looks([]byte(whole[:n])); yes != (n == len(whole)) || more == yes {
			t.Errorf("%d octets: %v, more %v", n, yes, more)
		}
	}
	for _, s := range []string{"\x04", "\x05\x02", "\x05\x00\x15", "\x05\x00\x00\x03\x22", "\x05\x00\x00\x03\x10\x04"} {
		if yes, more := Looks([]byte(s)); yes || more {
			t.Errorf("%q may be a PDU", s)
		}
	}
}

// Nothing is allocated for a connection's life.
func TestNoAllocations(t *testing.T) {
	m := mem(t)
	in, out := []byte(talks[0].in+talks[3].in), []byte(talks[0].out+talks[3].out)
	conn := Conn{Mem: m}
	pipes := [2]Pipe{{Mem: m}, {Mem: m}}
	calls := make([]Call, 8)
	n := 0
	run := func(d input.Dir, b []byte) {
		q := &pipes[d-1]
		q.Feed(b[:len(b)/2])
		for half := range 2 {
			var p PDU
			for q.Next(&p) == Whole {
				at := -1
				for i := range calls[:n] {
					if calls[i].Takes(d, &p) {
						at = i
						break
					}
				}
				if at < 0 {
					at = n
					n++
					calls[at].Open(&p)
				}
				conn.Take(&calls[at], d, &p)
			}
			if half == 0 {
				q.Feed(b[len(b)/2:])
			}
		}
	}
	got := testing.AllocsPerRun(100, func() {
		n = 0
		run(input.ToServer, in)
		run(input.ToClient, out)
		for i := range calls[:n] {
			calls[i].Close(m)
		}
		conn.Close()
		pipes[0].Reset()
		pipes[1].Reset()
		m.Flush()
	})
	if got != 0 || n != 3 {
		t.Errorf("%v allocations, %d calls", got, n)
	}
}

// FuzzPipe holds pieces against the whole: the same calls, no octet kept.
func FuzzPipe(f *testing.F) {
	for _, c := range talks {
		f.Add([]byte(c.in), []byte(c.out), byte(7))
	}
	m := mem(f)
	f.Fuzz(func(t *testing.T, in, out []byte, size byte) {
		if len(in)+len(out) > 1<<15 {
			return
		}
		a, b := newTalk(m), newTalk(m)
		a.feed(input.ToServer, in)
		a.feed(input.ToClient, out)
		for d, s := range [][]byte{in, out} {
			for len(s) > 0 {
				n := min(int(size)+1, len(s))
				piece := bytes.Clone(s[:n])
				b.feed(input.Dir(d+1), piece[:n:n])
				clear(piece)
				s = s[n:]
			}
		}
		if a.String() != b.String() {
			t.Errorf("whole:\n%s\nin pieces of %d:\n%s", a, int(size)+1, b)
		}
		a.close()
		b.close()
		if m.Used() != 0 {
			t.Fatalf("%d octets are not given back", m.Used())
		}
	})
}

func TestServices(t *testing.T) {
	for _, c := range []struct {
		uuid string
		op   int
		want string
	}{
		{"367abb81-9844-35f1-ad32-98f038001003", 45, "svcctl CreateServiceWOW64W"},
		{"367abb81-9844-35f1-ad32-98f038001003", 55, "svcctl "},
		{"338cd001-2244-31f1-aaaa-900038001003", 35, "winreg BaseRegDeleteKeyEx"},
		{"12345678-1234-abcd-ef00-01234567cffb", 49, "netlogon NetrChainSetClientAttributes"},
		{"12345778-1234-abcd-ef00-0123456789ac", 67, "samr SamrValidatePassword"},
		{"12345778-1234-abcd-ef00-0123456789ab", 77, "lsarpc LsarLookupNames4"},
		{"4b324fc8-1670-01d3-1278-5a47bf6ee188", 53, "srvsvc NetrServerTransportDelEx"},
		{"6bffd098-a112-3610-9833-46c3f87e345a", 30, "wkssvc NetrEnumerateComputerNames"},
		{"86d35949-83c9-4044-b424-db363231fd0c", 19, "ITaskSchedulerService SchRpcEnableTask"},
		{"12345678-1234-abcd-ef00-0123456789ab", 89, "spoolss RpcAddPrinterDriverEx"},
		{"e3514235-4b06-11d1-ab04-00c04fc2dcd2", 3, "drsuapi DRSGetNCChanges"},
		{"00000143-0000-0000-c000-000000000046", 5, "IRemUnknown2 RemRelease"},
		{"9556dc99-828c-11cf-a37e-00aa003240c7", 24, "IWbemServices ExecMethod"},
		{"9556dc99-828c-11cf-a37e-00aa003240c7", 99, "IWbemServices "},
	} {
		u := parseUUID(c.uuid)
		s := serviceOf(&u)
		if s == nil || s.name+" "+s.procedure(c.op) != c.want {
			t.Errorf("%s %d: want %s", c.uuid, c.op, c.want)
		}
	}
	if u := (UUID{1}); serviceOf(&u) != nil {
		t.Error("an unknown identifier has a service")
	}
	for i := 1; i < len(services); i++ {
		if services[i].uuid == services[i-1].uuid {
			t.Errorf("%s and %s have one identifier", services[i].name, services[i-1].name)
		}
	}
}
