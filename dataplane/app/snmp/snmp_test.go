package snmp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// el is an element of up to 64 KiB.
func el(tag byte, parts ...string) string {
	s := strings.Join(parts, "")
	switch n := len(s); {
	case n < 0x80:
		return string([]byte{tag, byte(n)}) + s
	case n < 0x100:
		return string([]byte{tag, 0x81, byte(n)}) + s
	default:
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + s
	}
}

func num(v byte) string { return el(tagInteger, string([]byte{v})) }

func bindings(oids ...string) string {
	s := ""
	for _, o := range oids {
		s += el(tagSequence, el(tagOID, o), "\x05\x00")
	}
	return el(tagSequence, s)
}

func v2(pdu byte, status string, vars string) string {
	return el(tagSequence, num(1), el(tagOctets, "public"), el(tagPDU+pdu, el(tagInteger, "\xff\x00\x01"), status, num(0), vars))
}

func v3(model byte, data string) string {
	return el(tagSequence, num(3), el(tagSequence, num(1), el(tagInteger, "\x05\xdc"), el(tagOctets, "\x04"), num(model)),
		el(tagOctets, el(tagSequence, el(tagOctets, "engine"), num(0), num(0), el(tagOctets, "joe"), el(tagOctets), el(tagOctets))), data)
}

func trapOf(enterprise, agent string) string {
	return el(tagSequence, num(0), el(tagOctets, "c"), el(tagPDU+trapV1, enterprise, el(tagAddress, agent), num(3), num(0),
		el(0x43, "\x01"), bindings()))
}

var (
	get    = v2(0, num(0), bindings("\x2b\x06\x01\x82\x37"))
	trap   = trapOf(el(tagOID, "\x2b\x06"), "\x0a\x00\x01\xff")
	scoped = el(tagSequence, el(tagOctets, "e"), el(tagOctets), el(tagPDU+report, num(7), num(0), num(0), bindings("\x01")))
)

// say sends datagrams to the server and gives the records of all.
func say(r *apptest.Rig, grams ...string) (out []string, events []uint8, failed bool) {
	i := r.Flow(17, 4000, 161)
	f := r.Layer.At(i)
	for _, g := range grams {
		r.Layer.Datagram(f, input.ToServer, append(make([]byte, 0, len(g)), g...), 0)
	}
	for _, tx := range f.Txs {
		m, _ := r.Log(f, tx)
		b, _ := json.Marshal(m["snmp"])
		out = append(out, string(b))
		raised := uint8(0)
		for id := range Events {
			if tx.Event(uint16(id)) {
				raised |= 1 << id
			}
		}
		events = append(events, raised)
	}
	failed = f.Failed() || f.Refused
	r.Close(i, true)
	return out, events, failed
}

func TestMessages(t *testing.T) {
	for name, c := range map[string]struct {
		grams  []string
		want   []string
		events []uint8
		failed bool
	}{
		"get":            {[]string{get}, []string{`{"community":"public","pdu_type":"get_request","vars":["1.3.6.1.311"],"version":2}`}, []uint8{0}, false},
		"an error":       {[]string{v2(2, num(5), bindings())}, []string{`{"community":"public","error":"GenErr","pdu_type":"response","version":2}`}, []uint8{0}, false},
		"an error since": {[]string{v2(2, num(17), bindings())}, []string{`{"community":"public","error":"ErrorStatus(17)","pdu_type":"response","version":2}`}, []uint8{0}, false},
		"bulk":           {[]string{v2(getBulk, num(9), bindings("\x88\x37", "\x01"))}, []string{`{"community":"public","pdu_type":"get_bulk_request","vars":["2.999","0.1"],"version":2}`}, []uint8{0}, false},
		"a trap": {[]string{trap}, []string{`{"community":"c","pdu_type":"trap_v1","trap_address":"10.0.1.255","trap_oid":"1.3.6","trap_type":"linkUp","version":1}`},
			[]uint8{0}, false},
		"version 3":        {[]string{v3(usmModel, scoped)}, []string{`{"pdu_type":"report","usm":"joe","vars":["0.1"],"version":3}`}, []uint8{0}, false},
		"encrypted":        {[]string{v3(usmModel, el(tagOctets, "secret"))}, []string{`{"pdu_type":"encrypted","version":3}`}, []uint8{0}, false},
		"some other model": {[]string{v3(9, scoped)}, []string{`{"pdu_type":"report","vars":["0.1"],"version":3}`}, []uint8{1 << EventUnknownSecurityModel}, false},
		"another version":  {[]string{get, trap}, []string{`{"community":"public","pdu_type":"get_request","vars":["1.3.6.1.311"],"version":2}`, `{"community":"c","pdu_type":"trap_v1","trap_address":"10.0.1.255","trap_oid":"1.3.6","trap_type":"linkUp","version":1}`}, []uint8{0, 1 << EventVersionMismatch}, false},
		"broken": {[]string{get, get[:20], get}, []string{`{"community":"public","pdu_type":"get_request","vars":["1.3.6.1.311"],"version":2}`, "null",
			`{"community":"public","pdu_type":"get_request","vars":["1.3.6.1.311"],"version":2}`}, []uint8{0, 1 << EventMalformedData, 0}, true},
		"an arc too large":  {[]string{v2(0, num(0), bindings("\x2b\xff\xff\xff\xff\xff\xff\x7f"))}, []string{`{"community":"public","pdu_type":"get_request","vars":["1.3"],"version":2}`}, []uint8{0}, false},
		"too many arcs":     {[]string{v2(0, num(0), bindings(strings.Repeat("\x00", 300)))}, []string{`{"community":"public","pdu_type":"get_request","vars":["` + "0" + strings.Repeat(".0", maxArcs-1) + `"],"version":2}`}, []uint8{0}, false},
		"a PDU of no type":  {[]string{get, v2(9, num(0), bindings())}, []string{`{"community":"public","pdu_type":"get_request","vars":["1.3.6.1.311"],"version":2}`, "null"}, []uint8{0, 1 << EventMalformedData}, true},
		"indefinite length": {[]string{get, "\x30\x80" + get[2:] + "\x00\x00"}, []string{`{"community":"public","pdu_type":"get_request","vars":["1.3.6.1.311"],"version":2}`, "null"}, []uint8{0, 1 << EventMalformedData}, true},
		"no version 2u":     {[]string{el(tagSequence, num(2), el(tagOctets, "x"))}, nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			out, events, failed := say(apptest.New(t, 1<<20, nil, Protocol()), c.grams...)
			if strings.Join(out, "\n") != strings.Join(c.want, "\n") || string(events) != string(c.events) || failed != c.failed && c.want != nil {
				t.Errorf("failed %v, events %b\ngot  %s\nwant %s", failed, events, strings.Join(out, "\n     "), strings.Join(c.want, "\n     "))
			}
		})
	}
}

