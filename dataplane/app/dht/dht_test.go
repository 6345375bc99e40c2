package dht

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

const (
	me   = "abcdefghij0123456789"
	ping = "d1:ad2:id20:" + me + "e1:q4:ping1:t2:aa1:y1:qe"
	pong = "d1:rd2:id20:" + me + "e1:t2:aa1:y1:re"
	hexs = "6162636465666768696a30313233343536373839"
)

// say sends datagrams, the first to the server and the others back.
func say(r *apptest.Rig, grams ...string) (out []string, events int, failed bool) {
	i := r.Flow(17, 4000, 6881)
	f := r.Layer.At(i)
	d := input.ToServer
	for _, g := range grams {
		r.Layer.Datagram(f, d, append(make([]byte, 0, len(g)), g...), 0)
		d = input.ToClient
	}
	for _, tx := range f.Txs {
		m, _ := r.Log(f, tx)
		b, _ := json.Marshal(m["bittorrent_dht"])
		out = append(out, string(b))
		if tx.Event(EventMalformedPacket) {
			events++
		}
	}
	failed = f.Failed() || f.Refused
	r.Close(i, true)
	return out, events, failed
}

func TestMessages(t *testing.T) {
	node := func(ip string) string { return strings.Repeat("N", idLen) + ip + "\x1a\xe1" }
	v6 := "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x01"
	nodeID := strings.Repeat("4e", idLen)
	for name, row := range map[string]struct{ in, want string }{
		"ping": {ping, `{"request":{"id":"` + hexs + `"},"request_type":"ping","transaction_id":"6161"}`},
		"pong": {pong, `{"response":{"id":"` + hexs + `"},"transaction_id":"6161"}`},
		"announce": {"d1:ad2:id20:" + me + "12:implied_porti1e9:info_hash20:" + me + "4:porti6881e5:token3:abce1:q13:announce_peer1:t1:x1:v4:UT\x00\x011:y1:qe",
			`{"client_version":"55540001","request":{"id":"` + hexs + `","implied_port":1,"info_hash":"` + hexs +
				`","port":6881,"token":"616263"},"request_type":"announce_peer","transaction_id":"78"}`},
		"find": {"d1:ad2:id20:" + me + "6:target20:" + me + "e1:q9:find_node1:t1:x1:y1:qe",
			`{"request":{"id":"` + hexs + `","target":"` + hexs + `"},"request_type":"find_node","transaction_id":"78"}`},
		"nodes, the last cut off": {"d2:ip6:abcdef1:rd2:id20:" + me + "5:nodes57:" + node("\x0a\x00\x00\x01") + node("\x0a\x00\x00\x02") + "short" +
			"6:nodes638:" + node(v6) + "e1:t1:x1:y1:re",
			`{"response":{"id":"` + hexs + `","nodes":[{"id":"` + nodeID + `","ip":"10.0.0.1","port":6881},{"id":"` + nodeID + `","ip":"10.0.0.2","port":6881}],` +
				`"nodes6":[{"id":"` + nodeID + `","ip":"2001:0db8:0000:0000:0000:0000:0000:0001","port":6881}]},"transaction_id":"78"}`},
		"peers of both versions": {"d1:rd2:id20:" + me + "5:token2:ab6:valuesl6:\x0a\x00\x00\x01\x00\x0118:" + v6 + "\x00\x02ee1:t1:x1:y1:re",
			`{"response":{"id":"` + hexs + `","token":"6162","values":[{"ip":"10.0.0.1","port":1},{"ip":"2001:0db8:0000:0000:0000:0000:0000:0001","port":2}]},"transaction_id":"78"}`},
		"error": {"d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee", `{"error":{"msg":"A Generic Error Ocurred","num":201},"transaction_id":"6161"}`},
		"what nobody asked for, nested": {"d1:ad1:ad1:xi-1ee2:id20:" + me + "e1:q1:z1:t1:x1:y1:qe",
			`{"request":{"id":"` + hexs + `"},"request_type":"z","transaction_id":"78"}`},
	} {
		out, events, failed := say(apptest.New(t, 1<<20, nil, Protocol()), ping, row.in)
		if len(out) != 2 || out[1] != row.want || events != 0 || failed {
			t.Errorf("%s: %q\n want %s, %d events, failed %v", name, out, row.want, events, failed)
		}
	}
}

