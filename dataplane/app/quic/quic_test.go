package quic

import (
	"context"
	"crypto/aes"
	stdcipher "crypto/cipher"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

var testID = []byte("\x83\x94\xc8\xf0\x3e\x51\x57\x08")

// clientHello is a real one, with its head.
func clientHello(tb testing.TB) []byte {
	conn := tls.QUICClient(&tls.QUICConfig{TLSConfig: &tls.Config{ServerName: "quic.example.org", NextProtos: []string{"h3"}, MinVersion: tls.VersionTLS13}})
	conn.SetTransportParameters([]byte{1, 1, 1})
	defer conn.Close()
	if err := conn.Start(context.Background()); err != nil {
		tb.Fatal(err)
	}
	for {
		switch e := conn.NextEvent(); e.Kind {
		case tls.QUICWriteData:
			return append([]byte(nil), e.Data...)
		case tls.QUICNoEvent:
			tb.Fatal("no hello")
		}
	}
}

// crypto is a CRYPTO frame.
func crypto(off int, data []byte) []byte {
	b := []byte{frameCrypto, 0x80 | byte(off>>24), byte(off >> 16), byte(off >> 8), byte(off)}
	b = append(b, 0x40|byte(len(data)>>8), byte(len(data)))
	return append(b, data...)
}

// seal makes an Initial packet with the standard library's ciphers.
func seal(tb testing.TB, v version, id []byte, side int, payload []byte) []byte {
	keys, ok := initialKeys(v, id)
	if !ok {
		tb.Fatal("no keys")
	}
	k := keys[side]
	if len(payload) < 32 {
		payload = append(append([]byte(nil), payload...), make([]byte, 32-len(payload))...)
	}
	first := byte(0xc1) // a packet number of two octets
	if v == version2 {
		first = 0xd1
	}
	h := binary.BigEndian.AppendUint32([]byte{first}, uint32(v))
	h = append(append(h, byte(len(id))), id...)
	h = append(h, 0, 0) // no source id, no token
	h = binary.BigEndian.AppendUint16(h, 0x4000|uint16(2+len(payload)+tagLen))
	pn := len(h)
	h = append(h, 0, 7)
	nonce := k.iv
	nonce[11] ^= 7
	block, _ := aes.NewCipher(k.key[:])
	gcm, _ := stdcipher.NewGCM(block)
	p := gcm.Seal(h, nonce[:], payload, h)
	hp, _ := aes.NewCipher(k.hp[:])
	var mask [16]byte
	hp.Encrypt(mask[:], p[pn+4:pn+20])
	p[0] ^= mask[0] & 0x0f
	p[pn] ^= mask[1]
	p[pn+1] ^= mask[2]
	return p
}

func send(r *apptest.Rig, f *app.Flow, d input.Dir, datagrams ...[]byte) {
	for _, b := range datagrams {
		r.Layer.Datagram(f, d, append(make([]byte, 0, len(b)), b...), 0)
	}
}

// sni is what the flow's transactions say.
func sni(r *apptest.Rig, f *app.Flow) (names []string) {
	for _, tx := range f.Txs {
		if v := tx.View(buf.QUICSNI, input.ToServer, 0); v.Avail == input.Done {
			names = append(names, string(r.Whole(v)))
		}
	}
	return names
}

// TestPieces cuts a hello into pieces of several sizes, in and out of order, in
// one packet and in many; all give the one name.
func TestPieces(t *testing.T) {
	hello := clientHello(t)
	r := apptest.New(t, 4<<20, nil, Protocol())
	for _, v := range []version{version1, version2, 0xff00001d, 0xff00001b} {
		for size := 20; size < len(hello); size += 17 {
			var pieces [][]byte
			for at := 0; at < len(hello); at += size {
				pieces = append(pieces, crypto(at, hello[at:min(at+size, len(hello))]))
			}
			if len(pieces) > maxPieces {
				continue
			}
			for _, order := range []string{"forth", "back", "twice", "one packet"} {
				var all [][]byte
				for i := range pieces {
					p := pieces[i]
					if order == "back" {
						p = pieces[len(pieces)-1-i]
					}
					all = append(all, seal(t, v, testID, 0, p))
					if order == "twice" {
						all = append(all, all[len(all)-1])
					}
				}
				if order == "one packet" {
					all = [][]byte{seal(t, v, testID, 0, []byte(strings.Join(stringsOf(pieces), "\x00\x01")))}
				}
				i := r.Flow(17, 4000, 443)
				f := r.Layer.At(i)
				send(r, f, input.ToServer, all...)
				if got := sni(r, f); len(got) != 1 || got[0] != "quic.example.org" {
					t.Fatalf("version %x, pieces of %d, %s: %q", uint32(v), size, order, got)
				}
				r.Close(i, true)
			}
		}
	}
}

func stringsOf(b [][]byte) (s []string) {
	for _, x := range b {
		s = append(s, string(x))
	}
	return s
}

// TestPackets holds what becomes of single datagrams.
func TestPackets(t *testing.T) {
	hello := clientHello(t)
	good := seal(t, version1, testID, 0, crypto(0, hello))
	bad := append([]byte(nil), good...)
	bad[len(bad)-1] ^= 1
	for name, c := range map[string]struct {
		datagrams [][]byte
		event     int // -1: none
		name      bool
	}{
		"hello":                        {[][]byte{good}, -1, true},
		"hello behind a wrong one":     {[][]byte{bad, good}, int(EventFailedDecrypt), true},
		"wrong id before":              {[][]byte{seal(t, version1, []byte("12345678"), 0, []byte{framePing}), good}, int(EventFailedDecrypt), false},
		"frame that may not be there":  {[][]byte{seal(t, version1, testID, 0, []byte{0x08, 1, 2, 3})}, int(EventErrorOnData), false},
		"frame that is cut off":        {[][]byte{seal(t, version1, testID, 0, append(make([]byte, 40), frameCrypto, 0x40))}, int(EventErrorOnData), false},
		"offset beyond all bounds":     {[][]byte{seal(t, version1, testID, 0, crypto(1<<24, hello))}, int(EventCryptoFragTooLong), false},
		"hello longer than all bounds": {[][]byte{seal(t, version1, testID, 0, crypto(0, []byte("\x01\xff\xff\xff\x03")))}, int(EventCryptoFragTooLong), false},
		"length beyond the datagram":   {[][]byte{good, good[:len(good)/2]}, -1, true},
		"two packets":                  {[][]byte{append(seal(t, version1, testID, 0, []byte{framePing}), good...)}, -1, true},
		"acknowledgement before":       {[][]byte{seal(t, version1, testID, 0, append([]byte{frameAckECN, 1, 2, 1, 1, 3, 4, 5, 6, 7}, crypto(0, hello)...))}, -1, true},
		"header alone":                 {[][]byte{good[:30]}, -1, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := apptest.New(t, 1<<20, nil, Protocol())
			i := r.Flow(17, 4000, 443)
			f := r.Layer.At(i)
			send(r, f, input.ToServer, c.datagrams...)
			if got := sni(r, f); (len(got) > 0) != c.name {
				t.Errorf("names %q", got)
			}
			seen := -1
			for _, tx := range f.Txs {
				for id := range Events {
					if tx.Event(uint16(id)) {
						seen = id
					}
				}
			}
			if seen != c.event {
				t.Errorf("event %d, want %d", seen, c.event)
			}
			r.Close(i, true)
		})
	}
}

