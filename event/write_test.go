package event

import (
	"strings"
	"testing"
)

// TestWriteHelpers checks that each helper leaves a well-formed tree with the
// members it is named for.
func TestWriteHelpers(t *testing.T) {
	mac, ip := &[6]byte{1}, &[16]byte{10}
	for name, c := range map[string]struct {
		write func(w *Writer)
		want  []string
	}{
		"flow": {func(w *Writer) {
			WriteFlow(w, &FlowInfo{StartUS: 1_900_000, LastUS: 3_100_000, State: "closed", Reason: "timeout",
				Bypassed: FlowCounts{PktsTS: 1}, ElephantTC: true, Exceptions: []ExceptionUse{{"defrag_memcap", "ignore"}}, TxCount: 4})
		}, []string{"age:8=2 ", `state:3="closed"`, "bypassed:1(", `elephant_direction:2(:3="toclient" )`, `target:3="defrag_memcap"`, "tx_cnt:8=4"}},
		"summary to client": {func(w *Writer) {
			*w.Head() = Head{IPVersion: 4, Dir: DirToClient, Flags: HasPorts, Src: [16]byte{1}, Dst: [16]byte{2}, SrcPort: 80, DstPort: 999}
			WriteFlowSummary(w, &FlowInfo{})
		}, []string{`src_ip:14="\x02`, `dest_ip:14="\x01`, "src_port:8=999", "dest_port:8=80"}},
		"tcp": {func(w *Writer) { WriteTCP(w, &TCPInfo{Flags: 0x1b, HasSession: true, State: "closed", GapTS: true}) },
			[]string{`tcp_flags:6="\x1b"`, "syn:11", "fin:11", "psh:11", "ack:11", "ts_gap:11", "tc_max_regions:8=0"}},
		"netflow": {func(w *Writer) { WriteNetflow(w, 1, 2, 5, 3, 4, 5, 0); WriteNetflowTCP(w, 2) },
			[]string{"age:8=0", "min_ttl:8=4", "syn:11"}},
		"drop v4": {func(w *Writer) {
			*w.Head() = Head{IPVersion: 4, Proto: 6, Reason: ReasonRules}
			WriteDrop(w, &DropInfo{Len: 40, HasL4: true, TCPFlags: 2})
		}, []string{"ipid:8=0", "syn:11", "ack:12", `reason:3="rules"`}},
		"drop v6": {func(w *Writer) {
			*w.Head() = Head{IPVersion: 6, Proto: 58}
			WriteDrop(w, &DropInfo{HasL4: true, ICMPID: 7})
		}, []string{"hoplimit", "icmp_id:8=7"}},
		"tunnel": {func(w *Writer) { WriteTunnel(w, &TunnelInfo{IPVersion: 4, Proto: 200, Depth: 1, PktNum: 3}) },
			[]string{`proto:3="200"`, "depth:8=1", "pcap_cnt:8=3"}},
		"payload": {func(w *Writer) { WritePayload(w, []byte("ab"), PayloadBase64|PayloadPrintable|PayloadLength, true) },
			[]string{`payload:5="ab"`, `payload_printable:4="ab"`, "payload_length:8=2", "stream:8=1"}},
		"packet":  {func(w *Writer) { WritePacket(w, []byte("a"), []byte("b"), 1) }, []string{`linktype_name:3="EN10MB"`}},
		"ether":   {func(w *Writer) { WriteEther(w, 0x800, mac, mac) }, []string{"ether_type:8=2048", `src_mac:17=`}},
		"arp":     {func(w *Writer) { WriteARP(w, 2, mac, mac, ip, ip) }, []string{`opcode:3="reply"`}},
		"anomaly": {func(w *Writer) { WriteAnomaly(w, AnomalyAppLayer, "X", "http", "parser") }, []string{`layer:3="parser"`, `event:3="X"`}},
	} {
		w := newWriter(4096)
		c.write(w)
		got := dump(w.buf[:w.finish()])
		if strings.HasSuffix(got, "!") {
			t.Errorf("%s: broken %s", name, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", name, want, got)
			}
		}
		if n := testing.AllocsPerRun(10, func() { w.reset(w.head, w.buf); c.write(w) }); n != 0 {
			// The struct literals of this table may escape; the helpers themselves may not.
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestNames keeps constants and their names the same length, all distinct.
func TestNames(t *testing.T) {
	if len(kindNames) != int(NumKinds) || len(sourceNames) != int(NumSources) {
		t.Fatalf("%d kind names, %d source names", len(kindNames), len(sourceNames))
	}
	seen := map[string]bool{}
	for k := range NumKinds {
		if n := k.String(); n == "" || seen[n] {
			t.Errorf("kind %d: name %q is empty or taken", k, n)
		}
		seen[k.String()] = true
	}
	if Kind(200).String() != "unknown" || Source(200).String() != "unknown" {
		t.Error("a name for what does not exist")
	}
	for p, want := range map[uint8]string{1: "ICMP", 6: "TCP", 17: "UDP", 41: "IPv6", 47: "GRE", 58: "IPv6-ICMP", 89: "OSPF", 132: "SCTP", 143: "Ethernet", 144: ""} {
		if got := ProtoName(p); got != want {
			t.Errorf("protocol %d: %q, want %q", p, got, want)
		}
	}
}
