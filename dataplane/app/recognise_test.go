package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// speaker is a parser that notes what it is given, one line at a time; a line
// "switch" hands the flow over, "expect" does and expects SSH.
type speaker struct {
	name string
	log  *strings.Builder
}

func (s *speaker) Reset() {}

func (s *speaker) Parse(c *app.Call) (int, app.Status) {
	used := 0
	for {
		b := string(c.Data[used:])
		k := strings.IndexByte(b, '\n')
		if k < 0 {
			return used, app.OK
		}
		used += k + 1
		fmt.Fprintf(s.log, "%s%d:%s ", s.name, c.Dir, b[:k])
		switch {
		case b[:k] == "broken":
			return used, app.Failed
		case c.Locked && (b[:k] == "switch" || b[:k] == "expect"):
			s.log.WriteString("refused ")
		case b[:k] == "switch":
			return used, app.Switch
		case b[:k] == "expect":
			c.Next, c.NextPort = input.AppSSH, 99
			return used, app.Switch
		}
	}
}

// speakers are three protocols: HTTP begins with GET or HTTP/, SSH with SSH in
// both directions and from the client first, DNS by its probe on port 99.
func speakers(log *strings.Builder) []*app.Protocol {
	row := func(id input.AppProto, name string, pats ...app.Pattern) *app.Protocol {
		return &app.Protocol{ID: id, Name: id.String(), TCP: true, UDP: true, Patterns: pats,
			New: func(*app.Env) app.State { return &speaker{name, log} }}
	}
	ssh := row(input.AppSSH, "S", app.Pattern{Octets: "SSH"})
	ssh.First = input.ToServer
	dns := row(input.AppDNS, "D")
	dns.Ports = []uint16{99}
	dns.Probe = func(_ input.Dir, b []byte) app.Verdict {
		if n := min(3, len(b)); string(b[:n]) != "dns"[:n] {
			return app.No
		} else if n < 3 {
			return app.More
		}
		return app.Yes
	}
	return []*app.Protocol{row(input.AppHTTP1, "H", app.Pattern{Dir: input.ToServer, Octets: "GET"}, app.Pattern{Dir: input.ToClient, Octets: "HTTP/"}), ssh, dns}
}

// says is one run of octets: 1 from the client, 2 from the server, 3 and 4 the
// ends of their streams.
type says struct {
	who  int
	what string
}

