package tls

import (
	"bytes"
	"crypto/tls"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// stun is a binding request with one attribute.
var stun = []byte("\x00\x01\x00\x08\x21\x12\xa4\x42abcdefghijkl\x80\x22\x00\x04weir")

// TestBesideSTUN: in a call over WebRTC messages of STUN come first and in between, and
// media behind the handshake. The session is read all the same, and nothing of the rest
// is an event or a refusal.
func TestBesideSTUN(t *testing.T) {
	f := flights(newSession(t, tls.VersionTLS12, false), 400)
	answer := bytes.Clone(stun)
	answer[0] = 1
	rtp := append([]byte{0x80, 111, 0, 1}, make([]byte, 200)...)
	channel := append([]byte{0x40, 1, 0, 4}, "data"...)
	r := dtlsRig(t)
	i := r.Flow(17, 40000, 50000)
	fl := r.Layer.At(i)
	say := func(d input.Dir, b []byte) {
		t.Helper()
		r.Layer.Datagram(fl, d, bytes.Clone(b), 0)
		if fl.Refused || fl.Failed() {
			t.Fatalf("%x...: refused %v, failed %v", b[:4], fl.Refused, fl.Failed())
		}
	}
	for range 3 {
		say(input.ToServer, stun)
		say(input.ToClient, answer)
		if fl.Idle(input.ToServer) || fl.Idle(input.ToClient) || fl.Final != input.AppFailed {
			t.Fatalf("after STUN: idle %v and %v, %v", fl.Idle(input.ToServer), fl.Idle(input.ToClient), fl.Final)
		}
	}
	for d, side := range f {
		for n, b := range side {
			say(input.Dir(d+1), b)
			if n%2 == 0 {
				say(input.Dir(2-d), stun)
			}
		}
	}
	for d := range 2 {
		say(input.Dir(d+1), rtp)
		say(input.Dir(d+1), channel)
	}
	if len(fl.Txs) != 1 || fl.Final != input.AppTLS || fl.Proto != [2]input.AppProto{input.AppTLS, input.AppTLS} {
		t.Fatalf("%d transactions, %v", len(fl.Txs), fl.Proto)
	}
	tx := fl.Txs[0].(*Tx)
	if v := tx.View(buf.TLSSNI, input.ToServer, 0); v.Avail != input.Done || tx.events != 0 {
		t.Errorf("name %q, events %b", v.Data, tx.events)
	}
	r.Close(i, true)
}

// TestBesideMediaTooEarly: before a handshake went under encryption, what looks like
// media is none of anybody's.
func TestBesideMediaTooEarly(t *testing.T) {
	hello := flights(newSession(t, tls.VersionTLS12, false), 1<<14)[0][0]
	r := dtlsRig(t)
	i := r.Flow(17, 40000, 50000)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, bytes.Clone(hello), 0)
	r.Layer.Datagram(f, input.ToServer, append([]byte{0x80, 111}, make([]byte, 40)...), 0)
	if tx := f.Txs[0].(*Tx); !tx.Event(EventInvalidRecordType) || !f.Refused {
		t.Errorf("events %b, refused %v", tx.events, f.Refused)
	}
	r.Close(i, true)
}

// TestBesideServerSpeaksFirst: the side that opened the flow with STUN may be the one
// that waits for the hello; the flow is turned, as the worker does.
func TestBesideServerSpeaksFirst(t *testing.T) {
	fl := flights(newSession(t, tls.VersionTLS12, false), 400)
	r := dtlsRig(t)
	i := r.Flow(17, 40000, 50000)
	f := r.Layer.At(i)
	r.Layer.Datagram(f, input.ToServer, bytes.Clone(stun), 0)
	for n, b := range fl[0] {
		d := input.ToServer
		if n == 0 {
			d = input.ToClient
		}
		r.Layer.Datagram(f, d, bytes.Clone(b), 0)
		if n == 0 {
			if !f.Reversed {
				t.Fatal("the flow is to be turned")
			}
			f.Turn()
		}
	}
	for _, b := range fl[1] {
		r.Layer.Datagram(f, input.ToClient, bytes.Clone(b), 0)
	}
	tx := f.Txs[0].(*Tx)
	if v := tx.View(buf.TLSSNI, input.ToServer, 0); v.Avail != input.Done || len(v.Data) == 0 {
		t.Errorf("no name: %v", v.Avail)
	}
	if e, _ := r.Log(f, tx); e["tls"].(map[string]any)["subject"] == nil || f.SrcPort != 50000 {
		t.Errorf("no certificate in %v, client's port %d", e, f.SrcPort)
	}
	r.Close(i, true)
}

func TestBesideOnly(t *testing.T) {
	for name, b := range map[string][]byte{"cut": stun[:19], "length": stun[:24], "cookie": append([]byte{0, 1, 0, 0, 1, 2, 3, 4}, make([]byte, 12)...), "none": nil} {
		if app.Beside(b) {
			t.Errorf("%s: is STUN", name)
		}
	}
	if !app.Beside(stun) {
		t.Error("STUN is none")
	}
}