func TestMalformed(t *testing.T) {
	long := "d1:ad2:id20:" + me + "1:x"
	for name, in := range map[string]string{
		"no kind":              "d1:ad2:id20:" + me + "e1:q4:ping1:t2:aae",
		"unknown kind":         strings.Replace(ping, "1:y1:q", "1:y1:z", 1),
		"no id":                "d1:ade1:q4:ping1:t2:aa1:y1:qe",
		"no transaction":       strings.Replace(ping, "1:t2:aa", "", 1),
		"no name":              strings.Replace(ping, "1:q4:ping", "", 1),
		"answer without any":   strings.Replace(ping, "1:y1:q", "1:y1:r", 1),
		"cut":                  ping[:len(ping)-9],
		"keys not in order":    "d1:ad2:id20:" + me + "e1:t2:aa1:q4:ping1:y1:qe",
		"a key twice":          "d1:ad2:id20:" + me + "2:id20:" + me + "e1:q4:ping1:t2:aa1:y1:qe",
		"leading zero":         strings.Replace(ping, "1:t2:aa", "1:t02:aa", 1),
		"minus zero":           long + "i-0ee1:q4:ping1:t2:aa1:y1:qe",
		"length beyond":        "d1:ad2:id20:" + me + "e1:q4:ping1:t2000:aa1:y1:qe",
		"length without end":   "d1:ad2:id20:" + me + "e1:q99999999999999999999999:",
		"port of 17 bits":      "d1:ad2:id20:" + me + "4:porti65536ee1:q4:ping1:t2:aa1:y1:qe",
		"port below zero":      "d1:ad2:id20:" + me + "4:porti-1ee1:q4:ping1:t2:aa1:y1:qe",
		"too deep":             long + "llee" + "e1:q4:ping1:t2:aa1:y1:qe",
		"name that is no text": strings.Replace(ping, "4:ping", "4:pi\xffg", 1),
		"short peer":           "d1:rd2:id20:" + me + "6:valuesl5:aaaaaee1:t1:x1:y1:re",
		"error without number": "d1:el3:abce1:t2:aa1:y1:ee",
	} {
		out, events, failed := say(apptest.New(t, 1<<20, nil, Protocol()), ping, in)
		if len(out) != 2 || out[1] != "null" || events != 1 || !failed {
			t.Errorf("%s: %q, %d events, failed %v", name, out, events, failed)
		}
	}
	// What follows a broken message is read, what is something else is not.
	out, events, _ := say(apptest.New(t, 1<<20, nil, Protocol()), ping, "d1:adx", "\x41\x00other", pong)
	if len(out) != 3 || events != 1 || out[2] == "null" {
		t.Errorf("%q, %d events", out, events)
	}
}

// With no memory left messages go by unread; what is broken is told all the same.
func TestNoRoom(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	for b, ok := r.Layer.Env().Mem.Append(nil, make([]byte, 512)); ok; b, ok = r.Layer.Env().Mem.Append(nil, make([]byte, 512)) {
		defer r.Layer.Env().Mem.Put(b)
	}
	i := r.Flow(17, 4000, 6881)
	f := r.Layer.At(i)
	for _, g := range []string{ping, pong, "d1:adx"} {
		r.Layer.Datagram(f, input.ToServer, []byte(g), 0)
	}
	if f.Final != input.AppBitTorrentDHT || len(f.Txs) != 1 || !f.Txs[0].Event(EventMalformedPacket) {
		t.Errorf("%v, %d transactions", f.Final, len(f.Txs))
	}
	r.Layer.Close(i, func(app.Tx) {})
}

func TestNoAllocs(t *testing.T) {
	r := apptest.New(t, 1<<20, nil, Protocol())
	q, a := []byte(ping), []byte(pong)
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 4000, 6881)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, q, 0)
		r.Layer.Datagram(f, input.ToClient, a, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzMessage(f *testing.F) {
	for _, s := range []string{ping, pong, "d1:eli201e1:xe1:t2:aa1:y1:ee", "d1:rd2:id20:" + me + "6:valuesl6:aaaaaaee1:t1:x1:y1:re",
		"d1:rd2:id20:" + me + "5:nodes26:" + strings.Repeat("n", nodeLen) + "e1:t1:x1:y1:re"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// Twice in a flow: the answer is as hostile as the query.
		out, events, _ := say(apptest.New(t, 1<<20, nil, Protocol()), ping, string(b), string(b))
		if len(out)-1 < events || events > 2 {
			t.Fatalf("%d events of %q", events, out)
		}
	})
}
