package smtp

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// turn is what one side says; the server's begin with a digit.
type turn = string

// talk plays turns, each in pieces of n octets, and returns the transactions'
// objects and events, in order.
func talk(r *apptest.Rig, n int, turns ...turn) []string {
	i := r.Flow(6, 4000, 25)
	f := r.Layer.At(i)
	var off [2]uint64
	var out []string
	say := func(d input.Dir, b string, eof bool) {
		for {
			k := min(n, len(b))
			last := k == len(b)
			r.Layer.Data(f, d, []byte(b[:k]), off[d-1], eof && last, 0)
			off[d-1] += uint64(k)
			if b = b[k:]; last {
				break
			}
		}
	}
	for _, t := range turns {
		d := input.ToServer
		if strings.HasPrefix(t, "<") {
			d, t = input.ToClient, t[1:]
		}
		say(d, t, false)
		for _, tx := range f.Txs {
			if t := tx.(*Tx); t.LogReady() {
				out = append(out, show(r, f, t))
			}
		}
		r.Drop(f)
	}
	say(input.ToServer, "", true)
	say(input.ToClient, "", true)
	for _, tx := range f.Txs {
		if t, ok := tx.(*Tx); ok && !t.logged {
			out = append(out, show(r, f, t))
		}
	}
	if f.Failed() {
		out = append(out, "failed")
	}
	r.Close(i, true)
	return out
}

func show(r *apptest.Rig, f *app.Flow, t *Tx) string {
	m, _ := r.Log(f, t)
	b, _ := json.Marshal(map[string]any{"smtp": m["smtp"], "email": m["email"]})
	var ev []string
	for i, n := range Events {
		if t.Event(uint16(i)) {
			ev = append(ev, n)
		}
	}
	sort.Strings(ev)
	return fmt.Sprintf("%d %s %s", t.ID(), b, strings.Join(ev, ","))
}

const (
	hi       = "<220 mail ESMTP\r\n"
	ok       = "<250 ok\r\n"
	envelope = "MAIL FROM:<a@x> SIZE=5\r\n"
	rcpt     = "RCPT TO: <b@y>\r\n"
	go354    = "<354 go\r\n"
	text     = "Subject: s\r\n\r\nhello\r\n"
)

