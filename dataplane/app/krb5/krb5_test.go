package krb5

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

// tlv is one element of BER.
func tlv(tag byte, parts ...string) string {
	s := strings.Join(parts, "")
	if n := len(s); n >= 0x80 {
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + s
	}
	return string([]byte{tag, byte(len(s))}) + s
}

func at(n byte, s string) string     { return tlv(0xa0|n, s) }
func seq(parts ...string) string     { return tlv(0x30, parts...) }
func num(b ...byte) string           { return tlv(2, string(b)) }
func word(s string) string           { return tlv(0x1b, s) }
func encrypted(etype ...byte) string { return seq(at(0, num(etype...)), at(2, tlv(4, "cipher"))) }

func principal(parts ...string) string {
	s := ""
	for _, p := range parts {
		s += word(p)
	}
	return seq(at(0, num(1)), at(1, seq(s)))
}

var (
	ask = tlv(0x6a, seq(at(1, num(5)), at(2, num(10)), at(4, seq(at(0, tlv(3, "\x00\x50\x80\x00\x00")), at(1, principal("bob")),
		at(2, word("LAB")), at(3, principal("krbtgt", "LAB")), at(8, seq(num(18)))))))
	refusal = tlv(0x7e, seq(at(0, num(5)), at(1, num(30)), at(4, tlv(0x18, "20210628092740Z")), at(5, num(1)), at(6, num(25)),
		at(9, word("LAB")), at(10, principal("krbtgt", "LAB"))))
	grant = tlv(0x6b, seq(at(0, num(5)), at(1, num(11)), at(3, word("LAB")), at(4, principal("bob")),
		at(5, tlv(0x61, seq(at(0, num(5)), at(1, word("LAB")), at(2, principal("krbtgt", "LAB")), at(3, encrypted(18))))),
		at(6, encrypted(0xff, 0x7b)))) // -133: RC4 of old
)

var records = map[string]string{
	ask:     `{"cname":"bob","encryption":"\u003cnone\u003e","msg_type":"KRB_AS_REQ","realm":"LAB","sname":"krbtgt/LAB","weak_encryption":false}`,
	refusal: `{"cname":"\u003cempty\u003e","encryption":"\u003cnone\u003e","error_code":"KDC_ERR_PREAUTH_REQUIRED","failed_request":"KRB_AS_REQ","msg_type":"KRB_ERROR","realm":"\u003cempty\u003e","sname":"krbtgt/LAB","weak_encryption":false}`,
	grant:   `{"cname":"bob","encryption":"rc4-hmac-OLD","msg_type":"KRB_AS_REP","realm":"LAB","sname":"krbtgt/LAB","ticket_encryption":"aes256-cts-hmac-sha1-96","ticket_weak_encryption":false,"weak_encryption":true}`,
}

// mark puts the length in front that messages have in streams.
func mark(msgs ...string) (s string) {
	for _, m := range msgs {
		s += string(binary.BigEndian.AppendUint32(nil, uint32(len(m)))) + m
	}
	return s
}

func rig(t testing.TB) *apptest.Rig { return apptest.New(t, 2<<20, nil, UDP(), TCP()) }

func check(t *testing.T, r *apptest.Rig, f *app.Flow, cut int, want ...string) {
	t.Helper()
	if len(f.Txs) != len(want) {
		t.Fatalf("cut %d: %d transactions, want %d", cut, len(f.Txs), len(want))
	}
	for i, tx := range f.Txs {
		m, _ := r.Log(f, tx)
		if b, _ := json.Marshal(m["krb5"]); string(b) != records[want[i]] {
			t.Errorf("cut %d: record %d is\n%s, want\n%s", cut, i, b, records[want[i]])
		}
	}
}

