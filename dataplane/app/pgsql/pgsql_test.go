package pgsql

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/tls"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// msg is a message; kind 0: one without a kind.
func msg(kind byte, body string) string {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(4+len(body)))
	if kind == 0 {
		return string(n[:]) + body
	}
	return string(kind) + string(n[:]) + body
}

const (
	ssl    = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
	gss    = "\x00\x00\x00\x08\x04\xd2\x16\x30"
	cancel = "\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x07\x00\x00\x00\x09"
)

var (
	start  = msg(0, "\x00\x03\x00\x00user\x00u\x00database\x00d\"b\x00x\"y\x00z\x00\x00")
	ready  = msg('Z', "I")
	ok     = msg('R', "\x00\x00\x00\x00") + msg('S', "DateStyle\x00ISO\x00") + msg('K', "\x00\x00\x00\x01\x00\x00\x00\x02") + ready
	rows   = msg('T', "\x00\x02a\x00") + msg('D', "\x00\x02\x00\x00\x00\x03abc\xff\xff\xff\xff") + msg('C', "SELECT 1\x00") + ready
	failed = msg('E', "SERROR\x00VERROR\x00C22012\x00Mno\x00\x00") + ready
)

// talk plays turns, the server's begin with `<`, each cut behind n octets; a small
// n cuts everywhere.
func talk(r *apptest.Rig, n int, turns ...string) (out []string) {
	i := r.Flow(6, 4000, 5432)
	f := r.Layer.At(i)
	var off [2]uint64
	for _, s := range turns {
		d := input.ToServer
		if strings.HasPrefix(s, "<") {
			d, s = input.ToClient, s[1:]
		}
		for first := true; len(s) > 0; first = false {
			k := len(s)
			if first || n < 4 {
				k = min(n, k)
			}
			r.Layer.Data(f, d, append(make([]byte, 0, k), s[:k]...), off[d-1], false, 0)
			off[d-1] += uint64(k)
			s = s[k:]
		}
		for _, tx := range f.Txs {
			if t, ok := tx.(*Tx); ok && t.done {
				out = append(out, show(r, f, t))
			}
		}
		r.Drop(f)
	}
	out = append(out, f.Final.String())
	r.Close(i, true)
	return out
}

func show(r *apptest.Rig, f *app.Flow, t *Tx) string {
	m, _ := r.Log(f, t)
	b, _ := json.Marshal(m["pgsql"])
	s := string(b)
	for i, n := range Events {
		if t.Event(uint16(i)) {
			s += " " + n
		}
	}
	if v := t.View(buf.PgsqlQuery, input.ToServer, 0); v.Avail == input.Done {
		s += " [" + string(r.Whole(v)) + "]"
	}
	return s
}

