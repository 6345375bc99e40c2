package caserun

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// DefaultFields are what an alert or a drop must say; identifiers that are
// hashes and times that are the machine's are not among them.
var DefaultFields = []string{
	"event_type", "pcap_cnt", "src_ip", "src_port", "dest_ip", "dest_port", "proto", "direction", "vlan",
	"icmp_type", "icmp_code", "alert.action", "alert.gid", "alert.signature_id", "alert.rev", "alert.signature",
	"alert.category", "alert.severity", "drop.reason", "verdict",
}

// Golden turns EVE lines into the text of a golden file: events of the wanted
// types, only the wanted fields, one a line, sorted, so that neither workers nor
// bursts show in it.
func Golden(eve io.Reader, events, fields []string) ([]byte, error) {
	var lines []string
	in := bufio.NewScanner(eve)
	in.Buffer(nil, 16<<20)
	for n := 1; in.Scan(); n++ {
		var event map[string]any
		d := json.NewDecoder(bytes.NewReader(in.Bytes()))
		d.UseNumber()
		if err := d.Decode(&event); err != nil {
			return nil, fmt.Errorf("line %d of eve.json is no JSON object: %w", n, err)
		}
		typ, _ := event["event_type"].(string)
		if !slices.Contains(events, typ) {
			continue
		}
		kept := map[string]any{}
		for _, f := range fields {
			copyField(kept, event, strings.Split(f, "."))
		}
		line, err := json.Marshal(kept) // keys come out sorted
		if err != nil {
			return nil, err
		}
		lines = append(lines, string(line))
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(lines, compareEvents)
	if len(lines) == 0 {
		return nil, nil
	}
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}

// copyField copies the value at a path, if it is there.
func copyField(to, from map[string]any, path []string) {
	v, ok := from[path[0]]
	if !ok {
		return
	}
	if len(path) == 1 {
		to[path[0]] = v
		return
	}
	inner, ok := v.(map[string]any)
	if !ok {
		return
	}
	sub, ok := to[path[0]].(map[string]any)
	if !ok {
		sub = map[string]any{}
	}
	copyField(sub, inner, path[1:])
	if len(sub) > 0 {
		to[path[0]] = sub
	}
}

// compareEvents orders by packet first, so that a golden file reads like the
// capture, then by text.
func compareEvents(a, b string) int {
	if d := packetNumber(a) - packetNumber(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

func packetNumber(line string) int {
	var e struct {
		N int `json:"pcap_cnt"`
	}
	if json.Unmarshal([]byte(line), &e) != nil {
		return 0
	}
	return e.N
}

// Diff says which lines are missing and which are too many; "" when want and got
// are equal as multisets in order.
func Diff(want, got []byte) string {
	if bytes.Equal(want, got) {
		return ""
	}
	count := map[string]int{}
	for _, l := range splitLines(want) {
		count[l]++
	}
	var extra []string
	for _, l := range splitLines(got) {
		if count[l] > 0 {
			count[l]--
		} else {
			extra = append(extra, "+ "+l)
		}
	}
	var out []string
	for _, l := range splitLines(want) {
		if count[l] > 0 {
			count[l]--
			out = append(out, "- "+l)
		}
	}
	if out = append(out, extra...); len(out) == 0 {
		return "the same lines in another order"
	}
	return strings.Join(out, "\n")
}

func splitLines(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

func goldenOf(path string, c *Case) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	golden, err := Golden(f, c.Events, c.Fields)
	if err != nil || !c.Once {
		return golden, err
	}
	lines := slices.Compact(splitLines(golden))
	if len(lines) == 0 {
		return nil, nil
	}
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}