// TestRecord holds the whole event of a hello of Google's QUIC.
func TestRecord(t *testing.T) {
	tagList := "CHLO\x03\x00\x00\x00PAD\x00\x02\x00\x00\x00SNI\x00\x09\x00\x00\x00UAID\x0c\x00\x00\x00--a.b.org" + "dev"
	frame := string([]byte{0xa0, 1, 0, byte(len(tagList))}) + tagList + "\x00\x00"
	for _, head := range []string{
		"\xc3Q046\x50\x01\x02\x03\x04\x05\x06\x07\x08\x00\x00\x00\x01" + strings.Repeat("h", 12),
		"\x09\x01\x02\x03\x04\x05\x06\x07\x08Q043\x01" + strings.Repeat("h", 12),
	} {
		r := apptest.New(t, 1<<20, nil, Protocol())
		i := r.Flow(17, 4000, 443)
		f := r.Layer.At(i)
		send(r, f, input.ToServer, []byte(head+frame))
		if len(f.Txs) != 1 {
			t.Fatalf("%d transactions", len(f.Txs))
		}
		m, _ := r.Log(f, f.Txs[0])
		b, _ := json.Marshal(m["quic"])
		want := `"string":"46,PAD-SNI-UAID"}],"sni":"a.b.org","ua":"dev","version":"Q046"`
		if head[0] == 9 {
			want = `"string":"43,PAD-SNI-UAID"}],"sni":"a.b.org","ua":"dev","version":"Q043"`
		}
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
		r.Close(i, true)
	}
}

