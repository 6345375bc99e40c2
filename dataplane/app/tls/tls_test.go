package tls

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

func rig(tb testing.TB, mem int) *apptest.Rig {
	return apptest.New(tb, mem, nil, Protocol(), SSLv2())
}

// feed gives both sides' octets, the client's hello first.
func feed(r *apptest.Rig, s session, size int) uint32 {
	i := r.Flow(6, 40000, 8443)
	f := r.Layer.At(i)
	for d, b := range [][]byte{s.client, s.server} {
		for at := 0; at < len(b); at += size {
			r.Layer.Data(f, input.Dir(d+1), append([]byte(nil), b[at:min(at+size, len(b))]...), uint64(at), false, 0)
		}
	}
	return i
}

func TestSession12(t *testing.T) {
	s := newSession(t, tls.VersionTLS12, true)
	r := rig(t, 4<<20)
	for _, size := range []int{1, 2, 3, 7, 100, 1 << 20} {
		i := feed(r, s, size)
		f := r.Layer.At(i)
		tx := f.Txs[0].(*Tx)
		if f.Failed() || tx.events != 0 || !tx.Done(input.ToServer) || !tx.LogReady() {
			t.Fatalf("pieces of %d: failed %v, events %b, done %v", size, f.Failed(), tx.events, tx.Done(input.ToServer))
		}
		m, _ := r.Log(f, tx)
		got := m["tls"].(map[string]any)
		ja4 := got["ja4"].(string)
		if !strings.HasPrefix(ja4, "t12d") || !strings.Contains(ja4, "h2_") {
			t.Errorf("JA4 %s", ja4)
		}
		delete(got, "ja3")
		delete(got, "ja3s")
		delete(got, "ja4")
		name := "C=US, O=Ex, Inc, CN=host.example"
		cert := map[string]any{"subject": name, "issuerdn": name, "serial": colons(s.cert.SerialNumber.FillBytes(make([]byte, 6)), true),
			"fingerprint": fingerprintOf(s.cert), "notbefore": "1969-12-31T00:00:00", "notafter": "2051-02-28T23:59:59"}
		want := map[string]any{"sni": "host.example", "version": "TLS 1.2", "client": cert,
			"subjectaltname": []any{"host.example", "*.example", "RFC822Name(a@b)", "[192, 0, 2, 1]"},
			"client_alpns":   []any{"h2", "http/1.1"}, "server_alpns": []any{"h2"}}
		for k, v := range cert {
			want[k] = v
		}
		if !reflect.DeepEqual(got, want) {
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(want)
			t.Errorf("pieces of %d:\ngot  %s\nwant %s", size, a, b)
		}
		r.Close(i, true)
	}
}

func TestSession13(t *testing.T) {
	s := newSession(t, tls.VersionTLS13, false)
	r := rig(t, 4<<20)
	i := feed(r, s, 50)
	f := r.Layer.At(i)
	tx := f.Txs[0].(*Tx)
	m, ok := r.Log(f, tx)
	if !ok || m["tls"].(map[string]any)["version"] != "TLS 1.3" || !tx.Done(input.ToClient) || !f.Opaque {
		t.Errorf("%v, done %v, opaque %v", m, tx.Done(input.ToClient), f.Opaque)
	}
	if _, again := r.Log(f, tx); again {
		t.Error("logged twice")
	}
	r.Close(i, true)
}