func TestSessions(t *testing.T) {
	mailed := `{"email":{"status":"PARSE_DONE","subject":"s"},"smtp":{"helo":"c","mail_from":"\u003ca@x\u003e","rcpt_to":["\u003cb@y\u003e"]}} `
	for name, c := range map[string]struct {
		turns []turn
		want  []string
	}{
		"a mail": {[]turn{hi, "EHLO c\r\n", "<250-mail\r\n250 PIPELINING\r\n", envelope, ok, rcpt, ok, "DATA\r\n", go354, text + ".\r\n", ok, "QUIT\r\n", "<221 bye\r\n"},
			[]string{"0 " + mailed}},
		"LF alone": {[]turn{hi, "ehlo c\n", ok, "mail from:<a@x>\n", ok, "rcpt to:<b@y>\n", ok, "data\n", go354, "Subject: s\n\nhello\n.\n", ok},
			[]string{"0 " + mailed}},
		"pipelined": {[]turn{hi, "EHLO c\r\n", ok, envelope + rcpt + "DATA\r\n", "<250 ok\r\n250 ok\r\n354 go\r\n", text + ".\r\n" + envelope + rcpt + "DATA\r\n", "<250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n", text + ".\r\nQUIT\r\n", ok},
			[]string{"0 " + mailed, "1 " + mailed}},
		"DATA refused": {[]turn{hi, "EHLO c\r\n", ok, envelope + "DATA\r\n", "<550 no\r\n554 no\r\n", "RSET\r\n", ok, envelope, ok, rcpt, ok, "DATA\r\n", go354, text + ".\r\n", ok},
			[]string{`0 {"email":null,"smtp":{"helo":"c","mail_from":"\u003ca@x\u003e"}} DATA_COMMAND_REJECTED`, "1 " + mailed}},
		"message before 354": {[]turn{hi, "EHLO c\r\n", ok, envelope + rcpt + "DATA\r\n" + text + ".\r\n", "<250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n"},
			[]string{"0 " + mailed + "INVALID_PIPELINED_SEQUENCE"}},
		"chunks": {[]turn{hi, "EHLO c\r\n", ok, envelope, ok, rcpt, ok, "BDAT 9\r\nSubject: BDAT 12 LAST\r\ns\r\n\r\nhello\r\n", "<250 9\r\n", ok},
			[]string{"0 " + mailed}},
		"empty last chunk": {[]turn{hi, "EHLO c\r\n", ok, envelope, ok, rcpt, ok, "BDAT 21\r\n" + text, ok, "BDAT 0 LAST\r\n", ok, "NOOP\r\n", ok},
			[]string{"0 " + mailed, `1 {"email":null,"smtp":{"helo":"c"}} `}},
		"bad chunk": {[]turn{hi, "EHLO c\r\n", ok, "BDAT 5 X\r\n" + envelope + rcpt, "<501 no\r\n250 ok\r\n250 ok\r\n", "DATA\r\n", go354, text + ".\r\n", ok},
			[]string{"0 " + mailed + "INVALID_BDAT"}},
		"STARTTLS": {[]turn{hi, "EHLO c\r\n", ok, "STARTTLS\r\n", "<220 go\r\n"}, []string{`0 {"email":null,"smtp":{"helo":"c"}} `}},
		"TLS refused, commands behind it": {[]turn{hi, "EHLO c\r\n", ok, "STARTTLS\r\nNOOP\r\n", "<454 no\r\n250 ok\r\n"},
			[]string{`0 {"email":null,"smtp":{"helo":"c"}} INVALID_PIPELINED_SEQUENCE,TLS_REJECTED`}},
		"EHLO ends an envelope": {[]turn{hi, "HELO c\r\n", ok, "MAIL FROM:<z@z>\r\n", ok, "EHLO d\r\n", ok, envelope, ok, rcpt, ok, "DATA\r\n", go354, text + ".\r\n", ok},
			[]string{`0 {"email":null,"smtp":{"helo":"c","mail_from":"\u003cz@z\u003e"}} DUPLICATE_FIELDS`, "1 " + mailed}},
		"no greeting, odd reply": {[]turn{"EHLO c\r\n", "<hello\r\n", ok}, []string{`0 {"email":null,"smtp":{"helo":"c"}} INVALID_REPLY,NO_SERVER_WELCOME_MESSAGE`}},
		"QUIT alone":             {[]turn{"QUIT\r\n"}, nil},
		"line without end":       {[]turn{hi, "EHLO " + strings.Repeat("c", 5000) + "\r\n", ok}, []string{`0 {"email":null,"smtp":{"helo":"` + strings.Repeat("c", 4091) + `"}} MAX_COMMAND_LINE_LEN_EXCEEDED,TRUNCATED_LINE`}},
		"an endless reply":       {[]turn{hi, "EHLO c\r\n", "<250 " + strings.Repeat("c", 5000) + "\r\n"}, []string{`0 {"email":null,"smtp":{"helo":"c"}} MAX_REPLY_LINE_LEN_EXCEEDED,TRUNCATED_LINE`}},
		"a reply to nothing":     {[]turn{hi, "EHLO c\r\n", ok, ok}, []string{`0 {"email":null,"smtp":{"helo":"c"}} UNABLE_TO_MATCH_REPLY_WITH_REQUEST`}},
		"dots": {[]turn{hi, "EHLO c\r\n", ok, envelope, ok, rcpt, ok, "DATA\r\n", go354, "Subject: s\r\n..x: y\r\n\r\n..\r\n.a\r\n.\r\n", ok},
			[]string{"0 " + mailed}},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 8<<20, nil, Protocol())
			for _, n := range []int{1 << 20, 1, 2, 3, 7} {
				got := talk(r, n, c.turns...)
				if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
					t.Fatalf("in pieces of %d:\ngot  %s\nwant %s", n, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
				}
			}
		})
	}
}

