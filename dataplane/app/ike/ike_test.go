package ike

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

func be16(v int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(v))) }
func be32(v int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(v))) }

const spiI, spiR = "\x01\x02\x03\x04\x05\x06\x07\x08", "\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11"

// msg is a message whose first payload is of type next.
func msg(version, exchange, flags byte, next int, body string) string {
	return spiI + spiR + string([]byte{byte(next), version << 4, exchange, flags}) + be32(9) + be32(headLen+len(body)) + body
}

// part is a payload, or what is built like one, in front of one of type next.
func part(next int, body string) string {
	return string([]byte{byte(next), 0}) + be16(4+len(body)) + body
}

// transform1 is one of version 1 with attributes.
func transform1(next int, attributes string) string { return part(next, "\x01\x01\x00\x00"+attributes) }

const (
	aes    = "\x80\x01\x00\x07\x80\x0e\x00\x80"
	sha    = "\x80\x02\x00\x02"
	life   = "\x00\x0c\x00\x04\x00\x01\x51\x80"
	oddity = "\x00\x10\x00\x03abc"
)

// association1 is the body of an SA payload of version 1.
func association1(transforms ...string) string {
	return "\x00\x00\x00\x01\x00\x00\x00\x01" + part(0, "\x01\x01\x00"+string([]byte{byte(len(transforms))})+strings.Join(transforms, ""))
}

// proposal2 is a proposal of version 2, of transforms of a kind and an id.
func proposal2(protocol byte, transforms ...[2]int) string {
	body := string([]byte{1, protocol, 0, byte(len(transforms))})
	for _, t := range transforms {
		body += part(3, string([]byte{byte(t[0]), 0})+be16(t[1]))
	}
	return part(0, body)
}

var (
	offer   = msg(1, 2, 0, 1, part(13, association1(transform1(3, aes+sha+life), transform1(0, sha+oddity)))+part(13, "vendor")+part(0, "\xff"))
	choice1 = msg(1, 2, 0, 1, part(0, association1(transform1(0, aes+life))))
	keys    = msg(1, 2, 0, 4, part(10, "key")+part(0, "nonce"))
	closed  = msg(1, 2, 1, 5, "ciphertext")
	good    = [][2]int{{1, 12}, {2, 5}, {3, 12}, {4, 19}, {5, 0}}
	init2   = msg(2, 34, 8, 33, part(34, proposal2(1, good...))+part(40, "\x00\x13\x00\x00public")+part(41, "nonce")+part(41, "\x00\x00\x40\x04")+part(0, "\x01\x02\x00\x0eab"))
	reply2  = msg(2, 34, 0x20, 33, part(0, proposal2(1, [2]int{1, 20}, [2]int{2, 99}, [2]int{4, 31})))
)

func rig(t testing.TB, o *Options) *apptest.Rig {
	return apptest.New(t, 1<<20, map[input.AppProto]any{input.AppIKE: o}, Protocol())
}

// say is what a message says: its events, and its record.
func say(r *apptest.Rig, f *app.Flow, t *Tx) string {
	var out []string
	for id := range numEvents {
		if t.Event(id) {
			out = append(out, eventNames[id])
		}
	}
	if m, ok := r.Log(f, t); ok {
		o := m["ike"].(map[string]any)
		for _, k := range []string{"_v", "version_major", "version_minor", "init_spi", "resp_spi", "message_id", "exchange_type"} {
			delete(o, k)
		}
		b, _ := json.Marshal(o)
		out = append(out, string(b))
	}
	return strings.Join(out, " ")
}

const serverChose = `"attributes":[{"key":"alg_enc","raw":7,"value":"EncAesCbc"},{"key":"sa_key_length","raw":128,"value":"Unknown"},` +
	`{"key":"sa_life_duration","raw":86400,"value":"Unknown"}]`

