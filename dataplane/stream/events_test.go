package stream

import (
	"testing"

	"github.com/weir-ips/weir/match/input"
)

const (
	syn, ack, fin, rst = input.TCPSyn, input.TCPAck, input.TCPFin, input.TCPRst
	// far is an offset that no window reaches.
	far = 1 << 21
)

// seen are the events of all packets of a case.
type seen struct {
	*conn
	events input.EventSet
}

func (x *seen) send(side int, flags uint8, off, ack int, data []byte) {
	x.conn.send(side, flags, off, ack, data)
	for i, e := range x.p.Events {
		x.events[i] |= e
	}
}

// with sends a segment with a header that is changed.
func (x *seen) with(edit func(*input.TCP), side int, flags uint8, off, ack int, data []byte) {
	x.edit = edit
	x.send(side, flags, off, ack, data)
	x.edit = nil
}

func (x *seen) open() {
	x.synAck()
	x.send(0, ack, 0, 0, nil)
}

func (x *seen) synAck() {
	x.send(0, syn, -1, 0, nil)
	x.send(1, syn|ack, -1, 0, nil)
}

// bothSyn opens by two SYNs.
func (x *seen) bothSyn() {
	x.send(0, syn, -1, 0, nil)
	x.send(1, syn, -1, 0, nil)
}

func (x *seen) serverFin() { x.open(); x.send(1, fin|ack, 0, 0, nil) }
func (x *seen) clientFin() { x.open(); x.send(0, fin|ack, 0, 0, nil) }
func (x *seen) finWait2()  { x.serverFin(); x.send(0, ack, 0, 1, nil) }
func (x *seen) closing()   { x.serverFin(); x.send(0, fin, 0, 0, nil) }
func (x *seen) lastAck() {
	x.clientFin()
	x.send(1, ack, 0, 1, nil)
	x.send(1, fin|ack, 0, 1, nil)
}
func (x *seen) timeWait() { x.serverFin(); x.send(0, fin|ack, 0, 1, nil) }

