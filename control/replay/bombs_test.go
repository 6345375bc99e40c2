package replay

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pb "github.com/weir-ips/weir/internal/packetbuild"
)

// bounds of a replay of hostile input: most of the memory is there from the start.
const (
	peakKB  = 300 << 10
	peakSec = 20
)

// TestCostlyInput: what is made to cost memory or time is read within bounds of both,
// and told of.
func TestCostlyInput(t *testing.T) {
	squeeze := func(layers int, zip func(*bytes.Buffer) interface {
		Write([]byte) (int, error)
		Close() error
	}) []byte {
		data := make([]byte, 30<<20)
		for range layers {
			var b bytes.Buffer
			w := zip(&b)
			w.Write(data)
			w.Close()
			data = b.Bytes()
		}
		return data
	}
	type closer = interface {
		Write([]byte) (int, error)
		Close() error
	}
	gz := func(b *bytes.Buffer) closer { return gzip.NewWriter(b) }
	zl := func(b *bytes.Buffer) closer { return zlib.NewWriter(b) }
	web := func(codings string, body []byte) [][]byte {
		return [][]byte{[]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
			append([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n", codings, len(body))), body...)}
	}
	h2head := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), h2(4, 0, 0, nil)...)
	endless := append(bytes.Clone(h2head), h2(1, 0, 1, h2Post("/"))...)
	reset := bytes.Clone(h2head)
	for i := range 20000 {
		endless = append(endless, h2(9, 0, 1, append([]byte{0, 1, 'a', 100}, strings.Repeat("x", 100)...))...)
		reset = append(append(reset, h2(1, 5, uint32(2*i+1), h2Post("/"))...), h2(3, 0, uint32(2*i+1), []byte{0, 0, 0, 8})...)
	}
	mail := [][]byte{nil, []byte("220 mail\r\n"), []byte("EHLO c\r\n"), []byte("250 ok\r\n"), []byte("MAIL FROM:<a@b>\r\n"), []byte("250 ok\r\n"),
		[]byte("RCPT TO:<c@d>\r\n"), []byte("250 ok\r\n"), []byte("DATA\r\n"), []byte("354 go\r\n")}
	longLine := append(mail[:len(mail):len(mail)], []byte("Subject: "+strings.Repeat("s", 2<<20)+"\r\n\r\n.\r\n"))
	var names []byte
	for range 20000 {
		names = append(names, question("www.example")...)
	}
	for _, row := range []struct {
		name, event string // of the anomaly record; "": none is due
		port        int
		says        [][]byte
	}{
		{"gzip", "", 80, web("gzip", squeeze(1, gz))},
		{"gzip in gzip", "COMPRESSION_BOMB", 80, web("gzip, gzip", squeeze(2, gz))},
		{"deflate", "", 80, web("deflate", squeeze(1, zl))},
		{"many codings", "TOO_MANY_ENCODING_LAYERS", 80, web(strings.Repeat("gzip, ", 50)+"gzip", squeeze(1, gz))},
		{"an endless block of HTTP/2", "reassembly_limit_reached", 80, [][]byte{endless}},
		{"streams opened and reset", "", 80, [][]byte{reset}},
		{"a long line of mail", "", 25, longLine},
		{"questions at once", "", 53, [][]byte{names}},
		{"chunks of one octet", "", 80, [][]byte{[]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
			[]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("e", 100)+"\r\nx\r\n", 50000) + "0\r\n\r\n")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := pb.NewCapture()
			tcp := c.TCP("10.0.0.1:40000", fmt.Sprintf("172.16.0.1:%d", row.port))
			tcp.Handshake()
			for turn, said := range row.says {
				for part := range slices.Chunk(said, 32<<10) { // within the window, each is acknowledged
					tcp.Send(pb.Side(turn%2), part)
				}
			}
			capture := filepath.Join(t.TempDir(), "in.pcap")
			writeCapture(t, capture, c.Frames())
			got, stats := replayed(t, Options{Capture: capture, NoDetection: true, Sets: []string{"anomaly.enabled=no", "app-layer.protocols.http2.enabled=yes"}})
			if row.event != "" && !strings.Contains(strings.Join(got, "\n"), `"event":"`+row.event) {
				t.Errorf("no event %s among %d: %s", row.event, len(got), got[0])
			}
			if strings.Contains(strings.Join(got, "\n"), "parser-panic") {
				t.Error("a parser panicked")
			}
			if n := fmt.Sprint(stats["decoder"].(map[string]any)["pkts"]); n != fmt.Sprint(float64(len(c.Frames()))) {
				t.Errorf("%s of %d packets were read", n, len(c.Frames()))
			}
			if last.peakKB > peakKB || last.seconds > peakSec {
				t.Errorf("%d KiB at the peak, %.1f s", last.peakKB, last.seconds)
			}
			t.Logf("%d KiB at the peak, %.1f s of processor time", last.peakKB, last.seconds)
		})
	}
}
