package compile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
	"github.com/weir-ips/weir/match/rule"
)

// hooks of the protocol that the tests pretend HTTP to be.
func hooks(input.AppProto) []input.Hooks {
	return []input.Hooks{{
		ToServer: []input.Hook{{Name: "request_started"}, {Name: "request_line", Step: 1}, {Name: "request_headers", Step: 2}, {Name: "request_complete", Step: input.Complete}},
		ToClient: []input.Hook{{Name: "response_started"}, {Name: "response_line", Step: 1}, {Name: "response_complete", Step: input.Complete}},
	}}
}

// tx is a transaction with a method and a host.
type tx struct {
	id       uint64
	progress [2]uint8
	method   []byte
	host     []byte
	det      input.TxDetect
}

func (t *tx) View(id buf.ID, d input.Dir, i int) input.View {
	text, step := t.method, uint8(1)
	if id == buf.HTTPHost {
		text, step = t.host, 2
	}
	switch {
	case i > 0 || d == input.ToClient:
		return input.View{Avail: input.None}
	case t.progress[0] < step:
		return input.View{Avail: input.Wait}
	}
	return input.View{Data: text, Avail: input.Done, First: true, Last: true}
}
func (t *tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }
func (t *tx) Progress(d input.Dir) uint8                            { return t.progress[d-1] }
func (t *tx) Event(uint16) bool                                     { return false }
func (t *tx) Detect() *input.TxDetect                               { return &t.det }
func (t *tx) ID() uint64                                            { return t.id }

// state answers for what outlives packets; only detection_filter is asked for,
// which holds from the third match on.
type state struct {
	match.State
	seen int
}

func (s *state) Tagged(*input.Packet, int) bool { return false }
func (s *state) Threshold(*match.ThresholdRec, *match.RuleRec, *input.Packet) match.Outcome {
	if s.seen++; s.seen <= 2 {
		return match.Below
	}
	return match.Emit
}

// machine runs packets of one flow through a compiled policy.
type machine struct {
	t    testing.TB
	e    *match.Engine
	b    *match.Bundle
	flow input.Flow
	pkt  input.Packet
	dead bool
}

