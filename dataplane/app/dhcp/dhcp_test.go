package dhcp

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// message is one with these options behind the cookie; sname and file may hold
// more.
func message(op byte, opts, file, sname string) []byte {
	b := make([]byte, headerLen, headerLen+len(opts))
	b[0], b[1], b[2] = op, 1, 6
	copy(b[offXID:], "\x00\x00\x01\x00")
	copy(b[offClient:], "\x0a\x00\x00\x01\x0a\x00\x00\x02\x0a\x00\x00\x03\x0a\x00\x00\x04")
	copy(b[offMAC:], "\x02\x00\x00\x00\x00\x01")
	copy(b[offSname:offFile], sname)
	copy(b[offFile:offCookie], file)
	copy(b[offCookie:], cookie)
	return append(b, opts...)
}

func rig(t testing.TB, memory int, extended bool) *apptest.Rig {
	return apptest.New(t, memory, map[input.AppProto]any{input.AppDHCP: &Options{Extended: extended}}, Protocol())
}

const (
	mac   = `"client_mac":"02:00:00:00:00:01",`
	headX = `"assigned_ip":"10.0.0.2","client_ip":"10.0.0.1",` + mac
)

func TestMessages(t *testing.T) {
	ack := "\x35\x01\x05\x36\x04\x0a\x00\x00\x03\x33\x04\x00\x00\x0e\x10\x3a\x04\x00\x00\x00\x64\x3b\x04\x00\x00\x00\xc8\x01\x04\xff\xff\x00\x00" +
		"\x03\x04\x0a\x00\x00\x09\x06\x08\x01\x01\x01\x01\x02\x02\x02\x02\x0c\x01h\x3d\x03\x01\xab\xcd\xff"
	for name, c := range map[string]struct {
		b        []byte
		ext      bool
		want     string // the object of the event
		events   uint8
		lease    uint64
		hasLease bool
	}{
		"acknowledgement": {message(2, ack, "", ""), false,
			`{"assigned_ip":"10.0.0.2","client_id":"ab:cd",` + mac + `"dhcp_type":"ack","id":256,"renewal_time":100,"type":"reply"}`, 0, 3600, true},
		"acknowledgement, extended": {message(2, ack, "", ""), true,
			`{"assigned_ip":"10.0.0.2","client_id":"ab:cd","client_ip":"10.0.0.1",` + mac + `"dhcp_type":"ack","dns_servers":["1.1.1.1","2.2.2.2"],"hostname":"h","id":256,"lease_time":3600,` +
				`"next_server_ip":"10.0.0.3","rebinding_time":200,"relay_ip":"10.0.0.4","renewal_time":100,"routers":["10.0.0.9"],"subnet_mask":"255.255.0.0","type":"reply"}`, 0, 3600, true},
		"discover is not logged": {message(1, "\x35\x01\x01\xff", "", ""), false, "", 0, 0, false},
		"parameters": {message(1, "\x35\x01\x03\x37\x05\x01\x1c\x03\x06\x0f\x32\x04\x0a\x00\x00\x07\x3c\x04MSFT\xff", "", ""), true,
			`{` + headX + `"dhcp_type":"request","id":256,"params":["subnet_mask","router","dns_server","domain"],"requested_ip":"10.0.0.7","type":"request","vendor_class_identifier":"MSFT"}`, 0, 0, false},
		"options in both fields": {message(1, "\x34\x01\x03\x35\x01\x01\xff", "\x33\x04\x00\x00\x00\x09\xff", "\x0c\x01s\xff"), true,
			`{` + headX + `"dhcp_type":"discover","hostname":"s","id":256,"lease_time":9,"type":"request"}`, 0, 9, true},
		"fields without option 52": {message(1, "\x35\x01\x01\xff", "\x33\x04\x00\x00\x00\x09\xff", ""), true,
			`{` + headX + `"dhcp_type":"discover","id":256,"type":"request"}`, 0, 0, false},
		"option 52 in a field": {message(1, "\x34\x01\x01\xff", "\x34\x01\x03\xff", "\x0c\x01s\xff"), true,
			`{` + headX + `"id":256,"type":"request"}`, 0, 0, false},
		"twice": {message(1, "\x33\x04\x00\x00\x00\x01\x33\x04\x00\x00\x00\x02\xff", "", ""), true,
			`{` + headX + `"id":256,"lease_time":1,"type":"request"}`, 0, 1, true},
		"lease of three octets": {message(1, "\x33\x03\x00\x00\x01\xff", "", ""), true, `{` + headX + `"id":256,"type":"request"}`, 0, 0, false},
		"no end":                {message(1, "\x35\x01\x63", "", ""), true, `{` + headX + `"dhcp_type":"unknown","id":256,"type":"request"}`, 1 << EventTruncatedOptions, 0, false},
		"no options":            {message(1, "", "", ""), true, `{` + headX + `"id":256,"type":"request"}`, 1 << EventTruncatedOptions, 0, false},
		"too long an option":    {message(1, "\x35\x01\x01\x0c\x09h", "", ""), true, `{` + headX + `"dhcp_type":"discover","id":256,"type":"request"}`, 1 << EventTruncatedOptions, 0, false},
		"cut in a field":        {message(1, "\x34\x01\x01\xff", "\x0c\xffh", ""), true, `{` + headX + `"id":256,"type":"request"}`, 1 << EventMalformedOptions, 0, false},
		"a code at the end":     {message(1, "\x0c", "", ""), true, `{` + headX + `"id":256,"type":"request"}`, 1 << EventTruncatedOptions, 0, false},
		"too long a message": {message(1, strings.Repeat("\x00", maxMessage)+"\x35\x01\x01\xff", "", ""), true,
			`{` + headX + `"id":256,"type":"request"}`, 1 << EventTruncatedOptions, 0, false},
		"other operation": {message(3, "\xff", "", ""), true, "none", 0, 0, false},
		"short":           {message(1, "", "", "")[:headerLen-1], true, "none", 0, 0, false},
	} {
		r := rig(t, 1<<20, c.ext)
		i := r.Flow(17, 68, 67)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, c.b, 0)
		got := "none"
		if len(f.Txs) > 0 {
			tx := f.Txs[0].(*Tx)
			got = ""
			if m, ok := r.Log(f, tx); ok {
				b, _ := json.Marshal(m["dhcp"])
				got = string(b)
			}
			events := uint8(0)
			for id := range numEvents {
				if tx.Event(uint16(id)) {
					events |= 1 << id
				}
			}
			if events != c.events {
				t.Errorf("%s: events %b, want %b", name, events, c.events)
			}
			v, a := tx.Num(buf.FieldDHCPLeaseTime, input.ToServer, 0)
			if v != c.lease || (a == input.Done) != c.hasLease {
				t.Errorf("%s: lease %d, %v", name, v, a)
			}
			if tx.LogReady() != (got == "") {
				t.Errorf("%s: ready to log: %v", name, tx.LogReady())
			}
		}
		if got != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, got, c.want)
		}
		r.Close(i, true)
	}
}

