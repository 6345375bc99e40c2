package output

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/event"
)

// TestCertStore: a chain is kept as PEM that another reader reads, without what was
// cut off, and its meta file has one line for each fact, whatever a peer wrote.
func TestCertStore(t *testing.T) {
	mem := make([]byte, event.RingSpace(event.MinRing))
	if err := event.FormatRing(mem, event.MinRing); err != nil {
		t.Fatal(err)
	}
	ring, err := event.NewRing(mem)
	if err != nil {
		t.Fatal(err)
	}
	rd, err := event.NewReader(mem)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "certs")
	s, err := NewCertStore(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, second := bytes.Repeat([]byte("0123"), 50), []byte("short")
	chain := append(append([]byte{0, 0, byte(len(first))}, first...), append([]byte{0, 0, byte(len(second))}, second...)...)
	for i, c := range []event.Certs{
		{Chain: append(chain, 0, 1, 0, 'x'), Subject: []byte("CN=a\nTLS ISSUERDN: forged"), Issuer: []byte("CN=b"), Fingerprint: []byte("ab:cd")},
		{Chain: chain, Client: true},
		{Subject: []byte("CN=none")},
	} {
		w := ring.Begin(event.KindCerts)
		h := w.Head()
		h.TimeUS, h.PktNum, h.IPVersion, h.Proto, h.SrcPort, h.DstPort, h.Flags = int64(i)*1_000_000+7, 9, 4, 6, 40000, 443, event.HasPorts
		h.Src, h.Dst = [16]byte{10, 0, 0, 1}, [16]byte{10, 0, 0, 2}
		event.WriteCerts(w, &c)
		ring.Commit()
		var rec event.Record
		if !rd.Next(&rec) {
			t.Fatal("no record")
		}
		s.Observe(&rec)
		rd.Release()
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	if got := strings.Join(names, " "); got != "0.7-0.meta 0.7-0.pem client-1.7-1.meta client-1.7-1.pem" {
		t.Fatalf("files %s", got)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "0.7-0.pem"))
	for _, want := range [][]byte{first, second} {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil || b.Type != "CERTIFICATE" || !bytes.Equal(b.Bytes, want) {
			t.Fatalf("block %+v, want %q", b, want)
		}
	}
	if len(text) != 0 {
		t.Errorf("and %q", text)
	}
	text, _ = os.ReadFile(filepath.Join(dir, "0.7-0.meta"))
	for _, want := range []string{"PCAP PKT NUM:      9\n", "SRC IP:            10.0.0.1\n", "DST PORT:          443\n", "TLS SUBJECT:       CN=a TLS ISSUERDN: forged\n", "TLS FINGERPRINT:   ab:cd\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}