func TestSessions(t *testing.T) {
	for name, c := range map[string]struct{ turns, want []string }{
		"log-in": {[]string{ssl, "<N", start, "<" + msg('R', "\x00\x00\x00\x05ab\xffd"), msg('p', "md5x\x00"), "<" + ok, msg('X', "")}, []string{
			`{"request":{"message":"SSL Request"},"response":{"ssl_accepted":false},"tx_id":1}`,
			`{"request":{"protocol_version":"3.0","startup_parameters":{"optional_parameters":[{"database":"d\"b"},{"x_y":"z"}],"user":"u"}},"response":{"authentication_md5_password":"ab\\xffd"},"tx_id":2}`,
			`{"request":{"password_redacted":true},"response":{"message":"authentication_ok","parameter_status":[{"date_style":"ISO"}],"process_id":1,"secret_key":2},"tx_id":3}`,
			`{"request":{"message":"termination_message"},"tx_id":4}`}},
		"SASL": {[]string{start, "<" + msg('R', "\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00"), msg('p', "SCRAM-SHA-256\x00\x00\x00\x00\x02n,"),
			"<" + msg('R', "\x00\x00\x00\x0br=1"), msg('p', "c=2"), "<" + msg('R', "\x00\x00\x00\x0cv=3") + ok}, []string{
			`{"request":{"protocol_version":"3.0","startup_parameters":{"optional_parameters":[{"database":"d\"b"},{"x_y":"z"}],"user":"u"}},"response":{"message":"authentication_sasl"},"tx_id":1}`,
			`{"request":{"sasl_authentication_mechanism":"scram_SHA256","sasl_param":"n,"},"response":{"message":"authentication_sasl_continue"},"tx_id":2}`,
			`{"request":{"sasl_response":"c=2"},"response":{"authentication_sasl_final":"v=3","message":"authentication_ok","parameter_status":[{"date_style":"ISO"}],"process_id":1,"secret_key":2},"tx_id":3}`}},
		"queries": {[]string{msg('Q', "select 1\x00") + msg('Q', "bad\x00"), "<" + rows + msg('N', "Sx\x00\x00") + failed}, []string{
			`{"request":{"simple_query":"select 1"},"response":{"command_completed":"SELECT 1","data_rows":1,"data_size":3,"field_count":2},"tx_id":1} [select 1]`,
			`{"request":{"simple_query":"bad"},"response":{"code":"22012","message":"no","severity_localizable":"ERROR","severity_non_localizable":"ERROR"},"tx_id":2} [bad]`}},
		"extended": {[]string{msg('P', "\x00select 2\x00\x00\x00") + msg('B', "x") + msg('E', "\x00\x00\x00\x00\x00") + msg('S', ""), "<" + msg('1', "") + msg('2', "") + rows}, []string{
			`{"response":{"command_completed":"SELECT 1","data_rows":1,"data_size":3,"field_count":2},"tx_id":1}`}},
		"copy": {[]string{msg('Q', "copy\x00"), "<" + msg('H', "\x00\x00\x02\x00\x00\x00\x00") + msg('d', "abc") + msg('d', "de") + msg('c', "") + msg('C', "COPY 2\x00") + ready}, []string{
			`{"request":{"simple_query":"copy"},"response":{"command_completed":"COPY 2","copy_data_out":{"data_size":5,"row_count":2},"copy_out_response":{"columns":2}},"tx_id":1} [copy]`}},
		"copy in": {[]string{msg('Q', "copy\x00"), "<" + msg('G', "\x00\x00\x02\x00\x00\x00\x00"), msg('d', "abc") + msg('d', "de") + msg('c', ""), "<" + msg('C', "COPY 2\x00") + ready}, []string{
			`{"request":{"copy_data_in":{"data_size":5,"msg_count":2},"simple_query":"copy"},"response":{"command_completed":"COPY 2","copy_in_response":{"columns":2}},"tx_id":1} [copy]`}},
		"cancel":   {[]string{cancel}, []string{`{"request":{"message":"cancel_request","process_id":7,"secret_key":9},"tx_id":1}`}},
		"GSS":      {[]string{gss, "<N"}, []string{`{"request":{"message":"GSSENC Request"},"response":{"ssl_accepted":false},"tx_id":1}`}},
		"refused":  {[]string{start, "<" + failed[:len(failed)-6]}, []string{`{"request":{"protocol_version":"3.0","startup_parameters":{"optional_parameters":[{"database":"d\"b"},{"x_y":"z"}],"user":"u"}},"response":{"code":"22012","message":"no","severity_localizable":"ERROR","severity_non_localizable":"ERROR"},"tx_id":1}`}},
		"no start": {[]string{ssl, "<N", "\x00\x00\x00\x08\x00\xff\x00\xff"}, []string{`{"request":{"message":"SSL Request"},"response":{"ssl_accepted":false},"tx_id":1}`, "null malformed_request"}},
		"no kind":  {[]string{start, "<" + ok, "?\x00\x00\x00\x04"}, []string{startedOK, "null malformed_request"}},
		"length":   {[]string{start, "<" + ok, "Q\x00\x00\x00\x03"}, []string{startedOK, "null invalid_length"}},
		"short":    {[]string{start, "<" + ok + msg('T', "a")}, []string{startedOK, "null malformed_response"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 4<<20, nil, Protocol())
			want := strings.Join(append(c.want, "pgsql"), "\n")
			for n := 1; n < 80; n++ {
				if got := strings.Join(talk(r, n, c.turns...), "\n"); got != want {
					t.Fatalf("cut at %d:\ngot  %s\nwant %s", n, got, want)
				}
			}
		})
	}
}

