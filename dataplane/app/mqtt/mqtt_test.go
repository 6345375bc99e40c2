package mqtt

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

const (
	hello3 = "\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02id"
	ok3    = "\x20\x02\x00\x00"
	hello5 = "\x10\x12\x00\x04MQTT\x05\x02\x00\x3c\x03\x21\x00\x14\x00\x02id"
	ok5    = "\x20\x06\x01\x00\x03\x22\x00\x0a"

	met3 = `{"connack":{"dup":false,"qos":0,"retain":false,"return_code":0,"session_present":false},"connect":{"client_id":"id","dup":false,` +
		`"flags":{"clean_session":true,"password":false,"username":false,"will":false,"will_retain":false},` +
		`"protocol_string":"MQTT","protocol_version":4,"qos":0,"retain":false}}`
	met5 = `{"connack":{"dup":false,"properties":{"topic_alias_maximum":10},"qos":0,"retain":false,"return_code":0,"session_present":true},` +
		`"connect":{"client_id":"id","dup":false,"flags":{"clean_session":true,"password":false,"username":false,"will":false,"will_retain":false},` +
		`"properties":{"receive_maximum":20},"protocol_string":"MQTT","protocol_version":5,"qos":0,"retain":false}}`
)

func rig(tb testing.TB, opt func(*Options)) *apptest.Rig {
	o := DefaultOptions()
	if opt != nil {
		opt(&o)
	}
	if err := o.Validate(); err != nil {
		tb.Fatal(err)
	}
	return apptest.New(tb, 8<<20, map[input.AppProto]any{input.AppMQTT: o}, Protocol())
}

// talk plays turns, the server's begin with `<`, each in two pieces, the first of
// cut octets, or octet by octet when cut is -1.
func talk(r *apptest.Rig, cut int, turns ...string) (out []string, events []uint16, failed bool) {
	i := r.Flow(6, 4000, 1883)
	f := r.Layer.At(i)
	var off [2]uint64
	for _, s := range turns {
		d := input.ToServer
		if strings.HasPrefix(s, "<") {
			d, s = input.ToClient, s[1:]
		}
		for k := cut; len(s) > 0; k = len(s) {
			n := max(min(k, len(s)), 1)
			if cut < 0 {
				n = 1
			}
			r.Layer.Data(f, d, []byte(s[:n]), off[d-1], false, 0)
			off[d-1] += uint64(n)
			s = s[n:]
		}
	}
	for _, tx := range f.Txs {
		b, _ := json.Marshal(r.Meta(tx)["mqtt"])
		s := string(b)
		if !tx.Done(input.ToServer) {
			s += " waits"
		}
		out = append(out, s)
		events = append(events, tx.(*Tx).events)
	}
	failed = f.Failed()
	r.Close(i, true)
	return out, events, failed
}

// unanswered is a first exchange without the server's part.
func unanswered(met string) string { return "{" + met[strings.Index(met, `"connect"`):] + " waits" }

