package ftp

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

var client, server = [16]byte{10, 0, 0, 1}, [16]byte{10, 0, 0, 2}

// talk plays turns, the server's begin with `<`, each in pieces of n octets, and
// returns the transactions' objects.
func talk(r *apptest.Rig, n int, turns ...string) (out []string, failed bool) {
	i := r.Flow(6, 4000, 21)
	f := r.Layer.At(i)
	f.Src, f.Dst = client, server
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
			if !ok || !t.Done(d) || t.logged {
				continue
			}
			m, _ := r.Log(f, t)
			b, _ := json.Marshal(m["ftp"])
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
	failed = f.Failed()
	r.Close(i, true)
	return out, failed
}

func TestSessions(t *testing.T) {
	for name, c := range map[string]struct{ turns, want []string }{
		"log-in": {[]string{"<220 (x)\r\n", "user bob\r\n", "<331 pass?\r\n", "PASS  a b\r\n", "<230-hi\r\n more\r\n230 in\r\n"},
			[]string{`0 {"completion_code":["220"],"reply":["(x)"],"reply_received":"yes","reply_truncated":false}`,
				`1 {"command":"USER","command_data":"bob","command_truncated":false,"completion_code":["331"],"reply":["pass?"],"reply_received":"yes","reply_truncated":false}`,
				`2 {"command":"PASS","command_data":" a b","command_truncated":false,"completion_code":["230","230"],"reply":["hi"," more","in"],"reply_received":"yes","reply_truncated":false}`}},
		"preliminary": {[]string{"USER a\r\nRETR f\r\n", "<331 p\r\n150 opening\r\n", "<226 done\r\n"},
			[]string{`0 {"command":"USER","command_data":"a","command_truncated":false,"completion_code":["331"],"reply":["p"],"reply_received":"yes","reply_truncated":false}`,
				`1 {"command":"RETR","command_data":"f","command_truncated":false,"completion_code":["150","226"],"reply":["opening","done"],"reply_received":"yes","reply_truncated":false} file_before_port`}},
		"no name": {[]string{"USER a\r\nRETR\r\n", "<331 p\r\n501 what?\r\n"},
			[]string{`0 {"command":"USER","command_data":"a","command_truncated":false,"completion_code":["331"],"reply":["p"],"reply_received":"yes","reply_truncated":false}`,
				`1 {"command":"RETR","command_truncated":false,"completion_code":["501"],"reply":["what?"],"reply_received":"yes","reply_truncated":false} file_without_name`}},
		"PASV": {[]string{"USER a\r\nPASV\r\n", "<331 p\r\n227 Entering Passive Mode (1,2,3,4,185,13).\r\n"},
			[]string{`0 {"command":"USER","command_data":"a","command_truncated":false,"completion_code":["331"],"reply":["p"],"reply_received":"yes","reply_truncated":false}`,
				`1 {"command":"PASV","command_truncated":false,"completion_code":["227"],"dynamic_port":47373,"mode":"passive","reply":["Entering Passive Mode (1,2,3,4,185,13)."],"reply_received":"yes","reply_truncated":false}`}},
		"too long": {[]string{"USER " + strings.Repeat("a", 5000) + "\r\nPWD\r\n", "<331 " + strings.Repeat("b", 4200) + "\r\n257 \"/\"\r\n"},
			[]string{`0 {"command":"USER","command_data":"` + strings.Repeat("a", 4091) + `","command_truncated":true,"completion_code":["331"],"reply":["` + strings.Repeat("b", 4092) + `"],"reply_received":"yes","reply_truncated":true} request_command_too_long response_command_too_long`,
				`1 {"command":"PWD","command_truncated":false,"completion_code":["257"],"reply":["\"/\""],"reply_received":"yes","reply_truncated":false}`}},
		"AUTH TLS": {[]string{"USER a\r\nAUTH tls\r\n", "<331 p\r\n234 go\r\n"},
			[]string{`0 {"command":"USER","command_data":"a","command_truncated":false,"completion_code":["331"],"reply":["p"],"reply_received":"yes","reply_truncated":false}`,
				`1 {"command":"AUTH TLS","command_truncated":false,"completion_code":["234"],"reply":["go"],"reply_received":"yes","reply_truncated":false}`}},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 8<<20, nil, Protocol(), Data())
			for _, n := range []int{1 << 20, 1, 2, 3, 7} {
				got, _ := talk(r, n, c.turns...)
				if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
					t.Fatalf("in pieces of %d:\ngot  %s\nwant %s", n, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
				}
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"PORT 192,168,0,13,234,10": "192.168.0.13:59914", "PORT 1,2,3,4,0,0": "", "PORT 1,2,3,4,5": "", "PORT 256,1,1,1,1,1": "",
		"EPRT |1|132.235.1.2|6275|": "132.235.1.2:6275", "EPRT |2|1080::8:800:200C:417A|5282|": "[1080::8:800:200c:417a]:5282",
		"EPRT |2|::1|1|": "[::1]:1", "EPRT |2|::ffff:1.2.3.4|9|": "[::ffff:1.2.3.4]:9", "EPRT |2|1::2::3|9|": "", "EPRT |3|1.2.3.4|9|": "", "EPRT |1|1.2.3|9|": "", "EPRT |1|1.2.3.4|70000|": "", "EPRT |1|1.2.3.4|9": "",
		"227 Entering Passive Mode (127,0,0,1,4,1)": "127.0.0.1:1025", "227 =127,0,0,1,4,1": "127.0.0.1:1025", "227 no": "", "227": "",
		"229 Entering Extended Passive Mode (|||6446|)": ":6446", "229 (!!!6446!)": ":6446", "229 (||6446|)": "", "229 (": "", "229 (|||": "",
	} {
		var a endpoint
		var ok bool
		switch word, rest, _ := strings.Cut(in, " "); word {
		case "PORT":
			a, ok = hostPort([]byte(rest))
		case "EPRT":
			a, ok = extended([]byte(rest))
		case "227":
			a, ok = passive([]byte(in))
		default:
			a, ok = extendedPassive([]byte(in))
		}
		got := ""
		if ok {
			switch a.version {
			case 4:
				got = netip.AddrPortFrom(netip.AddrFrom4([4]byte(a.ip[:4])), a.port).String()
			case 6:
				got = netip.AddrPortFrom(netip.AddrFrom16(a.ip), a.port).String()
			default:
				got = fmt.Sprintf(":%d", a.port)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// TestData: the connection that a command announced carries its file, whoever
// opens it, and no other does.
func TestData(t *testing.T) {
	for name, c := range map[string]struct {
		setup    []string
		src, dst [16]byte
		port     uint16
		dir      input.Dir
		want     string
	}{
		"passive RETR":  {[]string{"USER a\r\nPASV\r\n", "<331 p\r\n227 x (9,9,9,9,4,1)\r\n", "RETR d/f.txt\r\n"}, client, server, 1025, input.ToClient, "RETR d/f.txt"},
		"extended STOR": {[]string{"USER a\r\nEPSV\r\n", "<331 p\r\n229 x (|||1025|)\r\n", "STOR up\r\n"}, client, server, 1025, input.ToServer, "STOR up"},
		"active RETR":   {[]string{"USER a\r\nPORT 10,0,0,1,4,1\r\n", "<331 p\r\n200 ok\r\n", "RETR f\r\n"}, server, client, 1025, input.ToServer, "RETR f"},
		"active STOR":   {[]string{"USER a\r\nEPRT |1|10.0.0.1|1025|\r\n", "<331 p\r\n200 ok\r\n", "STOR f\r\n"}, server, client, 1025, input.ToClient, "STOR f"},
		"wrong port":    {[]string{"USER a\r\nPORT 10,0,0,1,4,1\r\n", "<331 p\r\n200 ok\r\n", "RETR f\r\n"}, server, client, 1026, input.ToServer, ""},
		"no command":    {[]string{"USER a\r\nPORT 10,0,0,1,4,1\r\n", "<331 p\r\n200 ok\r\n", "SITE X\r\n"}, server, client, 1025, input.ToServer, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 8<<20, map[input.AppProto]any{input.AppFTP: func() *Options { o := DefaultOptions(); o.InspectFrom = 0; return o }()}, Protocol(), Data())
			talk(r, 1<<20, c.setup...)
			i := r.Flow(6, 20, c.port)
			f := r.Layer.At(i)
			f.Src, f.Dst = c.src, c.dst
			r.Layer.Data(f, c.dir.Reverse(), []byte("noise"), 0, false, 0)
			r.Layer.Data(f, c.dir, []byte("EVIL "), 0, false, 0)
			got := ""
			if len(f.Txs) > 0 {
				tx := f.Txs[0].(*dataTx)
				if v := tx.View(buf.FileData, c.dir, 0); string(r.Whole(v)) != "EVIL " || v.Avail != input.More {
					t.Errorf("file.data is %v %q", v.Avail, v.Data)
				}
				r.Layer.Data(f, c.dir, []byte("file"), 5, true, 0)
				if v := tx.View(buf.FileData, c.dir, 0); string(r.Whole(v)) != "EVIL file" || v.Avail != input.Done {
					t.Errorf("file.data is %v %q", v.Avail, v.Data)
				}
				m, _ := r.Log(f, tx)
				o := m["ftp_data"].(map[string]any)
				got = o["command"].(string) + " " + o["filename"].(string)
				if _, again := r.Log(f, tx); again {
					t.Error("logged twice")
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			r.Close(i, true)
		})
	}
}

func TestBounce(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	for cmd, want := range map[string]bool{"PORT 10,0,0,1,4,1": false, "PORT 10,0,0,9,4,1": true, "EPRT |2|::1|9|": true, "PORT x": false} {
		i := r.Flow(6, 4000, 21)
		f := r.Layer.At(i)
		f.Src, f.Dst = client, server
		r.Layer.Data(f, input.ToServer, []byte("USER a\r\n"+cmd+"\r\n"), 0, false, 0)
		if _, a := f.Txs[1].Num(buf.FieldFTPBounce, input.ToServer, 0); (a == input.Done) != want {
			t.Errorf("%s: %v", cmd, a)
		}
		r.Close(i, true)
	}
}

// TestFloods: pipelined commands and endless replies are bounded; with a memcap,
// commands are still told apart.
func TestFloods(t *testing.T) {
	for name, s := range map[string][2]string{"commands": {"NOOP\r\n", ""}, "replies": {"", "230-x\r\n"}, "greetings": {"", "220 x\r\n"}} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 32<<20, nil, Protocol())
			i := r.Flow(6, 4000, 21)
			f := r.Layer.At(i)
			r.Layer.Data(f, input.ToServer, []byte("USER a\r\n"), 0, false, 0)
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
	o := DefaultOptions()
	o.Memcap = 4
	r := apptest.New(t, 1<<20, map[input.AppProto]any{input.AppFTP: o}, Protocol())
	got, _ := talk(r, 1<<20, "USER a\r\nPORT 10,0,0,1,4,1\r\n", "<331 p\r\n200 ok\r\n")
	if len(got) != 2 || !strings.Contains(got[1], `"command":"PORT"`) || !strings.Contains(got[1], `"dynamic_port":1025`) {
		t.Errorf("under a memcap: %q", got)
	}
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 8<<20, nil, Protocol(), Data())
	a, b := []byte("USER a\r\nPORT 10,0,0,1,4,1\r\nRETR f\r\nQUIT\r\n"), []byte("220 (x)\r\n331 p\r\n200 ok\r\n150 go\r\n226 done\r\n221 bye\r\n")
	d := []byte("data")
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 21)
		f := r.Layer.At(i)
		f.Src, f.Dst = client, server
		r.Layer.Data(f, input.ToServer, a[:27+8], 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Layer.Data(f, input.ToServer, a[27+8:], 27+8, false, 0)
		k := r.Flow(6, 20, 1025)
		g := r.Layer.At(k)
		g.Src, g.Dst = server, client
		r.Layer.Data(g, input.ToServer, d, 0, true, 0)
		for _, i := range []uint32{i, k} {
			r.Drop(r.Layer.At(i))
			r.Layer.Close(i, func(app.Tx) {})
		}
		r.Layer.Flush()
	})
	if n != 0 {
		t.Errorf("%v allocations a session", n)
	}
}

