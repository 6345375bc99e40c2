package eve

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/weir-ips/weir/event"
)

var testRule = &Rule{SID: 2008124, GID: 1, Rev: 2, Priority: 1, Msg: `say "hi"`, Category: "Misc", References: []string{"http://x/y"},
	Metadata: []byte(`{"policy":["drop"]}`), Raw: "alert tcp", Target: TargetDestination}

// testNames knows one rule, three protocols and a port.
type testNames struct{}

func (testNames) Rule(gen, i uint32) *Rule {
	if gen != 3 || i != 7 {
		return nil
	}
	return testRule
}
func (testNames) AppProto(id uint16) string { return []string{"", "http", "tls", "failed"}[id%4] }
func (testNames) Interface(uint8) string    { return "net0" }

// record makes one through a ring, as a worker does.
func record(tb testing.TB, k event.Kind, fill func(h *event.Head, w *event.Writer)) event.Record {
	tb.Helper()
	mem := make([]byte, event.RingSpace(event.MinRing))
	if err := event.FormatRing(mem, event.MinRing); err != nil {
		tb.Fatal(err)
	}
	ring, err := event.NewRing(mem)
	if err != nil {
		tb.Fatal(err)
	}
	rd, err := event.NewReader(mem)
	if err != nil {
		tb.Fatal(err)
	}
	w := ring.Begin(k)
	fill(w.Head(), w)
	ring.Commit()
	var rec event.Record
	if !rd.Next(&rec) {
		tb.Fatal("no record")
	}
	return rec
}

// typicalAlert is an alert as a worker writes it.
func typicalAlert(h *event.Head, w *event.Writer) {
	h.TimeUS, h.FlowID, h.PktNum = 1293937445123456, 99, 5
	h.IPVersion, h.Proto, h.Src, h.Dst = 4, 6, [16]byte{10, 0, 0, 1}, [16]byte{10, 0, 0, 2}
	h.SrcPort, h.DstPort, h.Dir, h.AppProto, h.AppProtoOrig = 1025, 80, event.DirToServer, 1, 3
	h.Flags = event.HasPorts | event.HasRule | event.Inline | event.HasTx
	h.Generation, h.RuleIndex, h.Action, h.Verdict = 3, 7, event.ActionAlert|event.ActionDrop, event.ActionDrop
	w.Obj("alert")
	w.StrConst("xff", "1.2.3.4")
	w.End()
	w.Obj("http")
	w.Str("url", []byte("/a\"\x01\xff"))
	w.End()
	event.WriteFlowSummary(w, &event.FlowInfo{StartUS: 1293937445000000})
	event.WritePayload(w, []byte("GET \x00\r\n"), event.PayloadBase64|event.PayloadPrintable, false)
}

const alertStart = `{"timestamp":"2011-01-02T03:04:05.123456+0000","flow_id":99,"pcap_cnt":5,"event_type":"alert","src_ip":"10.0.0.1","src_port":1025,"dest_ip":"10.0.0.2","dest_port":80,"proto":"TCP","ip_v":4,"pkt_src":"wire/pcap"`