const startedOK = `{"request":{"protocol_version":"3.0","startup_parameters":{"optional_parameters":[{"database":"d\"b"},{"x_y":"z"}],"user":"u"}},` +
	`"response":{"message":"authentication_ok","parameter_status":[{"date_style":"ISO"}],"process_id":1,"secret_key":2},"tx_id":1}`

// A request for TLS that is granted makes the flow TLS.
func TestTLS(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, Protocol(), tls.Protocol())
	hello := "\x16\x03\x01\x00\x04\x01\x00\x00\x00"
	got := talk(r, 100, ssl, "<S", hello)
	if want := []string{`{"request":{"message":"SSL Request"},"response":{"ssl_accepted":true},"tx_id":1}`, "tls"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Encryption that nobody reads is no error.
func TestUnreadable(t *testing.T) {
	for name, c := range map[string]string{"no TLS": ssl + "S", "GSS": gss + "G"} {
		r := apptest.New(t, 4<<20, nil, Protocol())
		i := r.Flow(6, 4000, 5432)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(c[:8]), 0, false, 0)
		r.Layer.Data(f, input.ToClient, []byte(c[8:]), 0, false, 0)
		r.Layer.Data(f, input.ToServer, []byte("\x16\x03\x01"), 8, false, 0)
		if tx := f.Txs[0].(*Tx); len(f.Txs) != 1 || !tx.accepted || f.Failed() || !f.Bypassed() {
			t.Errorf("%s: %d transactions, accepted %v, failed %v, bypassed %v", name, len(f.Txs), tx.accepted, f.Failed(), f.Bypassed())
		}
		r.Close(i, true)
	}
}

func TestPasswords(t *testing.T) {
	o := DefaultOptions()
	o.Passwords = true
	r := apptest.New(t, 4<<20, map[input.AppProto]any{input.AppPGSQL: o}, Protocol())
	got := talk(r, 100, msg('p', "secret\x00"), "<"+ready)
	if want := `{"request":{"password":"secret"},"response":{},"tx_id":1}`; got[0] != want {
		t.Errorf("got %s, want %s", got[0], want)
	}
}

// Of a long query the front is kept, and what follows it is read.
func TestLongQuery(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, Protocol())
	q := strings.Repeat("x", maxQuery+100)
	got := talk(r, 1000, msg('Q', q+"\x00")+msg('Q', "y\x00"), "<"+ready+ready)
	if len(got) != 3 || !strings.HasSuffix(got[0], "["+q[:maxQuery]+"]") || !strings.HasSuffix(got[1], "[y]") {
		t.Errorf("%d transactions, the second %s", len(got)-1, got[1])
	}
}

// A gap within rows loses nothing; one elsewhere ends parsing.
func TestGaps(t *testing.T) {
	for _, in := range []bool{true, false} {
		r := apptest.New(t, 4<<20, nil, Protocol())
		i := r.Flow(6, 4000, 5432)
		f := r.Layer.At(i)
		q := msg('Q', "q\x00")
		row := msg('D', "\x00\x01\x00\x00\x03\xe8"+strings.Repeat("v", 1000))
		r.Layer.Data(f, input.ToServer, []byte(q), 0, false, 0)
		cut := 200
		if !in {
			cut = 0
		}
		r.Layer.Data(f, input.ToClient, []byte(msg('T', "\x00\x01")+row[:cut]), 0, false, 0)
		r.Layer.Gap(f, input.ToClient, 300)
		r.Layer.Data(f, input.ToClient, []byte(row[cut+300:]+ready), uint64(7+cut+300), false, 0)
		if tx := f.Txs[0].(*Tx); !tx.done || f.Bypassed() == in || in && tx.rowOctets != 1000 {
			t.Errorf("in a row %v: done %v, bypassed %v, %d octets", in, tx.done, f.Bypassed(), tx.rowOctets)
		}
		r.Close(i, true)
	}
}

