package app

import "github.com/weir-ips/weir/match/input"

// Datagram gives the layer the payload of one datagram. Datagrams have no stream
// offsets, and what a parser leaves of one is gone. It returns false when the
// flow needs no more of them.
func (l *Layer) Datagram(f *Flow, d input.Dir, data []byte, timeUS int64) bool {
	if !f.Active() {
		return false
	}
	if len(data) == 0 {
		return true
	}
	s := &f.side[d-1]
	s.eof, s.gap = false, 0
	used := l.run(f, d, s, data, timeUS)
	if len(f.frames) > 0 {
		f.fill(d, s.at, data, false)
	}
	s.at += uint64(used)
	return f.Active()
}

// Turn makes the flow's client its server, after the worker turned its own
// record.
func (f *Flow) Turn() {
	f.Reversed = false
	f.Proto[0], f.Proto[1] = f.Proto[1], f.Proto[0]
	f.side[0], f.side[1] = f.side[1], f.side[0]
	f.first = f.first.Reverse()
	f.SrcPort, f.DstPort = f.DstPort, f.SrcPort
	f.Src, f.Dst = f.Dst, f.Src
}
