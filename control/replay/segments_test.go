package replay

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	pb "github.com/weir-ips/weir/internal/packetbuild"
)

// talk is a conversation: what the sides say in turn, the client first.
type talk struct {
	name string
	port int
	says [][]byte
	sid  int // of the rule that finds it
}

const talkRules = `
alert http any any -> any any (http.uri; content:"/found"; file.data; content:"the answer"; sid:1;)
alert http any any -> any any (flow:to_client; file.data; content:"an evil page"; sid:2;)
alert http2 any any -> any any (http.uri; content:"/found"; sid:3;)
alert dns any any -> any any (dns.query; content:"found.example"; sid:4;)
alert tls any any -> any any (tls.cert_subject; content:"CN=found"; sid:5;)
alert smtp any any -> any any (file.data; content:"evil attachment"; sid:6;)
alert ftp any any -> any any (ftp.command_data; content:"found.txt"; sid:7;)
alert ssh any any -> any any (ssh.hassh.string; content:"curve-found"; sid:8;)
`

// overTLS is what both sides of a TLS 1.2 session say until it is encrypted.
func overTLS(t *testing.T) (client, server []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), NotAfter: time.Unix(2e9, 0), Subject: pkix.Name{CommonName: "found"}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	defer a.Close()
	done := make(chan []byte)
	go func() {
		// The server's flight is written to a pipe of which nothing is answered.
		c := tls.Server(b, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MaxVersion: tls.VersionTLS12})
		c.Handshake()
		b.Close()
	}()
	hello := make(chan []byte)
	x, y := net.Pipe()
	defer y.Close()
	go tls.Client(x, &tls.Config{InsecureSkipVerify: true, ServerName: "www.example", MaxVersion: tls.VersionTLS12}).Handshake()
	go func() {
		head := make([]byte, 5)
		io.ReadFull(y, head)
		body := make([]byte, binary.BigEndian.Uint16(head[3:]))
		io.ReadFull(y, body)
		hello <- append(head, body...)
	}()
	client = <-hello
	go func() { a.Write(client) }()
	go func() {
		var all []byte
		for !bytes.Contains(all, []byte{14, 0, 0, 0}) { // ServerHelloDone
			buf := make([]byte, 4096)
			n, err := a.Read(buf)
			all = append(all, buf[:n]...)
			if err != nil {
				break
			}
		}
		done <- all
	}()
	return client, <-done
}

// kexInit is a banner and a key exchange of SSH with one method of its own.
func kexInit() []byte {
	body := append([]byte{20}, make([]byte, 16)...)
	for _, list := range []string{"curve-found", "ed", "aes", "aes", "hmac", "hmac", "none", "none", "", ""} {
		body = append(binary.BigEndian.AppendUint32(body, uint32(len(list))), list...)
	}
	body = append(body, 0, 0, 0, 0, 0)
	pad := 8 - (len(body)+5)%8 + 8
	p := append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+pad+1)), byte(pad))
	return append([]byte("SSH-2.0-some_client\r\n"), append(append(p, body...), make([]byte, pad)...)...)
}

func frame2(typ, flags byte, stream uint32, body []byte) []byte {
	h := []byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body)), typ, flags}
	return append(binary.BigEndian.AppendUint32(h, stream), body...)
}

func talks(t *testing.T) []talk {
	hello, flight := overTLS(t)
	lit := func(name, value string) string {
		return "\x00" + string(rune(len(name))) + name + string(rune(len(value))) + value
	}
	headers := lit(":method", "GET") + lit(":path", "/found") + lit(":authority", "h")
	return []talk{
		{"http", 80, [][]byte{[]byte("POST /found HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nthe \r\n6\r\nanswer\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
			[]byte("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nan evil page")}, 2},
		{"http2", 80, [][]byte{append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), append(frame2(4, 0, 0, nil), frame2(1, 5, 1, []byte(headers))...)...),
			append(frame2(4, 0, 0, nil), append(frame2(1, 4, 1, []byte(lit(":status", "200"))), frame2(0, 1, 1, []byte("an answer"))...)...)}, 3},
		{"dns", 53, [][]byte{append(question("found.example"), question("other")...)}, 4},
		{"tls", 443, [][]byte{hello, flight}, 5},
		{"smtp", 25, [][]byte{nil, []byte("220 mail\r\n"), []byte("EHLO c\r\n"), []byte("250 ok\r\n"), []byte("MAIL FROM:<a@b>\r\n"), []byte("250 ok\r\n"), []byte("RCPT TO:<c@d>\r\n"), []byte("250 ok\r\n"), []byte("DATA\r\n"), []byte("354 go\r\n"),
			[]byte("Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: application/x; name=\"a.bin\"\r\nContent-Disposition: attachment; filename=\"a.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\nZXZpbCBhdHRhY2htZW50\r\n\r\n.\r\n"), []byte("250 ok\r\n")}, 6},
		{"ftp", 21, [][]byte{nil, []byte("220 (ftp)\r\n"), []byte("USER u\r\n"), []byte("331 more\r\n"), []byte("PASV\r\n"), []byte("227 Entering (1,2,3,4,5,6).\r\n"), []byte("RETR found.txt\r\n"), []byte("150-now\r\n150 ok\r\n226 done\r\n")}, 7},
		{"ssh", 22, [][]byte{kexInit(), []byte("SSH-2.0-some_server\r\n")}, 8},
	}
}