// TestRetry: after the first Retry keys follow from a new id; a second changes
// nothing.
func TestRetry(t *testing.T) {
	hello := clientHello(t)
	retry := []byte("\xf0\x00\x00\x00\x01\x00\x08newident" + "token" + strings.Repeat("t", 16))
	r := apptest.New(t, 1<<20, nil, Protocol())
	i := r.Flow(17, 4000, 443)
	f := r.Layer.At(i)
	send(r, f, input.ToServer, seal(t, version1, testID, 0, crypto(0, hello)))
	send(r, f, input.ToClient, retry)
	send(r, f, input.ToServer, seal(t, version1, []byte("newident"), 0, crypto(0, hello)))
	send(r, f, input.ToClient, retry)
	if got := sni(r, f); len(got) != 2 {
		t.Errorf("names %q", got)
	}
	server := seal(t, version1, []byte("newident"), 1, crypto(0, []byte("\x02\x00\x00\x28\x03\x03"+strings.Repeat("r", 32)+"\x00\x13\x01\x00\x00\x00")))
	send(r, f, input.ToClient, server)
	last := f.Txs[len(f.Txs)-1]
	if v := last.View(buf.JA3SString, input.ToClient, 0); string(r.Whole(v)) != "771,4865," {
		t.Errorf("JA3S %q", r.Whole(v))
	}
	if !f.Opaque {
		t.Error("both hellos are there and the flow is not opaque")
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	hello := clientHello(t)
	a := seal(t, version1, testID, 0, crypto(0, hello[:100]))
	b := seal(t, version1, testID, 0, crypto(100, hello[100:]))
	r := apptest.New(t, 4<<20, nil, Protocol())
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 4000, 443)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, a, 0)
		r.Layer.Datagram(f, input.ToServer, b, 0)
		for _, tx := range f.Txs {
			tx.View(buf.QUICVersion, input.ToServer, 0)
			tx.View(buf.JA4Hash, input.ToServer, 0)
		}
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
		r.Layer.Flush()
	})
	if n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}

