package app

import (
	"bytes"

	"github.com/weir-ips/weir/match/input"
)

// Events of protocol detection, by the names that app-layer-event knows under
// `applayer`.
const (
	EventMismatchProtocolBothDirections uint16 = iota
	EventWrongDirectionFirstData
	EventDetectProtocolOnlyOneDirection
	EventProtoDetectSkipped
	EventNoTLSAfterStartTLS
	EventUnexpectedProtocol
)

// DetectEvents names them.
var DetectEvents = []string{
	"applayer_mismatch_protocol_both_directions",
	"applayer_wrong_direction_first_data",
	"applayer_detect_protocol_only_one_direction",
	"applayer_proto_detection_skipped",
	"applayer_no_tls_after_starttls",
	"applayer_unexpected_protocol",
}

// detector finds out what a flow speaks, by patterns first and by probing then.
type detector struct {
	// pats of each transport (0 TCP, 1 UDP) and direction.
	pats [2][2][]patRow
	// probes of each transport; a port list decides whether one is tried.
	probes [2][]probeRow
	depth  int
}

type patRow struct {
	p      *Protocol
	pat    *Pattern
	octets []byte
}

type probeRow struct {
	p     *Protocol
	ports []uint16
}

func (dt *detector) init(protos []*Protocol, cfg Config) {
	dt.depth = cfg.DetectDepth
	for _, p := range protos {
		ports := p.Ports
		if over, ok := cfg.Ports[p.ID]; ok {
			ports = over
		}
		for t, on := range []bool{p.TCP, p.UDP} {
			if !on {
				continue
			}
			ports := ports
			if over, ok := cfg.PortsOver[t][p.ID]; ok {
				ports = over
			}
			for i := range p.Patterns {
				pat := &p.Patterns[i]
				for d := range 2 {
					if pat.Dir == input.DirUnknown || int(pat.Dir)-1 == d {
						dt.pats[t][d] = append(dt.pats[t][d], patRow{p, pat, []byte(pat.Octets)})
					}
				}
			}
			if p.Probe != nil {
				dt.probes[t] = append(dt.probes[t], probeRow{p, ports})
			}
		}
	}
}

// look finds the protocol of a direction's first octets. more: octets to come
// may still decide.
func (dt *detector) look(f *Flow, d input.Dir, data []byte) (p *Protocol, more bool) {
	t := 0
	if f.IPProto == 17 {
		t = 1
	}
	for _, row := range dt.pats[t][d-1] {
		switch row.look(data) {
		case Yes:
			if row.p.Probe != nil && row.p.Confirm && row.p.Probe(d, data) != Yes {
				continue
			}
			return row.p, false
		case More:
			more = true
		}
	}
	for i := range dt.probes[t] {
		row := &dt.probes[t][i]
		if !row.p.AnyPort && !row.onPort(f) {
			continue
		}
		switch row.p.Probe(d, data) {
		case Yes:
			return row.p, false
		case More:
			more = true
		}
	}
	return nil, more && len(data) < dt.depth
}

func (r *probeRow) onPort(f *Flow) bool {
	for _, p := range r.ports {
		if p == f.DstPort || p == f.SrcPort {
			return true
		}
	}
	return false
}

// look searches for the pattern; More when the octets at hand are a prefix of
// where it may still stand.
func (r *patRow) look(data []byte) Verdict {
	p := r.pat
	end := p.Depth
	if end == 0 {
		end = p.Offset + len(p.Octets)
	}
	if len(data) > p.Offset {
		in := data[p.Offset:min(end, len(data))]
		if p.NoCase {
			if indexFold(in, p.Octets) >= 0 {
				return Yes
			}
		} else if bytes.Contains(in, r.octets) {
			return Yes
		}
		if end == p.Offset+len(p.Octets) {
			// At one place only: what is there must agree so far.
			for i := range in {
				c, w := in[i], p.Octets[i]
				if p.NoCase {
					c, w = lower(c), lower(w)
				}
				if c != w {
					return No
				}
			}
		}
	}
	if len(data) >= end {
		return No
	}
	return More
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 32
	}
	return c
}

func indexFold(s []byte, pat string) int {
	for i := 0; i+len(pat) <= len(s); i++ {
		k := 0
		for k < len(pat) && lower(s[i+k]) == lower(pat[k]) {
			k++
		}
		if k == len(pat) {
			return i
		}
	}
	return -1
}

// recognise gives the flow a parser, or notes that this direction says nothing.
// It returns false when there is nothing to parse with yet.
func (l *Layer) recognise(f *Flow, d input.Dir, s *side, data []byte) bool {
	if s.ruledOut || len(data) == 0 {
		return false
	}
	p, more := l.detect.look(f, d, data)
	if p == nil {
		if !more {
			s.ruledOut = true
			f.Proto[d-1] = input.AppFailed
			if f.side[d.Reverse()-1].ruledOut {
				f.failed = true
				f.Final = input.AppFailed
			}
		}
		return false
	}
	l.assign(f, p, d)
	return f.state != nil
}

// assign makes p the flow's protocol.
func (l *Layer) assign(f *Flow, p *Protocol, d input.Dir) {
	if d == input.DirUnknown {
		f.Proto = [2]input.AppProto{p.ID, p.ID}
	} else {
		f.Proto[d-1] = p.ID
	}
	f.Final = p.ID
	l.Stats.Flows[p.ID]++
	if !l.takeState(f, p) {
		f.bypass = true
	}
}
