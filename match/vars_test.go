package match_test

import (
	"testing"

	"github.com/weir-ips/weir/match"
	"github.com/weir-ips/weir/match/compile"
	"github.com/weir-ips/weir/match/input"
)

// TestCaptures: groups of expressions fill variables once the whole rule matched,
// and other rules see them.
func TestCaptures(t *testing.T) {
	r := newRig(t, `alert udp any any -> any any (pcre:"/user=(\w+) pass=(\w+)/, flow:user, pkt:pass"; sid:1;)
alert udp any any -> any any (pcre:"/(?P<alert_word>\w+)$/"; sid:2;)
alert udp any any -> any any (pcre:"/user=(\w+)/, flow:lost"; content:"not there"; sid:3;)
alert udp any any -> any any (flowvar:user,"joe"; sid:4;)
alert udp any any -> any any (flowvar:user,!"joe"; sid:5;)
alert udp any any -> any any (pktvar:pass,"secret"; sid:6;)
alert udp any any -> any any (flowvar:lost,"joe"; sid:7;)`, compile.Options{Parallel: 1})
	got := r.judge(r.packet([]byte("user=joe pass=secret")), nil, 0)
	for sid, want := range map[uint32]bool{1: true, 2: true, 3: false, 4: true, 5: false, 6: true, 7: false} {
		if got[sid] != want {
			t.Errorf("sid %d: matched %v, want %v", sid, got[sid], want)
		}
	}
	text := map[string]string{}
	for _, v := range r.Kept() {
		text[r.Bundle().Name(v.ID)] = string(v.Data)
	}
	if len(text) != 2 || text["pass"] != "secret" || text["word"] != "secret" {
		t.Errorf("variables of the packet and its alerts: %q", text)
	}
	// Of the next packet only the flow's are left.
	got = r.judge(r.packet([]byte("!")), nil, 0)
	if !got[4] || got[6] || len(r.Kept()) != 0 {
		t.Errorf("next packet: %v %v", got, r.Kept())
	}
}

// TestRewrite: replace changes what the content found, where the whole rule
// matched, and nothing else.
func TestRewrite(t *testing.T) {
	for _, c := range []struct{ name, rules, in, want string }{
		{"one place", `alert udp any any -> any any (content:"bad"; replace:"BAD"; sid:1;)`, "a bad and bad thing", "a BAD and bad thing"},
		{"the place that the rest is about", `alert udp any any -> any any (content:"bad"; replace:"BAD"; content:"x"; distance:0; within:1; sid:1;)`,
			"bad badx", "bad BADx"},
		{"two contents", `alert udp any any -> any any (content:"one"; replace:"ONE"; content:"two"; replace:"TWO"; sid:1;)`, "two one", "TWO ONE"},
		{"no match", `alert udp any any -> any any (content:"bad"; replace:"BAD"; content:"never"; sid:1;)`, "a bad thing", "a bad thing"},
		{"two rules", "alert udp any any -> any any (content:\"a\"; replace:\"A\"; sid:1;)\nalert udp any any -> any any (content:\"b\"; replace:\"B\"; sid:2;)", "ab", "AB"},
	} {
		r := newRig(t, c.rules, compile.Options{Parallel: 1})
		p := r.packet([]byte(c.in))
		r.judge(p, nil, 0)
		if changed := r.Rewrite(); string(p.Payload()) != c.want || changed != (c.in != c.want) {
			t.Errorf("%s: %q, changed %v, want %q", c.name, p.Payload(), changed, c.want)
		}
	}
	for _, options := range []string{`content:"bad"; replace:"ok";`, `content:!"bad"; replace:"BAD";`, `http.uri; content:"bad"; replace:"BAD";`} {
		if err := parseOne("alert http any any -> any any (" + options + " sid:1;)"); err == nil {
			t.Errorf("%s is taken", options)
		}
	}
}

// TestNumbers: comparisons, masks and places among several values.
func TestNumbers(t *testing.T) {
	p := func(vlans ...uint16) *input.Packet {
		p := &input.Packet{IPVersion: 4, Proto: 17, TTL: 64, VLANCount: uint8(len(vlans)), Flow: &input.Flow{PktsTS: 5, PktsTC: 10, Elephant: 2}}
		copy(p.VLAN[:], vlans)
		return p
	}
	for _, c := range []struct {
		options string
		p       *input.Packet
		want    bool
	}{
		{"ttl:64;", p(), true}, {"ttl:!64;", p(), false}, {"ttl:63<>65;", p(), true}, {"ttl:64-70;", p(), false}, {"ttl:!64-70;", p(), true},
		{"ttl:>=64;", p(), true}, {"ttl:&0x40=0x40;", p(), true}, {"ttl:&0x40!=0x40;", p(), false}, {"ttl:0x40;", p(), true},
		{"vlan.id:10;", p(5, 10), true}, {"vlan.id:10;", p(), false}, {"vlan.id:10,0;", p(5, 10), false}, {"vlan.id:10,-1;", p(5, 10), true},
		{"vlan.id:>4,all;", p(5, 10), true}, {"vlan.id:>5,all;", p(5, 10), false}, {"vlan.id:>5,all;", p(), false},
		{"vlan.id:>5,all_or_absent;", p(), true}, {"vlan.id:5,or_absent;", p(), true}, {"vlan.id:5,or_absent;", p(6), false},
		{"vlan.id:7,oob_or 1;", p(7), true}, {"vlan.id:7,oob_or 0;", p(8), false}, {"vlan.id:>4,nb>1;", p(5, 10), true}, {"vlan.id:>4,nb>2;", p(5, 10), false},
		{"vlan.id:count 2;", p(5, 10), true}, {"vlan.id:count>2;", p(5, 10), false}, {"vlan.id:10,any,1:2;", p(5, 10), true}, {"vlan.id:5,any,1:2;", p(5, 10), false},
		{"vlan.id:10,all,-1:2;", p(5, 10), true}, {"vlan.layers:2;", p(5, 10), true},
		{"flow.pkts:either,10;", p(), true}, {"flow.pkts:toserver,10;", p(), false}, {"flow.pkts:both,15;", p(), true},
		{"flow.elephant:toclient;", p(), true}, {"flow.elephant:toserver;", p(), false}, {"flow.elephant:either;", p(), true}, {"flow.elephant:both;", p(), false},
	} {
		r := newRig(t, "alert udp any any -> any any ("+c.options+" sid:1;)", compile.Options{Parallel: 1})
		r.Reset()
		i := r.Add(c.p, match.InspectHeader, 0)
		r.Scan()
		if got := r.Evaluate(i).N == 1; got != c.want {
			t.Errorf("%s with VLANs %v: matched %v, want %v", c.options, c.p.VLAN[:c.p.VLANCount], got, c.want)
		}
	}
	for _, options := range []string{"ttl:300;", "ttl:5-5;", "ttl:&0x40=0x80;", "ttl:<0;", "ttl:64,all;", "vlan.id:5,some;", "vlan.id:5,all,1;", "flow.pkts:up,1;"} {
		if err := parseOne("alert udp any any -> any any (" + options + " sid:1;)"); err == nil {
			t.Errorf("%s is taken", options)
		}
	}
}
