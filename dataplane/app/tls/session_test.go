package tls

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// session is what two sides of a real session sent.
type session struct {
	client, server []byte
	cert           *x509.Certificate
}

// tap records what is written to a connection.
type tap struct {
	net.Conn
	mu  sync.Mutex
	out []byte
}

func (c *tap) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.out = append(c.out, b...)
	c.mu.Unlock()
	return c.Conn.Write(b)
}

// newSession runs a session of Go's own TLS in memory.
func newSession(tb testing.TB, version uint16, clientCert bool) session {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(0x97e647098e), NotBefore: time.Unix(-86400, 0), NotAfter: time.Date(2051, 2, 28, 23, 59, 59, 0, time.UTC),
		Subject:  pkix.Name{Country: []string{"US"}, Organization: []string{"Ex, Inc"}, CommonName: "host.example"},
		DNSNames: []string{"host.example", "*.example"}, IPAddresses: []net.IP{net.IPv4(192, 0, 2, 1).To4()}, EmailAddresses: []string{"a@b"}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	pair := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	a, b := net.Pipe()
	ca, cb := &tap{Conn: a}, &tap{Conn: b}
	sc := &tls.Config{Certificates: []tls.Certificate{pair}, MaxVersion: version, NextProtos: []string{"h2"}}
	cc := &tls.Config{InsecureSkipVerify: true, ServerName: "host.example", MaxVersion: version, NextProtos: []string{"h2", "http/1.1"}}
	if clientCert {
		sc.ClientAuth = tls.RequireAnyClientCert
		cc.Certificates = []tls.Certificate{pair}
	}
	done := make(chan error, 1)
	go func() {
		s := tls.Server(cb, sc)
		_, err := io.ReadFull(s, make([]byte, 4))
		if err == nil {
			_, err = s.Write([]byte("pong"))
		}
		done <- err
	}()
	c := tls.Client(ca, cc)
	if _, err := c.Write([]byte("ping")); err != nil {
		tb.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		tb.Fatal(err)
	}
	if err := <-done; err != nil {
		tb.Fatal(err)
	}
	return session{ca.out, cb.out, cert}
}

func colons(b []byte, upper bool) string {
	var p []string
	for _, c := range b {
		p = append(p, string([]byte{digits[c>>4], digits[c&15]}))
	}
	s := strings.Join(p, ":")
	if upper {
		return strings.ToUpper(s)
	}
	return s
}

func fingerprintOf(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return colons(sum[:], false)
}