func TestVersion1(t *testing.T) {
	r := rig(t, &Options{Extended: true})
	i := r.Flow(17, 500, 500)
	f := r.Layer.At(i)
	for k, c := range []struct {
		d       input.Dir
		b, want string
	}{
		{input.ToServer, offer, `{"exchange_type_verbose":"Identity Protection","ikev1":{"client":{"proposals":[{"key":"alg_enc","raw":7,"value":"EncAesCbc"},` +
			`{"key":"sa_key_length","raw":128,"value":"Unknown"},{"key":"alg_hash","raw":2,"value":"HashSha"},{"key":"sa_life_duration","raw":86400,"value":"Unknown"},` +
			`{"key":"alg_hash","raw":2,"value":"HashSha"},{"key":"sa_group_order","raw":"616263","value":"Unknown"}]},"doi":1,"encrypted_payloads":false,"server":{},` +
			`"vendor_ids":["76656e646f72","ff"]},"payload":["SecurityAssociation","Proposal","Transform","VendorID"]}`},
		{input.ToClient, choice1, `{` + serverChose + `,"exchange_type_verbose":"Identity Protection","ikev1":{"client":{},"doi":1,"encrypted_payloads":false,"server":{}},` +
			`"payload":["SecurityAssociation","Proposal","Transform"]}`},
		{input.ToServer, keys, `{` + serverChose + `,"exchange_type_verbose":"Identity Protection","ikev1":{"client":{"key_exchange_payload":"6b6579",` +
			`"key_exchange_payload_length":3,"nonce_payload":"6e6f6e6365","nonce_payload_length":5},"doi":1,"encrypted_payloads":false,"server":{}},` +
			`"payload":["KeyExchange","Nonce"]}`},
		{input.ToServer, closed, `{` + serverChose + `,"exchange_type_verbose":"Identity Protection","ikev1":{"doi":1,"encrypted_payloads":true},"payload":["Identification"]}`},
		{input.ToClient, msg(1, 2, 0, 1, part(0, association1(transform1(3, sha), transform1(0, aes)))), `multiple_server_proposal {"attributes":` +
			`[{"key":"alg_hash","raw":2,"value":"HashSha"}],"exchange_type_verbose":"Identity Protection","ikev1":{"client":{"key_exchange_payload":"6b6579",` +
			`"key_exchange_payload_length":3,"nonce_payload":"6e6f6e6365","nonce_payload_length":5},"doi":1,"encrypted_payloads":false,"server":{}},` +
			`"payload":["SecurityAssociation","Proposal","Transform"],"server_proposals":[{"key":"alg_hash","raw":2,"value":"HashSha"},` +
			`{"key":"alg_enc","raw":7,"value":"EncAesCbc"},{"key":"sa_key_length","raw":128,"value":"Unknown"}]}`},
	} {
		r.Layer.Datagram(f, c.d, []byte(c.b), 0)
		if got := say(r, f, f.Txs[k].(*Tx)); got != c.want {
			t.Errorf("message %d:\n got %s\nwant %s", k, got, c.want)
		}
	}
	r.Close(i, true)
}