// FuzzDatagrams sends datagrams both ways. Plain ones are sealed as well, so that
// what is behind the ciphers is reached.
func FuzzDatagrams(f *testing.F) {
	hello := clientHello(f)
	f.Add(crypto(0, hello), crypto(0, hello[:50]), uint32(version1), uint8(0))
	f.Add(append(crypto(50, hello[50:]), crypto(0, hello[:50])...), []byte{frameAck, 1, 2, 0, 3}, uint32(version2), uint8(2))
	f.Add(googleCryptoFrame(0, q050Hello), googleCryptoFrame(0, message("REJ\x00", "STK\x00", "token")), uint32(q050), uint8(0))
	f.Add(googleCryptoFrame(30, hello), append([]byte{0x40, 3, 0x16, 0x39, 3, 0}, googleCryptoFrame(0, hello[:40])...), uint32(t051), uint8(0))
	f.Add([]byte("\xc3Q046\x50\x01\x02\x03\x04\x05\x06\x07\x08\x00\x00\x00\x01hhhhhhhhhhhh\xa0\x01\x00\x10CHLO\x01\x00\x00\x00PAD\x00\x00\x00\x00\x00"), []byte{0xff}, uint32(0), uint8(1))
	f.Fuzz(func(t *testing.T, a, b []byte, v uint32, hold uint8) {
		r := apptest.New(t, 1<<20, nil, Protocol())
		mem := r.Layer.Env().Mem
		defer mem.Close()
		var held [][]byte
		for hold > 0 && mem.Cap()-mem.Used() > int(hold)<<10 {
			s := mem.Get(1 << 10)
			if s == nil {
				break
			}
			held = append(held, s)
		}
		i := r.Flow(17, 4000, 443)
		fl := r.Layer.At(i)
		for k, p := range [][]byte{a, b, b, a} {
			d := input.Dir(k&1 + 1)
			send(r, fl, d, p)
			if _, ok := version(v).salt(); ok && len(p) < 1<<14 {
				send(r, fl, d, seal(t, version(v), testID, k&1, p))
			}
			for _, tx := range fl.Txs {
				for id := buf.QUICCYUHash; id <= buf.QUICVersion; id++ {
					for n := 0; ; n++ {
						w := tx.View(id, d, n)
						if w.Avail == input.None {
							break
						}
						if !mem.Owns(w.Data) {
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
		for _, s := range held {
			mem.Put(s)
		}
		if r.Layer.Stats.Panics[app.Row(input.AppQUIC, 17)] != 0 || mem.Used() != 0 {
			t.Fatalf("%d panics, %d octets left", r.Layer.Stats.Panics[app.Row(input.AppQUIC, 17)], mem.Used())
		}
	})
}

func TestNames(t *testing.T) {
	for v, want := range map[version]string{1: "1", 0: "0", version2: "v2", q043: "Q043", q046: "Q046", q039: "Q039", q050: "51303530", 0xff00001d: "ff00001d", 0x0a0a0a0a: "a0a0a0a"} {
		if got := string(appendVersion(nil, v)); got != want {
			t.Errorf("version %#x is %s, want %s", v, got, want)
		}
	}
	for v, want := range map[uint16]string{0x0300: "Ssl30", 0x0301: "Tls10", 0x0304: "Tls13", 0x7f17: "Tls13Draft23", 0x7f1a: "TlsVersion(32538 / 0x7f1a)", 0x0305: "TlsVersion(773 / 0x305)"} {
		if got := string(appendTLS(nil, v)); got != want {
			t.Errorf("TLS %#x is %s, want %s", v, got, want)
		}
	}
}

// Long headers of versions without keys are QUIC all the same, in records by their
// version alone; others are not.
func TestForeignVersions(t *testing.T) {
	for v, want := range map[string]app.Verdict{"\x0a\x1a\x2a\x3a": app.Yes, "\xfa\xce\xb0\x01": app.Yes, "\xff\x00\x00\x0b": app.Yes, "T051": app.Yes, "scar": app.No, "\x00\x00\x01\x01": app.No} {
		b := []byte("\xc0" + v + "\x08dcid1234\x00\x00\x05hello")
		if got := probe(input.ToServer, b); got != want {
			t.Errorf("%q: verdict %v, want %v", v, got, want)
		}
		if want != app.Yes {
			continue
		}
		r := apptest.New(t, 4<<20, nil, Protocol())
		i := r.Flow(17, 4000, 443)
		f := r.Layer.At(i)
		r.Layer.Datagram(f, input.ToServer, b, 0)
		if len(f.Txs) != 1 || f.Failed() {
			t.Errorf("%q: %d transactions", v, len(f.Txs))
		} else if m, ok := r.Log(f, f.Txs[0]); !ok || len(m["quic"].(map[string]any)) != 1 {
			t.Errorf("%q: %v", v, m)
		}
		r.Close(i, true)
	}
}