func FuzzSession(f *testing.F) {
	f.Add([]byte("USER a\r\nPASV\r\nRETR f\r\nPORT 1,2,3,4,5,6\r\nEPRT |2|::1|9|\r\n"), []byte("220 (x)\r\n331 p\r\n227 (1,2,3,4,5,6)\r\n226 x\r\n"), uint16(0))
	f.Add([]byte("USER a\r\nEPSV\r\nAUTH TLS\r\n"), []byte("220-x\r\n220 y\r\n331 p\r\n229 (|||9|)\r\n234 z\r\n"), uint16(900))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := apptest.New(t, 2<<20, nil, Protocol(), Data())
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 21, a, b, int(hold))
	})
}

// TestOtherWorker: the control connection is one worker's, the data connection
// another's.
func TestOtherWorker(t *testing.T) {
	a, b := apptest.New(t, 4<<20, nil, Protocol(), Data()), apptest.New(t, 4<<20, nil, Protocol(), Data())
	b.Layer.Env().Expect = a.Layer.Env().Expect
	talk(a, 1<<20, "USER a\r\nPASV\r\n", "<331 p\r\n227 x (9,9,9,9,4,1)\r\n", "RETR f\r\n")
	i := b.Flow(6, 4001, 1025)
	f := b.Layer.At(i)
	f.Src, f.Dst = client, server
	b.Layer.Data(f, input.ToClient, []byte("x"), 0, true, 0)
	if f.Final != input.AppFTPData || len(f.Txs) != 1 {
		t.Errorf("the connection is %v", f.Final)
	}
	b.Close(i, true)
	k := a.Flow(6, 4002, 1025)
	g := a.Layer.At(k)
	g.Src, g.Dst = client, server
	a.Layer.Data(g, input.ToClient, []byte("x"), 0, true, 0)
	if g.Final == input.AppFTPData {
		t.Error("one announcement served two connections")
	}
	a.Close(k, true)
}

