package ldap

import (
	"encoding/json"
	"fmt"
	"github.com/weir-ips/weir/dataplane/app/ber"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/tls"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// tlv is one element of BER.
func tlv(tag byte, parts ...string) string {
	s := strings.Join(parts, "")
	switch n := len(s); {
	case n < 0x80:
		return string([]byte{tag, byte(n)}) + s
	case n < 1<<16:
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + s
	default:
		return string([]byte{tag, 0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + s
	}
}

func str(s string) string    { return tlv(ber.Octets, s) }
func num(n byte) string      { return tlv(ber.Integer, string([]byte{n})) }
func enum(n byte) string     { return tlv(ber.Enum, string([]byte{n})) }
func seq(p ...string) string { return tlv(ber.Sequence, p...) }

// msg is a message; parts are what its operation holds.
func msg(id byte, tag byte, parts ...string) string { return seq(num(id), tlv(tag, parts...)) }

func result(code byte, text string) string { return enum(code) + str("") + str(text) }

func attr(name string, values ...string) string {
	v := ""
	for _, s := range values {
		v += str(s)
	}
	return seq(str(name), tlv(ber.Set, v))
}

func search(id byte) string {
	return msg(id, 0x63, str("dc=x"), enum(2), enum(0), num(10), num(30), tlv(ber.Bool, "\xff"), tlv(0x87, "objectClass"), seq(str("cn"), str("+")))
}

func entry(id byte) string {
	return msg(id, 0x64, str("cn=a,dc=x"), seq(attr("cn", "a"), attr("mail", "b", "c")))
}

func rig(t testing.TB, o *Options) *apptest.Rig {
	opts := map[input.AppProto]any{}
	if o != nil {
		opts[input.AppLDAP] = o
	}
	return apptest.New(t, 4<<20, opts, Protocol(), tls.Protocol())
}

var exchanges = []struct {
	name, ask, answer string
	want              []string // EVE objects
	events            []string // of each
}{
	{"search", search(7), entry(7) + msg(7, 0x73, str("ldap://h/")) + msg(7, 0x65, result(0, "")), []string{
		`{"request":{"message_id":7,"operation":"search_request","search_request":{"attributes":["cn","+"],"base_object":"dc=x","deref_alias":0,"filter":{"type":"present","value":"objectClass"},"scope":2,"size_limit":10,"time_limit":30,"types_only":true}},` +
			`"responses":[{"operation":"search_result_entry","search_result_entry":{"attributes":[{"type":"cn","values":["a"]},{"type":"mail","values":["b","c"]}],"base_object":"cn=a,dc=x"}},` +
			`{"operation":"search_result_reference"},` +
			`{"operation":"search_result_done","search_result_done":{"matched_dn":"","message":"","result_code":"success"}}]}`}, nil},
	{"bind", msg(1, 0x60, num(3), str("cn=admin"), tlv(0x80, "secret")), msg(1, 0x61, result(49, "no")), []string{
		`{"request":{"bind_request":{"name":"cn=admin","version":3},"message_id":1,"operation":"bind_request"},` +
			`"responses":[{"bind_response":{"matched_dn":"","message":"no","result_code":"invalid_credentials"},"operation":"bind_response"}]}`}, nil},
	{"two, answered in another order, and unbind",
		msg(1, 0x4a, "cn=a") + msg(2, 0x6e, str("cn=b"), seq(str("t"), str("v"))) + msg(3, 0x42),
		msg(2, 0x6f, result(6, "")) + msg(1, 0x6b, result(99, "")), []string{
			`{"request":{"del_request":{"dn":"cn=a"},"message_id":1,"operation":"del_request"},"responses":[{"del_response":{"matched_dn":"","message":"","result_code":"unknown-99"},"operation":"del_response"}]}`,
			`{"request":{"compare_request":{"attribute_value_assertion":{"description":"t","value":"v"},"entry":"cn=b"},"message_id":2,"operation":"compare_request"},"responses":[{"compare_response":{"matched_dn":"","message":"","result_code":"compare_true"},"operation":"compare_response"}]}`,
			`{"request":{"message_id":3,"operation":"unbind_request"}}`}, nil},
	{"modify", msg(4, 0x66, str("cn=a"), seq(seq(enum(2), attr("mail", "x")), seq(enum(1), attr("cn")))), msg(4, 0x67, result(0, "")), []string{
		`{"request":{"message_id":4,"modify_request":{"changes":[{"modification":{"attribute_type":"mail","attribute_values":["x"]},"operation":"replace"},{"modification":{"attribute_type":"cn"},"operation":"delete"}],"object":"cn=a"},"operation":"modify_request"},` +
			`"responses":[{"modify_response":{"matched_dn":"","message":"","result_code":"success"},"operation":"modify_response"}]}`}, nil},
	{"controls and SASL",
		seq(num(8), tlv(0x60, num(3), str(""), tlv(0xa3, str("GSSAPI"), str("\x01\xff"))), tlv(0xa0, seq(str("1.2.3"), tlv(ber.Bool, "\xff"), str("\x30\x00")), seq(str("1.2.4")), num(1))),
		seq(num(8), tlv(0x61, result(0, ""), tlv(0x87, "\x02\x03")), tlv(0xa0, seq(str("1.2.5"), str("\xab")))), []string{
			`{"request":{"bind_request":{"name":"","sasl":{"credentials":"01ff","mechanism":"GSSAPI"},"version":3},"controls":[{"control_type":"1.2.3","control_value":"3000","criticality":true},{"control_type":"1.2.4","criticality":false}],"message_id":8,"operation":"bind_request"},` +
				`"responses":[{"bind_response":{"matched_dn":"","message":"","result_code":"success","server_sasl_creds":"0203"},"controls":[{"control_type":"1.2.5","control_value":"ab","criticality":false}],"operation":"bind_response"}]}`}, nil},
	{"abandon", search(5) + msg(6, 0x50, "\x05"), entry(5), []string{
		`{"request":{"message_id":5,"operation":"search_request","search_request":{"attributes":["cn","+"],"base_object":"dc=x","deref_alias":0,"filter":{"type":"present","value":"objectClass"},"scope":2,"size_limit":10,"time_limit":30,"types_only":true}}}`,
		`{"request":{"message_id":6,"operation":"abandon_request"}}`,
		`{"responses":[{"message_id":5,"operation":"search_result_entry","search_result_entry":{"attributes":[{"type":"cn","values":["a"]},{"type":"mail","values":["b","c"]}],"base_object":"cn=a,dc=x"}}]}`},
		[]string{"", "", "request_not_found"}},
	{"nobody asked", "", msg(0, 0x78, result(52, "bye"), tlv(0x8a, "1.2.3")), []string{
		`{"responses":[{"extended_response":{"matched_dn":"","message":"bye","name":"1.2.3","result_code":"unavailable"},"message_id":0,"operation":"extended_response"}]}`}, nil},
	{"no LDAP behind a message", msg(3, 0x42) + "GET / HTTP/1.1\r\n", "", []string{`{"request":{"message_id":3,"operation":"unbind_request"}}`, ``}, []string{"", "invalid_data"}},
	{"operation longer than its message", msg(3, 0x42) + "\x30\x06\x02\x01\x01\x4a\x05abcde", "", []string{`{"request":{"message_id":3,"operation":"unbind_request"}}`, ``}, []string{"", "invalid_data"}},
}

// The records are the same at every cut.
func TestExchanges(t *testing.T) {
	r := rig(t, nil)
	for _, x := range exchanges {
		for cut := range len(x.ask) + len(x.answer) + 1 {
			i := r.Flow(6, 40000, 389)
			f := r.Layer.At(i)
			for d, s := range []string{x.ask, x.answer} {
				d, n := input.Dir(d+1), min(cut, len(s))
				if d == input.ToClient {
					n = min(max(cut-len(x.ask), 0), len(s))
				}
				r.Layer.Data(f, d, []byte(s[:n]), 0, false, 0)
				r.Layer.Data(f, d, []byte(s[n:]), uint64(n), false, 0)
			}
			if len(f.Txs) != len(x.want) {
				t.Fatalf("%s, cut %d: %d transactions, want %d", x.name, cut, len(f.Txs), len(x.want))
			}
			for k, tx := range f.Txs {
				got := ""
				if m, ok := r.Log(f, tx); ok {
					b, _ := json.Marshal(m["ldap"])
					got = string(b)
				}
				if got != x.want[k] {
					t.Errorf("%s, cut %d: record %d is\n%s, want\n%s", x.name, cut, k, got, x.want[k])
				}
				want := ""
				if k < len(x.events) {
					want = x.events[k]
				}
				for ev, name := range Events {
					if tx.Event(uint16(ev)) != (name == want) {
						t.Errorf("%s, cut %d: transaction %d, event %s is %v", x.name, cut, k, name, tx.Event(uint16(ev)))
					}
				}
				if !tx.Done(input.ToClient) {
					t.Errorf("%s, cut %d: transaction %d waits", x.name, cut, k)
				}
			}
			r.Close(i, true)
		}
	}
}

// views are all instances of a buffer.
func views(tx app.Tx, id buf.ID, d input.Dir) (all []string, last input.Avail) {
	for i := 0; ; i++ {
		v := tx.View(id, d, i)
		if v.Avail != input.Done {
			return all, v.Avail
		}
		all = append(all, string(v.Data))
	}
}

// Buffers and fields come with each response, and end with the last.
func TestViews(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 40000, 389)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(search(7)), 0, false, 0)
	at := uint64(0)
	answer := func(s string) {
		r.Layer.Data(f, input.ToClient, []byte(s), at, false, 0)
		at += uint64(len(s))
	}
	check := func(id buf.ID, d input.Dir, last input.Avail, want ...string) {
		t.Helper()
		for range 2 { // a second walk goes back to the first instance
			got, a := views(f.Txs[0], id, d)
			if fmt.Sprint(got) != fmt.Sprint(want) || a != last {
				t.Errorf("buffer %d is %q and then %v, want %q and then %v", id, got, a, want, last)
			}
		}
	}
	numbers := func(id buf.FieldID, last input.Avail, want ...uint64) {
		t.Helper()
		for k := 0; ; k++ {
			v, a := f.Txs[0].Num(id, input.ToClient, k)
			if a != input.Done {
				if a != last || k != len(want) {
					t.Errorf("field %d ends at %d with %v, want %d and %v", id, k, a, len(want), last)
				}
				return
			}
			if k >= len(want) || v != want[k] {
				t.Fatalf("field %d, value %d is %d, want %v", id, k, v, want)
			}
		}
	}
	check(buf.LDAPRequestDN, input.ToServer, input.None, "dc=x")
	check(buf.LDAPRequestAttributeType, input.ToServer, input.None, "cn", "+")
	check(buf.LDAPResponsesDN, input.ToClient, input.Wait)
	numbers(buf.FieldLDAPResponsesCount, input.Wait)
	answer(entry(7))
	check(buf.LDAPResponsesDN, input.ToClient, input.Wait, "cn=a,dc=x")
	check(buf.LDAPResponsesAttributeType, input.ToClient, input.Wait, "cn", "mail")
	numbers(buf.FieldLDAPResponsesOperation, input.Wait, opSearchEntry)
	answer(entry(7) + msg(7, 0x65, result(4, "too much")))
	check(buf.LDAPResponsesDN, input.ToClient, input.None, "cn=a,dc=x", "cn=a,dc=x", "")
	check(buf.LDAPResponsesAttributeType, input.ToClient, input.None, "cn", "mail", "cn", "mail")
	check(buf.LDAPResponsesMessage, input.ToClient, input.None, "too much")
	numbers(buf.FieldLDAPResponsesOperation, input.None, opSearchEntry, opSearchEntry, opSearchDone)
	numbers(buf.FieldLDAPResponsesResultCode, input.None, 4)
	numbers(buf.FieldLDAPResponsesCount, input.None, 3)
	if v, a := f.Txs[0].Num(buf.FieldLDAPRequestOperation, input.ToServer, 0); v != opSearchRequest || a != input.Done {
		t.Errorf("the request's operation is %d, %v", v, a)
	}
	r.Close(i, true)
}

// StartTLS hands the flow over when the server agrees, and only then.
func TestStartTLS(t *testing.T) {
	hello := "\x16\x03\x01\x00\x30\x01\x00\x00\x2c\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\x13\x01\x01\x00\x00\x01\x00"
	for code, want := range map[byte]input.AppProto{0: input.AppTLS, 2: input.AppLDAP} {
		r := rig(t, nil)
		i := r.Flow(6, 40000, 389)
		f := r.Layer.At(i)
		ask := msg(1, 0x77, tlv(0x80, startTLS))
		r.Layer.Data(f, input.ToServer, []byte(ask), 0, false, 0)
		r.Layer.Data(f, input.ToClient, []byte(msg(1, 0x78, result(code, ""))), 0, false, 0)
		r.Layer.Data(f, input.ToServer, []byte(hello), uint64(len(ask)), false, 0)
		if f.Final != want {
			t.Errorf("result %d: the flow speaks %v, want %v", code, f.Final, want)
		}
		r.Close(i, true)
	}
}

// A datagram is one message or several; one that is cut says so.
func TestDatagrams(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(17, 40000, 389)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, []byte(search(7)), 0)
	r.Layer.Datagram(f, input.ToClient, []byte(entry(7)+msg(7, 0x65, result(0, ""))), 0)
	tx := f.Txs[0]
	if n, a := tx.Num(buf.FieldLDAPResponsesCount, input.ToClient, 0); n != 2 || a != input.Done {
		t.Errorf("%d responses, %v", n, a)
	}
	s := search(8)
	r.Layer.Datagram(f, input.ToServer, []byte(s[:len(s)-3]), 0)
	r.Layer.Datagram(f, input.ToServer, []byte("nothing"), 0)
	r.Layer.Datagram(f, input.ToServer, []byte(search(9)), 0)
	if len(f.Txs) != 4 || !f.Txs[1].Event(EventIncompleteData) || !f.Txs[2].Event(EventInvalidData) || f.Failed() {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
}

// A flow picked up in the middle, and octets that are missing.
func TestMidstreamAndGaps(t *testing.T) {
	r := rig(t, nil)
	i := r.Flow(6, 389, 40000)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(msg(0, 0x78, result(52, ""))), 0, false, 0)
	if len(f.Txs) != 1 || !f.Reversed || f.Txs[0].Event(EventInvalidData) {
		t.Errorf("%d transactions, reversed %v", len(f.Txs), f.Reversed)
	}
	r.Close(i, false)

	i = r.Flow(6, 40000, 389)
	f = r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(search(1)), 0, false, 0)
	r.Layer.Data(f, input.ToServer, []byte("rest of one"), 1000, false, 0)
	r.Layer.Data(f, input.ToServer, []byte(search(2)), 1011, false, 0)
	if len(f.Txs) != 2 || f.Failed() {
		t.Errorf("%d transactions behind a gap, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
}

// What is longer than what is kept is cut, and the next message is found.
func TestBounds(t *testing.T) {
	r := rig(t, &Options{Transactions: app.MaxTxs + 44, Responses: 3, MaxTx: app.MaxTxs})
	i := r.Flow(6, 40000, 389)
	f := r.Layer.At(i)
	long := msg(1, 0x68, str("cn=a"), seq(attr("photo", strings.Repeat("x", 3*maxMessage)), attr("cn", "a")))
	in := long + search(2)
	for at := 0; at < len(in); at += 1000 {
		r.Layer.Data(f, input.ToServer, []byte(in[at:min(at+1000, len(in))]), uint64(at), false, 0)
	}
	if len(f.Txs) != 2 || !f.Txs[0].Event(EventIncompleteData) || f.Txs[1].Event(EventIncompleteData) {
		t.Fatalf("%d transactions", len(f.Txs))
	}
	if v := f.Txs[0].View(buf.LDAPRequestDN, input.ToServer, 0); string(v.Data) != "cn=a" {
		t.Errorf("dn of a long message is %q", v.Data)
	}
	back := strings.Repeat(entry(2), 5) + msg(2, 0x65, result(0, ""))
	r.Layer.Data(f, input.ToClient, []byte(back), 0, false, 0)
	tx := f.Txs[1]
	if n, _ := tx.Num(buf.FieldLDAPResponsesCount, input.ToClient, 0); n != 6 || !tx.Event(EventTooManyResponses) {
		t.Errorf("%d responses, event %v", n, tx.Event(EventTooManyResponses))
	}
	if _, a := tx.Num(buf.FieldLDAPResponsesOperation, input.ToClient, 4); a != input.None {
		t.Error("more responses are kept than allowed")
	}
	at := uint64(len(in))
	for range app.MaxTxs {
		s := search(3)
		r.Layer.Data(f, input.ToServer, []byte(s), at, false, 0)
		at += uint64(len(s))
	}
	if len(f.Txs) != app.MaxTxs || !f.Txs[0].Event(EventTooManyTransactions) || f.Failed() {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
}

// Without a place for a transaction the flow fails, and nothing is left.
func TestExhaustion(t *testing.T) {
	r := rig(t, &Options{Transactions: 2, Responses: 8, MaxTx: app.MaxTxs})
	i := r.Flow(6, 40000, 389)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(search(1)+search(2)+search(3)), 0, false, 0)
	if len(f.Txs) != 2 || !f.Failed() {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
	i = r.Flow(6, 40000, 389)
	f = r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(search(1)), 0, false, 0)
	if len(f.Txs) != 1 || f.Failed() {
		t.Error("the places did not come back")
	}
	r.Close(i, true)
}

func TestNoAllocations(t *testing.T) {
	r := rig(t, nil)
	ask, answer := []byte(search(7)), []byte(entry(7)+msg(7, 0x65, result(0, "")))
	play := func() {
		i := r.Flow(6, 40000, 389)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, ask, 0, false, 0)
		r.Layer.Data(f, input.ToClient, answer, 0, false, 0)
		for k := range 5 {
			f.Txs[0].View(buf.LDAPResponsesAttributeType, input.ToClient, k)
			f.Txs[0].Num(buf.FieldLDAPResponsesResultCode, input.ToClient, k)
		}
		r.Close(i, false)
	}
	play()
	if n := testing.AllocsPerRun(50, play); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

// Past max-tx what waits is given up, and the flow is over.
func TestMaxTx(t *testing.T) {
	o := DefaultOptions()
	o.MaxTx = 2
	r := rig(t, &o)
	i := r.Flow(6, 40000, 389)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(search(1)+search(2)+search(3)), 0, false, 0)
	if f.Failed() || len(f.Txs) != 3 {
		t.Fatalf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Layer.Data(f, input.ToServer, []byte(search(4)), uint64(3*len(search(1))), false, 0)
	for k, tx := range f.Txs {
		if !tx.Event(EventTooManyTransactions) || !tx.Done(input.ToClient) {
			t.Errorf("transaction %d waits", k)
		}
	}
	if !f.Failed() || len(f.Txs) != 3 {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{}, {Transactions: 1}, {Transactions: 1, Responses: 1<<16 + 1}, {Transactions: 1, Responses: 1}} {
		if o.Validate() == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	if o := DefaultOptions(); o.Validate() != nil {
		t.Error(o.Validate())
	}
}

func FuzzExchanges(f *testing.F) {
	for i, x := range exchanges {
		f.Add([]byte(x.ask), []byte(x.answer), i<<10)
	}
	f.Add([]byte("\x30\x84\xff\xff\xff\xff\x02\x01\x01\x63\x84\xff\xff\xff\xf0"), []byte("\x30\x80"), 0)
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		apptest.Exchange(t, rig(t, nil), 389, a, b, hold)
	})
}
