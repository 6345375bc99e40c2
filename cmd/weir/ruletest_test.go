package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weir-ips/weir/internal/packetbuild"
)

func TestReadRuleTests(t *testing.T) {
	for _, row := range []struct{ name, text, wrong string }{
		{"good", "rules: ['alert ip any any -> any any (sid:1;)']\ntests:\n  - name: a\n    alerts: {1: 1}\n", ""},
		{"a word that is none", "tests:\n  - nam: a\n", "nam"},
		{"no tests", "rules: []\n", "no tests"},
		{"no file of tests", "[", "yaml"},
	} {
		f := filepath.Join(t.TempDir(), "t.yaml")
		if err := os.WriteFile(f, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := readRuleTests(f)
		if (err == nil) != (row.wrong == "") || err != nil && !strings.Contains(err.Error(), row.wrong) {
			t.Errorf("%s: error %v", row.name, err)
		}
	}
}

func TestCompareAlerts(t *testing.T) {
	for _, row := range []struct {
		name            string
		want            map[uint32]string
		blocked         []uint32
		alerts, dropped map[uint32]int
		wrong           int
	}{
		{"as expected", map[uint32]string{1: "2"}, nil, map[uint32]int{1: 2}, nil, 0},
		{"at least", map[uint32]string{1: "1+"}, nil, map[uint32]int{1: 5}, nil, 0},
		{"too few", map[uint32]string{1: "6+"}, nil, map[uint32]int{1: 5}, nil, 1},
		{"too many", map[uint32]string{1: "1"}, nil, map[uint32]int{1: 2}, nil, 1},
		{"none", map[uint32]string{1: "1"}, nil, nil, nil, 1},
		{"one that is not named", nil, nil, map[uint32]int{1: 1}, nil, 1},
		{"no number", map[uint32]string{1: "some"}, nil, map[uint32]int{1: 1}, nil, 1},
		{"blocks", map[uint32]string{1: "1"}, []uint32{1}, map[uint32]int{1: 1}, map[uint32]int{1: 1}, 0},
		{"does not block", map[uint32]string{1: "1"}, []uint32{1}, map[uint32]int{1: 1}, nil, 1},
		{"blocks though it should not", map[uint32]string{1: "1"}, []uint32{}, map[uint32]int{1: 1}, map[uint32]int{1: 1}, 1},
	} {
		x := ruleTest{Alerts: row.want, Blocked: row.blocked}
		if got := x.compare(row.alerts, row.dropped); len(got) != row.wrong {
			t.Errorf("%s: %q", row.name, got)
		}
	}
}

func TestTraffic(t *testing.T) {
	frames := func(e exchange) (int, error) {
		c := packetbuild.NewCapture()
		err := e.add(c)
		return len(c.Frames()), err
	}
	send := []map[string]string{{"client": "hello"}, {"server": "hex:00 01 02"}}
	for _, row := range []struct {
		name string
		e    exchange
		n    int // frames; -1: an error
	}{
		{"tcp", exchange{TCP: "10.0.0.1:1 -> 10.0.0.2:2", Send: send, Open: true}, 3 + 4},
		{"tcp in its middle", exchange{TCP: "10.0.0.1:1 -> 10.0.0.2:2", Send: send, Open: true, NoHandshake: true}, 4},
		{"udp over IPv6", exchange{UDP: "[fd00::1]:1 -> [fd00::2]:2", Send: send}, 2},
		{"two families", exchange{UDP: "[fd00::1]:1 -> 10.0.0.2:2"}, -1},
		{"no arrow", exchange{TCP: "10.0.0.1:1 10.0.0.2:2"}, -1},
		{"neither", exchange{}, -1},
		{"both", exchange{TCP: "10.0.0.1:1 -> 10.0.0.2:2", UDP: "10.0.0.1:1 -> 10.0.0.2:2"}, -1},
		{"nobody", exchange{UDP: "10.0.0.1:1 -> 10.0.0.2:2", Send: []map[string]string{{"me": "x"}}}, -1},
		{"no hex", exchange{UDP: "10.0.0.1:1 -> 10.0.0.2:2", Send: []map[string]string{{"client": "hex:0"}}}, -1},
		{"too long", exchange{UDP: "10.0.0.1:1 -> 10.0.0.2:2", Send: []map[string]string{{"client": strings.Repeat("x", 70000)}}}, -1},
	} {
		n, err := frames(row.e)
		if err != nil {
			n = -1
		}
		if n != row.n {
			t.Errorf("%s: %d frames, %v", row.name, n, err)
		}
	}
	if b, err := octets("hex:0a 0B\n0c"); err != nil || !slices.Equal(b, []byte{10, 11, 12}) {
		t.Error(b, err)
	}
}

func TestAlertsOf(t *testing.T) {
	f := filepath.Join(t.TempDir(), "eve.json")
	os.WriteFile(f, bytes.Join([][]byte{
		[]byte(`{"event_type":"alert","alert":{"signature_id":1,"action":"allowed"}}`), []byte(`not json`),
		[]byte(`{"event_type":"alert","alert":{"signature_id":1,"action":"blocked"}}`), []byte(`{"event_type":"drop","alert":{"signature_id":2}}`)}, []byte("\n")), 0o600)
	alerts, blocked, err := alertsOf(f)
	if err != nil || alerts[1] != 2 || blocked[1] != 1 || len(alerts) != 1 {
		t.Error(alerts, blocked, err)
	}
}
