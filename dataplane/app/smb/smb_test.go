package smb

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

const port = 445

func rig(t testing.TB, memory int, change func(*Options)) *apptest.Rig {
	o := DefaultOptions()
	o.Entries, o.Chunks = 4096, 1024
	if change != nil {
		change(&o)
	}
	return apptest.New(t, memory, map[input.AppProto]any{input.AppSMB: &o}, Protocol())
}

// turn is what one side says.
type turn struct {
	dir  input.Dir
	data string
}

func c(s string) turn { return turn{input.ToServer, s} }
func s(s string) turn { return turn{input.ToClient, s} }

// say is a transaction's record without what all have, its events and its file.
func say(r *apptest.Rig, f *app.Flow, t *Tx) string {
	m, ok := r.Log(f, t)
	if !ok {
		return "no record"
	}
	o := m["smb"].(map[string]any)
	out := []string{strings.TrimPrefix(fmt.Sprint(o["command"]), "SMB"), fmt.Sprint(o["status"])}
	for _, k := range []string{"command", "status", "status_code", "session_id", "tree_id", "id", "dialect"} {
		delete(o, k)
	}
	if len(o) > 0 {
		b, _ := json.Marshal(o)
		out = append(out, string(b))
	}
	for id := range numEvents {
		if t.Event(id) {
			out = append(out, eventNames[id])
		}
	}
	for _, x := range t.Files() {
		out = append(out, fmt.Sprintf("%s:%d:%s:%q", x.Name(), x.Size, x.State, x.View().Data))
	}
	return strings.Join(out, " ")
}

// hold gives a conversation, cut every step octets (0: not at all), and says what
// became of it.
func hold(r *apptest.Rig, turns []turn, step int) []string {
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	var off [2]uint64
	for _, t := range turns {
		b := []byte(t.data)
		for len(b) > 0 {
			n := len(b)
			if step > 0 {
				n = min(n, step)
			}
			r.Layer.Data(f, t.dir, append([]byte(nil), b[:n]...), off[t.dir-1], false, 0)
			off[t.dir-1] += uint64(n)
			b = b[n:]
		}
	}
	var got []string
	for _, tx := range f.Txs {
		got = append(got, say(r, f, tx.(*Tx)))
	}
	if f.Failed() {
		got = append(got, "failed")
	}
	r.Close(i, true)
	return got
}