// TestLines compares whole lines.
func TestLines(t *testing.T) {
	all := DefaultOptions()
	all.Alert = AlertOptions{true, true, true, true, true, true, true, true, true, true}
	all.DropAlerts, all.DropVerdict, all.PcapFile, all.Sensor, all.Version, all.Ethernet = true, true, "a.pcap", "s1", "8", true
	few := Options{}
	for _, c := range []struct {
		name string
		opts Options
		kind event.Kind
		fill func(h *event.Head, w *event.Writer)
		want string
	}{
		{"alert, all", all, event.KindAlert, typicalAlert, alertStart +
			`,"suricata_version":"8","tx_id":0,"app_proto":"http","app_proto_orig":"failed","direction":"to_server","alert":{"action":"blocked","gid":1,"signature_id":2008124,"rev":2,"signature":"say \"hi\"","category":"Misc","severity":1,"source":{"ip":"10.0.0.1","port":1025},"target":{"ip":"10.0.0.2","port":80},"references":["http://x/y"],"metadata":{"policy":["drop"]},"rule":"alert tcp","xff":"1.2.3.4"},"http":{"url":"/a\"\u0001\\xff"},"flow":{"pkts_toserver":0,"pkts_toclient":0,"bytes_toserver":0,"bytes_toclient":0,"start":"2011-01-02T03:04:05.000000+0000","src_ip":"10.0.0.1","dest_ip":"10.0.0.2","src_port":1025,"dest_port":80},"payload":"R0VUIAANCg==","payload_printable":"GET .\r\n","stream":0,"verdict":{"action":"drop"},"pcap_filename":"a.pcap","host":"s1"}`},
		{"alert, little", few, event.KindAlert, typicalAlert, alertStart +
			`,"tx_id":0,"app_proto":"http","app_proto_orig":"failed","direction":"to_server","alert":{"action":"blocked","gid":1,"signature_id":2008124,"rev":2,"signature":"say \"hi\"","category":"Misc","severity":1,"source":{"ip":"10.0.0.1","port":1025},"target":{"ip":"10.0.0.2","port":80},"xff":"1.2.3.4"}}`},
		{"drop", all, event.KindDrop, func(h *event.Head, w *event.Writer) {
			h.IPVersion, h.Proto, h.FlowID, h.Dir, h.Reason = 6, 17, 1, event.DirToClient, event.ReasonRules
			h.Src[0], h.VLAN, h.VLANCount, h.Verdict = 0xfe, [3]uint16{7, 8}, 2, event.ActionReject
			h.Flags = event.Inline | event.HasPort | event.FromInside
			event.WriteDrop(w, &event.DropInfo{Len: 9})
		}, `{"timestamp":"1970-01-01T00:00:00.000000+0000","flow_id":1,"in_iface":"net0","event_type":"drop","vlan":[7,8],"src_ip":"fe00:0000:0000:0000:0000:0000:0000:0000","dest_ip":"0000:0000:0000:0000:0000:0000:0000:0000","proto":"UDP","ip_v":6,"pkt_src":"wire/pcap","suricata_version":"8","direction":"to_client","drop":{"len":9,"tc":0,"hoplimit":0,"flowlbl":0,"reason":"rules"},"verdict":{"action":"drop","reject_target":"to_client","reject":["icmp-prohib"]},"weir":{"pair":0,"from":"inside","worker":0},"pcap_filename":"a.pcap","host":"s1"}`},
		{"transaction", few, event.KindTx, func(h *event.Head, w *event.Writer) {
			w.EventType("dns")
			w.Obj("dns")
			w.Arr("answers")
			w.Obj("")
			w.IP("rdata", &[16]byte{8, 8, 8, 8}, 4)
			w.Float("f", 1.5)
			w.Null("n")
			w.Int("i", -3)
			w.HexColon("fp", []byte{1, 0xab})
			w.End()
			w.End()
			w.MAC("m", &[6]byte{1, 2, 3, 4, 5, 0xff})
			w.End()
		}, `{"timestamp":"1970-01-01T00:00:00.000000+0000","event_type":"dns","pkt_src":"wire/pcap","dns":{"answers":[{"rdata":"8.8.8.8","f":1.5,"n":null,"i":-3,"fp":"01:ab"}],"m":"01:02:03:04:05:ff"}}`},
		{"finding with its own weir object", few, event.KindFinding, func(h *event.Head, w *event.Writer) {
			h.Flags = event.WouldDrop
			w.Obj("weir")
			w.StrConst("detector", "syn-flood")
			w.End()
		}, `{"timestamp":"1970-01-01T00:00:00.000000+0000","event_type":"finding","pkt_src":"wire/pcap","weir":{"would_drop":true,"detector":"syn-flood"}}`},
	} {
		rec := record(t, c.kind, c.fill)
		e := NewEncoder(testNames{}, c.opts, NewStamp(time.UTC))
		got, ok := e.Append([]byte("kept"), &rec)
		if !ok || string(got) != "kept"+c.want {
			t.Errorf("%s: %v\ngot  %s\nwant kept%s", c.name, ok, got, c.want)
		}
		if !json.Valid(got[4:]) {
			t.Errorf("%s: no JSON", c.name)
		}
	}
}

