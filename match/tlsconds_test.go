package match_test

import (
	"fmt"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// numbersTx is a transaction that has numbers, an event and a frame's octets.
type numbersTx struct {
	nums   map[buf.FieldID][]uint64
	events uint16
	frame  []byte
	open   bool // more may come
	det    input.TxDetect
}

func (t *numbersTx) View(id buf.ID, _ input.Dir, i int) input.View {
	switch {
	case id != buf.Frame || i > 0 || t.frame == nil:
		return input.View{Avail: input.None}
	case t.open:
		return input.View{Data: t.frame, Avail: input.More, First: true}
	}
	return input.View{Data: t.frame, Avail: input.Done, First: true, Last: true}
}

func (t *numbersTx) Num(id buf.FieldID, _ input.Dir, i int) (uint64, input.Avail) {
	if l := t.nums[id]; i < len(l) {
		return l[i], input.Done
	} else if len(l) == 0 && t.open {
		return 0, input.Wait
	}
	return 0, input.None
}

func (t *numbersTx) Progress(input.Dir) uint8 {
	if t.open {
		return 1
	}
	return input.Complete
}

func (t *numbersTx) Event(id uint16) bool    { return t.events&(1<<id) != 0 }
func (t *numbersTx) Detect() *input.TxDetect { return &t.det }
func (t *numbersTx) ID() uint64              { return 0 }

const noon = 1_700_000_000 // seconds since the epoch

var tlsOpt = compile.Options{AppEvents: func(name string) (input.AppProto, uint16, bool) {
	return input.AppTLS, 3, name == "tls.known"
}}

func TestTLSConditions(t *testing.T) {
	dates := func(from, to int64) map[buf.FieldID][]uint64 {
		return map[buf.FieldID][]uint64{buf.FieldTLSNotBefore: {uint64(from)}, buf.FieldTLSNotAfter: {uint64(to)}}
	}
	state := func(s ...uint64) map[buf.FieldID][]uint64 { return map[buf.FieldID][]uint64{buf.FieldSSLState: s} }
	version := func(v uint64) map[buf.FieldID][]uint64 { return map[buf.FieldID][]uint64{buf.FieldTLSVersion: {v}} }
	for _, c := range []struct {
		cond string
		tx   numbersTx
		want bool
	}{
		{"ssl_version:tls1.0,tls1.2", numbersTx{nums: version(0x303)}, true},
		{"ssl_version:tls1.0,tls1.2", numbersTx{nums: version(0x304)}, false},
		{"ssl_version:!tls1.0,!tls1.2", numbersTx{nums: version(0x304)}, true},
		{"ssl_version:!tls1.2", numbersTx{nums: version(0x303)}, false},
		{"ssl_version:!tls1.2", numbersTx{}, false},
		{"ssl_state:client_hello|server_hello", numbersTx{nums: state(2, 4)}, true},
		{"ssl_state:client_keyx", numbersTx{nums: state(2, 4)}, false},
		{"ssl_state:!client_hello", numbersTx{nums: state(2)}, true},
		{"ssl_state:!client_hello", numbersTx{nums: state(1, 2)}, false},
		{"tls_cert_expired", numbersTx{nums: dates(0, noon-1)}, true},
		{"tls_cert_expired", numbersTx{nums: dates(0, noon)}, false},
		{"tls_cert_valid", numbersTx{nums: dates(noon, noon)}, true},
		{"tls_cert_valid", numbersTx{nums: dates(noon+1, noon+2)}, false},
		{"tls_cert_valid", numbersTx{nums: dates(0, noon-1)}, false},
		{"tls_cert_valid", numbersTx{}, false},
		{"app-layer-event:tls.known", numbersTx{events: 1 << 3}, true},
		{"app-layer-event:tls.known", numbersTx{events: 1 << 2}, false},
	} {
		t.Run(c.cond, func(t *testing.T) {
			r := newRig(t, fmt.Sprintf("alert tls any any -> any any (%s; sid:1;)\n", c.cond), tlsOpt)
			p := tcpPacket(r)
			if got := r.judge(p, &c.tx, input.AppTLS)[1]; got != c.want {
				t.Errorf("%+v: %v", c.tx.nums, got)
			}
		})
	}
}

// tcpPacket is a packet of a TCP flow at noon.
func tcpPacket(r *rig) *input.Packet {
	p := r.packet(nil)
	p.Proto, p.TimeUS = 6, noon*1_000_000
	return p
}

// TestWaitingConditions: what does not hold yet may hold with a later packet.
func TestWaitingConditions(t *testing.T) {
	r := newRig(t, `alert tls any any -> any any (ssl_state:server_hello; sid:1;)
alert tls any any -> any any (app-layer-event:tls.known; sid:2;)
alert tls any any -> any any (tls_cert_expired; sid:3;)
`, tlsOpt)
	tx := &numbersTx{open: true, nums: map[buf.FieldID][]uint64{buf.FieldSSLState: {1}}}
	if got := r.judge(tcpPacket(r), tx, input.AppTLS); len(got) > 0 {
		t.Fatalf("%v before anything came", got)
	}
	tx.nums = map[buf.FieldID][]uint64{buf.FieldSSLState: {2}, buf.FieldTLSNotBefore: {1}, buf.FieldTLSNotAfter: {2}}
	tx.events = 1 << 3
	if got := r.judge(tcpPacket(r), tx, input.AppTLS); !got[1] || !got[2] || !got[3] {
		t.Errorf("%v", got)
	}
	if got := r.judge(tcpPacket(r), tx, input.AppTLS); len(got) > 0 {
		t.Errorf("%v a second time", got)
	}
}

func TestFrameConditions(t *testing.T) {
	r := newRig(t, `alert tls any any -> any any (frame:tls.pdu; content:"needle"; sid:1;)
alert tls any any -> any any (frame:tls.data; content:"needle"; sid:2;)
alert tcp any any -> any any (frame:tls.pdu; bsize:6; sid:3;)
alert tcp any any -> any any (frame:smb.smb1.pdu; content:"needle"; sid:4;)
alert tls any any -> any any (tls.sni; content:"needle"; sid:5;)
alert tls any any -> any any (frame:tls.pdu; content:"need"; startswith; content:"le"; endswith; sid:6;)
`, tlsOpt)
	pdu, _ := input.FrameID(input.AppTLS, "pdu")
	text := r.mem[4096:]
	copy(text, "needle")
	tx := &numbersTx{frame: text[:4], open: true}
	add := func() map[uint32]bool {
		r.Reset()
		i := r.Add(tcpPacket(r), match.InspectHeader, input.AppTLS)
		r.AddFrame(tx, input.AppTLS, pdu, input.ToServer)
		r.Scan()
		out := map[uint32]bool{}
		res := r.Evaluate(i)
		for _, a := range res.Alerts[:res.N] {
			out[r.Bundle().Rules[a.Rule].SID] = true
		}
		return out
	}
	if got := add(); len(got) > 0 {
		t.Errorf("%v on half a frame", got)
	}
	tx.frame, tx.open = text[:6], false
	if got := add(); fmt.Sprint(got) != fmt.Sprint(map[uint32]bool{1: true, 3: true, 6: true}) {
		t.Errorf("%v", got)
	}
}
