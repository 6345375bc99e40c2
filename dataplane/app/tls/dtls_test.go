package tls

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"math/rand"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/internal/apptest"
	"github.com/weir-ips/weir/match/input"
)

// messages are the handshake messages of a side's records in the clear.
func messages(b []byte) (out [][]byte) {
	var text []byte
	for len(b) >= recordHead && b[0] == typeHandshake {
		n := int(binary.BigEndian.Uint16(b[3:]))
		text = append(text, b[recordHead:recordHead+n]...)
		b = b[recordHead+n:]
	}
	for len(text) >= messageHead {
		n := messageHead + length24(text[1:])
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}

// asDTLS is a handshake message as datagrams with fragments of size octets.
func asDTLS(m []byte, seq uint16, size int) (datagrams [][]byte) {
	body := m[messageHead:]
	switch m[0] {
	case msgClientHello: // DTLS counts down, and has a cookie
		at := 2 + 32 + 1 + int(body[34])
		body = append(append(append([]byte{0xfe, 0xfd}, body[2:at]...), 3, 'c', 'o', 'o'), body[at:]...)
	case msgServerHello:
		body = append([]byte{0xfe, 0xfd}, body[2:]...)
	}
	three := func(n int) []byte { return []byte{byte(n >> 16), byte(n >> 8), byte(n)} }
	for off := 0; off == 0 || off < len(body); off += size {
		part := body[off:min(off+size, len(body))]
		f := append([]byte{m[0]}, three(len(body))...)
		f = append(binary.BigEndian.AppendUint16(f, seq), append(three(off), three(len(part))...)...)
		f = append(f, part...)
		datagrams = append(datagrams, record13(typeHandshake, 0, f))
	}
	return datagrams
}

// record13 is a record of DTLS 1.2.
func record13(typ byte, epoch uint16, body []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{typ, 0xfe, 0xfd}, epoch)
	b = append(b, 0, 0, 0, 0, 0, 0)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(body))), body...)
}

// flights are the datagrams of a session until it is encrypted.
func flights(s session, size int) (out [2][][]byte) {
	for i, b := range [...][]byte{s.client, s.server} {
		for n, m := range messages(b) {
			if m[0] == msgFinished {
				break
			}
			out[i] = append(out[i], asDTLS(m, uint16(n), size)...)
		}
		out[i] = append(out[i], record13(typeChangeCipher, 0, []byte{1}), record13(typeData, 1, []byte("sealed")))
	}
	return out
}

func dtlsRig(tb testing.TB) *apptest.Rig {
	return apptest.New(tb, 4<<20, nil, Protocol(), SSLv2(), DTLS())
}

// TestDTLS: whatever the fragments' size and, within a flight, their order, a
// session says what it says over TCP.
func TestDTLS(t *testing.T) {
	s := newSession(t, tls.VersionTLS12, false)
	over := rig(t, 4<<20)
	i := feed(over, s, 1<<20)
	want, _ := over.Log(over.Layer.At(i), over.Layer.At(i).Txs[0])
	tcp := want["tls"].(map[string]any)
	over.Close(i, true)
	random := rand.New(rand.NewSource(1))
	for _, size := range []int{1 << 14, 400, 100, 60} {
		for _, shuffled := range []bool{false, size >= 100} { // smaller ones leave more holes than are remembered
			r := dtlsRig(t)
			i := r.Flow(17, 40000, 4444)
			f := r.Layer.At(i)
			for d, side := range flights(s, size) {
				if shuffled {
					// Fragments of one message only: of those of the next, one would take its place.
					for k := 0; k < len(side)-2; {
						end := k + 1
						for end < len(side)-2 && side[end][dtlsHead] == side[k][dtlsHead] {
							end++
						}
						if part := side[k:end]; d > 0 || k > 0 {
							random.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
						}
						k = end
					}
				}
				for n, b := range side {
					r.Layer.Datagram(f, input.Dir(d+1), bytes.Clone(b), 0)
					if n%3 == 0 {
						r.Layer.Datagram(f, input.Dir(d+1), bytes.Clone(b), 0) // sent again
					}
				}
			}
			name := fmt.Sprintf("fragments of %d, shuffled %v", size, shuffled)
			if len(f.Txs) != 1 || f.Failed() || f.Proto[0] != input.AppTLS {
				t.Fatalf("%s: %d transactions, failed %v", name, len(f.Txs), f.Failed())
			}
			tx := f.Txs[0].(*Tx)
			e, _ := r.Log(f, tx)
			got := e["tls"].(map[string]any)
			for _, k := range []string{"subject", "issuerdn", "serial", "fingerprint", "sni", "subjectaltname"} {
				if fmt.Sprint(got[k]) != fmt.Sprint(tcp[k]) {
					t.Errorf("%s: %s is %v, want %v", name, k, got[k], tcp[k])
				}
			}
			if ja4 := got["ja4"].(string); got["version"] != "DTLS 1.2" || ja4[:3] != "dd2" || tx.events != 0 || !tx.Done(input.ToClient) || !f.Opaque {
				t.Errorf("%s: version %v, JA4 %s, events %b, done %v", name, got["version"], ja4, tx.events, tx.Done(input.ToClient))
			}
			r.Close(i, true)
		}
	}
}