func TestConversations(t *testing.T) {
	zero := func(name, more string) string {
		return `{"` + name + `":{"dup":false,` + more + `"qos":0,"retain":false}}`
	}
	asked3, asked5 := unanswered(met3), unanswered(met5)
	for name, c := range map[string]struct {
		turns  []string
		want   []string
		events []uint16
		failed bool
	}{
		"3.1.1": {[]string{hello3, "<" + ok3, "\x30\x07\x00\x01tbody", "\xc0\x00", "<\xd0\x00", "\xe0\x00"}, []string{met3,
			`{"publish":{"dup":false,"message":"body","qos":0,"retain":false,"topic":"t"}}`, zero("pingreq", ""), zero("pingresp", ""), zero("disconnect", "")}, []uint16{0, 0, 0, 0, 0}, false},
		"a will, a user, a password": {[]string{"\x10\x23\x00\x06MQIsdp\x03\xee\x00\x3c\x00\x00\x00\x01w\x00\x04last\x00\x04user\x00\x04pass"},
			[]string{`{"connect":{"client_id":"","dup":false,"flags":{"clean_session":true,"password":true,"username":true,"will":true,"will_retain":true},` +
				`"password":"pass","protocol_string":"MQIsdp","protocol_version":3,"qos":0,"retain":false,"username":"user","will":{"message":"last","topic":"w"}}} waits`}, []uint16{0}, false},
		"5 at QoS 2": {[]string{hello5, "<" + ok5, "\x3d\x13\x00\x01t\x00\x07\x0a\x26\x00\x01k\x00\x01v\x23\x00\x02hi!", "<\x50\x02\x00\x07", "\x62\x03\x00\x07\x10", "<\x70\x02\x00\x07"},
			[]string{met5, `{"pubcomp":{"dup":false,"message_id":7,"qos":0,"reason_code":0,"retain":false},` +
				`"publish":{"dup":true,"message":"hi!","message_id":7,"properties":{"k":"v","topic_alias":2},"qos":2,"retain":true,"topic":"t"},` +
				`"pubrec":{"dup":false,"message_id":7,"qos":0,"reason_code":0,"retain":false},` +
				`"pubrel":{"dup":false,"message_id":7,"qos":1,"reason_code":16,"retain":false}}`}, []uint16{0, 0}, false},
		"subscriptions": {[]string{hello5, "<" + ok5, "\x82\x0b\x00\x01\x00\x00\x01a\x00\x00\x01b\x02", "<\x90\x05\x00\x01\x00\x00\x02", "\xa2\x06\x00\x02\x00\x00\x01a", "<\xb0\x04\x00\x02\x00\x11"},
			[]string{met5, `{"suback":{"dup":false,"message_id":1,"qos":0,"qos_granted":[0,2],"retain":false},` +
				`"subscribe":{"dup":false,"message_id":1,"qos":1,"retain":false,"topics":[{"qos":0,"topic":"a"},{"qos":2,"topic":"b"}]}}`,
				`{"unsuback":{"dup":false,"message_id":2,"qos":0,"reason_codes":[17],"retain":false},` +
					`"unsubscribe":{"dup":false,"message_id":2,"qos":1,"retain":false,"topics":["a"]}}`}, []uint16{0, 0, 0}, false},
		"each side counts for itself": {[]string{hello3, "<" + ok3, "\x32\x06\x00\x01x\x00\x01c", "<\x32\x06\x00\x01y\x00\x01s", "\x40\x02\x00\x01", "<\x40\x02\x00\x01"},
			[]string{met3, `{"puback":{"dup":false,"message_id":1,"qos":0,"retain":false},"publish":{"dup":false,"message":"c","message_id":1,"qos":1,"retain":false,"topic":"x"}}`,
				`{"puback":{"dup":false,"message_id":1,"qos":0,"retain":false},"publish":{"dup":false,"message":"s","message_id":1,"qos":1,"retain":false,"topic":"y"}}`}, []uint16{0, 0, 0}, false},
		"answers to nothing": {[]string{"<" + ok3, "<\x40\x02\x00\x01", "<\x90\x03\x00\x01\x00", "<\xb0\x02\x00\x01"},
			[]string{`{"connack":{"dup":false,"qos":0,"retain":false,"return_code":0,"session_present":false}}`, zero("puback", `"message_id":1,`),
				`{"suback":{"dup":false,"message_id":1,"qos":0,"qos_granted":[0],"retain":false}}`, zero("unsuback", `"message_id":1,`)},
			[]uint16{1 << EventMissingConnect, 1<<EventMissingPublish | 1<<EventUnintroducedMessage, 1<<EventMissingSubscribe | 1<<EventUnintroducedMessage,
				1<<EventMissingUnsubscribe | 1<<EventUnintroducedMessage}, false},
		"twice, and no such type": {[]string{hello3, "<" + ok3, hello3, "\x02\x01x", "\x36\x05\x00\x01t\x00\x01"},
			[]string{met3, asked3, "{}",
				`{"publish":{"dup":false,"message":"","message_id":1,"qos":3,"retain":false,"topic":"t"}}`},
			[]uint16{0, 1 << EventDoubleConnect, 1 << EventUnassignedMsgType, 1 << EventInvalidQoSLevel}, false},
		"a length without end": {[]string{hello3, "\xc0\xff\xff\xff\xff\x01"}, []string{asked3, "{}"},
			[]uint16{0, 1 << EventMalformedTraffic}, true},
		"a topic too long": {[]string{"\x30\x03\x00\x04t"}, []string{"{}"}, []uint16{1 << EventMalformedTraffic}, true},
		"no topic":         {[]string{"\x82\x02\x00\x01"}, []string{"{}"}, []uint16{1 << EventMalformedTraffic}, true},
		"a property cut":   {[]string{hello5, "\xe0\x04\x00\x02\x11\x00"}, []string{asked5, "{}"}, []uint16{0, 1 << EventMalformedTraffic}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig(t, nil)
			for cut := -1; cut < 40; cut++ {
				out, events, failed := talk(r, cut, c.turns...)
				if strings.Join(out, "\n") != strings.Join(c.want, "\n") || failed != c.failed {
					t.Fatalf("cut %d, failed %v\ngot  %s\nwant %s", cut, failed, strings.Join(out, "\n     "), strings.Join(c.want, "\n     "))
				}
				for i := range events {
					if events[i] != c.events[i] {
						t.Fatalf("cut %d: message %d has events %b, want %b", cut, i, events[i], c.events[i])
					}
				}
			}
		})
	}
}