var talks = []struct {
	name  string
	turns []turn
	want  []string
}{
	{"SMB 2: a file is written", []turn{
		c(nbss(m2(smb2.Negotiate, req, 0, 0, negotiate2(0x202, 0x311)))), s(nbss(m2(smb2.Negotiate, resp, 0, 0, negotiated2(0x311, 65536, 65536)))),
		c(nbss(m2(smb2.TreeConnect, req, 0, 1, treeConnect2(`\\h\share`)))), s(nbss(m2(smb2.TreeConnect, resp, 0, 1, treeConnected2(1)))),
		c(nbss(m2(smb2.Create, req, 0, 2, create2("a.txt", 2, 0)))), s(nbss(m2(smb2.Create, resp, 0, 2, created2(fid(9), 3)))),
		c(nbss(m2(smb2.Write, req, 0, 3, write2(fid(9), 0, "hello ")))), s(nbss(m2(smb2.Write, resp, 0, 3, u16(17)+zeros(14)))),
		c(nbss(m2(smb2.Write, req, 0, 4, write2(fid(9), 6, "world")))),
		c(nbss(m2(smb2.Close, req, 0, 5, close2(fid(9))))), s(nbss(m2(smb2.Close, resp, 0, 5, u16(60)+zeros(58))))},
		[]string{`2_COMMAND_NEGOTIATE_PROTOCOL STATUS_SUCCESS {"client_dialects":["2.02","3.11"],"client_guid":"33323130-3534-3736-3938-6261` +
			`66656463","max_read_size":65536,"max_write_size":65536,"server_guid":"63646566-6162-3839-3637-343530313233"}`,
			`2_COMMAND_TREE_CONNECT STATUS_SUCCESS {"share":"\\\\h\\share","share_type":"FILE"}`,
			`2_COMMAND_CREATE STATUS_SUCCESS {"access":"normal","accessed":1000,"changed":1000,"created":1000,"disposition":"FILE_CREATE",` +
				`"filename":"a.txt","fuid":"00000009-0000-0000-0000-000000000000","modified":1000,"size":3}`,
			`2_COMMAND_WRITE STATUS_SUCCESS {"filename":"a.txt","fuid":"00000009-0000-0000-0000-000000000000","share":"\\\\h\\share"} ` +
				`a.txt:11:CLOSED:"hello world"`,
			`2_COMMAND_CLOSE STATUS_SUCCESS`}},
	{"SMB 2: chunks come out of order", []turn{
		c(nbss(m2(smb2.Write, req, 0, 3, write2(fid(9), 6, "world")))), c(nbss(m2(smb2.Write, req, 0, 4, write2(fid(9), 0, "hello ")))),
		c(nbss(m2(smb2.Close, req, 0, 5, close2(fid(9)))))},
		[]string{`2_COMMAND_WRITE STATUS_SUCCESS {"filename":"","fuid":"00000009-0000-0000-0000-000000000000","share":""} :11:CLOSED:"hello world"`,
			`2_COMMAND_CLOSE <nil>`}},
	{"SMB 2: chunks overlap", []turn{
		c(nbss(m2(smb2.Write, req, 0, 3, write2(fid(9), 0, "hello ")))), c(nbss(m2(smb2.Write, req, 0, 4, write2(fid(9), 4, "XYworld")))),
		c(nbss(m2(smb2.Close, req, 0, 5, close2(fid(9)))))},
		[]string{`2_COMMAND_WRITE STATUS_SUCCESS {"filename":"","fuid":"00000009-0000-0000-0000-000000000000","share":""} file_overlap :11:CLOSED:"hello world"`,
			`2_COMMAND_CLOSE <nil>`}},
	{"SMB 2: a file is read", []turn{
		c(nbss(m2(smb2.Read, req, 0, 3, readReq2(fid(9), 0, 5)))), s(nbss(m2(smb2.Read, resp, 0, 3, read2("hello")))),
		c(nbss(m2(smb2.Read, req, 0, 4, readReq2(fid(9), 5, 5)))), s(nbss(m2(smb2.Read, resp, 0xc0000011, 4, u16(9)+zeros(7)))),
		c(nbss(m2(smb2.Close, req, 0, 5, close2(fid(9)))))},
		[]string{`2_COMMAND_READ STATUS_SUCCESS {"filename":"\u003cunknown\u003e","fuid":"00000009-0000-0000-0000-000000000000","share":""} ` +
			`<unknown>:5:CLOSED:"hello"`, `2_COMMAND_CLOSE <nil>`}},
	{"SMB 2: a compound opens, writes and closes", []turn{
		c(compound(m2(smb2.Create, req, 0, 2, create2("b", 5, 0x1000)), m2(smb2.Write, req, 0, 3, write2(strings.Repeat("\xff", 16), 0, "xyz")),
			m2(smb2.Close, req, 0, 4, close2(strings.Repeat("\xff", 16)))))},
		[]string{`2_COMMAND_CREATE <nil> {"access":"delete on close","accessed":0,"changed":0,"created":0,"disposition":"FILE_OVERWRITE_IF",` +
			`"filename":"b","fuid":"","modified":0,"size":0}`,
			`2_COMMAND_WRITE STATUS_SUCCESS {"filename":"b","fuid":"ffffffff-ffff-ffff-ffff-ffffffffffff","share":""} b:3:CLOSED:"xyz"`, `2_COMMAND_CLOSE <nil>`}},
	{"SMB 2: a file is named and deleted", []turn{
		c(nbss(m2(smb2.SetInfo, req, 0, 3, setInfo2(10, fid(9), zeros(16)+u32(4)+wide("to"))))), s(nbss(m2(smb2.SetInfo, resp, 0, 3, u16(2)))),
		c(nbss(m2(smb2.SetInfo, req, 0, 4, setInfo2(13, fid(9), "\x01"))))},
		[]string{`2_COMMAND_SET_INFO STATUS_SUCCESS {"fuid":"00000009-0000-0000-0000-000000000000","rename":{"from":"\u003cunknown\u003e","to":"to"},` +
			`"set_info":{"class":"FILE_INFO","info_level":"SMB2_FILE_RENAME_INFO"}}`,
			`2_COMMAND_SET_INFO <nil> {"access":"delete on close","filename":"\u003cunknown\u003e","fuid":"00000009-0000-0000-0000-000000000000"}`}},
	{"SMB 2: control codes", []turn{c(nbss(m2(smb2.Ioctl, req, 0, 3, ioctl2(0x140204, fid(9), "x")))), c(nbss(m2(smb2.Ioctl, req, 0, 4, ioctl2(5, fid(9), ""))))},
		[]string{`2_COMMAND_IOCTL <nil> {"function":"FSCTL_VALIDATE_NEGOTIATE_INFO"}`, `2_COMMAND_IOCTL <nil> {"function":"5"}`}},
	{"SMB 2: an answer is pending first", []turn{c(nbss(m2(smb2.ChangeNotify, req, 0, 3, zeros(32)))), s(nbss(m2(smb2.ChangeNotify, resp, 0x103, 3, zeros(9)))),
		s(nbss(m2(smb2.ChangeNotify, resp, 0xc0000120, 3, zeros(9))))}, []string{`2_COMMAND_CHANGE_NOTIFY STATUS_CANCELLED`}},
	{"SMB 2: the wrong way", []turn{c(nbss(m2(smb2.Echo, req, 0, 1, zeros(4)))), s(nbss(m2(smb2.Echo, req, 0, 2, zeros(4))))},
		[]string{`2_COMMAND_KEEPALIVE <nil> request_to_client`}},
	{"SMB 2: malformed", []turn{c(nbss(m2(smb2.Echo, req, 0, 1, zeros(4)))), c(nbss(m2(smb2.Create, req, 0, 2, zeros(4)))), c(nbss("\xfeSMB" + zeros(60)))},
		[]string{`2_COMMAND_KEEPALIVE <nil>`, `2_COMMAND_CREATE <nil> malformed_data`, "failed"}},
	{"SMB 3: encrypted", []turn{c(nbss("\xfdSMB" + strings.Repeat("\xfe", 60))), c(nbss(m2(smb2.Echo, req, 0, 1, zeros(4))))}, []string{`2_COMMAND_KEEPALIVE <nil>`}},
	{"SMB 1: a file is written and read", []turn{
		c(nbss(m1(smb1.Negotiate, 0, 0, 1, block("", "\x02A\x00\x02NT LM 0.12\x00")))), s(nbss(m1(smb1.Negotiate, 0x80, 0, 1, block(u16(1)+zeros(32), "0123456789abcdef")))),
		c(nbss(m1(smb1.NTCreateAndX, 0, 0, 2, create1(`\x`)))), s(nbss(m1(smb1.NTCreateAndX, 0x80, 0, 2, created1(0x4001)))),
		c(nbss(m1(smb1.WriteAndX, 0, 0, 3, write1(last, 32, 0x4001, 0, "\x00\x00\x00", "octets")))),
		c(nbss(m1(smb1.ReadAndX, 0, 0, 4, readReq1(0x4001, 0)))), s(nbss(m1(smb1.ReadAndX, 0x80, 0, 4, read1("octets")))),
		c(nbss(m1(smb1.Close, 0, 0, 5, block(u16(0x4001)+zeros(4), ""))))},
		[]string{`1_COMMAND_NEGOTIATE_PROTOCOL STATUS_SUCCESS {"client_dialects":["A","NT LM 0.12"],"server_guid":"33323130-3534-3736-3938-626166656463"}`,
			`1_COMMAND_NT_CREATE_ANDX STATUS_SUCCESS {"access":"normal","accessed":0,"changed":0,"created":0,"disposition":"FILE_CREATE","filename":"\\x",` +
				`"fuid":"4001","modified":0,"size":0}`,
			`1_COMMAND_WRITE_ANDX <nil> {"filename":"\\x","fuid":"4001","share":""} \x:6:CLOSED:"octets"`,
			`1_COMMAND_READ_ANDX <nil> {"filename":"\\x","fuid":"4001","share":""} \x:6:CLOSED:"octets"`, `1_COMMAND_CLOSE <nil>`}},
	{"SMB 1: all messages have the same number", []turn{
		c(nbss(m1(smb1.WriteAndX, 0, 0, 0, write1(last, 32, 2, 0, "", "ab")))), s(nbss(m1(smb1.WriteAndX, 0x80, 0, 0, block(last+zeros(8), "")))),
		c(nbss(m1(smb1.WriteAndX, 0, 0, 0, write1(last, 32, 2, 2, "", "cd")))), c(nbss(m1(smb1.Close, 0, 0, 0, block(u16(2)+zeros(4), ""))))},
		[]string{`1_COMMAND_WRITE_ANDX <nil> {"filename":"\u003cunknown\u003e","fuid":"0002","share":""} <unknown>:4:CLOSED:"abcd"`, `1_COMMAND_CLOSE <nil>`}},
	{"SMB 1: a chain locks, writes and closes", []turn{
		c(nbss(m1(smb1.LockingAndX, 0, 0, 3, block("\x2f\x00"+u16(51)+zeros(12), "")+
			write1("\x04\x00"+u16(51+31+3), 51, 2, 0, "", "abc")+block(u16(2)+zeros(4), ""))))},
		[]string{`1_COMMAND_LOCKING_ANDX <nil>`, `1_COMMAND_WRITE_ANDX <nil> {"filename":"\u003cunknown\u003e","fuid":"0002","share":""} <unknown>:3:CLOSED:"abc"`,
			`1_COMMAND_CLOSE <nil>`}},
	{"a keepalive and what is none", []turn{c("\x85\x00\x00\x00"), c(nbss(m2(smb2.Echo, req, 0, 1, zeros(4)))), c("\x07\x07" + nbss(m2(smb2.Echo, req, 0, 2, zeros(4))))},
		[]string{`2_COMMAND_KEEPALIVE <nil> malformed_data`, `2_COMMAND_KEEPALIVE <nil>`}},
}