func TestVersion2(t *testing.T) {
	r := rig(t, nil)
	for name, c := range map[string]struct {
		d       input.Dir
		b, want string
	}{
		"good": {input.ToServer, init2, `{"ikev2":{"errors":1,"notify":["NAT_DETECTION_SOURCE_IP","NO_PROPOSAL_CHOSEN"]},` +
			`"payload":["SecurityAssociation","KeyExchange","Nonce","Notify","Notify","NoNextPayload"],"role":"initiator"}`},
		"reply": {input.ToClient, reply2, `{"alg_auth":"NONE","alg_dh":"Curve25519","alg_enc":"ENCR_AES_GCM_16","alg_esn":"NoESN","alg_prf":"IkeTransformPRFType(99 / 0x63)",` +
			`"ikev2":{"errors":0},"payload":["SecurityAssociation","NoNextPayload"],"role":"responder"}`},
		"encrypted": {input.ToServer, msg(2, 35, 8, 46, part(35, "ciphertext")), `{"ikev2":{"errors":0},"payload":["EncryptedAndAuthenticated","IdentInitiator"],"role":"initiator"}`},
		"weak": {input.ToServer, msg(2, 34, 8, 33, part(0, proposal2(1, [2]int{1, 3}, [2]int{2, 2}, [2]int{3, 2}, [2]int{4, 2}))),
			`weak_crypto_enc weak_crypto_prf weak_crypto_dh weak_crypto_auth {"ikev2":{"errors":0},"payload":["SecurityAssociation","NoNextPayload"],"role":"initiator"}`},
		"nothing": {input.ToServer, msg(2, 34, 8, 33, part(0, proposal2(2, [2]int{2, 0}, [2]int{9, 1}))),
			`no_encryption weak_crypto_no_dh weak_crypto_no_auth invalid_proposal unknown_proposal {"ikev2":{"errors":0},"payload":["SecurityAssociation","NoNextPayload"],"role":"initiator"}`},
		"cut proposal": {input.ToServer, msg(2, 34, 8, 33, part(0, proposal2(1, good...)[:20])), `malformed_data {"ikev2":{"errors":0},"payload":["SecurityAssociation","NoNextPayload"],"role":"initiator"}`},
		"cut payload":  {input.ToServer, msg(2, 34, 8, 40, part(0, "nonce")[:8]), `malformed_data {"ikev2":{"errors":0},"payload":["Nonce"],"role":"initiator"}`},
	} {
		i := r.Flow(17, 500, 500)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, []byte(init2), 0)
		r.Layer.Datagram(f, c.d, []byte(c.b), 0)
		if got := say(r, f, f.Txs[1].(*Tx)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		r.Close(i, true)
	}
}

// What rules ask for.
func TestRules(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(17, 500, 500)
	f := r.Layer.At(i)
	for k, b := range []string{offer, keys, init2, choice1, reply2} {
		d := input.ToServer
		if k > 2 {
			d = input.ToClient
		}
		r.Layer.Datagram(f, d, []byte(b), 0)
	}
	view := func(k int, id buf.ID, n int) string {
		tx := f.Txs[k].(*Tx)
		v := tx.View(id, tx.Dir, n)
		if v.Avail == input.None {
			return "none"
		}
		return string(r.Whole(v))
	}
	for _, c := range []struct {
		k, n int
		id   buf.ID
		want string
	}{
		{0, 0, buf.IKEInitSPI, hex.EncodeToString([]byte(spiI))}, {0, 0, buf.IKERespSPI, hex.EncodeToString([]byte(spiR))},
		{0, 0, buf.IKEVendor, "76656e646f72"}, {0, 1, buf.IKEVendor, "ff"}, {0, 2, buf.IKEVendor, "none"}, {0, 0, buf.IKENoncePayload, "none"},
		{1, 0, buf.IKEKeyExchangePayload, "key"}, {1, 0, buf.IKENoncePayload, "nonce"}, {1, 1, buf.IKENoncePayload, "none"},
		{2, 0, buf.IKEInitSPI, hex.EncodeToString([]byte(spiI))},
	} {
		if got := view(c.k, c.id, c.n); got != c.want {
			t.Errorf("%s of message %d: %q, want %q", buf.Get(c.id).Name, c.k, got, c.want)
		}
	}
	numbers := func(k int, id buf.FieldID) (out []uint64) {
		tx := f.Txs[k].(*Tx)
		for n := 0; ; n++ {
			v, a := tx.Num(id, tx.Dir, n)
			if a != input.Done {
				return out
			}
			out = append(out, v)
		}
	}
	for _, c := range []struct {
		k    int
		id   buf.FieldID
		want []uint64
	}{
		{0, buf.FieldIKEExchType, []uint64{2}}, {2, buf.FieldIKEExchType, []uint64{34}}, {0, buf.FieldIKENonceLen, nil},
		{1, buf.FieldIKENonceLen, []uint64{5}}, {1, buf.FieldIKEKeyExchangeLen, []uint64{3}},
		{3, buf.FieldIKESA, []uint64{1<<32 | 7, 14<<32 | 128, 12<<32 | 86400}}, {4, buf.FieldIKESA, []uint64{1<<32 | 20, 13<<32 | 99, 4<<32 | 31}},
	} {
		if got := numbers(c.k, c.id); !slices.Equal(got, c.want) {
			t.Errorf("%s of message %d: %x, want %x", buf.Field(c.id).Name, c.k, got, c.want)
		}
	}
	if _, a := f.Txs[0].(*Tx).Num(buf.FieldIKEExchType, input.ToClient, 0); a != input.None {
		t.Error("a number in the other direction")
	}
	r.Close(i, true)
}