// TestTooLong: what is longer than the limit is skipped, and what follows is read.
func TestTooLong(t *testing.T) {
	r := rig(t, func(o *Options) { o.MaxMessage = 20 })
	long := "\x32\x80\x01\x00\x01t\x00\x05" + strings.Repeat("x", 123)
	for cut := -1; cut < 150; cut++ {
		out, events, failed := talk(r, cut, hello3, "<"+ok3, long+"\xc0\x00")
		if failed || len(out) != 3 || events[1] != 0 ||
			out[1] != `{"publish":{"dup":false,"qos":1,"retain":false,"skipped_length":131,"truncated":true}}` || out[2] != `{"pingreq":{"dup":false,"qos":0,"retain":false}}` {
			t.Fatalf("cut %d: %v %v", cut, out, events)
		}
	}
}

// TestGap: octets may be missing of what is skipped anyway, and of nothing else.
func TestGap(t *testing.T) {
	for _, c := range []struct {
		name, before string
		gap          uint64
		failed       bool
	}{
		{"within a skipped message", hello3 + "\x30\x80\x01\x00", 100, false}, {"beyond its end", hello3 + "\x30\x80\x01\x00", 128, true},
		{"between messages", hello3, 2, true}, {"within a message", hello3 + "\x30\x10\x00", 2, true},
	} {
		r := rig(t, func(o *Options) { o.MaxMessage = 20 })
		i := r.Flow(6, 4000, 1883)
		f := r.Layer.At(i)
		at := uint64(len(c.before))
		r.Layer.Data(f, input.ToServer, []byte(c.before), 0, false, 0)
		r.Layer.Gap(f, input.ToServer, c.gap)
		r.Layer.Data(f, input.ToServer, []byte(strings.Repeat("x", 27)+"\xc0\x00"), at+c.gap, false, 0)
		if f.Failed() != c.failed || !c.failed && len(f.Txs) != 3 {
			t.Errorf("%s: failed %v, %d transactions", c.name, f.Failed(), len(f.Txs))
		}
		r.Close(i, true)
	}
}

// TestRecords: passwords can be left out, texts are cut.
func TestRecords(t *testing.T) {
	r := rig(t, func(o *Options) { o.Passwords, o.Text = false, 3 })
	out, _, _ := talk(r, 100, "\x10\x16\x00\x04MQTT\x04\xc2\x00\x3c\x00\x00\x00\x03joe\x00\x03pwd")
	if len(out) != 1 || strings.Contains(out[0], `"pwd"`) || !strings.Contains(out[0], `"username":"joe"`) ||
		!strings.Contains(out[0], `"MQT[truncated 1 additional bytes]"`) {
		t.Errorf("got %s", out)
	}
}

