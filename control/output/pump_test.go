package output

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
	"github.com/weir-ips/weir/event/eve"
)

type names struct{}

var someRule = &eve.Rule{SID: 1, GID: 1, Rev: 3, Priority: 2, Msg: "m", Category: "c"}

func (names) Rule(_, i uint32) *eve.Rule {
	if i == 1 {
		return someRule
	}
	return nil
}
func (names) AppProto(uint16) string { return "http" }
func (names) Interface(uint8) string { return "p0" }

// rings makes n rings with both ends.
func rings(tb testing.TB, n int) (ws []*event.Ring, rs []*event.Reader) {
	tb.Helper()
	for range n {
		mem := make([]byte, event.RingSpace(event.MinRing))
		if err := event.FormatRing(mem, event.MinRing); err != nil {
			tb.Fatal(err)
		}
		w, err := event.NewRing(mem)
		if err != nil {
			tb.Fatal(err)
		}
		r, err := event.NewReader(mem)
		if err != nil {
			tb.Fatal(err)
		}
		ws, rs = append(ws, w), append(rs, r)
	}
	return ws, rs
}

func emit(r *event.Ring, k event.Kind, us int64, body func(w *event.Writer)) {
	w := r.Begin(k)
	h := w.Head()
	h.TimeUS, h.IPVersion, h.Proto, h.Flags, h.RuleIndex = us, 4, 6, event.HasRule|event.HasPorts, 1
	if body != nil {
		body(w)
	}
	r.Commit()
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// TestPumpOrder merges three rings by time, over several polls.
func TestPumpOrder(t *testing.T) {
	dir := t.TempDir()
	ws, rs := rings(t, 3)
	p, err := NewPump(rs, names{}, []Options{{Dir: dir, Filename: "eve.json", Types: map[string]bool{"alert": true}}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(300) {
		emit(ws[i*7%3], event.KindAlert, i*1000, nil)
	}
	for p.Poll(7) > 0 {
	}
	p.Close()
	got := lines(t, filepath.Join(dir, "eve.json"))
	last := ""
	for _, l := range got {
		var e struct{ Timestamp string }
		if err := json.Unmarshal([]byte(l), &e); err != nil {
			t.Fatal(err)
		}
		if e.Timestamp < last {
			t.Fatalf("%s after %s", e.Timestamp, last)
		}
		last = e.Timestamp
	}
	if s := p.Status(); len(got) != 300 || s.Records != 300 || s.Sinks[0].Lines != 300 {
		t.Errorf("%d lines, %+v", len(got), s)
	}
	for i, r := range rs {
		if r.Counters().Depth != 0 {
			t.Errorf("ring %d not released", i)
		}
	}
}

// TestPumpHolds leaves a record that was read but not yet written in its ring,
// for a successor that adopts it.
func TestPumpHolds(t *testing.T) {
	ws, rs := rings(t, 2)
	p, err := NewPump(rs, names{}, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	emit(ws[0], event.KindAlert, 1, nil)
	emit(ws[1], event.KindAlert, 2, nil)
	if n := p.Poll(1); n != 1 || ws[0].Counters().Depth != 0 || ws[1].Counters().Depth == 0 {
		t.Errorf("%d written, depths %d %d", n, ws[0].Counters().Depth, ws[1].Counters().Depth)
	}
	if n := p.Poll(9); n != 1 || ws[1].Counters().Depth != 0 {
		t.Errorf("%d written then, depth %d", n, ws[1].Counters().Depth)
	}
}

// TestTypes gives each output what its types ask for.
func TestTypes(t *testing.T) {
	dir := t.TempDir()
	ws, rs := rings(t, 1)
	opts := []Options{
		{Dir: dir, Filename: "a", Prefix: "@cee: ", Types: map[string]bool{"alert": true, "stats": true, "finding": false}},
		{Dir: dir, Filename: "b", Types: map[string]bool{"dns": true, "anomaly": true, "files": true}, AnomalyAppLayer: true},
		{Dir: dir, Filename: "fast", Format: "fast"},
	}
	seen := 0
	p, err := NewPump(rs, names{}, opts, func(*event.Record) { seen++ }, nil)
	if err != nil {
		t.Fatal(err)
	}
	emit(ws[0], event.KindAlert, 0, nil)
	emit(ws[0], event.KindPacket, 0, nil)
	emit(ws[0], event.KindFinding, 0, nil)
	emit(ws[0], event.KindFileInfo, 0, nil)
	emit(ws[0], event.KindFileData, 0, nil)
	emit(ws[0], event.KindTx, 0, func(w *event.Writer) { w.EventType("dns") })
	emit(ws[0], event.KindTx, 0, func(w *event.Writer) { w.EventType("tls") })
	emit(ws[0], event.KindAnomaly, 0, func(w *event.Writer) { event.WriteAnomaly(w, event.AnomalyDecode, "e", "", "") })
	emit(ws[0], event.KindAnomaly, 0, func(w *event.Writer) { event.WriteAnomaly(w, event.AnomalyAppLayer, "e", "http", "parser") })
	p.Drain()
	p.Stats(&eve.Stats{UptimeS: 1, Set: counter.NewSet(counter.Tables{})})
	p.Close()
	for name, want := range map[string]string{"a": "alert stats", "b": "finding fileinfo dns anomaly"} {
		var got []string
		for _, l := range lines(t, filepath.Join(dir, name)) {
			if name == "a" && !strings.HasPrefix(l, "@cee: {") {
				t.Errorf("no prefix: %s", l)
			}
			_, rest, _ := strings.Cut(l, `"event_type":"`)
			kind, _, _ := strings.Cut(rest, `"`)
			got = append(got, kind)
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s: %q, want %q", name, g, want)
		}
	}
	stamp := time.UnixMicro(0).Format("01/02/2006-15:04:05.000000")
	want := stamp + "  [**] [1:1:3] m [**] [Classification: c] [Priority: 2] {TCP} 0.0.0.0:0 -> 0.0.0.0:0"
	if got := lines(t, filepath.Join(dir, "fast")); len(got) != 1 || got[0] != want {
		t.Errorf("fast.log %q", got)
	}
	if seen != 9 {
		t.Errorf("%d records observed", seen)
	}
}

// TestPumpErrors names every wrong option at once.
func TestPumpErrors(t *testing.T) {
	_, err := NewPump(nil, names{}, []Options{{Format: "xml"}, {Filetype: "redis"}, {}, {Filename: "/nowhere/at/all"}}, nil, nil)
	for _, want := range []string{"xml", "redis", "no file name", "/nowhere/at/all"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: no word of %s", err, want)
		}
	}
}

// TestRunDrains writes what came just before the end.
func TestRunDrains(t *testing.T) {
	dir := t.TempDir()
	ws, rs := rings(t, 1)
	p, err := NewPump(rs, names{}, []Options{{Dir: dir, Filename: "e", Types: map[string]bool{"alert": true}}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { p.Run(ctx); close(done) }()
	for i := range int64(50) {
		emit(ws[0], event.KindAlert, i, nil)
	}
	cancel()
	<-done
	p.Close()
	if n := len(lines(t, filepath.Join(dir, "e"))); n != 50 {
		t.Errorf("%d lines", n)
	}
}

// BenchmarkPump writes, reads, encodes and files alerts with a flow object and
// 100 octets of payload; one worker's ring on the same core.
func BenchmarkPump(b *testing.B) {
	for _, n := range []int{1, 4} {
		b.Run(fmt.Sprintf("rings=%d", n), func(b *testing.B) {
			ws, rs := rings(b, n)
			o := Options{Filename: "/dev/null", Append: true, Types: map[string]bool{"alert": true}, Encode: eve.DefaultOptions()}
			p, err := NewPump(rs, names{}, []Options{o}, nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			payload := make([]byte, 100)
			i := 0
			for b.Loop() {
				emit(ws[i%n], event.KindAlert, int64(i), func(w *event.Writer) {
					event.WriteFlowSummary(w, &event.FlowInfo{})
					event.WritePayload(w, payload, event.PayloadPrintable, false)
				})
				if i++; i%64 == 0 {
					p.Poll(64)
				}
			}
		})
	}
}
