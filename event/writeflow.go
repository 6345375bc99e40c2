package event

// FlowCounts are a flow's packets and octets in both directions.
type FlowCounts struct {
	PktsTS, PktsTC, BytesTS, BytesTC uint64
}

// FlowInfo is what the worker knows of a flow, for WriteFlow. Strings are the
// program's own constants; an empty one is not written.
type FlowInfo struct {
	FlowCounts
	// Bypassed is written when any of its numbers is not zero; it is part of
	// FlowCounts.
	Bypassed        FlowCounts
	StartUS, LastUS int64
	State           string // new, established, closed, bypassed
	Bypass          string // local, capture
	Reason          string // timeout, forced, shutdown, tcp_reuse, unknown
	Action          string // drop, accept, pass
	// Emergency: ended early because the table was full. WrongThread: packets came
	// to a worker that does not own the flow.
	Alerted, Emergency, WrongThread bool
	// ElephantTS and ElephantTC mark directions of very large flows.
	ElephantTS, ElephantTC bool
	// TxCount is the number of transactions; 0 is not written.
	TxCount uint64
	// Exceptions are the exception policies that were applied.
	Exceptions []ExceptionUse
}

// ExceptionUse is one exception policy that was applied to a flow, in
// Suricata's words (stream_midstream, pass_flow).
type ExceptionUse struct{ Target, Policy string }

// WriteFlowCounters writes the members that every flow object begins with.
func WriteFlowCounters(w *Writer, c *FlowCounts, bypassed *FlowCounts, startUS int64) {
	writeCounts(w, c)
	if *bypassed != (FlowCounts{}) {
		w.Obj("bypassed")
		writeCounts(w, bypassed)
		w.End()
	}
	w.Time("start", startUS)
}

func writeCounts(w *Writer, c *FlowCounts) {
	w.Uint("pkts_toserver", c.PktsTS)
	w.Uint("pkts_toclient", c.PktsTC)
	w.Uint("bytes_toserver", c.BytesTS)
	w.Uint("bytes_toclient", c.BytesTC)
}

// WriteFlowSummary writes the flow object of an alert. The addresses are the
// flow's (source = client); it turns those of the packet in the head around
// where the packet goes to the client.
func WriteFlowSummary(w *Writer, f *FlowInfo) {
	h := w.Head()
	src, dst, sp, dp := &h.Src, &h.Dst, h.SrcPort, h.DstPort
	if h.Dir == DirToClient {
		src, dst, sp, dp = dst, src, dp, sp
	}
	w.Obj("flow")
	WriteFlowCounters(w, &f.FlowCounts, &f.Bypassed, f.StartUS)
	w.IP("src_ip", src, h.IPVersion)
	w.IP("dest_ip", dst, h.IPVersion)
	if h.Flags&HasPorts != 0 {
		w.Uint("src_port", uint64(sp))
		w.Uint("dest_port", uint64(dp))
	}
	w.End()
}

// Head.Dir values.
const (
	DirUnknown  = 0
	DirToServer = 1
	DirToClient = 2
)

// WriteFlow writes the flow object of a KindFlow record.
func WriteFlow(w *Writer, f *FlowInfo) {
	w.Obj("flow")
	WriteFlowCounters(w, &f.FlowCounts, &f.Bypassed, f.StartUS)
	w.Time("end", f.LastUS)
	w.Uint("age", age(f.StartUS, f.LastUS))
	if f.Emergency {
		w.Bool("emergency", true)
	}
	writeConst(w, "state", f.State)
	writeConst(w, "bypass", f.Bypass)
	writeConst(w, "reason", f.Reason)
	w.Bool("alerted", f.Alerted)
	if f.WrongThread {
		w.Bool("wrong_thread", true)
	}
	if f.ElephantTS || f.ElephantTC {
		w.Bool("elephant", true)
		w.Arr("elephant_direction")
		if f.ElephantTS {
			w.StrConst("", "toserver")
		}
		if f.ElephantTC {
			w.StrConst("", "toclient")
		}
		w.End()
	}
	writeConst(w, "action", f.Action)
	if len(f.Exceptions) > 0 {
		w.Arr("exception_policy")
		for i := range f.Exceptions {
			w.Obj("")
			w.StrConst("target", f.Exceptions[i].Target)
			w.StrConst("policy", f.Exceptions[i].Policy)
			w.End()
		}
		w.End()
	}
	if f.TxCount > 0 {
		w.Uint("tx_cnt", f.TxCount)
	}
	w.End()
}

