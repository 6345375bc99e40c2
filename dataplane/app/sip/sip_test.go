package sip

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const description = "v=0\r\no=a 1 2 IN IP4 h\r\ns=call\r\nc=IN IP4 h\r\nb=AS:64\r\nt=1 2\r\nr=3\r\nt=4 5\r\na=x\r\nm=audio 1\r\ni=mi\r\nc=IN IP4 m\r\na=y\r\na=z\r\nm=video 2\r\n"

func invite(extra, body string) string {
	return "INVITE sip:b@h SIP/2.0\r\nVia: v1\r\nv: v2\r\nFrom: \"a\"\r\n <sip:a@h>\r\nt: <sip:b@h>\r\n" + extra + fmt.Sprintf("Content-Type: application/SDP;x\r\nl:  %d\r\n\r\n", len(body)) + body
}

const ringing = "SIP/2.0 180 Ringing now\r\nTo: x\r\nContent-Length: 0\r\n\r\n"

// events are the objects of all transactions, and the anomalies.
func events(r *apptest.Rig, f *app.Flow) (out []string) {
	for _, tx := range f.Txs {
		t := tx.(*Tx)
		b, _ := json.Marshal(r.Meta(t)["sip"])
		s := string(b)
		for i, n := range Events {
			if t.Event(uint16(i)) {
				s += " " + n
			}
		}
		out = append(out, s)
	}
	return out
}

const invited = `{"method":"INVITE","request_line":"INVITE sip:b@h SIP/2.0","sdp":{"attributes":["x"],"bandwidths":["AS:64"],"connection_data":"IN IP4 h",` +
	`"media_descriptions":[{"attributes":["y","z"],"connection_data":"IN IP4 m","media":"audio 1","media_info":"mi"},{"media":"video 2"}],"origin":"a 1 2 IN IP4 h",` +
	`"session_name":"call","time_descriptions":[{"repeat_time":"3","time":"1 2"},{"time":"4 5"}],"version":"0"},"uri":"sip:b@h","version":"SIP/2.0"}`

const rang = `{"code":"180","reason":"Ringing now","response_line":"SIP/2.0 180 Ringing now","version":"SIP/2.0"}`

func TestDatagrams(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"request":     {invite("", description), []string{invited}},
		"response":    {ringing, []string{rang}},
		"no body yet": {"SIP/2.0 200 OK\r\nContent-Length: 9\r\n\r\n", []string{`{"code":"200","reason":"OK","response_line":"SIP/2.0 200 OK","version":"SIP/2.0"} incomplete_data`}},
		"no end":      {"SIP/2.0 200 OK\r\nTo: x", []string{`{"code":"200","reason":"OK","response_line":"SIP/2.0 200 OK","version":"SIP/2.0"}`}},
		"two blanks":  {"BYE sip:a b@h SIP/2.0\n\n", []string{`{"method":"BYE","request_line":"BYE sip:a b@h SIP/2.0","uri":"sip:a b@h","version":"SIP/2.0"}`}},
		"no SIP":      {"BYE sip:x HTTP/1.1\r\n\r\n", nil},
		"short":       {"BYE sip:", nil},
		"no code":     {"SIP/2.0 2 OK\r\n\r\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 4<<20, nil, UDP(), TCP())
			i := r.Flow(17, 5060, 5060)
			f := r.Layer.At(i)
			r.Layer.Datagram(f, input.ToServer, []byte(c.in), 0)
			if got := events(r, f); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			r.Close(i, true)
		})
	}
}

// A datagram is read as one although the state served a stream before.
func TestStateOfEitherTransport(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, UDP(), TCP())
	i := r.Flow(6, 5060, 5060)
	r.Layer.Data(r.Layer.At(i), input.ToServer, []byte(ringing), 0, false, 0)
	r.Close(i, true)
	i = r.Flow(17, 5060, 5060)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToClient, []byte("SIP/2.0 200 OK\r\nTo: x"), 0)
	if len(f.Txs) != 1 {
		t.Errorf("%d transactions of a datagram without an end, want 1", len(f.Txs))
	}
	r.Close(i, true)
}

// TestStream: messages behind one another, at every cut.
func TestStream(t *testing.T) {
	in := "\r\n\r\n" + invite("", description) + ringing + "MESSAGE sip:x SIP/2.0\r\nl: 5\r\n\r\nhello" + ringing
	message := `{"method":"MESSAGE","request_line":"MESSAGE sip:x SIP/2.0","uri":"sip:x","version":"SIP/2.0"}`
	want := strings.Join([]string{invited, rang, message, rang}, "\n")
	in = in[4:] // detection needs the first octets
	r := apptest.New(t, 4<<20, nil, UDP(), TCP())
	for cut := 0; cut <= len(in); cut++ {
		i := r.Flow(6, 4000, 5060)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(in[:cut]), 0, false, 0)
		r.Layer.Data(f, input.ToServer, []byte(in[cut:]), uint64(cut), false, 0)
		if got := strings.Join(events(r, f), "\n"); got != want {
			t.Fatalf("cut at %d:\ngot  %s\nwant %s", cut, got, want)
		}
		r.Close(i, true)
	}
	i := r.Flow(6, 4000, 5060)
	f := r.Layer.At(i)
	for k := range len(in) {
		r.Layer.Data(f, input.ToServer, []byte(in[k:k+1]), uint64(k), false, 0)
	}
	if got := strings.Join(events(r, f), "\n"); got != want {
		t.Fatalf("octet by octet:\ngot  %s\nwant %s", got, want)
	}
	r.Close(i, true)
}