func TestViews(t *testing.T) {
	s := newSession(t, tls.VersionTLS12, false)
	r := rig(t, 4<<20)
	i := feed(r, s, 1000)
	tx := r.Layer.At(i).Txs[0].(*Tx)
	for _, c := range []struct {
		id   buf.ID
		d    input.Dir
		i    int
		want string
	}{
		{buf.TLSSNI, input.ToServer, 0, "host.example"},
		{buf.TLSALPN, input.ToServer, 1, "http/1.1"},
		{buf.TLSALPN, input.ToClient, 0, "h2"},
		{buf.TLSCerts, input.ToClient, 0, string(s.cert.Raw)},
		{buf.TLSCertSerial, input.ToClient, 0, "00:97:E6:47:09:8E"},
		{buf.TLSSubjectAltName, input.ToClient, 1, "*.example"},
		{buf.TLSRandom, input.ToServer, 0, string(s.client[11:43])},
		{buf.TLSRandomTime, input.ToServer, 0, string(s.client[11:15])},
		{buf.TLSRandomBytes, input.ToClient, 0, string(s.server[15:43])},
		{buf.TLSCertSubject, input.ToServer, 0, ""},
		{buf.TLSALPN, input.ToClient, 1, ""},
	} {
		if got := string(r.Whole(tx.View(c.id, c.d, c.i))); got != c.want {
			t.Errorf("%v: %q, want %q", c.id, got, c.want)
		}
	}
	for _, c := range []struct {
		id   buf.FieldID
		want uint64
	}{{buf.FieldTLSCertChainLen, 1}, {buf.FieldTLSVersion, tls12}, {buf.FieldTLSNotAfter, uint64(s.cert.NotAfter.Unix())}, {buf.FieldTLSNotBefore, uint64(s.cert.NotBefore.Unix())}} {
		if v, _ := tx.Num(c.id, input.ToClient, 0); v != c.want {
			t.Errorf("%s: %d, want %d", buf.Field(c.id).Name, v, c.want)
		}
	}
	r.Close(i, true)
}

// TestRecords holds single records and what they raise.
func TestRecords(t *testing.T) {
	hello := string(newSession(t, tls.VersionTLS12, false).client)
	hello = hello[:5+int(hello[3])<<8+int(hello[4])]
	for name, c := range map[string]struct {
		octets string
		event  uint16
		failed bool
	}{
		"unknown type":           {hello + "\x19\x03\x03\x00\x01a", EventInvalidRecordType, true},
		"empty record":           {hello + "\x16\x03\x03\x00\x00", EventInvalidRecordLength, true},
		"huge record":            {hello + "\x16\x03\x03\x7f\xff", EventInvalidRecordLength, true},
		"unknown message":        {hello + "\x16\x03\x03\x00\x04\x63\x00\x00\x00", EventInvalidHandshakeMessage, false},
		"endless message":        {hello + "\x16\x03\x03\x00\x04\x0b\xff\xff\xff", EventHandshakeInvalidLength, true},
		"short certificate":      {hello + "\x16\x03\x03\x00\x0a\x0b\x00\x00\x06\x00\x00\x03\x00\x00\x05", EventInvalidCertificate, true},
		"short hello":            {"\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03", EventHandshakeInvalidLength, false},
		"short alert":            {hello + "\x15\x03\x03\x00\x01\x02", EventInvalidAlertMessage, true},
		"heartbeat, unencrypted": {hello + "\x18\x03\x03\x00\x13\x01\x00\x00" + strings.Repeat("p", 16), EventHeartbeatMessage, false},
		"no TLS header":          {hello + "\x16\x03\x03\xff\xff", EventInvalidTLSHeader, true},
		"many records":           {hello + strings.Repeat("\x16\x03\x03\x00\x01\x00", 3*maxRecords), EventTooManyRecordsInPacket, true},
		"heartbeat, bleeding":    {hello + "\x18\x03\x03\x00\x03\x01\x40\x00", EventOverflowHeartbeatMessage, true},
		"heartbeat, unknown":     {hello + "\x18\x03\x03\x00\x03\x07\x00\x00", EventInvalidHeartbeatMessage, true},
		"heartbeat, unpadded":    {hello + "\x18\x03\x03\x00\x03\x01\x00\x00", EventInvalidHeartbeatMessage, true},
		"certificate, no DER":    {hello + "\x16\x03\x03\x00\x0c\x0b\x00\x00\x08\x00\x00\x05\x00\x00\x02\x04\x00", EventCertificateInvalidDER, false},
		"certificate, long part": {hello + "\x16\x03\x03\x00\x12\x0b\x00\x00\x0e\x00\x00\x0b\x00\x00\x08\x30\x06\x30\x84\xff\xff\xff\xfa", EventInvalidCertificate, false},
		"certificate, cut part":  {hello + "\x16\x03\x03\x00\x11\x0b\x00\x00\x0d\x00\x00\x0a\x00\x00\x07\x30\x05\x30\x84\xff\xff\xff", EventCertificateInvalidLength, false},
		"certificate, cut DER":   {hello + "\x16\x03\x03\x00\x0c\x0b\x00\x00\x08\x00\x00\x05\x00\x00\x02\x30\x09", EventCertificateInvalidLength, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig(t, 1<<20)
			for cut := 3; cut <= len(c.octets); cut++ {
				i := r.Flow(6, 4000, 443)
				f := r.Layer.At(i)
				r.Layer.Data(f, input.ToServer, []byte(c.octets[:cut]), 0, false, 0)
				r.Layer.Data(f, input.ToServer, []byte(c.octets[cut:]), uint64(cut), false, 0)
				if tx := f.Txs[0].(*Tx); !tx.Event(c.event) || f.Failed() != c.failed {
					t.Fatalf("cut at %d: events %b, failed %v", cut, tx.events, f.Failed())
				}
				r.Close(i, true)
			}
		})
	}
}