// WriteNetflow writes the netflow object of one direction.
func WriteNetflow(w *Writer, pkts, bytes uint64, startUS, lastUS int64, minTTL, maxTTL uint8, txCount uint64) {
	w.Obj("netflow")
	w.Uint("pkts", pkts)
	w.Uint("bytes", bytes)
	w.Time("start", startUS)
	w.Time("end", lastUS)
	w.Uint("age", age(startUS, lastUS))
	w.Uint("min_ttl", uint64(minTTL))
	w.Uint("max_ttl", uint64(maxTTL))
	if txCount > 0 {
		w.Uint("tx_cnt", txCount)
	}
	w.End()
}

// age is the difference of the whole seconds, as Suricata computes it.
func age(startUS, lastUS int64) uint64 {
	return uint64(max(lastUS/1e6-startUS/1e6, 0))
}

// writeConst writes a string unless it is empty.
func writeConst(w *Writer, key, v string) {
	if v != "" {
		w.StrConst(key, v)
	}
}

// TCPInfo is what the stream stage knows of a session, for WriteTCP.
type TCPInfo struct {
	// Flags seen in all, to server and to client.
	Flags, FlagsTS, FlagsTC uint8
	// HasSession: the fields below are known.
	HasSession bool
	State      string // none, syn_sent, …, closed
	GapTS      bool
	GapTC      bool
	// RegionsTS and RegionsTC are the most buffer regions held at once.
	RegionsTS, RegionsTC uint64
	// UrgentTS and UrgentTC count octets of urgent data; 0 is not written.
	UrgentTS, UrgentTC uint64
}

// WriteTCP writes the tcp object of a KindFlow record.
func WriteTCP(w *Writer, t *TCPInfo) {
	w.Obj("tcp")
	writeHexFlags(w, "tcp_flags", t.Flags)
	writeHexFlags(w, "tcp_flags_ts", t.FlagsTS)
	writeHexFlags(w, "tcp_flags_tc", t.FlagsTC)
	writeTCPFlags(w, t.Flags)
	if t.HasSession {
		writeConst(w, "state", t.State)
		if t.GapTC {
			w.Bool("tc_gap", true)
		}
		if t.GapTS {
			w.Bool("ts_gap", true)
		}
		w.Uint("ts_max_regions", t.RegionsTS)
		w.Uint("tc_max_regions", t.RegionsTC)
		if t.UrgentTS > 0 {
			w.Uint("ts_urgent_oob_data", t.UrgentTS)
		}
		if t.UrgentTC > 0 {
			w.Uint("tc_urgent_oob_data", t.UrgentTC)
		}
	}
	w.End()
}

// WriteNetflowTCP writes the tcp object of one direction of a KindNetflow record.
func WriteNetflowTCP(w *Writer, flags uint8) {
	w.Obj("tcp")
	writeHexFlags(w, "tcp_flags", flags)
	writeTCPFlags(w, flags)
	w.End()
}

func writeHexFlags(w *Writer, key string, flags uint8) {
	b := [1]byte{flags}
	w.Hex(key, b[:])
}

// tcpFlagNames in the order in which EVE lists them.
var tcpFlagNames = [8]struct {
	bit  uint8
	name string
}{{0x02, "syn"}, {0x01, "fin"}, {0x04, "rst"}, {0x08, "psh"}, {0x10, "ack"}, {0x20, "urg"}, {0x40, "ecn"}, {0x80, "cwr"}}

// writeTCPFlags writes the flags that are set.
func writeTCPFlags(w *Writer, flags uint8) {
	for i := range tcpFlagNames {
		if flags&tcpFlagNames[i].bit != 0 {
			w.Bool(tcpFlagNames[i].name, true)
		}
	}
}
