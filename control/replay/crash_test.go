package replay

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/worker"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/internal/packetbuild"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// bombEnv makes the child put a parser in SSH's place that panics where the octets
// say.
const bombEnv = "WEIR_REPLAY_BOMB"

func withBomb(c *worker.Config) {
	c.Protocols = slices.DeleteFunc(slices.Clone(c.Protocols), func(p *app.Protocol) bool { return p.ID == input.AppSSH })
	c.Protocols = append(c.Protocols, &app.Protocol{ID: input.AppSSH, Name: "ssh", TCP: true, Log: "ssh", AnyPort: true,
		Probe: func(_ input.Dir, b []byte) app.Verdict {
			if bytes.HasPrefix(b, []byte("BOMB-")) {
				burst(b, "PROBE")
				return app.Yes
			}
			return app.No
		},
		New: func(*app.Env) app.State { return &bombState{} }})
}

// burst panics where the octets name the place.
func burst(b []byte, place string) {
	if bytes.Contains(b, []byte(place)) {
		_ = b[len(b)]
	}
}

type bombState struct{ said []byte }

func (s *bombState) Reset() { burst(s.said, "RESET"); s.said = nil }

func (s *bombState) Parse(c *app.Call) (int, app.Status) {
	burst(c.Data, "PARSE")
	if s.said == nil && len(c.Data) > 0 {
		s.said = append(make([]byte, 0, 256), c.Data...) // a scanner reads behind
		tx := &bombTx{s: s}
		tx.id, _ = c.Flow.NewTx(tx)
	}
	return len(c.Data), app.OK
}

type bombTx struct {
	s   *bombState
	id  uint64
	det input.TxDetect
}

func (t *bombTx) View(id buf.ID, _ input.Dir, _ int) input.View {
	if id == buf.SSHSoftware {
		burst(t.s.said, "VIEW")
		return input.View{Data: t.s.said, Avail: input.Done, First: true, Last: true}
	}
	return input.View{Avail: input.None}
}
func (t *bombTx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }
func (t *bombTx) Progress(input.Dir) uint8                              { return input.Complete }
func (t *bombTx) Event(uint16) bool                                     { return false }
func (t *bombTx) Detect() *input.TxDetect                               { return &t.det }
func (t *bombTx) ID() uint64                                            { return t.id }
func (t *bombTx) Done(input.Dir) bool                                   { return !bytes.Contains(t.s.said, []byte("END")) }
func (t *bombTx) Meta(*event.Writer)                                    { burst(t.s.said, "META") }
func (t *bombTx) Release()                                              { burst(t.s.said, "LETGO") }
func (t *bombTx) Log(w *event.Writer, _ *app.Flow) bool {
	w.EventType("ssh")
	w.Obj("ssh")
	burst(t.s.said, "LOG")
	w.End()
	return true
}

// TestCrash runs a parser that panics through the whole engine: wherever it does, in
// detection, over octets, asked by rules, for alerts, for records, at the flow's end,
// the worker goes on, the panic is counted, the app-layer error policy decides on the
// flow, and an event keeps what a report needs.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	rules := filepath.Join(dir, "rules")
	if err := os.WriteFile(rules, []byte(`alert ssh any any -> any any (ssh.software; content:"META"; sid:1;)
alert http any any -> any any (http.uri; content:"/beside"; sid:3;)
`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(bombEnv, "1")
	for _, c := range []struct {
		place   string
		excerpt bool // there are octets at hand
		policy  bool // and a flow that the policy is for
	}{{"PROBE", true, true}, {"PARSE", true, true}, {"VIEW", false, true}, {"META", false, true}, {"LOG", false, true},
		{"LETGO", false, true}, {"RESET", false, false}, {"END LOG", false, false}, {"END LETGO", false, false}} {
		t.Run(c.place, func(t *testing.T) {
			cp := packetbuild.NewCapture()
			bad := cp.TCP("10.0.0.1:40000", "10.0.0.2:22")
			bad.Handshake()
			bad.Send(packetbuild.Client, []byte("BOMB-"+c.place+"\n"))
			for range 3 {
				bad.Send(packetbuild.Client, []byte("more\n"))
			}
			good := cp.TCP("10.0.0.3:40000", "10.0.0.2:80")
			good.Handshake()
			good.Send(packetbuild.Client, packetbuild.HTTPRequest("GET", "/beside", "example.com"))
			good.Send(packetbuild.Server, packetbuild.HTTPResponse(200, "text/plain", []byte("hello")))
			good.Close()
			capture := filepath.Join(dir, strings.ReplaceAll(c.place, " ", "-")+".pcap")
			writeCapture(t, capture, cp.Frames())
			got, stats := replayed(t, Options{Capture: capture, Rules: []string{rules}, SimulateIPS: true,
				Sets: []string{"app-layer.error-policy=drop-flow", "anomaly.enabled=no"}})
			var told []map[string]any
			all := strings.Join(got, "\n")
			for _, line := range got {
				e := map[string]any{}
				if err := json.Unmarshal([]byte(line), &e); err != nil {
					t.Fatal(err)
				}
				if e["event_type"] == "engine" {
					told = append(told, e)
				}
			}
			if len(told) != 1 {
				t.Fatalf("%d events of a panic in\n%s", len(told), all)
			}
			engine, _ := told[0]["engine"].(map[string]any)
			cause, _ := engine["error"].(string)
			if engine["event"] != "parser-panic" || told[0]["src_ip"] != "10.0.0.1" && told[0]["dest_ip"] != "10.0.0.1" || !strings.Contains(cause, "index out of range") {
				t.Errorf("the report: %v", told[0])
			}
			if want := base64.StdEncoding.EncodeToString([]byte("BOMB-" + c.place + "\n")); c.excerpt && engine["excerpt"] != want {
				t.Errorf("excerpt %v, want %s", engine["excerpt"], want)
			}
			layer, _ := stats["app_layer"].(map[string]any)
			if n := fmt.Sprint(layer["error"]); strings.Count(n, "internal:1") != 1 {
				t.Errorf("counted %s", n)
			}
			ips, _ := stats["ips"].(map[string]any)
			if blocked, _ := ips["blocked"].(float64); (blocked > 0) != c.policy || c.policy && !strings.Contains(all, `"app_layer_error"`) {
				t.Errorf("%v packets blocked", ips["blocked"])
			}
			for _, want := range []string{`"signature_id":3`, `"event_type":"http"`} {
				if !strings.Contains(all, want) {
					t.Errorf("no %s: the flow beside was not looked at", want)
				}
			}
		})
	}
}
