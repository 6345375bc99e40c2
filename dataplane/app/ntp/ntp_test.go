package ntp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// message is one that tells time, with this first octet.
func message(first byte) []byte {
	b := make([]byte, lenTime)
	b[0], b[1] = first, 2
	copy(b[offRef:], "LOCL")
	return b
}

func rig(t testing.TB) *apptest.Rig { return apptest.New(t, 1<<20, nil, Protocol()) }

func TestMessages(t *testing.T) {
	for name, c := range map[string]struct {
		b       []byte
		want    string
		stratum input.Avail
		bad     bool
	}{
		"version 4":           {message(0x23), `{"mode":3,"reference_id":"4c:4f:43:4c","stratum":2,"version":4}`, input.Done, false},
		"unsynchronised":      {message(0xdc), `{"mode":4,"reference_id":"4c:4f:43:4c","stratum":2,"version":3}`, input.Done, false},
		"extensions":          {append(message(0x24), make([]byte, 60)...), `{"mode":4,"reference_id":"4c:4f:43:4c","stratum":2,"version":4}`, input.Done, false},
		"version 1, no mode":  {message(0x08), `{"mode":0,"reference_id":"4c:4f:43:4c","stratum":2,"version":1}`, input.Done, false},
		"control":             {[]byte("\x16\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"), `{"mode":6,"version":2}`, input.None, false},
		"private (monlist)":   {[]byte("\x17\x00\x03\x2a\x00\x00\x00\x00"), `{"mode":7,"version":2}`, input.None, false},
		"version 5":           {message(0x2b), "", input.None, true},
		"version 0":           {message(0x03), "", input.None, true},
		"version 4, no mode":  {message(0x20), "", input.None, true},
		"short":               {message(0x23)[:lenTime-1], "", input.None, true},
		"short control":       {[]byte("\x16\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00"), "", input.None, true},
		"shorter than a head": {[]byte("\x17\x00\x03\x2a\x00\x00\x00"), "", input.None, true},
	} {
		r := rig(t)
		i := r.Flow(17, 4000, 123)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, message(0x23), 0)
		r.Layer.Datagram(f, input.ToClient, c.b, 0)
		if len(f.Txs) != 2 {
			t.Fatalf("%s: %d transactions", name, len(f.Txs))
		}
		tx := f.Txs[1].(*Tx)
		if tx.Event(EventMalformedData) != c.bad {
			t.Errorf("%s: malformed %v", name, !c.bad)
		}
		if _, a := tx.Num(buf.FieldNTPStratum, input.ToClient, 0); a != c.stratum {
			t.Errorf("%s: stratum %v", name, a)
		}
		if v := tx.View(buf.NTPReferenceID, input.ToClient, 0); c.stratum == input.Done && string(r.Whole(v)) != "LOCL" || c.stratum != v.Avail {
			t.Errorf("%s: reference %q, %v", name, v.Data, v.Avail)
		}
		if _, a := tx.Num(buf.FieldNTPVersion, input.ToServer, 0); a != input.None {
			t.Errorf("%s: a version in the other direction", name)
		}
		got := ""
		if m, ok := r.Log(f, tx); ok {
			b, _ := json.Marshal(m["ntp"])
			got = string(b)
			if _, again := r.Log(f, tx); again {
				t.Errorf("%s: logged twice", name)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		r.Close(i, true)
	}
}

func TestNoRoom(t *testing.T) {
	r := rig(t)
	mem := r.Layer.Env().Mem
	var held [][]byte
	for _, n := range [...]int{64 << 10, 1 << 10, 64, 1} {
		for s := mem.Get(n); s != nil; s = mem.Get(n) {
			held = append(held, s)
		}
	}
	i := r.Flow(17, 4000, 123)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, message(0x23), 0)
	if len(f.Txs) != 0 {
		t.Error("a transaction without memory")
	}
	for _, s := range held {
		mem.Put(s)
	}
	for range 2 * app.MaxTxs {
		r.Layer.Datagram(f, input.ToServer, message(0x23), 0)
	}
	if len(f.Txs) != app.MaxTxs {
		t.Errorf("%d transactions", len(f.Txs))
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	r := rig(t)
	b := message(0x23)
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 4000, 123)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, b, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(message(0x23))
	f.Add([]byte("\x16\x02\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte(strings.Repeat("\x17", 9)))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := rig(t)
		defer r.Layer.Env().Mem.Close()
		i := r.Flow(17, 4000, 123)
		fl := r.Layer.At(i)
		r.Layer.Datagram(fl, input.ToServer, message(0x23), 0)
		r.Layer.Datagram(fl, input.ToServer, append(make([]byte, 0, len(b)), b...), 0)
		for _, tx := range fl.Txs {
			r.Whole(tx.View(buf.NTPReferenceID, input.ToServer, 0))
			r.Log(fl, tx)
			r.Meta(tx)
		}
		if r.Layer.Stats.Panics != [app.NumRows]uint64{} {
			t.Fatal("a panic")
		}
		r.Close(i, true)
	})
}
