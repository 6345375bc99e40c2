package dnp3

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// frame is a link frame around user data.
func frame(control byte, user string) string {
	sum := func(s string) string {
		return s + string(binary.LittleEndian.AppendUint16(nil, crc([]byte(s))))
	}
	out := sum(start + string([]byte{byte(minLength + len(user)), control, 1, 0, 2, 0}))
	for len(user) > 0 {
		n := min(blockLen, len(user))
		out += sum(user[:n])
		user = user[n:]
	}
	return out
}

// master and outstation are frames with a fragment in one segment.
func master(fragment string) string     { return frame(0xc4, "\xc0"+fragment) }
func outstation(fragment string) string { return frame(0x44, "\xc0"+fragment) }

func rig(t testing.TB, o *Options) *apptest.Rig {
	opts := map[input.AppProto]any{}
	if o != nil {
		opts[input.AppDNP3] = o
	}
	return apptest.New(t, 2<<20, opts, Protocol())
}

// say is what a transaction says: its events, its objects as rules see them, and
// its record.
func say(r *apptest.Rig, f *app.Flow, t *Tx) string {
	var out []string
	for id := range numEvents {
		if t.Event(id) {
			out = append(out, eventNames[id])
		}
	}
	for i := 0; ; i++ {
		v, a := t.Num(buf.FieldDNP3Object, t.dir, i)
		if a != input.Done {
			break
		}
		out = append(out, fmt.Sprintf("g%dv%d", v>>8, v&255))
	}
	if m, ok := r.Log(f, t); ok {
		d := m["dnp3"].(map[string]any)
		a := d["application"].(map[string]any)
		out = append(out, d["type"].(string), fmt.Sprint(a["complete"]))
		objects, _ := a["objects"].([]any)
		for _, o := range objects {
			if p, ok := o.(map[string]any)["points"]; ok {
				b, _ := json.Marshal(p)
				out = append(out, string(b))
			}
		}
		if iin, ok := d["iin"].(map[string]any); ok {
			names, _ := iin["indicators"].([]any)
			out = append(out, fmt.Sprint(names))
		}
	}
	return strings.Join(out, " ")
}

const selectRelay = "\xc1\x03\x0c\x01\x28\x01\x00\x07\x00\x03\x01\x64\x00\x00\x00\xc8\x00\x00\x00\x00"