// TestEncryptedHeartbeat: an answer longer than its question, behind a released
// handshake, is an event on a transaction of its own.
func TestEncryptedHeartbeat(t *testing.T) {
	s := newSession(t, tls.VersionTLS12, false)
	r := rig(t, 4<<20)
	i := feed(r, s, 1<<20)
	f := r.Layer.At(i)
	r.Drop(f)
	if len(f.Txs) != 0 {
		t.Fatal("the handshake's transaction is still there")
	}
	beat := func(n int) []byte { return append([]byte{typeHeartbeat, 3, 3, 0, byte(n)}, make([]byte, n)...) }
	r.Layer.Data(f, input.ToServer, beat(20), uint64(len(s.client)), false, 0)
	r.Layer.Data(f, input.ToClient, beat(200), uint64(len(s.server)), false, 0)
	if len(f.Txs) != 1 || !f.Txs[0].Event(EventDataleakHeartbeatMismatch) || f.Txs[0].ID() != 1 {
		t.Errorf("%d transactions", len(f.Txs))
	}
	r.Close(i, true)
}

func TestNoAllocs(t *testing.T) {
	s := newSession(t, tls.VersionTLS12, true)
	r := rig(t, 4<<20)
	n := testing.AllocsPerRun(100, func() {
		i := r.Flow(6, 4000, 443)
		f := r.Layer.At(i)
		r.Layer.Data(f, input.ToServer, s.client, 0, false, 0)
		r.Layer.Data(f, input.ToClient, s.server, 0, false, 0)
		r.Drop(f)
		r.Layer.Close(i, func(app.Tx) {})
		r.Layer.Flush()
	})
	if n != 0 {
		t.Errorf("%v allocations a session", n)
	}
}

// TestCaptures looks for what public captures are known to hold.
func TestCaptures(t *testing.T) {
	for _, c := range []struct{ pcap, want string }{
		{"3f8e86b3581831de.pcap", `"fingerprint":"cc:aa:48:48:66:46:0e:91:53:2c:9c:7c:23:2a:b1:74:4d:29:9d:33"`},
		{"3f8e86b3581831de.pcap", `"issuerdn":"C=US, O=DigiCert Inc, OU=www.digicert.com, CN=DigiCert SHA2 High Assurance Server CA"`},
		{"abcb23129838abd8.pcap", `"ja4":"t10i070600_c50f5591e341_ce66f3b797c1"`},
		{"e99036017a0afca9.pcap", `"ja4":"t13d1516h2_8daaf6152771_e5627efa2ab1"`},
		{"01836f17ed7508a0.pcap", `CN=sigdb.secteam.netscreen.com, Email=aturner@netscreen.com"`},
		{"b648d3ea28d5d815.pcap", `"notbefore":"1969-12-31T00:00:00"`},
		{"22b07a96f4d20436.pcap", `"hash":"65825469c473e48f3ee2571129256ab0"`},
		{"22b07a96f4d20436.pcap", `"version":"TLS 1.3 draft-\u003c16"`},
		{"896a51db2256e84a.pcap", `"string":"771,4865-4867,0-43-13-10-40,23,"`},
		{"bcaa933e8ccd0596.pcap", `"version":"TLS 1.3 draft-23"`},
		{"c9e2e64cc8d951c6.pcap", `"server_alpns":["http/1.1"]`},
		{"6b53c1546e9fb90e.pcap", `"session_resumed":true`},
		{"6b53c1546e9fb90e.pcap", `"serial":"00:97:E6:47:09:8E:EA:C9:B4"`},
		{"156ff8cb25cfc073.pcap", `server15.xn--j1ahhq.xn--p1ai`},
		{"cf54ed52fe447ad3.pcap", `"hash":"907bf3ecef1c987c889946b737b43de8"`},
	} {
		t.Run(c.pcap, func(t *testing.T) {
			r := rig(t, 8<<20)
			b, _ := json.Marshal(r.Replay(apptest.Capture(t, c.pcap)))
			if !strings.Contains(string(b), c.want) {
				t.Errorf("no %s in %s", c.want, b)
			}
		})
	}
}