// streamEvents are the shortest conversations that raise each event.
var streamEvents = map[string]struct {
	set func(*Config)
	run func(*seen)
}{
	"3whs_ack_in_wrong_dir": {inline, func(x *seen) { x.synAck(); x.send(1, ack, 0, 0, nil) }},
	"3whs_ack_data_inject":  {inline, func(x *seen) { x.synAck(); x.send(1, ack, 0, 0, text(3)) }},
	"3whs_async_wrong_seq": {func(c *Config) { c.AsyncOneside = true },
		func(x *seen) { x.send(0, syn, -1, 0, nil); x.send(0, ack, 5, 0, nil) }},
	"3whs_right_seq_wrong_ack_evasion": {nil, func(x *seen) { x.synAck(); x.send(0, ack, 0, 7, nil) }},
	"3whs_synack_in_wrong_direction":   {nil, func(x *seen) { x.send(0, syn, -1, 0, nil); x.send(0, syn|ack, -1, 0, nil) }},
	"3whs_synack_resend_with_diff_ack": {nil, func(x *seen) { x.synAck(); x.send(1, syn|ack, -1, 9, nil) }},
	"3whs_synack_toserver_on_syn_recv": {nil, func(x *seen) { x.synAck(); x.send(0, syn|ack, -1, 0, nil) }},
	"3whs_synack_with_wrong_ack":       {nil, func(x *seen) { x.send(0, syn, -1, 0, nil); x.send(1, syn|ack, -1, 50, nil) }},
	"3whs_synack_flood": {nil, func(x *seen) {
		x.synAck()
		for i := range x.s.cfg.MaxSynAckQueued + 1 {
			x.send(1, syn|ack, 10+i, 0, nil)
		}
	}},
	"3whs_synack_tfo_data_ignored": {nil, func(x *seen) {
		x.opts = input.OptTFO
		x.send(0, syn, -1, 0, text(10))
		x.send(1, syn|ack, -1, 0, nil)
	}},
	"3whs_syn_resend_diff_seq_on_syn_recv": {nil, func(x *seen) { x.synAck(); x.send(0, syn, 4, 0, nil) }},
	"3whs_syn_toclient_on_syn_recv":        {nil, func(x *seen) { x.synAck(); x.send(1, syn, -1, 0, nil) }},
	"3whs_syn_flood": {nil, func(x *seen) {
		for i := range x.s.cfg.MaxSynQueued + 3 {
			x.send(0, syn, 10*i, 0, nil)
		}
	}},
	"3whs_wrong_seq_wrong_ack":    {nil, func(x *seen) { x.synAck(); x.send(0, ack, far, 77, nil) }},
	"4whs_synack_with_wrong_ack":  {nil, func(x *seen) { x.bothSyn(); x.send(0, syn|ack, -1, 9, nil) }},
	"4whs_synack_with_wrong_syn":  {nil, func(x *seen) { x.bothSyn(); x.send(0, syn|ack, 3, 0, nil) }},
	"4whs_wrong_seq":              {nil, func(x *seen) { x.bothSyn(); x.send(0, syn|ack, -1, 0, nil); x.send(1, ack, 9, 0, nil) }},
	"4whs_invalid_ack":            {nil, func(x *seen) { x.bothSyn(); x.send(0, syn|ack, -1, 0, nil); x.send(1, ack, 0, far, nil) }},
	"closewait_fin_out_of_window": {nil, func(x *seen) { x.clientFin(); x.send(1, fin|ack, far, 0, nil) }},
	"closewait_ack_out_of_window": {nil, func(x *seen) { x.clientFin(); x.send(1, ack, far, 0, text(2)) }},
	"closewait_invalid_ack":       {nil, func(x *seen) { x.clientFin(); x.send(1, ack, 0, far, nil) }},
	"closewait_pkt_before_last_ack": {nil, func(x *seen) {
		x.open()
		x.send(1, ack, 0, 0, text(20))
		x.send(0, fin|ack, 0, 20, nil)
		x.send(1, ack, 0, 0, text(10))
	}},
	"closing_ack_wrong_seq":           {nil, func(x *seen) { x.closing(); x.send(0, ack, far, 1, nil) }},
	"closing_invalid_ack":             {nil, func(x *seen) { x.closing(); x.send(0, ack, 0, far, nil) }},
	"est_packet_out_of_window":        {nil, func(x *seen) { x.open(); x.send(0, ack, far, 0, text(2)) }},
	"est_synack_resend":               {nil, func(x *seen) { x.open(); x.send(1, ack, 0, 0, nil); x.send(1, syn|ack, -1, 0, nil) }},
	"est_synack_resend_with_diff_ack": {nil, func(x *seen) { x.open(); x.send(1, syn|ack, -1, 9, nil) }},
	"est_synack_resend_with_diff_seq": {nil, func(x *seen) { x.open(); x.send(1, syn|ack, 3, 0, nil) }},
	"est_synack_toserver":             {nil, func(x *seen) { x.open(); x.send(0, syn|ack, -1, 0, nil) }},
	"est_syn_toclient":                {nil, func(x *seen) { x.open(); x.send(1, syn, -1, 0, nil) }},
	"est_syn_resend_diff_seq":         {nil, func(x *seen) { x.open(); x.send(0, syn, 5, 0, nil) }},
	"est_syn_resend": {nil, func(x *seen) {
		x.open()
		x.with(func(h *input.TCP) { h.Ack = x.isn[0] }, 0, syn, -1, 0, nil)
	}},
	"est_invalid_ack": {nil, func(x *seen) { x.open(); x.send(0, ack, 0, far, nil) }},
	"est_pkt_before_last_ack": {nil, func(x *seen) {
		x.open()
		x.send(0, ack, 0, 0, text(20))
		x.send(1, ack, 0, 20, nil)
		x.send(0, ack, 0, 0, text(10))
	}},
	"fin_but_no_session":     {nil, func(x *seen) { x.send(0, fin|ack, 0, 0, nil) }},
	"fin_invalid_ack":        {nil, func(x *seen) { x.open(); x.send(0, fin|ack, 0, far, nil) }},
	"fin_out_of_window":      {nil, func(x *seen) { x.open(); x.send(0, fin|ack, far, 0, nil) }},
	"fin_syn":                {nil, func(x *seen) { x.open(); x.send(0, syn|fin|ack, 0, 0, nil) }},
	"fin1_ack_wrong_seq":     {nil, func(x *seen) { x.serverFin(); x.send(1, ack, far, 0, nil) }},
	"fin1_fin_wrong_seq":     {nil, func(x *seen) { x.serverFin(); x.send(0, fin|ack, far, 1, nil) }},
	"fin1_invalid_ack":       {nil, func(x *seen) { x.serverFin(); x.send(0, ack, 0, far, nil) }},
	"fin2_ack_wrong_seq":     {nil, func(x *seen) { x.finWait2(); x.send(1, ack, far, 0, nil) }},
	"fin2_fin_wrong_seq":     {nil, func(x *seen) { x.finWait2(); x.send(0, fin|ack, far, 1, nil) }},
	"fin2_invalid_ack":       {nil, func(x *seen) { x.finWait2(); x.send(0, ack, 0, far, nil) }},
	"lastack_ack_wrong_seq":  {nil, func(x *seen) { x.lastAck(); x.send(0, ack, 9, 1, nil) }},
	"lastack_invalid_ack":    {nil, func(x *seen) { x.lastAck(); x.send(0, ack, 1, far, nil) }},
	"timewait_ack_wrong_seq": {nil, func(x *seen) { x.timeWait(); x.send(1, ack, 9, 1, nil) }},
	"timewait_invalid_ack":   {nil, func(x *seen) { x.timeWait(); x.send(0, ack, 1, far, nil) }},
	"shutdown_syn_resend":    {nil, func(x *seen) { x.serverFin(); x.send(0, syn, -1, 0, nil) }},
	"rst_but_no_session":     {nil, func(x *seen) { x.send(0, rst, 0, 0, nil) }},
	"rst_invalid_ack":        {nil, func(x *seen) { x.open(); x.send(0, rst|ack, 0, far, nil) }},
	"rst_with_data":          {nil, func(x *seen) { x.open(); x.send(0, rst|ack, 0, 0, text(4)) }},
	"suspected_rst_inject": {nil, func(x *seen) {
		x.open()
		x.opts = input.OptSigned
		x.send(1, rst|ack, 0, 0, nil)
		x.opts = 0
		x.send(1, ack, 0, 0, text(4))
	}},
	"pkt_invalid_timestamp": {nil, func(x *seen) {
		x.opts = input.OptTimestamp
		stamp := func(v uint32) func(*input.TCP) { return func(h *input.TCP) { h.TSVal = v } }
		x.with(stamp(100), 0, syn, -1, 0, nil)
		x.with(func(h *input.TCP) { h.TSVal, h.TSEcr = 500, 100 }, 1, syn|ack, -1, 0, nil)
		x.with(stamp(101), 0, ack, 0, 0, nil)
		x.with(stamp(50), 0, ack, 0, 0, text(4))
	}},
	"pkt_broken_ack":  {nil, func(x *seen) { x.open(); x.with(func(h *input.TCP) { h.Ack = 9 }, 0, 0, 0, 0, text(2)) }},
	"pkt_invalid_ack": {nil, func(x *seen) { x.open(); x.send(0, ack, 0, far, nil) }},
	"pkt_retransmission": {nil, func(x *seen) {
		x.open()
		x.send(0, ack, 0, 0, text(9))
		x.send(1, fin|ack, 0, 0, nil)
		x.send(0, ack, 0, 1, text(9))
	}},
	"pkt_spurious_retransmission": {nil, func(x *seen) {
		x.open()
		x.send(0, ack, 0, 0, text(9))
		x.send(1, ack, 0, 9, nil)
		x.send(0, ack, 0, 0, text(9))
	}},
	"pkt_bad_window_update": {nil, func(x *seen) {
		x.open()
		x.with(func(h *input.TCP) { h.Window = 100 }, 0, ack, 1000, 1000, nil)
	}},
	"reassembly_seq_gap": {nil, func(x *seen) {
		x.open()
		x.send(0, ack, 10, 0, text(10))
		x.send(1, ack, 0, 20, nil)
		x.send(0, ack, 20, 0, text(10))
		x.send(1, ack, 0, 30, nil)
	}},
	"reassembly_overlap_different_data": {func(c *Config) { c.CheckOverlap = true }, func(x *seen) {
		x.open()
		x.send(0, ack, 5, 0, []byte("aaaa"))
		x.send(0, ack, 5, 0, []byte("bbbb"))
	}},
	"reassembly_depth_reached": {func(c *Config) { c.Depth = 10 }, func(x *seen) { x.open(); x.send(0, ack, 0, 0, text(20)) }},
	"reassembly_insert_memcap": {func(c *Config) { inline(c); c.ReassemblyMemcap = 1 << 16 }, func(x *seen) { x.open(); x.holes(1000) }},
	"reassembly_no_segment":    {func(c *Config) { c.ReassemblyMemcap = 1 << 16 }, func(x *seen) { x.open(); x.holes(1) }},
	"reassembly_insert_limit":  {inline, func(x *seen) { x.open(); x.holes(1) }},
	"reassembly_urgent_oob_limit_reached": {func(c *Config) { c.UrgentPolicy = UrgentOOB }, func(x *seen) {
		x.open()
		for i := range 1 << 16 {
			x.with(func(h *input.TCP) { h.Urgent = 1 }, 0, ack|input.TCPUrg, i, 0, text(1))
			x.send(1, ack, 0, i+1, nil)
		}
	}},
}