// TestViews looks at the buffers as they become ready.
func TestViews(t *testing.T) {
	r := apptest.New(t, 8<<20, map[input.AppProto]any{input.AppSMTP: func() *Options { o := DefaultOptions(); o.InspectFrom = 0; return o }()}, Protocol())
	i := r.Flow(6, 4000, 25)
	f := r.Layer.At(i)
	at := uint64(0)
	send := func(s string) {
		r.Layer.Data(f, input.ToServer, []byte(s), at, false, 0)
		at += uint64(len(s))
	}
	send("EHLO c\r\n" + envelope)
	tx := f.Txs[0].(*Tx)
	want := func(id buf.ID, n int, a input.Avail, text string) {
		t.Helper()
		v := tx.View(id, input.ToServer, n)
		if v.Avail != a || string(r.Whole(v)) != text {
			t.Errorf("%v %d: %v %q, want %v %q", id, n, v.Avail, v.Data, a, text)
		}
	}
	want(buf.SMTPHelo, 0, input.Done, "c")
	want(buf.SMTPMailFrom, 0, input.Done, "<a@x>")
	want(buf.SMTPRcptTo, 0, input.Wait, "")
	want(buf.EmailSubject, 0, input.Wait, "")
	send(rcpt + "DATA\r\nSubject: s\r\nReceived: 1\r\nReceived: 2\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
	want(buf.SMTPRcptTo, 0, input.Done, "<b@y>")
	want(buf.SMTPRcptTo, 1, input.None, "")
	want(buf.EmailSubject, 0, input.Done, "s")
	want(buf.EmailReceived, 1, input.Done, "2")
	want(buf.EmailReceived, 2, input.None, "")
	want(buf.EmailBodyMD5, 0, input.Wait, "")
	want(buf.FileData, 0, input.Wait, "")
	send("--b\r\nContent-Type: a/b; name=f\r\n\r\nEVIL\r\n")
	want(buf.FileName, 0, input.Done, "f")
	want(buf.FileData, 0, input.More, "EVIL")
	send("--b--\r\n.\r\n")
	want(buf.FileData, 0, input.Done, "EVIL")
	want(buf.FileData, 1, input.None, "")
	if len(tx.View(buf.EmailBodyMD5, input.ToServer, 0).Data) != 32 {
		t.Error("no digest of the body")
	}
	r.Close(i, true)
}

// TestFloods: a million pipelined commands and mails are bounded, and what is
// over is taken for complete.
func TestFloods(t *testing.T) {
	for name, s := range map[string]string{
		"recipients":      rcpt,
		"mails":           envelope + rcpt + "DATA\r\n.\r\n",
		"resets":          envelope + "RSET\r\n",
		"tries":           "DATA\r\n.\r\nDATA\r\nx\r\n",
		"mixed commands":  "NOOP\r\nEHLO c\r\nVRFY x\r\n",
		"refused chunks":  "BDAT x\r\n",
		"STARTTLS always": "STARTTLS\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 32<<20, nil, Protocol())
			i := r.Flow(6, 4000, 25)
			f := r.Layer.At(i)
			b := []byte("EHLO c\r\n" + strings.Repeat(s, 1<<16/len(s)))
			at := uint64(0)
			for range 24 {
				r.Layer.Data(f, input.ToServer, b, at, false, 0)
				at += uint64(len(b))
				r.Drop(f)
			}
			if len(f.Txs) > app.MaxTxs || r.Layer.Stats.Panics != [app.NumRows]uint64{} {
				t.Errorf("%d transactions, %v panics", len(f.Txs), r.Layer.Stats.Panics)
			}
			if used := r.Layer.Env().Mem.Used(); used > 4<<20 {
				t.Errorf("%d octets of memory are held", used)
			}
			r.Close(i, true)
		})
	}
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 8<<20, nil, Protocol())
	a := []byte("EHLO c\r\n" + envelope + rcpt + "DATA\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: a/b; name=f\r\n\r\nx\r\n--b--\r\n.\r\nQUIT\r\n")
	b := []byte("220 hi\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n")
	n := testing.AllocsPerRun(200, func() {
		i := r.Flow(6, 4000, 25)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
		r.Layer.Flush()
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func TestCaptures(t *testing.T) {
	r := apptest.New(t, 32<<20, nil, Protocol())
	b, _ := json.Marshal(r.Replay(apptest.Capture(t, "3def1a1fed849e7f.pcap")))
	for _, w := range []string{`"helo":"GP"`, `"attachment":["NEWS.txt"]`, `"subject":"SMTP"`} {
		if !strings.Contains(string(b), w) {
			t.Errorf("no %s in %s", w, b)
		}
	}
}

func FuzzSession(f *testing.F) {
	f.Add([]byte("EHLO c\r\n"+envelope+rcpt+"DATA\r\n"+text+".\r\nQUIT\r\n"), []byte("220 a\r\n250 b\r\n250 b\r\n250 b\r\n354 c\r\n250 d\r\n"), uint16(0))
	f.Add([]byte("EHLO c\r\nBDAT 5\r\nabc\r\nBDAT 3 LAST\r\nx\r\nSTARTTLS\r\n"), []byte("220 a\r\n250-b\r\n250 c\r\n250 d\r\n220 e\r\n"), uint16(0))
	f.Add([]byte("EHLO c\r\nDATA\r\nContent-Type: multipart/x; boundary=b\r\n\r\n--b\r\nContent-Type: a/b; name=f\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b--\r\n.\r\n"), []byte("220 a\r\n"), uint16(900))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 2<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 25, a, b, int(hold))
	})
}