// A datagram that is no message is told of, and the next one is read.
func TestBadDatagram(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(17, 500, 500)
	f := r.Layer.At(i)
	for _, b := range []string{keys, "short", msg(3, 2, 0, 0, ""), msg(1, 2, 0, 1, part(0, "\x00")), msg(1, 2, 0, 1, part(0, "\x00\x00\x00\x01\x00\x00\x00\x01"+part(0, "\x01\x01\x09\x01"))),
		keys + "more", keys} {
		r.Layer.Datagram(f, input.ToServer, []byte(b), 0)
	}
	var got []string
	for _, tx := range f.Txs {
		s := say(r, f, tx.(*Tx))
		got = append(got, strings.TrimSpace(strings.Split(s, "{")[0]))
	}
	if strings.Join(got, "|") != "|malformed_data|malformed_data|malformed_data|malformed_data|payload_extra_data|" || f.Failed() {
		t.Errorf("%q, failed %v", got, f.Failed())
	}
	r.Close(i, true)
}

// Vendor identifiers are kept up to a bound.
func TestVendors(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(17, 500, 500)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, []byte(msg(1, 4, 0, 13, strings.Repeat(part(13, "v"), maxVendors+1))), 0)
	tx := f.Txs[0].(*Tx)
	if tx.vendors != maxVendors || !tx.Event(evPayloadExtraData) || len(r.Whole(tx.View(buf.IKEVendor, input.ToServer, maxVendors-1))) != 2 {
		t.Errorf("%d vendors", tx.vendors)
	}
	r.Close(i, true)
}