func FuzzSessions(f *testing.F) {
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		s := newSession(f, v, true)
		f.Add(s.client, s.server, uint16(0))
		f.Add(s.client, s.server, uint16(4))
	}
	f.Add([]byte("\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"), []byte("\x15\x03\x00\x00\x02\x02\x28"), uint16(0))
	f.Fuzz(func(t *testing.T, a, b []byte, hold uint16) {
		r := rig(t, 1<<20)
		defer r.Layer.Env().Mem.Close()
		apptest.Exchange(t, r, 443, a, b, int(hold))
	})
}

func ExampleHello_Name() {
	h := Hello{ALPN: Span{0, 12}}
	for i := 0; ; i++ {
		name, ok := h.Name([]byte("\x02h2\x08http/1.1"), i)
		if !ok {
			break
		}
		fmt.Println(string(name))
	}
	// Output:
	// h2
	// http/1.1
}

// TestJudge: a certificate that can be read, but says what cannot be.
func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		c    Certificate
		want uint16
	}{
		"ends first":   {Certificate{NotBefore: 2, NotAfter: 1}, EventCertificateInvalidValidity},
		"issuer":       {Certificate{Issuer: []byte("\x31\x09\x30\x07\x06\x03\x55\x04\x03\x0c\x00\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01\xff")}, EventCertificateInvalidIssuer},
		"subject":      {Certificate{Subject: []byte("\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x1e\x01a")}, EventCertificateInvalidSubject},
		"printable":    {Certificate{Subject: []byte("\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x13\x01\xe4")}, EventCertificateInvalidSubject},
		"all is right": {Certificate{NotAfter: 1, Subject: []byte("\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x13\x01a")}, noEvent},
	} {
		r := rig(t, 1<<20)
		i := r.Flow(6, 4000, 443)
		s := newState(r.Layer.Env()).(*State)
		s.begin(r.Layer.At(i))
		s.judge(&c.c)
		if c.want == noEvent && s.tx.events != 0 || c.want != noEvent && s.tx.events != 1<<c.want {
			t.Errorf("%s: events %b", name, s.tx.events)
		}
	}
}

// TestTakeCertificates: once, when they are wanted and there.
func TestTakeCertificates(t *testing.T) {
	s := newSession(t, tls.VersionTLS12, false)
	r := rig(t, 4<<20)
	i := feed(r, s, 1000)
	tx := r.Layer.At(i).Txs[0].(*Tx)
	if chain, _, _, _ := tx.TakeCertificates(input.ToClient); chain != nil {
		t.Error("nobody wanted them")
	}
	tx.WantCertificates(input.ToClient)
	tx.WantCertificates(input.ToServer)
	chain, subject, issuer, print := tx.TakeCertificates(input.ToClient)
	if len(chain) != 3+len(s.cert.Raw) || string(chain[3:]) != string(s.cert.Raw) || string(subject) != string(issuer) || string(print) != fingerprintOf(s.cert) {
		t.Errorf("%d octets, %s, %s, %s", len(chain), subject, issuer, print)
	}
	if chain, _, _, _ = tx.TakeCertificates(input.ToClient); chain != nil {
		t.Error("they came twice")
	}
	if chain, _, _, _ = tx.TakeCertificates(input.ToServer); chain != nil {
		t.Error("the client has none")
	}
	r.Close(i, true)
}
