package match_test

import (
	"fmt"
	"testing"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// callTx is a call of DCE/RPC: its interfaces, stub data and order of octets.
type callTx struct {
	numbersTx
	ifaces []string
	stub   string
	little bool
}

func (t *callTx) LittleEndian() bool { return t.little }

func (t *callTx) View(id buf.ID, _ input.Dir, i int) input.View {
	switch {
	case id == buf.DCERPCIface && i < len(t.ifaces):
		return input.Whole([]byte(t.ifaces[i]), true, true)
	case id == buf.DCERPCStubData && i == 0:
		return input.Whole([]byte(t.stub), true, true)
	}
	return input.View{Avail: input.None}
}

func TestDCERPCConditions(t *testing.T) {
	const (
		uuid  = "12345778-1234-abcd-ef00-0123456789ac"
		wire  = "\x12\x34\x57\x78\x12\x34\xab\xcd\xef\x00\x01\x23\x45\x67\x89\xac"
		other = "\x22\x34\x57\x78\x12\x34\xab\xcd\xef\x00\x01\x23\x45\x67\x89\xac\x00\x05\x01"
	)
	for _, c := range []struct {
		cond string
		tx   callTx
		want bool
	}{
		{"dcerpc.iface:" + uuid, callTx{ifaces: []string{wire + "\x00\x03\x01"}}, true},
		{"dce_iface:12345778-1234-ABCD-EF00-0123456789AC", callTx{ifaces: []string{other, wire + "\x00\x03\x01"}}, true},
		{"dcerpc.iface:" + uuid, callTx{ifaces: []string{other}}, false},
		{"dcerpc.iface:" + uuid, callTx{ifaces: []string{wire + "\x00\x03\x00"}}, false},
		{"dcerpc.iface:" + uuid + ",any_frag", callTx{ifaces: []string{wire + "\x00\x03\x00"}}, true},
		{"dcerpc.iface:" + uuid + ",=3", callTx{ifaces: []string{wire + "\x00\x03\x01"}}, true},
		{"dcerpc.iface:" + uuid + ",3", callTx{ifaces: []string{wire + "\x00\x04\x01"}}, false},
		{"dcerpc.iface:" + uuid + ",>2", callTx{ifaces: []string{wire + "\x00\x03\x01"}}, true},
		{"dcerpc.iface:" + uuid + ",<3", callTx{ifaces: []string{wire + "\x00\x03\x01"}}, false},
		{"dcerpc.iface:" + uuid + ",!3", callTx{ifaces: []string{wire + "\x00\x03\x01"}}, false},
		{"dcerpc.iface:" + uuid + ",!4,any_frag", callTx{ifaces: []string{wire + "\x00\x03\x00"}}, true},
		// Version and identifier are of one interface.
		{"dcerpc.iface:" + uuid + ",5", callTx{ifaces: []string{wire + "\x00\x03\x01", other}}, false},
		{"dcerpc.opnum:15", opnum(15), true},
		{"dce_opnum:1,3-15,20", opnum(15), true},
		{"dcerpc.opnum:1,3-15,20", opnum(16), false},
		{"dcerpc.opnum:!15", opnum(15), false},
		{"dcerpc.opnum:>14", opnum(15), true},
		{`dcerpc.stub_data; content:"ab"; byte_test:2,=,258,0,relative,dce`, callTx{stub: "ab\x02\x01", little: true}, true},
		{`dcerpc.stub_data; content:"ab"; byte_test:2,=,258,0,relative,dce`, callTx{stub: "ab\x01\x02"}, true},
		{`dcerpc.stub_data; content:"ab"; byte_test:2,=,258,0,relative,dce`, callTx{stub: "ab\x01\x02", little: true}, false},
		{`byte_test:2,=,258,0,dce`, callTx{stub: "\x02\x01", little: true}, true},
		{`dce_stub_data; byte_jump:2,0,dce; content:"xy"; distance:0; within:2`, callTx{stub: "\x01\x00.xy", little: true}, true},
		{`dce_stub_data; byte_extract:2,0,n,dce; content:"xy"; offset:n`, callTx{stub: "\x03\x00xy.xy", little: true}, true},
		{`dce_stub_data; byte_extract:2,0,n,dce; content:"xy"; offset:n`, callTx{stub: "\x03\x00xy..y", little: true}, false},
	} {
		t.Run(c.cond, func(t *testing.T) {
			r := newRig(t, fmt.Sprintf("alert dcerpc any any -> any any (%s; sid:1;)\n", c.cond), compile.Options{})
			p := tcpPacket(r)
			if got := r.judge(p, &c.tx, input.AppDCERPC)[1]; got != c.want {
				t.Errorf("%+v: %v", c.tx, got)
			}
		})
	}
	for _, bad := range []string{"dcerpc.iface:1234", "dcerpc.iface:" + uuid + ",x", "dcerpc.iface:" + uuid + ",1,2", "dcerpc.iface:" + uuid + ",>65535",
		"dcerpc.opnum:1,x", "dcerpc.opnum:5-3", "dcerpc.opnum:65536"} {
		if parseOne("alert dcerpc any any -> any any ("+bad+"; sid:1;)") == nil {
			t.Errorf("%s is no mistake", bad)
		}
	}
}

func opnum(n uint64) callTx {
	return callTx{numbersTx: numbersTx{nums: map[buf.FieldID][]uint64{buf.FieldDCERPCOpnum: {n}}}}
}
