package protocols

import (
	"crypto/tls"
	"net"
	"reflect"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// idleBound is what an idle flow may cost, octets: docs/design/protocols.md states
// what it does.
const idleBound = 4096

// TestIdleFlows measures what parsers keep of a flow that said what it had to say:
// an HTTP connection kept alive behind an answer, a TLS connection behind its
// ClientHello.
func TestIdleFlows(t *testing.T) {
	hello := clientHello(t)
	for name, c := range map[string]struct{ client, server []byte }{
		"http": {[]byte("GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n\r\n"),
			[]byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")},
		"tls": {hello, nil},
	} {
		const flows = 1000
		l, err := app.NewLayer(app.DefaultConfig(), All())
		if err != nil {
			t.Fatal(err)
		}
		var f *app.Flow
		for i := range flows {
			f = l.At(l.Open())
			f.IPProto, f.SrcPort, f.DstPort = 6, uint16(1024+i), 80
			l.Data(f, input.ToServer, c.client, 0, false, 0)
			if len(c.server) > 0 {
				l.Data(f, input.ToClient, c.server, 0, false, 0)
			}
			live := f.Txs[:0]
			for _, tx := range f.Txs { // what the worker does with those that are done
				if tx.Done(input.ToServer) && tx.Done(input.ToClient) {
					tx.Release()
				} else {
					live = append(live, tx)
				}
			}
			f.Keep(live)
			l.Flush()
		}
		if f.Parser() == nil || f.Parser().Name != name || f.Failed() {
			t.Fatalf("%s was not parsed: %v", name, f.Parser())
		}
		state := int(reflect.TypeOf(f.State()).Elem().Size())
		record := int(reflect.TypeOf(*f).Size())
		kept := l.Env().Mem.Used() / flows
		t.Logf("an idle %s flow: %d octets of record, %d of parser state, %d kept of what was said", name, record, state, kept)
		if all := record + state + kept; all > idleBound || kept == 0 && name == "tls" {
			t.Errorf("an idle %s flow takes %d octets, %d are the bound", name, all, idleBound)
		}
	}
}

// clientHello is what Go's own client says first.
func clientHello(t *testing.T) []byte {
	a, b := net.Pipe()
	defer b.Close()
	go func() {
		tls.Client(a, &tls.Config{ServerName: "www.example.org"}).Handshake()
		a.Close()
	}()
	b.SetDeadline(time.Now().Add(10 * time.Second))
	buf := make([]byte, 4096)
	n, err := b.Read(buf)
	if err != nil || n < 100 {
		t.Fatalf("%d octets of hello: %v", n, err)
	}
	return buf[:n]
}

// TestReserved: what a layer for a million flows reserves stays below a worker's
// share of the engine's GOMEMLIMIT, else the collector would strike.
func TestReserved(t *testing.T) {
	const share = 1 << 30
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	cfg := app.DefaultConfig()
	cfg.Flows, cfg.States = 1<<17, 1<<15
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l, err := app.NewLayer(cfg, All())
	if err != nil {
		t.Fatal(err)
	}
	l.Warm(16, 1)
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(l)
	n := after.HeapAlloc - before.HeapAlloc
	t.Logf("%d MB reserved", n>>20)
	if n > share {
		t.Errorf("%d octets are reserved, more than %d", n, share)
	}
}