// TestDTLSRefused: a datagram that is none is an event, and the flow goes on.
func TestDTLSRefused(t *testing.T) {
	hello := flights(newSession(t, tls.VersionTLS12, false), 1<<14)[0][0]
	bad := func(change func(b []byte)) []byte {
		b := bytes.Clone(hello)
		change(b)
		return b
	}
	for name, c := range map[string]struct {
		datagram []byte
		event    uint16
	}{
		"type":              {bad(func(b []byte) { b[0] = 99 }), EventInvalidRecordType},
		"cut":               {hello[:8], EventInvalidRecordType},
		"version":           {bad(func(b []byte) { b[1] = 3 }), EventInvalidRecordVersion},
		"long record":       {bad(func(b []byte) { b[11] = 0xff }), EventInvalidRecordLength},
		"long fragment":     {bad(func(b []byte) { b[dtlsHead+9] = 0xff }), EventHandshakeInvalidLength},
		"behind its end":    {bad(func(b []byte) { b[dtlsHead+6] = 0xff }), EventHandshakeInvalidLength},
		"unknown message":   {bad(func(b []byte) { b[dtlsHead] = 99 }), EventInvalidHandshakeMessage},
		"half a message":    {record13(typeHandshake, 0, []byte{1, 0}), EventInvalidHandshakeMessage},
		"an endless one":    {record13(typeHandshake, 0, []byte{msgCertificate, 0xff, 0xff, 0xff, 0, 1, 0, 0, 0, 0, 0, 1, 'x'}), EventHandshakeInvalidLength},
		"an alert, cut":     {record13(typeAlert, 0, []byte{2}), EventInvalidAlertMessage},
		"bleeding":          {record13(typeHeartbeat, 0, []byte{1, 0x40, 0}), EventOverflowHeartbeatMessage},
		"no certificate":    {record13(typeHandshake, 0, []byte{msgCertificate, 0, 0, 3, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 9}), EventInvalidHandshakeMessage},
		"a hello, cut":      {nil, EventHandshakeInvalidLength},
		"the second record": {append(bytes.Clone(hello), 1, 2, 3), EventInvalidRecordType},
	} {
		r := dtlsRig(t)
		i := r.Flow(17, 40000, 4444)
		f := r.Layer.At(i)
		if c.datagram == nil {
			r.Layer.Datagram(f, input.ToServer, record13(typeHandshake, 0, []byte{msgClientHello, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0xfe, 0xfd, 1, 2}), 0)
		} else {
			r.Layer.Datagram(f, input.ToServer, bytes.Clone(hello), 0)
			r.Layer.Datagram(f, input.ToServer, c.datagram, 0)
		}
		if tx, ok := f.Txs[0].(*Tx); !ok || !tx.Event(c.event) || f.Failed() || tx.Done(input.ToServer) {
			t.Errorf("%s: events %b, failed %v, over %v", name, f.Txs[0].(*Tx).events, f.Failed(), tx.Done(input.ToServer))
		}
		r.Close(i, true)
	}
}

// FuzzDTLS: datagrams of both sides, split by a separator; nothing is kept.
func FuzzDTLS(f *testing.F) {
	s := newSession(f, tls.VersionTLS12, true)
	for _, size := range []int{1 << 14, 200} {
		for _, side := range flights(s, size) {
			f.Add(bytes.Join(side, []byte("\xff\xfe\xfd")))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := dtlsRig(t)
		defer r.Layer.Env().Mem.Close()
		i := r.Flow(17, 40000, 4444)
		fl := r.Layer.At(i)
		for n, part := range bytes.Split(b, []byte("\xff\xfe\xfd")) {
			r.Layer.Datagram(fl, input.Dir(n/4%2+1), append(make([]byte, 0, len(part)), part...), 0)
		}
		for _, tx := range fl.Txs {
			r.Log(fl, tx)
		}
		r.Close(i, true)
		r.Layer.Flush()
		if used := r.Layer.Env().Mem.Used(); used != 0 || r.Layer.Stats.Panics != [app.NumRows]uint64{} {
			t.Fatalf("%d octets left, %v panics", used, r.Layer.Stats.Panics)
		}
	})
}

func TestDTLSNoAllocs(t *testing.T) {
	all := flights(newSession(t, tls.VersionTLS12, false), 300)
	r := dtlsRig(t)
	if n := testing.AllocsPerRun(100, func() {
		i := r.Flow(17, 40000, 4444)
		for d, side := range all {
			for _, b := range side {
				r.Layer.Datagram(r.Layer.At(i), input.Dir(d+1), b, 0)
			}
		}
		r.Close(i, false)
	}); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}