// Conversations are the same at every cut.
func TestTalks(t *testing.T) {
	r := rig(t, 2<<20, nil)
	for _, x := range talks {
		for _, step := range []int{0, 1, 2, 3, 7, 64, 100} {
			got := hold(r, x.turns, step)
			if strings.Join(got, "\n") != strings.Join(x.want, "\n") {
				t.Fatalf("%s, every %d octets:\n got %q\nwant %q", x.name, step, got, x.want)
			}
		}
	}
}

// What a peer can make grow has an end.
func TestBounds(t *testing.T) {
	write := func(off uint64) turn { return c(nbss(m2(smb2.Write, req, 0, off, write2(fid(9), off, "x")))) }
	for _, x := range []struct {
		name   string
		change func(*Options)
		turns  []turn
		want   string
	}{
		{"chunks", func(o *Options) { o.Queues[0].Chunks = 2 }, []turn{write(2), write(4), write(6)}, "write_queue_cnt_exceeded"},
		{"octets that wait", func(o *Options) { o.Queues[0].Octets = 2 }, []turn{write(2), write(4), write(6)}, "write_queue_size_exceeded"},
		{"a write", func(o *Options) { o.MaxWrite = 5 }, []turn{write(0), c(nbss(m2(smb2.Write, req, 0, 3, write2(fid(9), 1, "123456"))))}, "write_request_too_large"},
		{"a read", func(o *Options) { o.MaxRead = 5 }, []turn{write(0), c(nbss(m2(smb2.Read, req, 0, 3, readReq2(fid(9), 0, 6))))}, "read_request_too_large"},
		{"transactions", func(o *Options) { o.MaxTx = 1 }, []turn{write(0), c(nbss(m2(smb2.Echo, req, 0, 1, zeros(4))))}, "too_many_transactions"},
		{"a message", nil, []turn{write(0), c(nbss(m2(smb2.Echo, req, 0, 1, zeros(maxMessage+1))))}, "record_overflow"},
		{"what is negotiated", func(o *Options) { o.MaxRead, o.MaxWrite = 5, 5 },
			[]turn{c(nbss(m2(smb2.Negotiate, req, 0, 0, negotiate2(0x202)))), s(nbss(m2(smb2.Negotiate, resp, 0, 0, negotiated2(0x202, 6, 6))))},
			"negotiate_max_read_size_too_large negotiate_max_write_size_too_large"},
	} {
		got := hold(rig(t, 8<<20, x.change), x.turns, 0)
		if len(got) == 0 || !strings.Contains(got[0], x.want) {
			t.Errorf("%s: %q, want %s", x.name, got, x.want)
		}
	}
}