// TestEverySegmentation: whatever the way in which the octets of a conversation
// arrive, rules and records say the same of it.
func TestEverySegmentation(t *testing.T) {
	c := pb.NewCapture()
	all := talks(t)
	flows := 0
	for k, x := range all {
		for turn, text := range x.says {
			if len(text) == 0 {
				continue
			}
			port := 1024
			for s := range pb.Segmentations(text) {
				if len(text) > 400 && port%8 != 0 {
					port++ // certificates: every eighth cut
					continue
				}
				tcp := c.TCP(fmt.Sprintf("10.%d.%d.1:%d", k, turn, port), fmt.Sprintf("172.16.%d.1:%d", k, x.port))
				tcp.Handshake()
				for i, said := range x.says {
					from := pb.Side(i % 2)
					switch {
					case len(said) == 0:
					case i == turn:
						s.SendOver(tcp, from)
					default:
						tcp.Send(from, said)
					}
				}
				tcp.Close()
				port++
				flows++
			}
		}
	}
	dir := t.TempDir()
	capture, rules := filepath.Join(dir, "in.pcap"), filepath.Join(dir, "rules")
	writeCapture(t, capture, c.Frames())
	if err := os.WriteFile(rules, []byte(talkRules), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ips := range []bool{false, true} {
		events, _ := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: ips, Sets: []string{"anomaly.enabled=no", "app-layer.protocols.http2.enabled=yes"}})
		said := map[string][]string{} // by flow
		for _, line := range events {
			var e struct {
				Type    string `json:"event_type"`
				SrcIP   string `json:"src_ip"`
				SrcPort int    `json:"src_port"`
				DstIP   string `json:"dest_ip"`
				DstPort int    `json:"dest_port"`
				TxID    int    `json:"tx_id"`
				Alert   struct {
					SID int `json:"signature_id"`
				}
				HTTP, DNS, TLS, SMTP, FTP, SSH, Email, FileInfo json.RawMessage
			}
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			flow := fmt.Sprint(e.SrcIP, " ", e.SrcPort)
			if strings.HasPrefix(e.SrcIP, "172.") {
				flow = fmt.Sprint(e.DstIP, " ", e.DstPort)
			}
			switch e.Type {
			case "alert":
				said[flow] = append(said[flow], fmt.Sprint("alert ", e.Alert.SID, " ", e.TxID))
			case "fileinfo":
				// What else is known of the exchange depends on when its file ends.
				said[flow] = append(said[flow], fmt.Sprintf("fileinfo %d %s", e.TxID, e.FileInfo))
			case "http", "dns", "tls", "smtp", "ftp", "ssh":
				said[flow] = append(said[flow], fmt.Sprintf("%s %d %s%s%s%s%s%s%s", e.Type, e.TxID, e.HTTP, e.DNS, e.TLS, e.SMTP, e.FTP, e.SSH, e.Email))
			}
		}
		want, wrong, compared := map[string]string{}, map[string]int{}, 0
		for flow := range said {
			for i := range said[flow] {
				said[flow][i] = withoutIDs(said[flow][i])
			}
			slices.Sort(said[flow])
		}
		for flow := range said {
			var k, turn int
			fmt.Sscanf(flow, "10.%d.%d.1", &k, &turn)
			name, got := all[k].name, strings.Join(said[flow], "\n")
			if want[name] == "" {
				want[name] = strings.Join(said[fmt.Sprintf("10.%d.%d.1 1024", k, turn)], "\n")
				if !strings.Contains(want[name], fmt.Sprintf("alert %d ", all[k].sid)) {
					t.Errorf("ips %v, %s: rule %d does not find it:\n%s", ips, name, all[k].sid, want[name])
				}
			}
			compared++
			if got != want[name] {
				if wrong[name]++; wrong[name] == 1 {
					t.Errorf("ips %v, %s, flow %s:\n%s\nwant\n%s", ips, name, flow, got, want[name])
				}
			}
		}
		if compared != flows {
			t.Errorf("ips %v: %d of %d flows told of", ips, compared, flows)
		}
		for name, n := range wrong {
			t.Errorf("ips %v, %s: %d segmentations differ", ips, name, n)
		}
	}
}

// withoutIDs takes the numbers out of a record that count over flows.
func withoutIDs(s string) string {
	for _, key := range []string{`"file_id":`} {
		if i := strings.Index(s, key); i >= 0 {
			end := i + len(key)
			for end < len(s) && s[end] >= '0' && s[end] <= '9' {
				end++
			}
			s = s[:i] + s[end:]
		}
	}
	return s
}