// TestMarker: behind address translation messages have a marker, and ESP goes by the
// same ports; where the first message has none, a marker is what it looks like.
func TestMarker(t *testing.T) {
	const marker = "\x00\x00\x00\x00"
	for name, c := range map[string]struct {
		port      uint16
		datagrams []string
		want      string
	}{
		"translated": {4500, []string{marker + init2, "\xff", "\x01\x02\x03\x04 an ESP packet, sealed", marker + init2, marker + "none"}, "||malformed_data"},
		"plain":      {500, []string{init2, marker + init2, init2}, "|malformed_data|"},
	} {
		r := rig(t, nil)
		i := r.Flow(17, 40000, c.port)
		f := r.Layer.At(i)
		var got []string
		for _, b := range c.datagrams {
			r.Layer.Datagram(f, input.ToServer, []byte(b), 0)
		}
		for _, tx := range f.Txs {
			event := ""
			if tx.Event(evMalformedData) {
				event = eventNames[evMalformedData]
			}
			got = append(got, event)
		}
		if strings.Join(got, "|") != c.want || f.Final != input.AppIKE {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		r.Close(i, true)
	}
}

func TestProbe(t *testing.T) {
	for name, c := range map[string]struct {
		b    string
		want app.Verdict
	}{
		"version 1":          {offer, app.Yes},
		"version 2":          {init2, app.Yes},
		"short":              {offer[:headLen-1], app.No},
		"version 2.1":        {msg(2, 34, 8, 0, "")[:17] + "\x21" + msg(2, 34, 8, 0, "")[18:], app.No},
		"version 3":          {msg(3, 34, 8, 0, ""), app.No},
		"another exchange":   {msg(2, 38, 8, 0, ""), app.No},
		"length that is off": {init2 + "x", app.No},
		"a marker":           {"\x00\x00\x00\x00" + offer, app.Yes},
		"a marker, too long": {"\x00\x00\x00\x00" + offer + "x", app.No},
		"a marker alone":     {"\x00\x00\x00\x00", app.No},
	} {
		if got := probe(input.ToServer, []byte(c.b)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNames(t *testing.T) {
	lists := append([]names{exchangeNames, v1PayloadNames, attributeNames, v2PayloadNames.names, notifyNames.names}, valueNames[:]...)
	for _, reg := range transformNames {
		lists = append(lists, reg.names)
	}
	for k, list := range lists {
		for i := 1; i < len(list); i++ {
			if list[i].number <= list[i-1].number {
				t.Errorf("list %d: %d behind %d", k, list[i].number, list[i-1].number)
			}
		}
	}
	if len(v1PayloadNames) > maxTypes {
		t.Errorf("%d kinds of payloads, room for %d", len(v1PayloadNames), maxTypes)
	}
}

// talk is a flow of both versions.
func talk(r *apptest.Rig, parts [][]byte, read func(*app.Flow)) {
	i := r.Flow(17, 500, 500)
	f := r.Layer.At(i)
	for k, b := range parts {
		r.Layer.Datagram(f, input.Dir(k&1+1), b, 0)
	}
	read(f)
	r.Layer.Close(i, func(app.Tx) {})
	r.Layer.Flush()
}

// Without memory nothing is made of what comes, and all comes back.
func TestExhausted(t *testing.T) {
	r := rig(t, nil)
	mem := r.Layer.Env().Mem
	var held [][]byte
	for _, n := range [...]int{64 << 10, 1 << 10, 64, 1} {
		for s := mem.Get(n); s != nil; s = mem.Get(n) {
			held = append(held, s)
		}
	}
	talk(r, [][]byte{[]byte(offer), []byte(choice1), []byte("short")}, func(f *app.Flow) {
		if len(f.Txs) != 1 {
			t.Errorf("%d transactions", len(f.Txs))
		}
	})
	for _, s := range held {
		mem.Put(s)
	}
	if mem.Used() != 0 {
		t.Errorf("%d octets not given back", mem.Used())
	}
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	parts := [][]byte{[]byte(offer), []byte(choice1), []byte(keys), []byte(reply2), []byte(init2), []byte("short")}
	read := func(f *app.Flow) {
		for _, tx := range f.Txs {
			tx.View(buf.IKEVendor, input.ToServer, 1)
			tx.Num(buf.FieldIKESA, input.ToClient, 1)
		}
	}
	talk(r, parts, read)
	if n := testing.AllocsPerRun(50, func() { talk(r, parts, read) }); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzMessages(f *testing.F) {
	for _, s := range []string{offer, choice1, keys, closed, init2, reply2} {
		f.Add([]byte(s), []byte(reply2))
		f.Add([]byte(keys), []byte(s))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		r := rig(t, &Options{Extended: true})
		defer r.Layer.Env().Mem.Close()
		exact := func(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }
		talk(r, [][]byte{[]byte(offer), exact(b), exact(a), exact(b)}, func(fl *app.Flow) {
			for _, tx := range fl.Txs {
				for id := buf.IKEInitSPI; id <= buf.IKENoncePayload; id++ {
					for i := range 3 {
						r.Whole(tx.View(id, tx.(*Tx).Dir, i))
					}
				}
				for i := range maxAttributes + 1 {
					tx.Num(buf.FieldIKESA, tx.(*Tx).Dir, i)
				}
				r.Log(fl, tx)
				r.Meta(tx)
			}
		})
		if r.Layer.Stats.Panics != [app.NumRows]uint64{} || r.Layer.Env().Mem.Used() != 0 {
			t.Fatalf("%v panics, %d octets not given back", r.Layer.Stats.Panics, r.Layer.Env().Mem.Used())
		}
	})
}