// TestRules: buffers and fields are there as soon as their message is.
func TestRules(t *testing.T) {
	r := rig(t, func(o *Options) { o.SubscribeTopics = 2 })
	i := r.Flow(6, 4000, 1883)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(hello5+"\x82\x0f\x00\x01\x00\x00\x01a\x00\x00\x01b\x02\x00\x01c\x01"), 0, false, 0)
	hello, sub := f.Txs[0], f.Txs[1]
	for k, want := range []string{"a", "b"} {
		if v := sub.View(buf.MQTTSubscribeTopic, input.ToServer, k); string(r.Whole(v)) != want || v.Avail != input.Done {
			t.Errorf("topic %d: %q", k, v.Data)
		}
	}
	if v := sub.View(buf.MQTTSubscribeTopic, input.ToServer, 2); v.Avail != input.None {
		t.Error("a topic beyond the limit")
	}
	if v := hello.View(buf.MQTTConnectClientID, input.ToServer, 0); string(v.Data) != "id" {
		t.Errorf("client %q", v.Data)
	}
	num := func(tx app.Tx, id buf.FieldID, k int, want uint64, is input.Avail) {
		t.Helper()
		if v, a := tx.Num(id, input.ToServer, k); v != want || a != is {
			t.Errorf("field %d[%d]: %d %v, want %d %v", id, k, v, a, want, is)
		}
	}
	num(hello, buf.FieldMQTTType, 0, uint64(connect), input.Done)
	num(hello, buf.FieldMQTTType, 1, 0, input.Wait)
	num(hello, buf.FieldMQTTProtocolVersion, 0, 5, input.Done)
	num(hello, buf.FieldMQTTConnectFlags, 0, flagClean, input.Done)
	num(sub, buf.FieldMQTTQoS, 0, 1, input.Done)
	num(sub, buf.FieldMQTTReasonCode, 0, 0, input.Wait)
	r.Layer.Data(f, input.ToClient, []byte(ok5+"\x90\x06\x00\x01\x00\x00\x02\x80"), 0, false, 0)
	num(hello, buf.FieldMQTTType, 1, uint64(connack), input.Done)
	num(hello, buf.FieldMQTTSessionPresent, 0, 1, input.Done)
	num(sub, buf.FieldMQTTReasonCode, 2, 0x80, input.Done)
	num(sub, buf.FieldMQTTReasonCode, 3, 0, input.None)
	if !sub.Done(input.ToServer) {
		t.Error("not done")
	}
	r.Close(i, true)
}

