package pop3

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// talk plays turns, the server's begin with `<`, each in pieces of n octets.
func talk(r *apptest.Rig, n int, turns ...string) (out []string) {
	i := r.Flow(6, 4000, 110)
	f := r.Layer.At(i)
	var off [2]uint64
	for _, s := range turns {
		d := input.ToServer
		if strings.HasPrefix(s, "<") {
			d, s = input.ToClient, s[1:]
		}
		for len(s) > 0 {
			k := min(n, len(s))
			r.Layer.Data(f, d, []byte(s[:k]), off[d-1], false, 0)
			off[d-1] += uint64(k)
			s = s[k:]
		}
		for _, tx := range f.Txs {
			t, ok := tx.(*Tx)
			if !ok || !t.LogReady() {
				continue
			}
			m, _ := r.Log(f, t)
			b, _ := json.Marshal(m["pop3"])
			s := fmt.Sprintf("%d %s", t.id, b)
			for i, n := range Events {
				if t.Event(uint16(i)) {
					s += " " + n
				}
			}
			out = append(out, s)
		}
		r.Drop(f)
	}
	r.Close(i, true)
	return out
}

func TestSessions(t *testing.T) {
	hi := `0 {"response":{"header":"hi","status":"OK","success":true}}`
	for name, c := range map[string]struct{ turns, want []string }{
		"log-in": {[]string{"<+OK hi\r\n", "user a\r\n", "<+OK\r\n", "PASS b c\r\n", "<-ERR no\r\n"},
			[]string{hi, `1 {"request":{"args":["a"],"command":"USER"},"response":{"header":"","status":"OK","success":true}}`,
				`2 {"request":{"args":["b","c"],"command":"PASS"},"response":{"header":"no","status":"ERR","success":false}}`}},
		"lists": {[]string{"<+OK hi\r\n", "LIST\r\nLIST 1\r\nUIDL\r\n", "<+OK 2\r\n1 5\r\n..x\r\n.\r\n+OK 1 5\r\n-ERR no\r\n"},
			[]string{hi, `1 {"request":{"command":"LIST"},"response":{"data":["1 5",".x"],"header":"2","status":"OK","success":true}}`,
				`2 {"request":{"args":["1"],"command":"LIST"},"response":{"header":"1 5","status":"OK","success":true}}`,
				`3 {"request":{"command":"UIDL"},"response":{"header":"no","status":"ERR","success":false}}`}},
		"AUTH": {[]string{"<+OK hi\r\n", "AUTH X\r\n", "<+ \r\n", "abc\r\n", "<+OK in\r\n"},
			[]string{hi, `1 {"request":{"args":["X"],"command":"AUTH"},"response":{"header":"","status":"OK","success":true}}`,
				`2 {"request":{"command":"\u003cSASL DATA\u003e"},"response":{"header":"in","status":"OK","success":true}}`}},
		"odd": {[]string{"<+OK hi\r\n", "XYZ 1\r\nSTAT 1\r\n", "<-ERR\r\n+OK\r\n"},
			[]string{hi, `1 {"request":{"args":["1"],"command":"XYZ"},"response":{"header":"","status":"ERR","success":false}} unknown_command`,
				`2 {"request":{"args":["1"],"command":"STAT"},"response":{"header":"","status":"OK","success":true}} incorrect_argument_count`}},
		"long": {[]string{"<+OK hi\r\n", "NOOP" + strings.Repeat("x", 5000) + "\r\n", "<+OK\r\n"},
			[]string{hi, `1 {"request":{"command":"NOOP` + strings.Repeat("x", 4092) + `"},"response":{"header":"","status":"OK","success":true}} request_too_long unknown_command`}},
		"STLS": {[]string{"<+OK hi\r\n", "STLS\r\n", "<+OK go\r\n"}, []string{hi, `1 {"request":{"command":"STLS"},"response":{"header":"go","status":"OK","success":true}}`}},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 4<<20, nil, Protocol())
			for _, n := range []int{1 << 20, 1, 2, 3, 7} {
				if got := talk(r, n, c.turns...); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
					t.Fatalf("in pieces of %d:\ngot  %s\nwant %s", n, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
				}
			}
		})
	}
}

// TestFloods: endless commands and responses.
func TestFloods(t *testing.T) {
	for name, s := range map[string][2]string{"commands": {"NOOP\r\n", ""}, "data": {"", "x\r\n"}, "greetings": {"", "+OK\r\n"}} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 32<<20, nil, Protocol())
			i := r.Flow(6, 4000, 110)
			f := r.Layer.At(i)
			r.Layer.Data(f, input.ToServer, []byte("RETR 1\r\n"), 0, false, 0)
			at := [2]uint64{8, 0}
			for range 16 {
				for d, b := range s {
					big := strings.Repeat(b, 1<<16/max(len(b), 1))
					r.Layer.Data(f, input.Dir(d+1), []byte(big), at[d], false, 0)
					at[d] += uint64(len(big))
				}
				r.Drop(f)
			}
			if used := r.Layer.Env().Mem.Used(); used > 4<<20 || len(f.Txs) > app.MaxTxs || r.Layer.Stats.Panics != [app.NumRows]uint64{} {
				t.Errorf("%d octets, %d transactions, %v panics", used, len(f.Txs), r.Layer.Stats.Panics)
			}
			r.Close(i, true)
		})
	}
}

// Past max-tx what waits is given up, and the flow is over.
func TestMaxTx(t *testing.T) {
	r := apptest.New(t, 4<<20, map[input.AppProto]any{input.AppPOP3: &Options{MaxTx: 1}}, Protocol())
	if got := talk(r, 1<<20, "<+OK\r\n", "NOOP\r\nNOOP\r\nNOOP\r\n", "<+OK\r\n"); len(got) != 3 || !strings.HasSuffix(got[1], "too_many_transactions") {
		t.Errorf("%q", got)
	}
	for _, n := range []int{0, app.MaxTxs + 1} {
		if (&Options{MaxTx: n}).Validate() == nil {
			t.Errorf("%d is taken", n)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 4<<20, nil, Protocol())
	a, b := []byte("USER a\r\nLIST\r\nQUIT\r\n"), []byte("+OK hi\r\n+OK\r\n+OK\r\n1 2\r\n.\r\n+OK\r\n")
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 110)
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

func FuzzSession(f *testing.F) {
	f.Add([]byte("USER a\r\nAUTH X\r\nabc\r\nLIST\r\nSTLS\r\n"), []byte("+OK hi\r\n+OK\r\n+ \r\n+OK\r\n+OK 1\r\nx\r\n.\r\n+OK\r\n"), uint16(0))
	f.Add([]byte("CAPA\r\n"), []byte("-ERR\r\n+OK\r\n.."), uint16(900))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 110, a, b, int(hold))
	})
}