// The records are the same at every cut, and in datagrams.
func TestRecords(t *testing.T) {
	r := rig(t)
	a, b := mark(ask, ask), mark(refusal, grant)
	for cut := range max(len(a), len(b)) + 1 {
		i := r.Flow(6, 40000, 88)
		f := r.Layer.At(i)
		for d, s := range []string{a, b} {
			n := min(cut, len(s))
			r.Layer.Data(f, input.Dir(d+1), []byte(s[:n]), 0, false, 0)
			r.Layer.Data(f, input.Dir(d+1), []byte(s[n:]), uint64(n), false, 0)
		}
		check(t, r, f, cut, ask, ask, refusal, grant)
		if !f.Txs[3].Event(EventWeakEncryption) || f.Txs[2].Event(EventWeakEncryption) {
			t.Errorf("cut %d: the event of weak encryption is wrong", cut)
		}
		r.Close(i, true)
	}
	i := r.Flow(17, 40000, 88)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, []byte(ask), 0)
	r.Layer.Datagram(f, input.ToClient, []byte(grant), 0)
	check(t, r, f, 0, ask, grant)
	r.Layer.Datagram(f, input.ToClient, []byte("nothing"), 0)
	if len(f.Txs) != 3 || f.Failed() {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
}

func TestViews(t *testing.T) {
	r := rig(t)
	i := r.Flow(6, 40000, 88)
	f := r.Layer.At(i)
	r.Layer.Data(f, input.ToServer, []byte(mark(ask)), 0, false, 0)
	r.Layer.Data(f, input.ToClient, []byte(mark(refusal, grant)), 0, false, 0)
	tx := f.Txs[2]
	for k, want := range []string{"krbtgt", "LAB"} {
		if v := tx.View(buf.KRB5SName, input.ToClient, k); string(r.Whole(v)) != want || v.Avail != input.Done {
			t.Errorf("part %d of the name is %q", k, v.Data)
		}
	}
	if v := tx.View(buf.KRB5SName, input.ToClient, 2); v.Avail != input.None {
		t.Error("a third part")
	}
	if v, a := tx.Num(buf.FieldKRB5MsgType, input.ToClient, 0); v != asRep || a != input.Done {
		t.Errorf("type %d, %v", v, a)
	}
	if v, a := f.Txs[1].Num(buf.FieldKRB5ErrCode, input.ToClient, 0); v != 25 || a != input.Done {
		t.Errorf("error %d, %v", v, a)
	}
	r.Close(i, true)
}

// A message longer than what is read is stepped over; one that is none fails the
// flow.
func TestBounds(t *testing.T) {
	r := rig(t)
	i := r.Flow(6, 40000, 88)
	f := r.Layer.At(i)
	long := tlv(0x6a, seq(at(1, num(5)), at(2, num(10)), at(3, strings.Repeat("x", 60000))))
	long = long + strings.Repeat("y", maxMessage)
	in := mark(long, ask, "nothing")
	for k := 0; k < len(in); k += 1000 {
		r.Layer.Data(f, input.ToServer, []byte(in[k:min(k+1000, len(in))]), uint64(k), false, 0)
	}
	if len(f.Txs) != 3 || !f.Failed() || !f.Txs[2].Event(EventMalformedData) {
		t.Errorf("%d transactions, failed %v", len(f.Txs), f.Failed())
	}
	r.Close(i, true)
}

func TestNoAllocations(t *testing.T) {
	r := rig(t)
	a, b := []byte(mark(ask)), []byte(mark(refusal, grant))
	play := func() {
		i := r.Flow(6, 40000, 88)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, a, 0, false, 0)
		r.Layer.Data(f, input.ToClient, b, 0, false, 0)
		r.Close(i, false)
	}
	play()
	if n := testing.AllocsPerRun(50, play); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

func FuzzExchanges(f *testing.F) {
	f.Add([]byte(mark(ask)), []byte(mark(refusal, grant)), 0)
	f.Add([]byte(mark(ask, "x")), []byte(mark(grant[:40])), 1<<10)
	f.Fuzz(func(t *testing.T, a, b []byte, hold int) {
		apptest.Exchange(t, rig(t), 88, a, b, hold)
	})
}