// TestCut: a message that is cut anywhere is none, and nothing behind it is read.
func TestCut(t *testing.T) {
	for name, s := range map[string]string{"get": get, "trap": trap, "version 3": v3(usmModel, scoped), "encrypted": v3(usmModel, el(tagOctets, "x"))} {
		for n := range len(s) {
			var m message
			if m.read([]byte(s[:n])) {
				t.Errorf("%s: %d octets of %d are a message", name, n, len(s))
			}
		}
		var m message
		if !m.read([]byte(s)) {
			t.Errorf("%s: not read", name)
		}
	}
}

func TestRules(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	i := r.Flow(17, 4000, 162)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, []byte(trap), 0)
	r.Layer.Datagram(f, input.ToServer, []byte(v3(usmModel, el(tagOctets, "x"))), 0)
	for _, c := range []struct {
		tx   app.Tx
		id   buf.ID
		want string
	}{
		{f.Txs[0], buf.SNMPCommunity, "c"}, {f.Txs[0], buf.SNMPTrapOID, "1.3.6"}, {f.Txs[0], buf.SNMPTrapAddress, "10.0.1.255"}, {f.Txs[0], buf.SNMPUSM, ""},
		{f.Txs[1], buf.SNMPUSM, "joe"}, {f.Txs[1], buf.SNMPCommunity, ""},
	} {
		if got := string(r.Whole(c.tx.View(c.id, input.ToServer, 0))); got != c.want {
			t.Errorf("buffer %d: %q, want %q", c.id, got, c.want)
		}
	}
	for id, want := range map[buf.FieldID]uint64{buf.FieldSNMPVersion: 1, buf.FieldSNMPPDUType: trapV1, buf.FieldSNMPTrapType: 3} {
		if v, a := f.Txs[0].Num(id, input.ToServer, 0); v != want || a != input.Done {
			t.Errorf("field %d: %d %v", id, v, a)
		}
	}
	if _, a := f.Txs[1].Num(buf.FieldSNMPPDUType, input.ToServer, 0); a != input.None {
		t.Error("what is encrypted has a type")
	}
	r.Close(i, true)
}

// TestFull: without memory there is no transaction, and nothing is lost of it.
func TestFull(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	mem := r.Layer.Env().Mem
	var held [][]byte
	for s := mem.Get(1 << 6); s != nil; s = mem.Get(1 << 6) {
		held = append(held, s)
	}
	i := r.Flow(17, 4000, 161)
	r.Layer.Datagram(r.Layer.At(i), input.ToServer, []byte(trap), 0)
	if n := len(r.Layer.At(i).Txs); n != 0 {
		t.Errorf("%d transactions", n)
	}
	for _, s := range held {
		mem.Put(s)
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	// An identifier and an address as long as there may be.
	long := el(tagOID, "\x8f\xff\xff\xff\x7f"+strings.Repeat("\x8f\xff\xff\xff\x7f", maxArcs))
	a := []byte(trapOf(long, "\xff\xff\xff\xff"))
	b := []byte(v3(usmModel, scoped))
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 4000, 161)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, a, 0)
		r.Layer.Datagram(f, input.ToClient, b, 0)
		f.Txs[0].View(buf.SNMPTrapOID, input.ToServer, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzMessage(f *testing.F) {
	for _, s := range []string{get, trap, v3(usmModel, scoped), v3(9, el(tagOctets, "x")), "\x30\x84\xff\xff\xff\xff\x02\x01\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		defer r.Layer.Env().Mem.Close()
		i := r.Flow(17, 4000, 161)
		fl := r.Layer.At(i)
		r.Layer.Datagram(fl, input.ToServer, append(make([]byte, 0, len(b)), b...), 0)
		for _, tx := range fl.Txs {
			for id := buf.SNMPCommunity; id <= buf.SNMPTrapAddress; id++ {
				r.Whole(tx.View(id, input.ToServer, 0))
			}
			r.Log(fl, tx)
		}
		r.Close(i, true)
		if r.Layer.Stats.Panics != [app.NumRows]uint64{} {
			t.Fatal("a panic")
		}
	})
}