func newMachine(t testing.TB, fw, td string, policies map[string]string) *machine {
	t.Helper()
	env := &rule.Env{}
	var rules []*rule.Rule
	parse := func(text string, firewall bool) {
		e := *env
		e.Firewall = firewall
		f, err := rule.Parse("test.rules", strings.NewReader(text), &e)
		if err != nil || len(f.Errors) > 0 {
			t.Fatal(err, f.Errors)
		}
		rules = append(rules, f.Rules...)
	}
	parse(fw, true)
	parse(td, false)
	opt := compile.Options{Hooks: hooks}
	if policies != nil {
		opt.Firewall = &compile.Firewall{Policies: map[string]rule.Policy{}}
		for k, v := range policies {
			p, err := rule.ParsePolicy(strings.Split(v, " "), strings.HasPrefix(k, "app."))
			if err != nil {
				t.Fatal(err)
			}
			opt.Firewall.Policies[k] = p
		}
	}
	res, err := compile.Compile(rules, opt)
	if err != nil || len(res.Left) > 0 || len(res.Warnings) > 0 {
		t.Fatal(err, res.Left, res.Warnings)
	}
	b, err := match.Open(res.Bundle, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	e, err := match.NewEngine(match.DefaultLimits(), &state{}, match.NewArena(make([]byte, 1<<16)), make([]byte, 1<<16))
	if err != nil {
		t.Fatal(err)
	}
	sc, err := b.NewScratch()
	if err != nil {
		t.Fatal(err)
	}
	e.SetBundle(b, sc)
	return &machine{t: t, e: e, b: b}
}

// packet judges one packet with transactions and carries out what holds for the
// flow, as the worker does.
func (m *machine) packet(d input.Dir, first, fresh bool, txs ...*tx) *match.Result {
	m.flow.Established = true
	p := &m.pkt
	*p = input.Packet{IPVersion: 4, Proto: 6, L4Off: 34, HasPorts: true, Dir: d, SrcPort: 1025, DstPort: 80, Src: [16]byte{10, 0, 0, 1}, Dst: [16]byte{10, 0, 0, 2}, Flow: &m.flow}
	if d == input.ToClient {
		p.SrcPort, p.DstPort, p.Src, p.Dst = 80, 1025, p.Dst, p.Src
	}
	what := match.InspectHeader | match.InspectPayload
	if first {
		what |= match.InspectIPOnly
	}
	m.e.Reset()
	i := m.e.Add(p, what, input.AppHTTP1)
	for _, t := range txs {
		m.e.AddTx(t, input.AppHTTP1, d, fresh)
	}
	m.e.Scan()
	r := m.e.Evaluate(i)
	m.flow.Accepted = m.flow.Accepted || r.AcceptFlow
	m.flow.Passed = m.flow.Passed || r.Verdict == match.VerdictPass && r.FlowWide
	m.dead = m.dead || r.Verdict >= match.VerdictDrop && r.FlowWide
	return r
}

var drops = [...]string{match.DropNone: "accept", match.DropRules: "drop td", match.DropFirewall: "drop rule", match.DropPacketPolicy: "drop packet policy",
	match.DropAppPolicy: "drop app policy", match.DropPreFlow: "drop pre_flow", match.DropPreStream: "drop pre_stream", match.DropThreshold: "drop threshold"}

// say puts a result into words: the outcome, whether it is the flow's, alerts.
func (m *machine) say(r *match.Result) string {
	s := "accept"
	if r.Verdict >= match.VerdictDrop {
		s = drops[r.Why]
		if r.FlowWide {
			s += " flow"
		}
	} else if m.b.Firewall() != r.Accepted {
		s = "undecided"
	}
	if m.flow.Accepted && !m.dead {
		s += " flow"
	}
	for _, a := range r.Alerts[:r.N] {
		s += fmt.Sprintf(" %d", m.b.Rules[a.Rule].SID)
	}
	return s
}

const (
	letTCP = "accept:hook tcp:all any any -> any any (sid:1;)\n"
	states = "accept:hook http1:request_started any any -> any any (sid:2;)\n"
)

// TestFirewallTables holds the order of tables, scopes and policies against what
// each of three packets meets: a SYN without a transaction, a request whose line
// is whole, the same request complete.
func TestFirewallTables(t *testing.T) {
	for _, c := range []struct {
		name     string
		fw, td   string
		policies map[string]string
		want     []string
	}{
		{"nothing is accepted by itself", "", "", nil,
			[]string{"drop packet policy", "drop packet policy", "drop packet policy"}},
		{"policy of the filter goes on to the states", "", "", map[string]string{"packet.filter": "accept:hook"},
			[]string{"accept", "drop app policy flow", ""}},
		{"policy accepts the flow", "", "", map[string]string{"packet.filter": "accept:flow"},
			[]string{"accept flow", "accept flow", "accept flow"}},
		{"policy alerts", "", "", map[string]string{"packet.filter": "drop:packet alert"},
			[]string{"drop packet policy 2201000", "drop packet policy 2201000", "drop packet policy 2201000"}},
		{"policy rejects", "", "", map[string]string{"packet.filter": "reject:packet"},
			[]string{"drop packet policy", "drop packet policy", "drop packet policy"}},
		{"first rule of the file wins", "drop:packet tcp:all any any -> any any (alert; sid:9;)\n" + letTCP, "", nil,
			[]string{"drop rule 9", "drop rule 9", "drop rule 9"}},
		{"order is the file's, not the action's", letTCP + "drop:packet tcp:all any any -> any any (sid:9;)\n", "", nil,
			[]string{"accept", "drop app policy flow", ""}},
		{"accept:packet ends the filter and the states", "accept:packet tcp:all any any -> any any (sid:1;)\n", "", nil,
			[]string{"accept", "accept", "accept"}},
		{"accept:flow holds for what follows", "accept:flow tcp:flow_start any any -> any any (alert; sid:1;)\n", "", nil,
			[]string{"accept flow 1", "accept flow", "accept flow"}},
		{"drop:flow", "drop:flow tcp:flow_start any any -> any any (sid:1;)\n", "", nil,
			[]string{"drop rule flow", "", ""}},
		{"flow_start is over with the second packet", "accept:packet tcp:flow_start any any -> any any (sid:1;)\n", "", nil,
			[]string{"accept", "drop packet policy", "drop packet policy"}},
		{"a state without a rule drops the flow", letTCP + states, "", nil,
			[]string{"accept", "drop app policy flow", ""}},
		{"each state is accepted", letTCP + states + "accept:hook http1:request_line any any -> any any (http.method; content:\"GET\"; alert; sid:3;)\n", "", nil,
			[]string{"accept", "accept 3", "drop app policy flow"}},
		{"a rule that does not match leaves the state to the policy", letTCP + states + "accept:hook http1:request_line any any -> any any (http.method; content:\"PUT\"; sid:3;)\n", "", nil,
			[]string{"accept", "drop app policy flow", ""}},
		{"accept:tx accepts the states to come", letTCP + states + "accept:tx http1:request_line any any -> any any (alert; sid:3;)\n", "", nil,
			[]string{"accept", "accept 3", "accept"}},
		{"accept:flow in a state", letTCP + states + "accept:flow http1:request_line any any -> any any (sid:3;)\n", "", nil,
			[]string{"accept", "accept flow", "accept flow"}},
		{"drop in a state", letTCP + states + "drop:flow http1:request_line any any -> any any (alert; sid:3;)\n", "", nil,
			[]string{"accept", "drop rule flow 3", ""}},
		{"a state that lasts is accepted again without another alert", letTCP + states +
			"accept:hook http1:request_line any any -> any any (http.method; content:\"GET\"; alert; sid:3;)\n" +
			"accept:tx http1:request_headers any any -> any any (alert; sid:4;)\n", "", nil,
			[]string{"accept", "accept 3", "accept 4"}},
		{"<hook accepts the states before it", letTCP + "accept:tx http1:<request_headers any any -> any any (http.host; content:\"good\"; alert; sid:3;)\n", "", nil,
			[]string{"accept", "accept", "accept 3"}},
		{"<hook that cannot match any more", letTCP + "accept:tx http1:<request_headers any any -> any any (http.method; content:\"PUT\"; sid:3;)\n", "", nil,
			[]string{"accept", "drop app policy flow", ""}},
		{"policies of states", letTCP, "", map[string]string{"app.http1.request-started": "accept:hook", "app.http1.request-line": "accept:tx alert"},
			[]string{"accept", "accept 2201001", "accept"}},
		{"detection drops what the firewall accepts", "accept:flow tcp:all any any -> any any (sid:1;)\n", "drop tcp any any -> any 80 (flow:established; sid:50;)\n", nil,
			[]string{"drop td 50", "drop td 50", "drop td 50"}},
		{"detection's drop of the flow stands over accept:flow", "accept:flow tcp:all any any -> any any (sid:1;)\n", "drop:flow tcp any any -> any 80 (flow:established; sid:50;)\n", nil,
			[]string{"drop td flow 50", "", ""}},
		{"detection does not see what the firewall drops", "drop:packet tcp:all any any -> any any (alert; sid:1;)\n", "alert tcp any any -> any 80 (flow:established; sid:50;)\n", nil,
			[]string{"drop rule 1", "drop rule 1", "drop rule 1"}},
		{"pass is for detection alone", letTCP, "pass:flow tcp any any -> any any (flow:established; alert; sid:50;)\nalert tcp any any -> any any (flow:established; sid:51;)\n", nil,
			[]string{"accept 50", "drop app policy flow", ""}},
		{"pass as a second action", "accept:flow,pass:flow tcp:all any any -> any any (alert; sid:1;)\n", "drop tcp any any -> any any (flow:established; sid:50;)\n", nil,
			[]string{"accept flow 1", "accept flow", "accept flow"}},
		{"detection in a state, behind the firewall", "accept:flow tcp:all any any -> any any (sid:1;)\n", "alert http1:request_headers any any -> any any (sid:50;)\n", nil,
			[]string{"accept flow", "accept flow", "accept flow 50"}},
		{"detection_filter counts before a rule holds", "drop:packet tcp:all any any -> any any (detection_filter:track by_src, count 2, seconds 9; alert; sid:1;)\naccept:packet tcp:all any any -> any any (sid:2;)\n", "", nil,
			[]string{"accept", "accept", "drop rule 1"}},
		{"addresses and ports count", "accept:packet tcp:all 10.0.0.1 any -> any 81 (sid:1;)\naccept:packet tcp:all 10.0.0.1 any -> 10.0.0.2 80 (sid:2;)\n", "", nil,
			[]string{"accept", "accept", "accept"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.policies == nil {
				c.policies = map[string]string{}
			}
			m := newMachine(t, c.fw, c.td, c.policies)
			one := &tx{method: []byte("GET"), host: []byte("good.example")}
			var got []string
			for i := range 3 {
				if m.dead {
					got = append(got, "")
					continue
				}
				switch i {
				case 0:
					got = append(got, m.say(m.packet(input.ToServer, true, false)))
				case 1:
					one.progress[0] = 1
					got = append(got, m.say(m.packet(input.ToServer, false, true, one)))
				case 2:
					one.progress[0] = input.Complete
					got = append(got, m.say(m.packet(input.ToServer, false, true, one)))
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestFirewallSeveralTransactions: each transaction is judged by itself, the
// answer's states apart from the request's.
func TestFirewallSeveralTransactions(t *testing.T) {
	m := newMachine(t, letTCP+"accept:tx http1:<request_line any any -> any any (http.method; content:\"GET\"; alert; sid:3;)\n", "", map[string]string{})
	good, bad := &tx{method: []byte("GET"), progress: [2]uint8{input.Complete, 0}}, &tx{id: 1, method: []byte("PUT"), progress: [2]uint8{input.Complete, 0}}
	if got := m.say(m.packet(input.ToServer, false, true, good)); got != "accept 3" {
		t.Errorf("a good request: %s", got)
	}
	good.progress[1] = input.Complete
	if got := m.say(m.packet(input.ToClient, false, true, good)); got != "accept" {
		t.Errorf("its answer, accepted with it: %s", got)
	}
	if got := m.say(m.packet(input.ToServer, false, true, good, bad)); got != "drop app policy flow" {
		t.Errorf("a bad one behind it: %s", got)
	}
}

// TestFirewallNotFresh: without news from the parser states are not judged.
func TestFirewallNotFresh(t *testing.T) {
	m := newMachine(t, letTCP, "", map[string]string{})
	one := &tx{method: []byte("GET"), progress: [2]uint8{1, 0}}
	if got := m.say(m.packet(input.ToServer, false, false, one)); got != "accept" {
		t.Errorf("an acknowledgement: %s", got)
	}
	if got := m.say(m.packet(input.ToServer, false, true, one)); got != "drop app policy flow" {
		t.Errorf("the request: %s", got)
	}
}

// TestFirewallPre: the tables in front of the flow table and the stream stage.
func TestFirewallPre(t *testing.T) {
	m := newMachine(t, "drop:packet tcp:pre_flow any any -> any 80 (alert; sid:1;)\naccept:packet tcp:all any any -> any any (sid:2;)\n", "", map[string]string{})
	if !m.b.HasPre(match.TablePreFlow) || m.b.HasPre(match.TablePreStream) {
		t.Fatal("which tables have rules is not known")
	}
	p := input.Packet{IPVersion: 4, Proto: 6, HasPorts: true, SrcPort: 9, DstPort: 80}
	r := m.e.Pre(match.TablePreFlow, &p)
	if got := m.say(r); got != "drop pre_flow 1" || r.FlowWide {
		t.Errorf("a packet that the table drops: %s", got)
	}
	p.DstPort = 81
	if r := m.e.Pre(match.TablePreFlow, &p); r.Verdict != match.VerdictNone || r.N != 0 {
		t.Errorf("a packet that it has no rule for: verdict %d, %d alerts", r.Verdict, r.N)
	}
}

// TestFirewallAllocatesNothing per packet, whatever the tables do.
func TestFirewallAllocatesNothing(t *testing.T) {
	m := newMachine(t, "accept:hook tcp:pre_stream any any -> any any (alert; sid:7;)\n"+letTCP+states+
		"accept:hook http1:request_line any any -> any any (http.method; content:\"GET\"; alert; sid:3;)\n",
		"alert http1:request_line any any -> any any (sid:50;)\n", map[string]string{"app.http1.request-headers": "drop:flow alert"})
	one := &tx{method: []byte("GET"), progress: [2]uint8{2, 0}}
	if n := testing.AllocsPerRun(200, func() {
		m.flow, m.dead = input.Flow{}, false
		m.e.ReleaseTx(&one.det)
		if m.packet(input.ToServer, true, true, one); m.e.Pre(match.TablePreStream, &m.pkt).N != 1 {
			t.Error("the early table did not alert")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