var talks = []struct {
	name, in string
	dir      input.Dir
	want     []string
}{
	{"read classes", master("\xc0\x01\x3c\x02\x06\x3c\x03\x06"), input.ToServer, []string{"g60v2 g60v3 request true"}},
	{"read by range and by index", master("\xc0\x01\x01\x02\x00\x00\x09\x1e\x01\x17\x02\x03\x04"), input.ToServer,
		[]string{`g1v2 g30v1 request true [{"index":3,"prefix":3},{"index":4,"prefix":4}]`}},
	{"read a file's block", master("\xc0\x01\x46\x05\x5b\x01\x08\x00\x04\x03\x02\x01\x07\x00\x00\x00"), input.ToServer,
		[]string{`g70v5 request true [{"block_number":7,"file_data":"","file_handle":16909060,"index":0,"prefix":8,"size":8}]`}},
	{"select", master(selectRelay), input.ToServer, []string{`g12v1 request true [{"count":1,"cr":0,"index":7,"offtime":200,"ontime":100,"op_type":3,` +
		`"prefix":7,"qu":0,"reserved":0,"status_code":0,"tcc":0}]`}},
	{"bits", outstation("\xc0\x81\x90\x01\x01\x01\x00\x07\x09\x05\x03\x01\x00\x00\x01\x09"), input.ToClient,
		[]string{`g1v1 g3v1 response true [{"index":7,"prefix":0,"state":1},{"index":8,"prefix":0,"state":0},{"index":9,"prefix":0,"state":1}] ` +
			`[{"index":0,"prefix":0,"state":1},{"index":1,"prefix":0,"state":2}] [need_time device_restart no_func_code_support]`}},
	{"numbers", outstation("\xc0\x82\x00\x00\x1e\x04\x00\x05\x05\xfe\xff\x28\x03\x00\x00\x00\x01\x00\x00\xc0\x3f"), input.ToClient,
		[]string{`g30v4 g40v3 unsolicited_response true [{"index":5,"prefix":0,"value":-2}] [{"comm_lost":0,"index":0,"local_forced":0,"online":1,` +
			`"over_range":0,"prefix":0,"reference_err":0,"remote_forced":0,"reserved0":0,"restart":0,"value":1.5}] []`}},
	{"a file's name", master("\xc0\x19\x46\x03\x5b\x01\x1c\x00\x1a\x00\x02\x00\x00\x00\x00\x00\x00\x00\xff\x01\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x04\x05\x00ab"),
		input.ToServer, []string{`g70v3 request true [{"authentication_key":0,"created":0,"file_size":0,"filename":"ab","filename_offset":26,"filename_size":2,` +
			`"index":0,"maximum_block_size":1024,"operational_mode":1,"permissions":511,"prefix":28,"request_id":5,"size":28}]`}},
	{"two segments", frame(0xc4, "\x7e\xc0\x01\x3c\x02") + frame(0xc4, "\xbf\x06"), input.ToServer, []string{"g60v2 request true"}},
	{"a segment is missing", frame(0xc4, "\x41\xc0\x01\x3c\x02") + frame(0xc4, "\x83\x06"), input.ToServer, []string{""}},
	{"a confirmation has no record", master("\xc0\x00"), input.ToServer, []string{""}},
	{"unknown object", master("\xc0\x02\xfe\x01\x07\x01x"), input.ToServer, []string{"unknown_object g254v1 request false"}},
	{"malformed object", master("\xc0\x02\x32\x01\x07\x01x"), input.ToServer, []string{"malformed g50v1 request false []"}},
	{"points of an object", master("\xc0\x02\x01\x02\x01\x00\x00\xff\xff"), input.ToServer, []string{"max_points_per_object too_many_points g1v2 request false"}},
	{"a frame without data", frame(0xc0, ""), input.ToServer, nil},
	{"too little data", frame(0xc4, "\xc0"), input.ToServer, []string{"len_too_small"}},
	{"too short a fragment", master("\xc0"), input.ToServer, []string{"len_too_small"}},
	{"wrong checksum of a header", "\x05\x64\x05\xc0\x01\x00\x02\x00xx" + master("\xc0\x01"), input.ToServer, []string{"bad_link_crc", "request true"}},
	{"wrong checksum of data", frame(0xc4, "\xc0\xc0\x01")[:14] + "x" + master("\xc0\x01"), input.ToServer, []string{"bad_transport_crc", "request true"}},
	{"octets between frames", master("\xc0\x01") + "\x05xyz\x05" + master("\xc1\x01"), input.ToServer, []string{"request true", "malformed", "request true"}},
}

// Fragments are the same at every cut.
func TestFragments(t *testing.T) {
	r := rig(t, nil)
	for _, c := range talks {
		for cut := range len(c.in) + 1 {
			i := r.Flow(6, 40000, port)
			f := r.Layer.At(i)
			r.Layer.Data(f, c.dir, []byte(c.in[:cut]), 0, false, 0)
			r.Layer.Data(f, c.dir, []byte(c.in[cut:]), uint64(cut), true, 0)
			var got []string
			for _, tx := range f.Txs {
				got = append(got, say(r, f, tx.(*Tx)))
			}
			if len(got) != len(c.want) || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Fatalf("%s, cut %d:\n got %q\nwant %q", c.name, cut, got, c.want)
			}
			r.Close(i, true)
		}
	}
}

// play is one flow with a request and its response.
func play(r *apptest.Rig, in, out []byte) {
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, in, 0, false, 0)
	r.Layer.Data(f, input.ToClient, out, 0, false, 0)
	r.Close(i, false)
}

// long is a fragment of n segments that never ends.
func long(n int) string {
	var b strings.Builder
	for k := range n {
		head := byte(k) & segSeq
		if k == 0 {
			head |= segFirst
		}
		b.WriteString(frame(0xc4, string(head)+strings.Repeat("\x01", maxSegment)))
	}
	return b.String()
}