// TestBlocked covers the ways in which a rule's action and the packet's differ.
func TestBlocked(t *testing.T) {
	for _, c := range []struct {
		flags           event.Flags
		action, verdict event.Action
		want            bool
	}{
		{event.Inline, event.ActionDrop, 0, true},
		{0, event.ActionDrop, 0, false},
		{0, event.ActionReject, 0, true},
		{event.Inline | event.WouldDrop, event.ActionDrop, 0, false},
		{event.Inline | event.ActionModified, event.ActionDrop, event.ActionAlert, false},
		{event.Inline | event.ActionModified, event.ActionAlert, event.ActionDrop, true},
		{event.Inline, event.ActionAlert, event.ActionDrop, false},
	} {
		if got := Blocked(&event.Head{Flags: c.flags, Action: c.action, Verdict: c.verdict}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestUnknownRule still says that there was an alert.
func TestUnknownRule(t *testing.T) {
	rec := record(t, event.KindAlert, func(h *event.Head, _ *event.Writer) { h.Flags = event.HasRule })
	got, ok := NewEncoder(testNames{}, Options{}, NewStamp(time.UTC)).Append(nil, &rec)
	if !ok || !strings.Contains(string(got), "unknown bundle") {
		t.Errorf("%v %s", ok, got)
	}
}

// TestBroken refuses bodies that are none and leaves the buffer as it was.
func TestBroken(t *testing.T) {
	e := NewEncoder(testNames{}, DefaultOptions(), NewStamp(time.UTC))
	for _, body := range [][]byte{{0}, {1, 0}, {99, 0}, {3, 1, 'a', 255, 255, 255, 255}, {1, 5, 'a', 'l', 'e', 'r', 't'}} {
		rec := event.Record{Head: event.Head{Kind: event.KindAlert}, Body: body}
		if got, ok := e.Append([]byte("x"), &rec); ok || string(got) != "x" {
			t.Errorf("%v: %v %s", body, ok, got)
		}
	}
}

// TestStatsRules: how many rules there are stands beside what detection counts.
func TestStatsRules(t *testing.T) {
	rules := &RuleStats{LoadedUS: 2, Loaded: 3, Failed: 4, Skipped: 5}
	engines := `"engines":[{"id":0,"last_reload":"1970-01-01T00:00:00.000002+0000","rules_loaded":3,"rules_failed":4,"rules_skipped":5}]`
	for totals, want := range map[string]string{
		``:      `"uptime":0,"detect":{` + engines + `}`,
		`"a":1`: `"uptime":0,"detect":{` + engines + `},"a":1`,
		`"a":1,"detect":{"alert":2},"ips":{"b":1}`: `"uptime":0,"a":1,"detect":{` + engines + `,"alert":2},"ips":{"b":1}`,
		`"detect":{"alert":2}`:                     `"uptime":0,"detect":{` + engines + `,"alert":2}`,
	} {
		got := `{"uptime":0` + string((&Stats{Rules: rules}).appendTotals(nil, []byte(totals), NewStamp(time.UTC))) + `}`
		want = `{` + want + `}`
		if got != want || !json.Valid([]byte(got)) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// FuzzAppend gives the encoder hostile heads and bodies: a line is JSON, or
// there is none.
func FuzzAppend(f *testing.F) {
	rec := record(f, event.KindAlert, typicalAlert)
	f.Add(uint8(event.KindAlert), uint16(0xffff), uint8(4), int64(1e15), append([]byte(nil), rec.Body...))
	f.Add(uint8(event.KindTx), uint16(0), uint8(9), int64(-1), []byte{3, 1, '"', 1, 0, 0, 0, 0xff})
	opts := DefaultOptions()
	opts.CommunityID, opts.Alert.Verdict, opts.DropAlerts = true, true, true
	e := NewEncoder(testNames{}, opts, NewStamp(time.UTC))
	f.Fuzz(func(t *testing.T, kind uint8, flags uint16, version uint8, us int64, body []byte) {
		rec := event.Record{Body: body, Head: event.Head{
			Kind: event.Kind(kind), Flags: event.Flags(flags), IPVersion: version, TimeUS: us, VLANCount: kind,
			Source: event.Source(version), FlowID: 1, RuleIndex: 7, Generation: 3, ICMPType: kind, Proto: kind, AppProto: flags,
		}}
		got, ok := e.Append(nil, &rec)
		if ok && !json.Valid(got) {
			t.Fatalf("no JSON: %q", got)
		}
		if !ok && len(got) != 0 {
			t.Fatal("a rest of a refused record")
		}
	})
}

// BenchmarkAppend encodes a typical alert.
func BenchmarkAppend(b *testing.B) {
	rec := record(b, event.KindAlert, typicalAlert)
	opts := DefaultOptions()
	opts.Alert.Payload, opts.Alert.PayloadPrintable = true, true
	e := NewEncoder(testNames{}, opts, NewStamp(nil))
	var buf []byte
	for b.Loop() {
		buf, _ = e.Append(buf[:0], &rec)
	}
	b.SetBytes(int64(len(buf)))
}