// TestWaiting: what nobody answers is given up for the next; a pool that is empty
// fails the flow.
func TestWaiting(t *testing.T) {
	r := rig(t, nil)
	out, events, failed := talk(r, 1<<20, hello3, "<"+ok3, strings.Repeat("\x32\x05\x00\x01t\x00\x01", maxOpen+1))
	if failed || len(out) != maxOpen+2 || events[1] != 1<<EventTooManyTransactions || strings.HasSuffix(out[1], "waits") || !strings.HasSuffix(out[maxOpen+1], "waits") {
		t.Errorf("failed %v, %d transactions, %s", failed, len(out), out[1])
	}
	// At the end of both sides nothing waits any more.
	i := r.Flow(6, 4000, 1883)
	f := r.Layer.At(i)
	asks := strings.Repeat("\x32\x05\x00\x01t\x00\x01", maxOpen)
	r.Layer.Data(f, input.ToServer, []byte(asks), 0, true, 0)
	if f.Txs[0].Done(input.ToServer) {
		t.Error("given up while the server may answer")
	}
	r.Layer.Data(f, input.ToClient, []byte("\xd0\x00"), 0, true, 0)
	for k, tx := range f.Txs {
		if !tx.Done(input.ToServer) || tx.Event(EventTooManyTransactions) {
			t.Fatalf("transaction %d waits, or was one too many", k)
		}
	}
	r.Close(i, true)
	// More than a flow may have: the rest waits until those are judged.
	i = r.Flow(6, 4000, 1883)
	f = r.Layer.At(i)
	pings := strings.Repeat("\xc0\x00", 700)
	r.Layer.Data(f, input.ToServer, []byte(pings), 0, false, 0)
	for n, at := len(f.Txs), uint64(len(pings)); n < 700; n += len(f.Txs) {
		r.Drop(f)
		r.Layer.Data(f, input.ToServer, []byte("\xc0\x00"), at, false, 0)
		if at += 2; f.Failed() || len(f.Txs) == 0 {
			t.Fatalf("stuck after %d", n)
		}
	}
	r.Close(i, true)

	// Past max-tx the oldest that waits is given up, answered ones do not count for it.
	r = rig(t, func(o *Options) { o.MaxTx = 2 })
	_, events, failed = talk(r, 1<<20, hello3, "<"+ok3, strings.Repeat("\x32\x05\x00\x01t\x00\x01", 2)+strings.Repeat("\xc0\x00", 3))
	if want := []uint16{0, 1 << EventTooManyTransactions, 1 << EventTooManyTransactions, 0, 0, 0}; failed || !slices.Equal(events, want) {
		t.Errorf("max-tx: events %v, want %v, failed %v", events, want, failed)
	}
	// Answers that end nothing are kept up to max-messages, and the one that ends it is.
	r = rig(t, func(o *Options) { o.Messages = 3 })
	out, events, failed = talk(r, 1<<20, hello3, "<"+ok3, "\x34\x05\x00\x01t\x00\x01", "<"+strings.Repeat("\x50\x02\x00\x01", 5), "<\x70\x02\x00\x01")
	if failed || len(out) != 2 || events[1] != 1<<EventTooManyMessages || strings.HasSuffix(out[1], "waits") || !strings.Contains(out[1], "pubcomp") {
		t.Errorf("max-messages: %q, events %v, failed %v", out, events, failed)
	}

	r = rig(t, func(o *Options) { o.Transactions = 1 })
	if _, _, failed := talk(r, 1<<20, hello3, hello3); !failed {
		t.Error("went on without transactions")
	}
}

func TestNoAllocs(t *testing.T) {
	r := rig(t, nil)
	a := []byte(hello5 + "\x3d\x13\x00\x01t\x00\x07\x0a\x26\x00\x01k\x00\x01v\x23\x00\x02hi!" + "\x82\x0b\x00\x01\x00\x00\x01a\x00\x00\x01b\x02" + "\xe0\x00")
	b := []byte(ok5 + "\x50\x02\x00\x07\x90\x05\x00\x01\x00\x00\x02")
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 1883)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		for _, tx := range f.Txs {
			tx.View(buf.MQTTSubscribeTopic, input.ToServer, 1)
			tx.Num(buf.FieldMQTTReasonCode, input.ToServer, 1)
		}
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
		r.Layer.Flush()
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzConversation(f *testing.F) {
	f.Add([]byte(hello5+"\x3d\x13\x00\x01t\x00\x07\x0a\x26\x00\x01k\x00\x01v\x23\x00\x02hi!\xe0\x02\x04\x00"), []byte(ok5+"\x50\x02\x00\x07\x70\x02\x00\x07"), uint16(0))
	f.Add([]byte(hello3+"\x82\x0a\x00\x01\x00\x01a\x00\x00\x01b\x02\xa2\x05\x00\x02\x00\x01a"), []byte(ok3+"\x90\x04\x00\x01\x00\x02\xb0\x02\x00\x02"), uint16(900))
	f.Add([]byte("\x30\xff\xff\xff\x7f\x00\xff\xff"), []byte("\xf0\x04\x18\x02\x7f\x00"), uint16(1))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := rig(t, func(o *Options) { o.MaxMessage = 1000 })
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 1883, a, b, int(hold))
	})
}