// What grows with what a peer sends has an end, and an event.
func TestBounds(t *testing.T) {
	r := rig(t, &Options{Points: 4, Objects: 2, Unreplied: 32, Transactions: 100})
	for _, c := range []struct{ name, in, want string }{
		{"segments", long(65), "too_long_reassembly"},
		{"objects", master("\xc0\x01\x3c\x02\x06\x3c\x03\x06\x3c\x04\x06"), "too_many_objects"},
		{"points of two objects", master("\xc0\x02\x50\x01\x00\x00\x02\x00\x50\x01\x00\x00\x02\x00"), "too_many_points"},
		{"requests without a response", strings.Repeat(master("\xc0\x01"), DefaultOptions().Unreplied+2), "flooded"},
	} {
		i := r.Flow(6, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(c.in), 0, true, 0)
		raised := 0
		for _, tx := range f.Txs {
			for id := range numEvents {
				if tx.Event(id) {
					raised++
					if eventNames[id] != c.want {
						t.Errorf("%s: %s, want %s", c.name, eventNames[id], c.want)
					}
				}
			}
		}
		if raised != 1 {
			t.Errorf("%s: %d events, want 1", c.name, raised)
		}
		r.Close(i, true)
	}
}

// Without memory or transactions nothing is made of what comes, and all comes back.
func TestExhausted(t *testing.T) {
	r := rig(t, &Options{Points: 4, Objects: 4, Unreplied: 32, Transactions: 1})
	in := master("\xc0\x01\x3c\x02\x06") + master("\xc1\x01\x3c\x02\x06")
	for range 2 {
		i := r.Flow(6, 40000, port)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, []byte(in), 0, true, 0)
		if len(f.Txs) != 1 {
			t.Errorf("%d transactions, want 1", len(f.Txs))
		}
		r.Close(i, true)
	}
	mem := r.Layer.Env().Mem
	var held [][]byte
	for s := mem.Get(64); s != nil; s = mem.Get(64) {
		held = append(held, s)
	}
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(in), 0, true, 0)
	for _, tx := range f.Txs {
		if _, ok := r.Log(f, tx); ok {
			t.Error("a record without memory for its fragment")
		}
	}
	r.Layer.Close(i, func(app.Tx) {})
	r.Layer.Flush()
	for _, s := range held {
		mem.Put(s)
	}
	if mem.Used() != 0 {
		t.Errorf("%d octets not given back", mem.Used())
	}
}

// Behind a gap the next frame is found, and nothing is said of what was cut.
func TestGap(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, port)
	f := r.Layer.At(i)
	first, rest := frame(0xc4, "\x40\xc0\x01"), "cut"+master("\xc1\x01")
	r.Layer.Data(f, input.ToServer, []byte(first), 0, false, 0)
	r.Layer.Gap(f, input.ToServer, 100)
	r.Layer.Data(f, input.ToServer, []byte(rest), uint64(len(first)+100), false, 0)
	var got []string
	for _, tx := range f.Txs {
		got = append(got, say(r, f, tx.(*Tx)))
	}
	if strings.Join(got, "|") != "|request true" {
		t.Errorf("%q", got)
	}
	r.Close(i, true)
}

// A flow that is picked up at a response is turned.
func TestMidstream(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, port, 40000)
	f := r.Layer.At(i)
	f.Midstream = true
	r.Layer.Data(f, input.ToServer, []byte(outstation("\xc0\x81\x00\x00")), 0, false, 0)
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
	bad := Options{Points: -1, Objects: MaxObjects + 1}
	if err := bad.Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("%v, want three mistakes", err)
	}
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	in, out := []byte(master(selectRelay)+long(3)), []byte(outstation("\xc0\x81\x90\x00"+selectRelay[2:]))
	play(r, in, out)
	if n := testing.AllocsPerRun(50, func() { play(r, in, out) }); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzFragments(f *testing.F) {
	for _, c := range talks {
		f.Add([]byte(c.in), []byte(outstation("\xc0\x81\x90\x00")), 0)
		f.Add([]byte(master("\xc0\x01")), []byte(c.in), 1)
	}
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		apptest.Exchange(t, rig(t, nil), port, a, b, hold)
	})
}

// FuzzObjects goes past the checksums.
func FuzzObjects(f *testing.F) {
	f.Add([]byte(selectRelay))
	f.Add([]byte("\xc0\x02\x6e\x00\x09\xff\xff\x00\x00"))
	f.Add([]byte("\xc0\x81\x00\x00\x46\x03\x5b\x01\x1c\x00\x1a\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = b[:min(len(b), maxSegment)]
		apptest.Exchange(t, rig(t, nil), port, []byte(master(string(b))), []byte(outstation(string(b))), 0)
	})
}
