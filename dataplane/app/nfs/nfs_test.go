package nfs

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

func rig(t testing.TB, o *Options) *apptest.Rig {
	opts := map[input.AppProto]any{}
	if o != nil {
		opts[input.AppNFS] = o
	}
	return apptest.New(t, 4<<20, opts, TCP(), UDP())
}

// x is XDR: numbers of four octets, strings behind their length, raw octets.
func x(parts ...any) string {
	var b []byte
	for _, p := range parts {
		switch v := p.(type) {
		case int:
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		case string:
			b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
			b = append(b, v...)
			b = append(b, make([]byte, -len(v)&3)...)
		case raw:
			b = append(b, v...)
		}
	}
	return string(b)
}

type raw string

// record is one in as many fragments as there are parts.
func record(parts ...string) (out string) {
	for i, p := range parts {
		n := len(p)
		if i == len(parts)-1 {
			n |= 1 << 31
		}
		out += x(n) + p
	}
	return out
}

func ask(xid, version, proc int, args string) string {
	return x(xid, typeCall, 2, program, version, proc, authUnix, x(7, "me", 1000, 100, 0), 0, 0) + args
}

func tell(xid int, res string) string { return x(xid, typeReply, 0, 0, 0, 0) + res }

const fh = "handle-1"

func attr(n int) raw { return raw(strings.Repeat("a", n)) }

func rec(s string) string {
	return `{"nfs":{` + s + `},"rpc":{"auth_type":"UNIX","creds":{"gid":100,"machine_name":"me","uid":1000},"status":"ACCEPTED","xid":`
}

var talks = []struct {
	name, in, out string
	want          []string
	// data are the octets of files.
	data string
}{
	{"a name and its file", record(ask(1, 3, procLookup, x("dir", "secret.txt"))) + record(ask(2, 3, procRead, x(fh, 0, 0, 100))) + record(ask(3, 3, procRead, x(fh, 0, 6, 100))),
		record(tell(1, x(0, fh, 0, 0))) + record(tell(2, x(0, 1, attr(84), 6, 0, "conten"))) + record(tell(3, x(0, 0, 2, 1, "ts"))),
		[]string{rec(`"file_tx":false,"filename":"secret.txt","hhash":"5bb98734","id":1,"procedure":"LOOKUP","status":"OK","type":"response","version":3`) + `1}}`,
			rec(`"file_tx":true,"filename":"","hhash":"5bb98734","id":2,"procedure":"READ","read":{"chunks":2,"first":true,"last":true,"last_xid":3},"status":"OK","type":"response","version":3`) + `2}}`},
		"contents"},
	{"a file is written", record(ask(1, 3, procWrite, x(fh, 0, 0, 5, 0, "hello"))) + record(ask(2, 3, procWrite, x(fh, 0, 5, 3, 0, "!!!"))) + record(ask(3, 3, procCommit, x(fh, 0, 0, 0))),
		record(tell(1, x(0))) + record(tell(2, x(0))) + record(tell(3, x(0))),
		[]string{rec(`"file_tx":true,"filename":"","hhash":"5bb98734","id":1,"procedure":"WRITE","status":"OK","type":"response","version":3,"write":{"chunks":3,"first":true,"last":true,"last_xid":3}`) + `1}}`},
		"hello!!!"},
	{"in fragments", record(ask(1, 3, procRename, x("dir", "old", "dir", "new"))[:30], ask(1, 3, procRename, x("dir", "old", "dir", "new"))[30:]), record(tell(1, x(13))),
		[]string{rec(`"file_tx":false,"filename":"old","hhash":"baab7a10","id":1,"procedure":"RENAME","rename":{"from":"old","to":"new"},"status":"ERR_ACCES","type":"response","version":3`) + `1}}`}, ""},
	{"version 2", record(ask(1, 2, procRead, x(raw("01234567890123456789012345678901"), 0, 10, 10))), record(tell(1, x(0, attr(20), 4, attr(44), "data"))),
		[]string{rec(`"file_tx":true,"filename":"","hhash":"4408d3d7","id":1,"procedure":"READ","read":{"chunks":1,"first":true,"last":true,"last_xid":1},"status":"OK","type":"response","version":2`) + `1}}`},
		"data"},
	{"version 4", record(ask(1, 4, procCompound, x("", 0, 3, op4PutRootFH, op4Open, 0, 1, 0, 0, 0, "owner", 0, 0, "note", op4GetFH))) +
		record(ask(2, 4, procCompound, x("", 0, 3, op4PutFH, fh, op4Write, attr(16), 0, 0, 0, "text", op4Getattr, 1, 1))) +
		record(ask(3, 4, procCompound, x("", 0, 2, op4PutFH, fh, op4Close, 1, attr(16)))) +
		record(ask(4, 4, procCompound, x("", 0, 2, op4PutFH, "dir", op4Remove, "note"))),
		record(tell(1, x(0, "", 3, op4PutRootFH, 0, op4Open, 0, attr(40), 0, 0, op4GetFH, 0, fh))) + record(tell(2, x(0, "", 0))) + record(tell(3, x(0, "", 0))) +
			record(tell(4, x(0, "", 2, op4PutFH, 0, op4Remove, 2))),
		[]string{rec(`"file_tx":true,"filename":"","hhash":"5bb98734","id":1,"procedure":"WRITE","status":"OK","type":"response","version":4,"write":{"chunks":1,"first":true,"last":true,"last_xid":3}`) + `2}}`,
			rec(`"file_tx":false,"filename":"note","id":2,"procedure":"REMOVE","status":"ERR_NOENT","type":"response","version":4`) + `4}}`}, "text"},
	{"a list of names", record(ask(1, 3, procReaddirPlus, x("dir", 0, 0, 0, 0, 0, 0))), record(tell(1, x(0, 0, 0, 0, 1, 0, 7, "name", 0, 0, 0, 1, fh, 0, 1))),
		[]string{rec(`"file_tx":false,"filename":"","hhash":"baab7a10","id":1,"procedure":"READDIRPLUS","status":"OK","type":"response","version":3`) + `1}}`}, ""},
	{"nothing asked, nothing answered", record(ask(1, 3, procNull, "")), record(tell(1, "")),
		[]string{rec(`"file_tx":false,"filename":"","id":1,"procedure":"NULL","status":"OK","type":"response","version":3`) + `1}}`}, ""},
	{"attributes have no record", record(ask(1, 3, procGetattr, x(fh))), record(tell(1, x(0))), []string{""}, ""},
	{"another program", record(x(1, typeCall, 2, 100000, 2, 3, 0, 0, 0, 0)), "", nil, ""},
}

