package app

import (
	"bytes"
	"slices"

	"github.com/weir-ips/weir/match/input"
)

// detector finds out what a flow speaks, by patterns first and by probing then.
type detector struct {
	// pats of each transport (0 TCP, 1 UDP) and direction.
	pats [2][2]patTable
	// probes of each transport; a port list decides whether one is tried.
	probes [2][]probeRow
	depth  int
	// asked is whose probe is at work.
	asked *Protocol
}

// patTable is the patterns of a direction in their order. Most stand at the very
// beginning, so its first octet says which can fit at all: rows by[from[c]:from[c+1]].
type patTable struct {
	rows []patRow
	by   []uint16
	from [257]uint16
}

// sortOut fills the index over first octets.
func (t *patTable) sortOut() {
	t.by = t.by[:0]
	for c := range 256 {
		t.from[c] = uint16(len(t.by))
		for i := range t.rows {
			if t.rows[i].begins(byte(c)) {
				t.by = append(t.by, uint16(i))
			}
		}
	}
	t.from[256] = uint16(len(t.by))
}

// of are the rows that data, not empty, may fit.
func (t *patTable) of(data []byte) []uint16 {
	c := int(data[0])
	return t.by[t.from[c]:t.from[c+1]]
}

type patRow struct {
	p      *Protocol
	pat    *Pattern
	octets []byte
	ports  []uint16
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
						rows := &dt.pats[t][d].rows
						*rows = append(*rows, patRow{p, pat, []byte(pat.Octets), ports})
					}
				}
			}
			if p.Probe != nil {
				dt.probes[t] = append(dt.probes[t], probeRow{p, ports})
			}
		}
	}
	for t := range dt.pats {
		for d := range dt.pats[t] {
			dt.pats[t][d].sortOut()
		}
	}
}

// look finds the protocol of a direction's first octets. like is the one that is
// expected, or that the other side speaks: its probe is tried on any port. more:
// octets to come may still decide.
func (dt *detector) look(f *Flow, d input.Dir, data []byte, like input.AppProto) (p *Protocol, more bool) {
	t := 0
	if f.IPProto == 17 {
		t = 1
	}
	dt.asked = nil
	// Of several whose pattern fits (QUIT is a word of many), the one whose port
	// it is, else the first.
	table := &dt.pats[t][d-1]
	for _, i := range table.of(data) {
		row := &table.rows[i]
		switch row.look(data) {
		case Yes:
			if row.p.Probe != nil && row.p.Confirm && dt.probe(row.p, d, data) != Yes {
				continue
			}
			if onPort(f, row.ports) {
				return row.p, false
			}
			if p == nil {
				p = row.p
			}
		case More:
			more = true
		}
	}
	if p != nil {
		return p, false
	}
	for i := range dt.probes[t] {
		row := &dt.probes[t][i]
		if !row.p.AnyPort && row.p.ID != like && !onPort(f, row.ports) {
			continue
		}
		switch dt.probe(row.p, d, data) {
		case Yes:
			return row.p, false
		case More:
			more = true
		}
	}
	return nil, more && len(data) < dt.depth
}

// probe asks a protocol's.
func (dt *detector) probe(p *Protocol, d input.Dir, data []byte) Verdict {
	dt.asked = p
	v := p.Probe(d, data)
	dt.asked = nil
	return v
}

// serves reports whether a port is one of a protocol's over TCP.
func (dt *detector) serves(p *Protocol, port uint16) bool {
	for i := range dt.probes[0] {
		if row := &dt.probes[0][i]; row.p == p {
			return slices.Contains(row.ports, port)
		}
	}
	return false
}

// onPort reports whether the flow goes to or from one of the ports.
func onPort(f *Flow, ports []uint16) bool {
	dst := f.DstPort
	if f.DetectPort != 0 {
		dst = f.DetectPort
	}
	for _, p := range ports {
		if p == dst || p == f.SrcPort {
			return true
		}
	}
	return false
}

// begins reports whether the pattern can fit data that begins with c.
func (r *patRow) begins(c byte) bool {
	p := r.pat
	if p.Offset > 0 || len(p.Octets) == 0 || p.Depth > len(p.Octets) {
		return true
	}
	return c == p.Octets[0] || p.NoCase && lower(c) == lower(p.Octets[0])
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
