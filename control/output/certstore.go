package output

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/weir-ips/weir/event"
)

// CertStore keeps certificates that rules with tls.store ask for: all that a side
// showed as PEM, and beside it, with the ending meta, who showed them. It is shown
// all records and takes what belongs to certificates.
type CertStore struct {
	dir    string
	health health
	count  uint64
	line   bytes.Buffer
}

// NewCertStore makes the folder.
func NewCertStore(dir string, report Report) (*CertStore, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("tls-store: %w", err)
	}
	return &CertStore{dir: dir, health: newHealth("tls-store "+dir, report)}, nil
}

// Status is a copy of the present state; Lines are the chains kept.
func (s *CertStore) Status() SinkStatus { return s.health.Status() }

// Observe takes a record.
func (s *CertStore) Observe(rec *event.Record) {
	if rec.Head.Kind != event.KindCerts {
		return
	}
	c, ok := event.ReadCerts(rec)
	if !ok {
		return
	}
	name := fmt.Sprintf("%d.%d-%d", rec.Head.TimeUS/1e6, rec.Head.TimeUS%1e6, s.count)
	if c.Client {
		name = "client-" + name
	}
	s.count++
	path := filepath.Join(s.dir, name)
	err := errors.Join(s.write(path+".pem", func(w io.Writer) { pemChain(w, c.Chain) }),
		s.write(path+".meta", func(w io.Writer) { describeCerts(w, &rec.Head, &c) }))
	if err != nil {
		s.health.add(0, 0, 1, 0)
		s.health.fail(err)
		return
	}
	s.health.add(1, 0, 0, 0)
	s.health.fine()
}

func (s *CertStore) write(path string, fill func(io.Writer)) error {
	s.line.Reset()
	fill(&s.line)
	return os.WriteFile(path, s.line.Bytes(), 0o644)
}

// pemChain writes certificates, each behind its length in three octets, as PEM. One
// that is cut off is left out.
func pemChain(w io.Writer, chain []byte) {
	for len(chain) >= 3 {
		n := int(chain[0])<<16 | int(chain[1])<<8 | int(chain[2])
		if chain = chain[3:]; n > len(chain) {
			return
		}
		pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: chain[:n]})
		chain = chain[n:]
	}
}

// describeCerts writes the meta file, whose keys tools for Suricata read.
func describeCerts(w io.Writer, h *event.Head, c *event.Certs) {
	fmt.Fprintf(w, "TIME:              %s\n", time.UnixMicro(h.TimeUS).Format("01/02/2006-15:04:05.000000"))
	if h.PktNum > 0 {
		fmt.Fprintf(w, "PCAP PKT NUM:      %d\n", h.PktNum)
	}
	fmt.Fprintf(w, "SRC IP:            %s\nDST IP:            %s\nPROTO:             %d\n", addrOf(&h.Src, h.IPVersion), addrOf(&h.Dst, h.IPVersion), h.Proto)
	if h.Flags&event.HasPorts != 0 {
		fmt.Fprintf(w, "SRC PORT:          %d\nDST PORT:          %d\n", h.SrcPort, h.DstPort)
	}
	fmt.Fprintf(w, "TLS SUBJECT:       %s\nTLS ISSUERDN:      %s\nTLS FINGERPRINT:   %s\n", oneLine(c.Subject), oneLine(c.Issuer), oneLine(c.Fingerprint))
}

// oneLine takes line ends out of what a peer wrote, so that it cannot write lines of
// its own.
func oneLine(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, b)
}

func addrOf(a *[16]byte, version uint8) netip.Addr {
	if version == 4 {
		return netip.AddrFrom4([4]byte(a[:4]))
	}
	return netip.AddrFrom16(*a)
}