// say is what transactions say: their records, and the octets of their files.
func say(r *apptest.Rig, f *app.Flow) (recs []string, data string) {
	for _, tx := range f.Txs {
		s := ""
		if m, ok := r.Log(f, tx); ok {
			b, _ := json.Marshal(map[string]any{"nfs": m["nfs"], "rpc": m["rpc"]})
			s = string(b)
		}
		recs = append(recs, s)
		for d := input.ToServer; d <= input.ToClient; d++ {
			data += string(tx.View(buf.FileData, d, 0).Data)
		}
	}
	return recs, data
}

// Transactions are the same at every cut.
func TestTalks(t *testing.T) {
	r := rig(t, nil)
	for _, c := range talks {
		for cut := range max(len(c.in), len(c.out)) + 1 {
			i := r.Flow(6, 40000, port)
			f := r.Layer.At(i)
			a, b := min(cut, len(c.in)), min(cut, len(c.out))
			r.Layer.Data(f, input.ToServer, []byte(c.in[:a]), 0, false, 0)
			r.Layer.Data(f, input.ToServer, []byte(c.in[a:]), uint64(a), false, 0)
			r.Layer.Data(f, input.ToClient, []byte(c.out[:b]), 0, false, 0)
			r.Layer.Data(f, input.ToClient, []byte(c.out[b:]), uint64(b), true, 0)
			recs, data := say(r, f)
			for _, tx := range f.Txs {
				if tx.Event(evMalformed) {
					t.Fatalf("%s, cut %d: told to be malformed", c.name, cut)
				}
			}
			if strings.Join(recs, "\n") != strings.Join(c.want, "\n") || data != c.data {
				t.Fatalf("%s, cut %d: %q\n got %s\nwant %s", c.name, cut, data, strings.Join(recs, "\n"), strings.Join(c.want, "\n"))
			}
			r.Close(i, true)
		}
	}
}

// A name that is known when a file is read is the file's.
func TestNames(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	first, second := record(ask(1, 3, procLookup, x("dir", "secret.txt"))), record(ask(2, 3, procRead, x(fh, 0, 0, 100)))
	r.Layer.Data(f, input.ToServer, []byte(first), 0, false, 0)
	r.Layer.Data(f, input.ToClient, []byte(record(tell(1, x(0, fh, 0, 0)))), 0, false, 0)
	r.Layer.Data(f, input.ToServer, []byte(second), uint64(len(first)), false, 0)
	if v := f.Txs[1].View(buf.FileName, input.ToClient, 0); string(v.Data) != "secret.txt" {
		t.Errorf("name %q", v.Data)
	}
	r.Close(i, true)
}

// Data are the file's as they come, long before the record is whole; what is missing
// is a gap in the file, and the next record is read.
func TestDataStream(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	long := record(ask(1, 3, procWrite, x(fh, 0, 0, 100_000, 0, strings.Repeat("d", 100_000))))
	in := []byte(long + record(ask(2, 3, procCommit, x(fh, 0, 0, 0))))
	at := 3000
	r.Layer.Data(f, input.ToServer, in[:at], 0, false, 0)
	if n := len(f.Txs[0].View(buf.FileData, input.ToServer, 0).Data); n < 2800 {
		t.Errorf("%d octets of the file after %d", n, at)
	}
	r.Layer.Gap(f, input.ToServer, 2000)
	at += 2000
	for at < len(in) {
		n := min(len(in)-at, 1460)
		r.Layer.Data(f, input.ToServer, in[at:at+n], uint64(at), false, 0)
		at += n
	}
	fl := f.Txs[0].(*Tx).one[0]
	if fl.Size != 100_000 || !fl.Gaps || !f.Txs[0].Done(input.ToServer) {
		t.Errorf("size %d, gaps %v", fl.Size, fl.Gaps)
	}
	r.Close(i, true)
}