func TestNoMemory(t *testing.T) {
	r := rig(t, 1<<20, true)
	mem := r.Layer.Env().Mem
	var held [][]byte
	for _, n := range [...]int{64 << 10, 1 << 10, 64} {
		for s := mem.Get(n); s != nil; s = mem.Get(n) {
			held = append(held, s)
		}
	}
	i := r.Flow(17, 68, 67)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, message(1, "\x35\x01\x01\xff", "", ""), 0)
	if len(f.Txs) != 0 {
		t.Error("a transaction without memory")
	}
	for _, s := range held {
		mem.Put(s)
	}
	for range 2 * app.MaxTxs {
		r.Layer.Datagram(f, input.ToServer, message(1, "\x35\x01\x01\xff", "", ""), 0)
	}
	if len(f.Txs) != app.MaxTxs {
		t.Errorf("%d transactions", len(f.Txs))
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	r := rig(t, 1<<20, true)
	b := message(2, "\x35\x01\x05\x33\x04\x00\x00\x0e\x10\xff", "", "")
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 67, 68)
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
	f.Add(message(1, "\x35\x01\x01\xff", "", ""))
	f.Add(message(2, "\x34\x01\x03\x37\x03\x01\x02\x03\x06\x04\x01\x01\x01\x01\xff", "\x33\x04\x00\x00\x00\x09", "\x0c\x40s"))
	f.Add(bytes.Repeat([]byte{0xff}, 300))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := rig(t, 1<<20, true)
		defer r.Layer.Env().Mem.Close()
		i := r.Flow(17, 68, 67)
		fl := r.Layer.At(i)
		r.Layer.Datagram(fl, input.ToServer, append(make([]byte, 0, len(b)), b...), 0)
		for _, tx := range fl.Txs {
			r.Log(fl, tx)
			r.Meta(tx)
		}
		if r.Layer.Stats.Panics != [app.NumRows]uint64{} {
			t.Fatal("a panic")
		}
		r.Close(i, true)
	})
}