func inline(c *Config) { c.Inline = true }

// holes sends pieces of n octets with one missing before each, from both sides.
func (x *seen) holes(n int) {
	for i := range min(300, 60000/(n+1)) {
		x.send(0, ack, 1+(n+1)*i, 0, text(n))
		x.send(1, ack, 1+(n+1)*i, 0, text(n))
	}
}

// notRaised are events that nothing raises, and why.
var notRaised = map[string]string{
	"3whs_synack_resend_with_diff_seq":   "such a SYN/ACK is kept as a candidate; 3whs_synack_flood says when there are too many",
	"reassembly_segment_before_base_seq": "pkt_spurious_retransmission says it",
	"reassembly_insert_invalid":          "a payload is a range of the packet: none ends before it begins",
	"est_ack_zwp_data":                   "whatever answers a window probe ends it before its number is judged",
	"wrong_thread":                       "each packet of a flow is handed to the worker that owns it",
}

// Every name that rules may use is raised by a conversation, or there is a reason.
func TestEvents(t *testing.T) {
	for id, name := range input.StreamEventNames {
		c, ok := streamEvents[name]
		if ok == (notRaised[name] != "") {
			t.Errorf("%s: wants either a conversation or a reason", name)
		}
		if !ok {
			continue
		}
		cfg := conf(false)
		if c.set != nil {
			c.set(&cfg)
		}
		x := &seen{conn: fresh(t, cfg)}
		c.run(x)
		if !x.events.Has(input.MaxDecodeEvents + input.EventID(id)) {
			var got []string
			for i, n := range input.StreamEventNames {
				if x.events.Has(input.MaxDecodeEvents + input.EventID(i)) {
					got = append(got, n)
				}
			}
			t.Errorf("%s: raised %v", name, got)
		}
		x.s.Close()
	}
}

// Urgent octets one behind the other are given up together when there is no room
// for another.
func TestUrgentOctetsInARow(t *testing.T) {
	for _, lost := range []int{-1, 3, 7} {
		cfg := conf(true)
		cfg.UrgentPolicy = UrgentOOB
		x := &seen{conn: fresh(t, cfg)}
		x.open()
		off := 0
		for i := range 100 {
			if i%9 == lost {
				off++
				continue
			}
			x.with(func(h *input.TCP) { h.Urgent = 1 }, 0, ack|input.TCPUrg, off, 0, text(1))
			off++
			if i%5 == 4 {
				x.send(0, ack, off, 0, text(2))
				off += 2
			}
			x.send(1, ack, 0, off, nil)
		}
		x.empty(t)
		x.s.Close()
	}
}