// Tables forget the oldest, and everything is found again that they have.
func TestTables(t *testing.T) {
	r := rig(t, 2<<20, func(o *Options) { o.Cache[tabFile] = 3; o.Entries = 8 })
	s := newState(r.Layer.Env())
	s.book.flow = 1
	for i := range 5 {
		id := fid2([16]byte{byte(i)})
		if e := s.book.put(id.key(), []byte(fmt.Sprint("file", i))); e == nil {
			t.Fatal("no room")
		}
	}
	var names []string
	for i := range 5 {
		id := fid2([16]byte{byte(i)})
		if e := s.book.get(id.key()); e != nil {
			names = append(names, string(e.text))
		}
	}
	sort.Strings(names)
	if strings.Join(names, " ") != "file2 file3 file4" || s.sh.tables.evicted != 2 {
		t.Errorf("%q, %d evicted", names, s.sh.tables.evicted)
	}
	o := newState(r.Layer.Env())
	o.book.flow = 2
	for i := range 9 { // another flow cannot take what this one has
		o.book.put(key{a: uint64(i), tab: tabTree}, nil)
	}
	if s.book.lists[tabFile].n != 3 || o.book.lists[tabTree].n != 5 {
		t.Errorf("%d and %d entries", s.book.lists[tabFile].n, o.book.lists[tabTree].n)
	}
	o.Reset()
	s.Reset()
	if r.Layer.Env().Mem.Used() != 0 {
		t.Error("octets not given back")
	}
}