// Behind a gap in a head the next message is found.
func TestGap(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	first, rest := record(ask(1, 3, procMkdir, x("dir", "a"))), "cut\x80\x00\x00\x10"+record(ask(2, 3, procRmdir, x("dir", "b")))
	r.Layer.Data(f, input.ToServer, []byte(first), 0, false, 0)
	r.Layer.Gap(f, input.ToServer, 100)
	for k := range len(rest) {
		r.Layer.Data(f, input.ToServer, []byte(rest[k:k+1]), uint64(len(first)+100+k), false, 0)
	}
	if recs, _ := say(r, f); len(recs) != 2 || !strings.Contains(recs[1], "RMDIR") {
		t.Errorf("%q", recs)
	}
	r.Close(i, true)
}

func TestDatagrams(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(17, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, []byte(ask(1, 3, procWrite, x(fh, 0, 0, 4, fileSync, "data"))), 0)
	r.Layer.Datagram(f, input.ToClient, []byte(tell(1, x(0))), 0)
	if recs, data := say(r, f); len(recs) != 1 || data != "data" || !f.Txs[0].Done(input.ToClient) {
		t.Errorf("%q %q", recs, data)
	}
	r.Close(i, true)
}

// What a peer can make grow has an end.
func TestBounds(t *testing.T) {
	r := rig(t, &Options{MaxTx: 5, Requests: 3, Names: 4})
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	at := uint64(0)
	for k := range 20 {
		in := []byte(record(ask(k, 3, procMkdir, x("dir", "a"))))
		r.Layer.Data(f, input.ToServer, in, at, false, 0)
		at += uint64(len(in))
		r.Drop(f)
	}
	st := f.State().(*State)
	if len(f.Txs) > 5 || st.calls.n != 3 {
		t.Errorf("%d transactions, %d calls", len(f.Txs), st.calls.n)
	}
	for k := range 20 {
		st.name([]byte{byte(k)}, []byte("n"))
	}
	if st.names.n != 4 || st.nameOf([]byte{19}) == nil || st.nameOf([]byte{1}) != nil {
		t.Errorf("%d names", st.names.n)
	}
	// A record beyond any length is none.
	r.Layer.Data(f, input.ToServer, []byte("\xff\xff\xff\xff"), at, false, 0)
	if !f.Txs[len(f.Txs)-1].Event(evMalformed) {
		t.Error("no event")
	}
	r.Close(i, true)
}

func TestMidstream(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, port, 40000)
	f := r.Layer.At(i)
	f.Midstream = true
	r.Layer.Data(f, input.ToServer, []byte(record(tell(1, x(0)))), 0, false, 0)
	if !f.Reversed || len(f.Txs) != 0 {
		t.Errorf("reversed %v, %d transactions", f.Reversed, len(f.Txs))
	}
	r.Close(i, true)
}

func TestOptions(t *testing.T) {
	o := DefaultOptions()
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
	o = Options{MaxTx: 1 << 20, Names: 1 << 20}
	if err := o.Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v, want three mistakes", err)
	}
	if o.Limit(); o.MaxTx != mostTx || o.Names != mostItems {
		t.Errorf("%+v", o)
	}
}

func play(r *apptest.Rig, in, out []byte) {
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, in, 0, false, 0)
	r.Layer.Data(f, input.ToClient, out, 0, false, 0)
	r.Close(i, false)
}

// Records are written without the Go heap, too.
func TestRecordsAllocateNothing(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(talks[0].in), 0, false, 0)
	r.Layer.Data(f, input.ToClient, []byte(talks[0].out), 0, false, 0)
	if n := r.RecordAllocs(f); n != 0 {
		t.Errorf("%v allocations", n)
	}
	r.Close(i, true)
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	for _, c := range talks {
		in, out := []byte(c.in), []byte(c.out)
		play(r, in, out)
		if n := testing.AllocsPerRun(20, func() { play(r, in, out) }); n != 0 {
			t.Errorf("%s: %v allocations a flow", c.name, n)
		}
	}
}

func FuzzTalks(f *testing.F) {
	for _, c := range talks {
		f.Add([]byte(c.in), []byte(c.out), 0)
		f.Add([]byte(c.in), []byte(c.out), 1)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		apptest.Exchange(t, rig(t, nil), port, a, b, hold)
	})
}

func FuzzDatagrams(f *testing.F) {
	for _, c := range talks {
		if len(c.in) > 4 && len(c.out) > 4 {
			f.Add([]byte(c.in[4:]), []byte(c.out[4:]))
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		r := rig(t, nil)
		i := r.Flow(17, 40000, port)
		fl := r.Layer.At(i)
		r.Layer.Datagram(fl, input.ToServer, a, 0)
		r.Layer.Datagram(fl, input.ToClient, b, 0)
		r.Layer.Datagram(fl, input.ToServer, b, 0)
		say(r, fl)
		r.Close(i, true)
	})
}