// Endless requests, answers and parameters stay within their bounds.
func TestFloods(t *testing.T) {
	o := DefaultOptions()
	o.MaxTx, o.Transactions = 20, 30
	for name, s := range map[string][2]string{"queries": {msg('Q', "x\x00"), ""}, "answers": {"", msg('C', "x\x00") + ready},
		"parameters": {"", msg('S', "a\x00"+strings.Repeat("b", 100)+"\x00")}, "rows": {"", msg('D', "\x00\x00")}} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 16<<20, map[input.AppProto]any{input.AppPGSQL: o}, Protocol())
			i := r.Flow(6, 4000, 5432)
			f := r.Layer.At(i)
			r.Layer.Data(f, input.ToServer, []byte(start), 0, false, 0)
			at, over := [2]uint64{uint64(len(start)), 0}, false
			for range 8 {
				for d, b := range s {
					big := strings.Repeat(b, 1<<14/max(len(b), 1))
					r.Layer.Data(f, input.Dir(d+1), []byte(big), at[d], false, 0)
					at[d] += uint64(len(big))
				}
				for _, tx := range f.Txs {
					over = over || tx.Event(EventTooManyTransactions)
				}
				if used := r.Layer.Env().Mem.Used(); used > 1<<20 || len(f.Txs) > o.MaxTx || r.Layer.Stats.Panics != [app.NumRows]uint64{} {
					t.Fatalf("%d octets, %d transactions, %v panics", used, len(f.Txs), r.Layer.Stats.Panics)
				}
				r.Drop(f)
			}
			if over != (name == "queries") {
				t.Errorf("too_many_transactions is %v", over)
			}
			r.Close(i, true)
		})
	}
}

// A worker without transactions left fails flows, and works again with room.
func TestExhaustion(t *testing.T) {
	o := DefaultOptions()
	o.Transactions = 1
	r := apptest.New(t, 4<<20, map[input.AppProto]any{input.AppPGSQL: o}, Protocol())
	a, b := r.Flow(6, 4000, 5432), r.Flow(6, 4001, 5432)
	r.Layer.Data(r.Layer.At(a), input.ToServer, []byte(ssl), 0, false, 0)
	r.Layer.Data(r.Layer.At(b), input.ToServer, []byte(ssl), 0, false, 0)
	if f := r.Layer.At(b); !f.Failed() || len(f.Txs) != 0 {
		t.Errorf("failed %v, %d transactions", f.Failed(), len(f.Txs))
	}
	r.Close(a, false)
	r.Close(b, false)
	c := r.Flow(6, 4002, 5432)
	r.Layer.Data(r.Layer.At(c), input.ToServer, []byte(ssl), 0, false, 0)
	if n := len(r.Layer.At(c).Txs); n != 1 {
		t.Errorf("%d transactions once there is room", n)
	}
	r.Close(c, true)
}

func TestNoAllocations(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, Protocol())
	a, b := []byte(start+msg('Q', "select 1\x00")+msg('X', "")), []byte(ok+rows)
	play := func() {
		i := r.Flow(6, 4000, 5432)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Drop(f)
		r.Close(i, false)
	}
	play()
	if n := testing.AllocsPerRun(100, play); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func TestOptions(t *testing.T) {
	if err := DefaultOptions().Validate(); err != nil {
		t.Error(err)
	}
	if err := (&Options{}).Validate(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two mistakes are reported as %v", err)
	}
}

func FuzzSession(f *testing.F) {
	f.Add([]byte(ssl+start+msg('p', "x\x00")+msg('Q', "select 1\x00")+msg('X', "")), []byte("N"+ok+rows+failed), uint16(0))
	f.Add([]byte(gss+cancel), []byte("G"+msg('R', "\x00\x00\x00\x0a")+msg('d', "abc")), uint16(900))
	f.Add([]byte("Q\xff\xff\xff\xff"), []byte("D\x7f\xff\xff\xff\xff\xff"), uint16(0))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 5432, a, b, int(hold))
	})
}
