package replay

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

// h2 is a frame of HTTP/2.
func h2(typ, flags byte, stream uint32, body []byte) []byte {
	b := []byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body)), typ, flags}
	return append(binary.BigEndian.AppendUint32(b, stream), body...)
}

// h2Post is the header block of a POST, nothing of it in tables.
func h2Post(path string) []byte {
	return append([]byte{0x83, 0x86, 0x04, byte(len(path))}, path...)
}

// TestManyOpenStreams: a connection has more streams open than the match engine takes
// in one batch. What comes on the last one is judged with the packet that brings it, as
// is what comes on one that is older than others.
func TestManyOpenStreams(t *testing.T) {
	const open = 700
	var begin []byte
	begin = append(begin, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"...)
	begin = append(begin, h2(4, 0, 0, nil)...)
	for i := range open {
		begin = append(begin, h2(1, 4, uint32(2*i+1), h2Post(fmt.Sprintf("/%d", i)))...)
	}
	const last = 2*open - 1
	for name, attack := range map[string][]byte{
		"new":    h2(1, 4, last+2, h2Post("/attack")),
		"newest": h2(0, 0, last, []byte("body of an attack")),
		"oldest": h2(0, 0, 1, []byte("body of an attack")),
	} {
		c := packetbuild.NewCapture()
		tcp := c.TCP("10.0.0.1:40000", "172.16.0.1:80")
		tcp.Handshake()
		tcp.Send(packetbuild.Client, begin)
		before := len(c.Frames())
		tcp.Send(packetbuild.Client, attack)
		dir := t.TempDir()
		capture, rules, out := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules"), filepath.Join(dir, "out.pcap")
		writeCapture(t, capture, c.Frames())
		text := `drop http any any -> any any (http.uri; content:"/attack"; sid:1;)
drop http any any -> any any (http.request_body; content:"an attack"; sid:2;)
`
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: true, WritePcap: out, Sets: []string{"anomaly.enabled=no"}})
		alerts := 0
		for _, e := range got {
			if strings.Contains(e, `"event_type":"alert"`) {
				alerts++
			}
			if strings.Contains(e, "too_many_streams") {
				t.Errorf("%s: %s", name, e)
			}
		}
		ips, _ := stats["ips"].(map[string]any)
		if accepted := ips["accepted"]; alerts != 1 || accepted != float64(before) {
			t.Errorf("%s: %d alerts, ips %v; want one, and the %d packets before it let through", name, alerts, ips, before)
		}
	}
}

// TestManyRequests: of many requests without an answer the rules are asked for the one
// that an answer belongs to, however it is cut.
func TestManyRequests(t *testing.T) {
	const open = 300
	rules := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(rules, []byte(`drop http any any -> any any (flow:to_client; file.data; content:"an attack"; http.stat_code; content:"20"; sid:1;)`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	answer := func(body string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	for _, at := range []int{0, 1, 150, open - 1} {
		for _, cut := range []int{20, 41, 46} {
			c := packetbuild.NewCapture()
			tcp := c.TCP("10.0.0.1:40000", "172.16.0.1:80")
			tcp.Handshake()
			tcp.Send(packetbuild.Client, []byte(strings.Repeat("GET / HTTP/1.1\r\nHost: h\r\n\r\n", open)))
			evil := answer("xxan attackxx")
			tcp.Send(packetbuild.Server, []byte(strings.Repeat(answer("hello"), at)+evil[:cut]))
			before := len(c.Frames())
			tcp.Send(packetbuild.Server, []byte(evil[cut:]))
			capture := filepath.Join(t.TempDir(), "in.pcap")
			writeCapture(t, capture, c.Frames())
			got, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: true, Sets: []string{"anomaly.enabled=no"}})
			alerts := strings.Count(strings.Join(got, "\n"), `"event_type":"alert"`)
			ips, _ := stats["ips"].(map[string]any)
			if alerts != 1 || ips["accepted"] != float64(before) {
				t.Errorf("answer %d cut at %d: %d alerts, %v accepted; want one, and %d", at, cut, alerts, ips["accepted"], before)
			}
		}
	}
}