// TestListing: names that are sent are the connection's, with the command that
// asked for them, and no file.
func TestListing(t *testing.T) {
	for verb, want := range map[string]uint64{"LIST -l": 5, "NLST": 6, "MLSD d": 7} {
		r := apptest.New(t, 8<<20, map[input.AppProto]any{input.AppFTP: DefaultOptions()}, Protocol(), Data())
		talk(r, 1<<20, "USER a\r\nPASV\r\n", "<331 p\r\n227 x (9,9,9,9,4,1)\r\n", verb+"\r\n")
		i := r.Flow(6, 20, 1025)
		f := r.Layer.At(i)
		f.Src, f.Dst = client, server
		r.Layer.Data(f, input.ToClient, []byte("a.txt\r\n"), 0, false, 0)
		if len(f.Txs) != 1 {
			t.Fatalf("%s: %d transactions", verb, len(f.Txs))
		}
		tx := f.Txs[0].(*dataTx)
		if got, _ := tx.Num(buf.FieldFTPDataCommand, input.ToClient, 0); got != want {
			t.Errorf("%s: command is %d, want %d", verb, got, want)
		}
		if v := tx.View(buf.FileData, input.ToClient, 0); v.Avail != input.None || len(tx.Files()) != 0 {
			t.Errorf("%s: file.data is %v, %d files", verb, v.Avail, len(tx.Files()))
		}
		r.Layer.Data(f, input.ToClient, nil, 7, true, 0)
		m, _ := r.Log(f, tx)
		if o := m["ftp_data"].(map[string]any); o["command"] != verb[:4] || o["filename"] != nil {
			t.Errorf("%s: record %v", verb, o)
		}
		r.Close(i, true)
	}
}
