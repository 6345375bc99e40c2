package metrics

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/event/counter"
)

type fixed struct{ s *Snapshot }

func (f fixed) Snapshot() *Snapshot { return f.s }

// snapshot is of two workers, one of which dropped, and a port with a name that
// needs quoting.
func snapshot() *Snapshot {
	set := counter.NewSet(counter.Tables{})
	s := &Snapshot{Version: "1.2", Set: set, Engine: make([]uint64, set.Len()), Up: true, Restarts: 2,
		Outage: 1500 * time.Millisecond, RulesLoaded: 9, Started: time.Unix(1000, 0),
		Rings:    []event.Counters{{Written: 5}, {Lost: 6}, {Depth: 7}},
		Ages:     []time.Duration{time.Second, 0, 2 * time.Second},
		Ports:    []Port{{Name: "a\"b\\c\nd", Pair: "p", Side: "inside", Up: true, RxPackets: 1 << 40}},
		RuleHits: []RuleHits{{1, 2000001, 3}},
		Outputs:  []Output{{Name: "eve.json", Written: 10, Lost: 4, Degraded: true}}}
	for range 2 {
		s.Rows = append(s.Rows, make([]uint64, set.Len()))
	}
	s.Rows[0][counter.RXPkts] = 11
	s.Rows[1][counter.Drop(event.ReasonDecodeError)] = 12
	s.Rows[1][counter.Freed(event.ReasonDecodeError)] = 13
	for n, id := range map[uint64]int{3: 0, 4: 1, 5: counter.NumFillBins - 1} {
		bin, _ := counter.FillBin(id)
		s.Rows[0][bin] = n
	}
	return s
}

func scrape(t *testing.T, s *Snapshot) string {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(fixed{s}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("status %d", w.Code)
	}
	return w.Body.String()
}

// TestScrape looks for the lines that a known snapshot gives.
func TestScrape(t *testing.T) {
	text := "\n" + scrape(t, snapshot())
	for _, line := range []string{
		`weir_build_info{version="1.2"} 1`,
		`weir_engine_up 1`,
		`weir_engine_restarts_total 2`,
		`weir_wire_outage_seconds_total 1.5`,
		`weir_control_start_time_seconds 1000`,
		`weir_received_packets_total{worker="0"} 11`,
		`weir_received_packets_total{worker="1"} 0`,
		`weir_dropped_packets_total{worker="1",reason="` + event.ReasonDecodeError.String() + `"} 12`,
		`weir_freed_packets_total{worker="1",reason="` + event.ReasonDecodeError.String() + `"} 13`,
		`weir_events_lost_total{worker="1"} 6`,
		`weir_ring_depth_bytes{worker="housekeeping"} 7`,
		`weir_heartbeat_age_seconds{worker="housekeeping"} 2`,
		`weir_port_received_packets_total{pair="p",port="a\"b\\c\nd",side="inside"} 1099511627776`,
		`weir_rule_hits_total{gid="1",sid="2000001"} 3`,
		`weir_output_lost_lines_total{output="eve.json"} 4`,
		`weir_output_degraded{output="eve.json"} 1`,
		`weir_burst_fill_packets_bucket{worker="0",le="0"} 3`,
		`weir_burst_fill_packets_bucket{worker="0",le="1"} 7`,
		`weir_burst_fill_packets_bucket{worker="0",le="+Inf"} 12`,
		`weir_burst_fill_packets_count{worker="0"} 12`,
		`weir_poll_gap_seconds_count{worker="0"} 0`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	if strings.Contains(text, `weir_dropped_packets_total{worker="0"`) {
		t.Error("a worker that dropped nothing has reasons")
	}
}

// TestFormat: every line is a sample of the family announced last, a family is
// announced once, and no sample stands twice.
func TestFormat(t *testing.T) {
	sample := regexp.MustCompile(`^([a-z_:][a-z0-9_:]*)(\{.*\})? (-?[0-9.e+-]+)$`)
	families, samples := map[string]bool{}, map[string]bool{}
	name, kind := "", ""
	for _, line := range strings.Split(strings.TrimSpace(scrape(t, snapshot())), "\n") {
		if f := strings.Fields(line); f[0] == "#" {
			if f[1] == "TYPE" {
				if families[f[2]] {
					t.Errorf("%s is announced twice", f[2])
				}
				name, kind = f[2], f[3]
				families[name] = true
			}
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("no sample: %q", line)
			continue
		}
		base := m[1]
		if kind == "histogram" {
			base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(base, "_bucket"), "_sum"), "_count")
		}
		if base != name {
			t.Errorf("%s stands under %s", m[1], name)
		}
		if samples[m[1]+m[2]] {
			t.Errorf("%s%s stands twice", m[1], m[2])
		}
		samples[m[1]+m[2]] = true
		if kind == "counter" && !strings.HasSuffix(name, "_total") {
			t.Errorf("counter %s does not end in _total", name)
		}
	}
	if len(families) < 40 {
		t.Errorf("%d families", len(families))
	}
}

// TestShortRows: an engine of another version may have fewer counters.
func TestShortRows(t *testing.T) {
	s := snapshot()
	s.Rows[0], s.Engine = nil, nil
	if text := scrape(t, s); !strings.Contains(text, `weir_received_packets_total{worker="0"} 0`) {
		t.Error("a row without counters is not shown as zero")
	}
}

// TestListen: another path is not found, an occupied port is named with the remedy.
func TestListen(t *testing.T) {
	s, err := Listen("127.0.0.1:0", fixed{snapshot()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.ln.Close()
	if _, err := Listen(s.Addr(), fixed{snapshot()}); err == nil || !strings.Contains(err.Error(), s.Addr()+" is in use by another process") {
		t.Errorf("an occupied port: %v", err)
	}
	if _, err := Listen("127.0.0.1:99999", fixed{snapshot()}); err == nil || !strings.HasPrefix(err.Error(), "metrics.listen: ") {
		t.Errorf("a port that cannot be: %v", err)
	}
	w := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 404 {
		t.Errorf("/: %d", w.Code)
	}
}