// A hole in a file shows; behind one in a message the next is found.
func TestGap(t *testing.T) {
	r := rig(t, 2<<20, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	first := nbss(m2(smb2.Write, req, 0, 3, write2(fid(9), 0, strings.Repeat("a", 100))))
	cut := len(first) - 60
	r.Layer.Data(f, input.ToServer, []byte(first[:cut]), 0, false, 0)
	r.Layer.Gap(f, input.ToServer, 50)
	rest := first[cut+50:] + nbss(m2(smb2.Echo, req, 0, 1, zeros(4)))
	at := uint64(cut + 50)
	r.Layer.Data(f, input.ToServer, []byte(rest), at, false, 0)
	at += uint64(len(rest))
	r.Layer.Gap(f, input.ToServer, 1000)
	r.Layer.Data(f, input.ToServer, []byte("cut SMB off"+nbss(m2(smb2.Logoff, req, 0, 2, zeros(4)))), at+1000, false, 0)
	var got []string
	for _, tx := range f.Txs {
		got = append(got, smb2.CommandName(tx.(*Tx).cmd))
	}
	if x := f.Txs[0].(*Tx).one[0]; strings.Join(got, " ") != "SMB2_COMMAND_WRITE SMB2_COMMAND_KEEPALIVE SMB2_COMMAND_SESSION_LOGOFF" || !x.Gaps || x.Size != 100 {
		t.Errorf("%q, gaps %v, %d octets", got, x.Gaps, x.Size)
	}
	r.Close(i, true)
}

// A flow that is picked up in the middle is turned by what a message says, or by the
// port.
func TestMidstream(t *testing.T) {
	r := rig(t, 2<<20, nil)
	for _, x := range []struct {
		name, data string
		src, dst   uint16
		turned     bool
	}{
		{"a response", nbss(m2(smb2.Echo, resp, 0, 1, zeros(4))), port, 40000, true},
		{"a request", nbss(m2(smb2.Echo, req, 0, 1, zeros(4))), 40000, port, false},
		{"SMB 1", nbss(m1(smb1.Close, 0x80, 0, 1, block("", ""))), port, 40000, true},
		{"encrypted", nbss("\xfdSMB" + zeros(60)), port, 40000, true},
		{"encrypted request", nbss("\xfdSMB" + zeros(60)), 40000, port, false},
	} {
		i := r.Flow(6, x.src, x.dst)
		f := r.Layer.At(i)
		f.Midstream = true
		r.Layer.Data(f, input.ToServer, []byte(x.data), 0, false, 0)
		if f.Reversed != x.turned {
			t.Errorf("%s: turned %v", x.name, f.Reversed)
		}
		r.Close(i, true)
	}
}

// play is one flow with its transactions judged and released as they end.
func play(r *apptest.Rig, turns [][]byte, dirs []input.Dir) {
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	var off [2]uint64
	for k, b := range turns {
		d := dirs[k]
		r.Layer.Data(f, d, b, off[d-1], false, 0)
		off[d-1] += uint64(len(b))
		r.Drop(f)
	}
	r.Close(i, false)
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, 2<<20, nil)
	for _, x := range talks {
		var turns [][]byte
		var dirs []input.Dir
		for _, k := range x.turns {
			turns, dirs = append(turns, []byte(k.data)), append(dirs, k.dir)
		}
		play(r, turns, dirs)
		if n := testing.AllocsPerRun(20, func() { play(r, turns, dirs) }); n != 0 {
			t.Errorf("%s: %v allocations a flow", x.name, n)
		}
	}
}

func TestOptions(t *testing.T) {
	o := DefaultOptions()
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
	o.MaxTx, o.Cache[tabTree] = 0, 0
	if err := o.Validate(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v, want two mistakes", err)
	}
	if _, ok := RecordBit("set_file_path_info"); !ok {
		t.Error("a kind without its bit")
	}
}

func FuzzTalks(f *testing.F) {
	for _, x := range talks {
		var side [2]string
		for _, k := range x.turns {
			side[k.dir-1] += k.data
		}
		f.Add([]byte(side[0]), []byte(side[1]), 0)
		f.Add([]byte(side[0]), []byte(side[1]), 2)
	}
	var r *apptest.Rig // of all inputs: each gives back what it took
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		if r == nil {
			r = rig(t, 2<<20, nil)
		}
		apptest.Exchange(t, r, port, a, b, hold)
	})
}