func TestViews(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, UDP())
	i := r.Flow(17, 5060, 5060)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, []byte(invite("User-Agent: ua\r\n", description)), 0)
	tx := f.Txs[0]
	for id, want := range map[buf.ID][]string{buf.SIPMethod: {"INVITE"}, buf.SIPURI: {"sip:b@h"}, buf.SIPProtocol: {"SIP/2.0"}, buf.SIPVia: {"v1", "v2"},
		buf.SIPFrom: {"\"a\"\r\n <sip:a@h>"}, buf.SIPTo: {"<sip:b@h>"}, buf.SIPUserAgent: {"ua"}, buf.SIPContentLength: {fmt.Sprint(len(description))},
		buf.SIPStatCode: nil, buf.SIPResponseLine: nil, buf.SDPAttribute: {"x", "y", "z"}, buf.SDPTime: {"1 2", "4 5"}, buf.SDPRepeatTime: {"3"},
		buf.SDPOrigin: {"a 1 2 IN IP4 h"}, buf.SDPMediaMedia: {"audio 1", "video 2"}, buf.SDPMediaConnectionData: {"IN IP4 m"}, buf.SDPConnectionData: {"IN IP4 h"}, buf.SDPURI: nil} {
		for n := 0; ; n++ {
			v := tx.View(id, input.ToServer, n)
			if v.Avail == input.None {
				if n != len(want) {
					t.Errorf("%v: %d instances, want %d", id, n, len(want))
				}
				break
			}
			if n >= len(want) || string(r.Whole(v)) != want[n] {
				t.Errorf("%v %d: %q", id, n, v.Data)
				break
			}
		}
	}
	r.Close(i, true)
}

// TestBounds: endless heads, fields and descriptions.
func TestBounds(t *testing.T) {
	for name, in := range map[string]string{
		"endless line":  "INVITE sip:" + strings.Repeat("x", 1<<20),
		"endless head":  "INVITE sip:x SIP/2.0\r\n" + strings.Repeat("a: b\r\n", 1<<18),
		"many fields":   "INVITE sip:x SIP/2.0\r\n" + strings.Repeat("v:b\r\n", 3000) + "\r\n",
		"many lines":    invite("", strings.Repeat("a=\n", 20000)),
		"many messages": strings.Repeat("ACK sip:x SIP/2.0\r\n\r\n", 30000),
		"endless body":  "INVITE sip:x SIP/2.0\r\nl: 4294967295\r\nc: application/sdp\r\n\r\n" + strings.Repeat("a=b\r\n", 1<<18),
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 16<<20, nil, UDP(), TCP())
			i := r.Flow(6, 4000, 5060)
			f := r.Layer.At(i)
			for at := 0; at < len(in); at += 60000 {
				r.Layer.Data(f, input.ToServer, []byte(in[at:min(at+60000, len(in))]), uint64(at), false, 0)
				if used := r.Layer.Env().Mem.Used(); used > 4<<20 {
					t.Fatalf("%d octets are held", used)
				}
				for _, tx := range f.Txs {
					if x := tx.(*Tx); len(x.fields) > maxFields || len(x.lines) > maxLines {
						t.Fatalf("%d fields, %d lines", len(x.fields), len(x.lines))
					}
				}
				r.Drop(f)
			}
			r.Close(i, true)
		})
	}
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, UDP())
	a, b := []byte(invite("", description)), []byte(ringing)
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 5060, 5060)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, a, 0)
		r.Layer.Datagram(f, input.ToClient, b, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}

func FuzzMessages(f *testing.F) {
	f.Add([]byte(invite("", description)+ringing), []byte(ringing), uint16(0))
	f.Add([]byte("INVITE sip:x SIP/2.0\r\nl: 99999\r\n\r\n"), []byte("SIP/2.0 200\r\n\r\n"), uint16(900))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 2<<20, nil, UDP(), TCP())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 5060, a, b, int(hold))
		i := r.Flow(17, 5060, 5060)
		r.Layer.Datagram(r.Layer.At(i), input.ToServer, a, 0)
		r.Close(i, true)
	})
}

// TestFrames: a message's parts, at every cut.
func TestFrames(t *testing.T) {
	in := "INVITE sip:b@h SIP/2.0\r\nTo: x\r\nl: 5\r\n\r\nhello" + ringing
	want := "pdu 44 request.line 24 request.headers 13 request.body 5 pdu 53 response.line 25 response.headers 26 "
	for cut := 0; cut <= len(in); cut++ {
		r := apptest.New(t, 2<<20, nil, UDP(), TCP())
		r.Layer.Env().Frames = app.FrameOn
		i := r.Flow(6, 4000, 5060)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(in[:cut]), 0, false, 0)
		r.Layer.Data(f, input.ToServer, []byte(in[cut:]), uint64(cut), false, 0)
		got := ""
		for _, fr := range f.Frames() {
			v := fr.View(buf.Frame, input.ToServer, 0)
			got += fmt.Sprintf("%s %d ", input.FrameName(fr.Proto, fr.Type), len(r.Whole(v)))
			if !fr.Over() || !strings.Contains(in, string(v.Data)) {
				t.Errorf("cut at %d: %q", cut, v.Data)
			}
		}
		if got != want {
			t.Fatalf("cut at %d:\ngot  %s\nwant %s", cut, got, want)
		}
		r.Close(i, true)
	}
}
