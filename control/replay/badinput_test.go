package replay

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pb "github.com/weir-ips/weir/internal/packetbuild"
)

// TestBadInput: what would cost a parser most is bounded and told of, and the
// flows beside it go on.
func TestBadInput(t *testing.T) {
	const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	answer := func(coding string, body []byte) []byte {
		return append([]byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n", coding, len(body))), body...)
	}
	record := func(body []byte) []byte {
		return append([]byte{22, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
	}
	// A whole ServerHello, and a certificate that claims to be of 2^24 octets.
	hello := append([]byte{2, 0, 0, 38, 3, 3}, make([]byte, 36)...)
	absurd := append([]byte{11, 0, 0, 13, 0, 0, 10, 0, 0, 7, 0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0}, 0)
	client := append([]byte{1, 0, 0, 41, 3, 3}, make([]byte, 32)...)
	client = append(client, 0, 0, 2, 0xc0, 0x2f, 1, 0)
	client[3] = byte(len(client) - 4)
	loop := []byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0xc0, 12, 0, 1, 0, 1}
	loop = append(binary.BigEndian.AppendUint16(nil, uint16(len(loop))), loop...)
	headers := ""
	for i := range 5000 {
		headers += fmt.Sprintf("a%d: b\r\n", i)
	}
	nest := "Subject: s\r\n"
	for i := range 2000 {
		nest += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	mail := [][]byte{nil, []byte("220 mail\r\n"), []byte("EHLO c\r\n"), []byte("250 ok\r\n"), []byte("MAIL FROM:<a@b>\r\n"), []byte("250 ok\r\n"),
		[]byte("RCPT TO:<c@d>\r\n"), []byte("250 ok\r\n"), []byte("DATA\r\n"), []byte("354 go\r\n"), []byte(nest + "\r\n.\r\n"), []byte("250 ok\r\n")}
	rows := []struct {
		name  string
		port  int
		says  [][]byte
		event string // of the anomaly record; "": the parser gives up, which is counted
	}{
		{"a bomb in brotli", 80, [][]byte{[]byte(get), answer("br", []byte("\x9f\xff\xff\x3f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x07"))}, "COMPRESSION_BOMB"},
		{"endless headers", 80, [][]byte{[]byte("GET / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n")}, "REQUEST_TOO_MANY_HEADERS"},
		{"an endless header", 80, [][]byte{[]byte("GET / HTTP/1.1\r\nHost: h\r\na: " + strings.Repeat("b", 200000) + "\r\n\r\n")}, "REQUEST_FIELD_TOO_LONG"},
		{"a million requests", 80, [][]byte{bytes.Repeat([]byte("GET / HTTP/1.0\n\n"), 1_000_000)}, ""},
		{"a name that points to itself", 53, [][]byte{append(question("www.example"), loop...)}, "name_too_long"},
		{"an absurd certificate", 443, [][]byte{record(client), record(append(hello, absurd...))}, "certificate_invalid"},
		{"nested mail", 25, mail, "MIME_"},
	}
	c := pb.NewCapture()
	for i, row := range rows {
		tcp := c.TCP(fmt.Sprintf("10.0.0.%d:40000", i+1), fmt.Sprintf("172.16.0.1:%d", row.port))
		tcp.Handshake()
		for turn, said := range row.says {
			for part := range slices.Chunk(said, 32<<10) { // within the window, each is acknowledged
				tcp.Send(pb.Side(turn%2), part)
			}
		}
	}
	beside := c.TCP("10.0.1.1:40000", "172.16.0.1:80")
	beside.Handshake()
	beside.Send(pb.Client, []byte("GET /beside HTTP/1.1\r\nHost: h\r\n\r\n"))
	beside.Close()
	dir := t.TempDir()
	capture, rules := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules")
	writeCapture(t, capture, c.Frames())
	if err := os.WriteFile(rules, []byte(`alert http any any -> any any (http.uri; content:"/beside"; sid:1;)`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	events, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}})
	for i, row := range rows {
		if row.event == "" {
			continue
		}
		found := false
		var said []string
		for _, e := range events {
			if strings.Contains(e, `"event_type":"anomaly"`) && strings.Contains(e, fmt.Sprintf(`"10.0.0.%d"`, i+1)) {
				said = append(said, e)
				found = found || strings.Contains(e, `"event":"`+row.event)
			}
		}
		if !found {
			t.Errorf("%s: no event %s in %d:\n%.1500s", row.name, row.event, len(said), strings.Join(said, "\n"))
		}
	}
	layer, _ := stats["app_layer"].(map[string]any)
	errs, _ := layer["error"].(map[string]any)
	http, _ := errs["http"].(map[string]any)
	if n, _ := http["parser"].(float64); n != 3 {
		t.Errorf("%v flows of HTTP were given up, want those of endless headers and of a million requests: %v", n, http)
	}
	if !strings.Contains(strings.Join(events, ""), `"signature_id":1}`) {
		t.Error("the flow beside was not looked at")
	}
}
