package dns

import (
	"encoding/binary"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// message builds a message: flags, counts, then the body.
func message(id, flags uint16, n [4]uint16, body string) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = binary.BigEndian.AppendUint16(b, flags)
	for _, c := range n {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	return append(b, body...)
}

const (
	exampleOrg = "\x07example\x03org\x00"
	qA         = "\x00\x01\x00\x01"
)

// answer is a response with an alias, an address and an authority.
var answer = message(7, 0x8580, [4]uint16{1, 2, 1, 1}, exampleOrg+qA+
	"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x06\x03www\xc0\x0c"+
	"\x03www\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x01\x02\x03\x04"+
	"\xc0\x14\x00\x06\x00\x01\x00\x00\x00\x01\x00\x1d\x02ns\xc0\x14\x01h\xc0\x14"+
	"\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05"+
	"\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00")

func rig(tb testing.TB, mem int, opts map[input.AppProto]any) *apptest.Rig {
	return apptest.New(tb, mem, opts, UDP(), TCP(), MDNS(), LLMNR(), LLMNRTCP())
}

func TestMessages(t *testing.T) {
	query := message(7, 0x0100, [4]uint16{1, 0, 0, 0}, exampleOrg+qA)
	loop := message(1, 0x0100, [4]uint16{2, 0, 0, 0}, exampleOrg+qA+"\x01a\xc0\x1d"+qA)
	for name, c := range map[string]struct {
		d      input.Dir
		b      []byte
		port   uint16
		json   string
		events []uint16
	}{
		"query": {input.ToServer, query, 53,
			`{"version":3,"type":"request","tx_id":0,"id":7,"flags":"100","rd":true,"opcode":0,"rcode":"NOERROR","queries":[{"rrname":"example.org","rrtype":"A"}]}`, nil},
		"answer": {input.ToClient, answer, 53,
			`{"version":3,"type":"response","tx_id":0,"id":7,"flags":"8580","qr":true,"aa":true,"rd":true,"ra":true,"opcode":0,"rcode":"NOERROR",
			"queries":[{"rrname":"example.org","rrtype":"A"}],
			"answers":[{"rrname":"example.org","rrtype":"CNAME","ttl":60,"rdata":"www.example.org"},{"rrname":"www.example.org","rrtype":"A","ttl":60,"rdata":"1.2.3.4"}],
			"grouped":{"A":["1.2.3.4"],"CNAME":["www.example.org"]},
			"authorities":[{"rrname":"org","rrtype":"SOA","ttl":1,"soa":{"mname":"ns.org","rname":"h.org","serial":1,"refresh":2,"retry":3,"expire":4,"minimum":5}}]}`, nil},
		"loop": {input.ToServer, loop, 53,
			`{"version":3,"type":"request","tx_id":0,"id":1,"flags":"100","rd":true,"opcode":0,"rcode":"NOERROR","queries":[{"rrname":"example.org","rrtype":"A"},{"rrname":"a.` + repeat("a.", 126) + `a","rrtype":"A","rrname_truncated":true}]}`,
			[]uint16{EventNameTooLong, EventTooManyLabels}},
		"z and opcode": {input.ToServer, message(1, 0x4840, [4]uint16{1, 0, 0, 0}, exampleOrg+"\x12\x34\x00\x01"), 53,
			`{"version":3,"type":"request","tx_id":0,"id":1,"flags":"4840","z":true,"opcode":9,"rcode":"NOERROR","queries":[{"rrname":"example.org","rrtype":"4660"}]}`,
			[]uint16{EventZFlagSet, EventInvalidOpcode}},
		"cut additionals": {input.ToServer, message(1, 0, [4]uint16{1, 0, 0, 1}, exampleOrg+qA+"\x03ab"), 53,
			`{"version":3,"type":"request","tx_id":0,"id":1,"flags":"0","opcode":0,"rcode":"NOERROR","queries":[{"rrname":"example.org","rrtype":"A"}]}`,
			[]uint16{EventInvalidAdditionals}},
		"llmnr": {input.ToServer, message(9, 0x0400, [4]uint16{1, 0, 0, 0}, "\x01h\x00"+qA), 5355,
			`{"type":"request","id":9,"flags":["c"],"opcode":0,"queries":[{"rrname":"h","rrtype":"a"}]}`, nil},
		"mdns": {input.ToServer, message(0, 0x8400, [4]uint16{0, 1, 0, 0}, "\x01h\x00\x00\x10\x00\x01\x00\x00\x00\x01\x00\x04\x01x\x01y"), 5353,
			`{"type":"response","id":0,"flags":["aa"],"opcode":0,"rcode":0,"answers":[{"rrname":"h","txt":["x","y"]}]}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig(t, 1<<20, nil)
			i := r.Flow(17, 4000, c.port)
			f := r.Layer.At(i)
			if c.d == input.ToClient {
				r.Layer.Datagram(f, input.ToServer, query, 0)
				r.Drop(f)
			}
			r.Layer.Datagram(f, c.d, c.b, 0)
			if len(f.Txs) != 1 {
				t.Fatalf("%d transactions", len(f.Txs))
			}
			m, _ := r.Log(f, f.Txs[0])
			got := m[f.Parser().Name].(map[string]any)
			if c.d == input.ToClient {
				got["tx_id"] = 0.0
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(c.json), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				b, _ := json.Marshal(got)
				t.Errorf("got  %s\nwant %s", b, c.json)
			}
			set := uint16(0)
			for _, e := range c.events {
				set |= 1 << e
			}
			if got := f.Txs[0].(*Tx).events; got != set {
				t.Errorf("events %b, want %b", got, set)
			}
			r.Close(i, true)
		})
	}
}

func repeat(s string, n int) (out string) {
	for range n {
		out += s
	}
	return out
}

func TestViews(t *testing.T) {
	r := rig(t, 1<<20, nil)
	i := r.Flow(17, 4000, 53)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, answer, 0)
	if !f.Reversed {
		t.Fatal("a flow that an answer opens has its sides the wrong way round")
	}
	tx := f.Txs[0].(*Tx)
	for id, want := range map[buf.ID][]string{
		buf.DNSQuery:           nil,
		buf.DNSQueriesName:     {"example.org"},
		buf.DNSAnswersName:     {"example.org", "www.example.org"},
		buf.DNSAuthoritiesName: {"org"},
		buf.DNSAdditionalsName: nil,
		buf.DNSResponseName:    {"example.org", "example.org", "www.example.org", "www.example.org", "org", "ns.org"},
	} {
		var got []string
		for k := 0; ; k++ {
			v := tx.View(id, tx.Only(), k)
			if v.Avail == input.None {
				break
			}
			got = append(got, string(r.Whole(v)))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %q, want %q", id, got, want)
		}
	}
	if v, _ := tx.Num(buf.FieldDNSRRType, tx.Only(), 1); v != 1 {
		t.Errorf("type of the second answer is %d", v)
	}
	r.Close(i, true)
}

// stream is a query and an answer behind their lengths.
func stream(msgs ...[]byte) (out []byte) {
	for _, m := range msgs {
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(m))), m...)
	}
	return out
}

// TestSegmentations cuts a stream of three messages at every pair of places.
func TestSegmentations(t *testing.T) {
	s := stream(answer, answer[:0], answer, answer)
	r := rig(t, 1<<20, nil)
	for a := 0; a <= len(s); a += 3 {
		for b := a; b <= len(s); b += 7 {
			i := r.Flow(6, 53, 4000)
			f := r.Layer.At(i)
			at := 0
			for _, end := range []int{a, b, len(s)} {
				r.Layer.Data(f, input.ToServer, append([]byte(nil), s[at:end]...), uint64(at), false, 0)
				at = end
			}
			if len(f.Txs) != 3 || f.Failed() {
				t.Fatalf("cut at %d and %d: %d transactions, failed %v", a, b, len(f.Txs), f.Failed())
			}
			r.Close(i, true)
		}
	}
}

func TestNoAllocs(t *testing.T) {
	r := rig(t, 1<<20, nil)
	i := r.Flow(17, 4000, 53)
	f := r.Layer.At(i)
	n := testing.AllocsPerRun(200, func() {
		r.Layer.Datagram(f, input.ToServer, answer, 0)
		for _, tx := range f.Txs {
			for k := 0; tx.View(buf.DNSResponseName, input.ToClient, k).Avail != input.None; k++ {
			}
		}
		r.Drop(f)
	})
	if n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}

func TestMemoryExhausted(t *testing.T) {
	r := rig(t, 1<<20, nil)
	var flows []uint32
	var hold [][]byte
	for b := r.Layer.Env().Mem.Get(1 << 10); b != nil; b = r.Layer.Env().Mem.Get(1 << 10) {
		hold = append(hold, b)
	}
	i := r.Flow(17, 4000, 53)
	flows = append(flows, i)
	r.Layer.Datagram(r.Layer.At(i), input.ToServer, answer, 0)
	if n := len(r.Layer.At(i).Txs); n != 0 {
		t.Errorf("%d transactions without memory", n)
	}
	for _, b := range hold {
		r.Layer.Env().Mem.Put(b)
	}
	r.Close(i, true)
}

func FuzzMessages(f *testing.F) {
	f.Add(uint16(53), true, stream(answer), answer)
	f.Add(uint16(5353), false, answer, answer)
	f.Add(uint16(5355), false, message(1, 0, [4]uint16{1, 0, 0, 1}, "\xc0\x0c\x00\x00"), answer)
	r := rig(f, 4<<20, nil)
	f.Fuzz(func(t *testing.T, port uint16, tcp bool, a, b []byte) {
		proto := uint8(17)
		if tcp {
			proto = 6
		}
		i := r.Flow(proto, 4000, port)
		fl := r.Layer.At(i)
		var off [3]uint64
		for k, seg := range [][]byte{a, b, a[len(a)/2:], b[:len(b)/2]} {
			d := input.Dir(k&1 + 1)
			seg = append(make([]byte, 0, len(seg)), seg...)
			if tcp {
				r.Layer.Data(fl, d, seg, off[d], k == 3, 0)
				off[d] += uint64(len(seg))
			} else {
				r.Layer.Datagram(fl, d, seg, 0)
			}
			for _, tx := range fl.Txs {
				for id := buf.DNSQuery; id <= buf.LLMNRResponseName; id++ {
					for n := 0; n < 1024; n++ {
						v := tx.View(id, tx.(app.OneSided).Only(), n)
						if v.Avail == input.None {
							break
						}
						if !r.Layer.Env().Mem.Owns(v.Data) {
							t.Fatal("view outside parser memory")
						}
					}
				}
				r.Log(fl, tx)
				r.Meta(tx)
			}
		}
		r.Layer.Close(i, func(app.Tx) {})
		r.Layer.Flush()
		if r.Layer.Stats.Panics != [app.NumRows]uint64{} || r.Layer.Env().Mem.Used() != 0 {
			t.Fatalf("%v panics, %d octets left", r.Layer.Stats.Panics, r.Layer.Env().Mem.Used())
		}
	})
}