func TestRecognise(t *testing.T) {
	long := strings.Repeat("x", 100_001)
	for name, c := range map[string]struct {
		port   uint16
		mid    bool
		talk   []says
		parsed string
		// ts, tc, now, before, expected
		protos string
		events string
	}{
		"both sides":                       {80, false, []says{{1, "GET\n"}, {2, "HTTP/\n"}}, "H1:GET H2:HTTP/ ", "http http http unknown unknown", ""},
		"answer of another":                {80, false, []says{{1, "GET\n"}, {2, "SSH\n"}}, "H1:GET H2:SSH ", "http ssh http unknown unknown", "MISMATCH"},
		"one direction":                    {80, false, []says{{1, "GET\n"}, {2, "what\n"}}, "H1:GET H2:what ", "http failed http unknown unknown", "ONLY_ONE"},
		"request unknown":                  {80, false, []says{{1, "what\n"}, {2, "HTTP/\n"}}, "H1:what H2:HTTP/ ", "failed http http unknown unknown", "ONLY_ONE"},
		"held until known":                 {80, false, []says{{1, "G"}, {2, "HTTP/\n"}, {1, "ET\n"}}, "H2:HTTP/ H1:GET ", "http http http unknown unknown", ""},
		"nobody knows":                     {80, false, []says{{1, "what\n"}, {2, "ever\n"}}, "", "failed failed failed unknown unknown", ""},
		"server first":                     {80, false, []says{{2, "SSH\n"}, {1, "SSH\n"}}, "", "failed ssh failed unknown unknown", "WRONG_DIRECTION"},
		"skipped":                          {80, false, []says{{1, long}}, "", "failed failed failed unknown unknown", "SKIPPED"},
		"probe by port":                    {99, false, []says{{1, "dns\n"}, {2, "dns\n"}}, "D1:dns D2:dns ", "dns dns dns unknown unknown", ""},
		"no probe":                         {98, false, []says{{1, "dns\n"}, {2, "dns\n"}}, "", "failed failed failed unknown unknown", ""},
		"middle":                           {80, true, []says{{1, "what\n"}}, "", "failed failed failed unknown unknown", ""},
		"change":                           {80, false, []says{{1, "GET\n"}, {2, "HTTP/\nswitch\n"}, {1, "SSH\n"}}, "H1:GET H2:HTTP/ H2:switch S1:SSH ", "ssh unknown ssh http unknown", ""},
		"change in a run":                  {80, false, []says{{1, "GET\nswitch\nSSH\n"}}, "H1:GET H1:switch S1:SSH ", "ssh unknown ssh http unknown", ""},
		"change to itself":                 {80, false, []says{{1, "GET\nswitch\nGET\n"}}, "H1:GET H1:switch H1:GET ", "http unknown http http unknown", ""},
		"expected":                         {80, false, []says{{1, "GET\nexpect\n"}, {1, "SSH\n"}}, "H1:GET H1:expect S1:SSH ", "ssh unknown ssh http ssh", ""},
		"unexpected, by the tunnel's port": {80, false, []says{{1, "GET\nexpect\ndns\n"}}, "H1:GET H1:expect D1:dns ", "dns unknown dns http ssh", "UNEXPECTED"},
		"change behind what was unknown":   {80, false, []says{{2, "what\n"}, {1, "GET\nswitch\n"}, {2, "HTTP/\n"}}, "H2:what H1:GET H1:switch H2:HTTP/ ", "unknown http http http unknown", "ONLY_ONE"},
		"not yet":                          {80, false, []says{{1, "GET\nswitch\nwhat\n"}}, "H1:GET H1:switch ", "http http http http unknown", ""},
		"never":                            {80, false, []says{{1, "GET\nswitch\nwhat\n"}, {3, ""}}, "H1:GET H1:switch ", "failed failed failed http unknown", ""},
		"change refused":                   {80, false, []says{{1, "GET\nswitch\nSSH\nswitch\n"}}, "H1:GET H1:switch S1:SSH S1:switch refused ", "ssh unknown ssh http unknown", ""},
		"broken":                           {80, false, []says{{1, "GET\nbroken\nGET\n"}, {2, "HTTP/\n"}}, "H1:GET H1:broken ", "http unknown http unknown unknown", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			r := apptest.New(t, 1<<20, nil, speakers(&log)...)
			i := r.Flow(6, 4000, c.port)
			f := r.Layer.At(i)
			f.Midstream = c.mid
			var off [2]uint64
			for _, s := range c.talk {
				k := (s.who - 1) & 1
				r.Layer.Data(f, input.Dir(k+1), []byte(s.what), off[k], s.who > 2, 0)
				off[k] += uint64(len(s.what))
			}
			var set input.EventSet
			f.TakeEvents(&set, input.ToServer, true)
			got := ""
			for e := input.EventID(0); e < input.NumAppEvents; e++ {
				if set.Has(input.FirstAppEvent + e) {
					got += input.AppEventNames[e] + " "
				}
			}
			protos := strings.Join([]string{f.Proto[0].String(), f.Proto[1].String(), f.Final.String(), f.Orig.String(), f.Expected.String()}, " ")
			if log.String() != c.parsed || protos != c.protos || (c.events == "") != (got == "") || !strings.Contains(got, c.events) {
				t.Errorf("parsed %q, want %q\nprotocols %s, want %s\nevents %q, want %q", log.String(), c.parsed, protos, c.protos, got, c.events)
			}
			r.Close(i, true)
		})
	}
}

// TestRecogniseCuts: what is recognised and parsed does not depend on how the
// octets are cut.
func TestRecogniseCuts(t *testing.T) {
	const client, server = "GET\nswitch\nSSH\nhello\n", "HTTP/\nok\n"
	want := ""
	for cut := 0; cut <= len(client); cut++ {
		var log strings.Builder
		r := apptest.New(t, 1<<20, nil, speakers(&log)...)
		i := r.Flow(6, 4000, 80)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(client[:cut]), 0, false, 0)
		r.Layer.Data(f, input.ToServer, []byte(client[cut:]), uint64(cut), false, 0)
		r.Layer.Data(f, input.ToClient, []byte(server), 0, true, 0)
		if got := log.String(); cut == 0 {
			want = got
		} else if got != want {
			t.Fatalf("cut at %d: %q, want %q", cut, got, want)
		}
		r.Close(i, true)
	}
}

// TestRecogniseDatagrams: each direction has one datagram to be recognised by.
func TestRecogniseDatagrams(t *testing.T) {
	for name, c := range map[string]struct {
		talk   []says
		parsed string
		final  input.AppProto
	}{
		"both":        {[]says{{1, "dns\n"}, {2, "dns\n"}, {1, "more\n"}}, "D1:dns D2:dns D1:more ", input.AppDNS},
		"answer only": {[]says{{1, "what\n"}, {2, "dns\n"}, {1, "dns\n"}}, "D2:dns D1:dns ", input.AppDNS},
		"neither":     {[]says{{1, "what\n"}, {2, "what\n"}, {1, "dns\n"}, {2, "dns\n"}}, "", input.AppFailed},
		"one side":    {[]says{{1, "what\n"}, {1, "dns\n"}}, "", input.AppFailed},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			r := apptest.New(t, 1<<20, nil, speakers(&log)...)
			i := r.Flow(17, 4000, 99)
			for _, s := range c.talk {
				r.Layer.Datagram(r.Layer.At(i), input.Dir(s.who), []byte(s.what), 0)
			}
			f := r.Layer.At(i)
			if log.String() != c.parsed || f.Final != c.final {
				t.Errorf("parsed %q, want %q; it is %v, want %v", log.String(), c.parsed, f.Final, c.final)
			}
			r.Close(i, true)
		})
	}
}

// TestIdle: a direction is idle once nobody knows what it is, and no more when the
// other one tells; datagrams that are left out meanwhile change nothing.
func TestIdle(t *testing.T) {
	var log strings.Builder
	r := apptest.New(t, 1<<20, nil, speakers(&log)...)
	i := r.Flow(17, 4000, 99)
	f := r.Layer.At(i)
	var taken input.EventSet
	say := func(d input.Dir, what string) {
		if !f.Idle(d) {
			r.Layer.Datagram(f, d, []byte(what), 0)
			f.TakeEvents(&taken, d, true)
		}
	}
	idle := func(ts, tc bool) {
		t.Helper()
		if f.Idle(input.ToServer) != ts || f.Idle(input.ToClient) != tc {
			t.Errorf("idle %v and %v, want %v and %v", f.Idle(input.ToServer), f.Idle(input.ToClient), ts, tc)
		}
	}
	idle(false, false)
	say(input.ToServer, "what\n")
	idle(true, false)
	say(input.ToServer, "dns\n")
	say(input.ToClient, "dns\n")
	idle(false, false)
	say(input.ToServer, "dns\n")
	if log.String() != "D2:dns D1:dns " {
		t.Errorf("parsed %q", log.String())
	}
	r.Close(i, true)
}

// TestPanic: a parser that panics costs its flow, not the worker.
func TestPanic(t *testing.T) {
	row := &app.Protocol{ID: input.AppHTTP1, Name: "http", TCP: true, Patterns: []app.Pattern{{Octets: "GET"}},
		New: func(*app.Env) app.State { return bomb{} }}
	r := apptest.New(t, 1<<20, nil, row)
	i := r.Flow(6, 4000, 80)
	f := r.Layer.At(i)
	if r.Layer.Data(f, input.ToServer, []byte("GET /"), 0, false, 0) || !f.Failed() || r.Layer.Stats.Panics[app.Row(input.AppHTTP1, 6)] != 1 {
		t.Errorf("failed %v, %d panics", f.Failed(), r.Layer.Stats.Panics[app.Row(input.AppHTTP1, 6)])
	}
	if c := &r.Layer.Crash; !c.Set || c.Proto != input.AppHTTP1 || c.Dir != input.ToServer || string(c.Excerpt) != "GET /" || !strings.Contains(c.Cause, "index out of range") {
		t.Errorf("the report: %v %v %v %q %q", c.Set, c.Proto, c.Dir, c.Excerpt, c.Cause)
	}
	r.Close(i, true)
}

type bomb struct{}

func (bomb) Reset() {}
func (bomb) Parse(c *app.Call) (int, app.Status) {
	return int(c.Data[len(c.Data)]), app.OK
}
