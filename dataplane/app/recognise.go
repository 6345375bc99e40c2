package app

import (
	"github.com/weir-ips/weir/match/input"
)

const (
	// skipAlone octets of a direction that says nothing end detection when the
	// other has sent none; skipAny end it in any case.
	skipAlone = 100_000
	skipAny   = 200_000
	// maxChange octets may pass before a protocol that follows another must be
	// known.
	maxChange = 4096
)

// recognise decides what a direction's first octets are. It returns true when
// there is a parser to give them to; else they wait, or the flow has failed.
func (l *Layer) recognise(f *Flow, d input.Dir, s *side, data []byte) bool {
	if len(data) == 0 {
		return s.eof && f.proto != nil
	}
	if f.first == input.DirUnknown {
		f.first = d
	}
	o := &f.side[d.Reverse()-1]
	like := f.Expected
	if f.proto != nil {
		like = f.proto.ID
	}
	var p *Protocol
	if !s.ruledOut {
		var more bool
		p, more = l.detect.look(f, d, data, like)
		if p == nil && more && f.IPProto != 17 {
			if !s.eof && len(data) <= skipAny {
				return false
			}
			if s.eof && f.proto != nil {
				f.Proto[d-1] = f.Final
				f.settle(d)
				return true
			}
		}
	}
	if f.Midstream && f.proto == nil && f.Proto == [2]input.AppProto{} {
		back := p != nil && l.wayOf(f, p, d, data) != d
		if p == nil {
			q, _ := l.detect.look(f, d.Reverse(), data, like)
			back = q != nil
		}
		if back {
			// The octets wait until the worker has turned the flow.
			f.Reversed = true
			return false
		}
	}
	if p == nil {
		return l.unknown(f, d, s, o, data)
	}
	f.settle(d)
	switch {
	case f.proto == nil:
		if p.First != input.DirUnknown && p.First != f.first && !f.parsed {
			f.raise(input.AppWrongDirectionFirstData)
			f.Proto[d-1] = p.ID
			return l.undetected(f)
		}
		if !l.assign(f, p) {
			return false
		}
	case f.proto != p && f.proto.ID != p.ID:
		f.raise(input.AppMismatchProtocolBothDirections)
		// What was parsed decides; before that, the server is trusted more.
		if !f.parsed && d == input.ToClient {
			l.dropState(f)
			l.assign(f, p)
		}
	}
	f.Proto[d-1] = p.ID
	return true
}

// wayOf is the direction that a flow's first octets go by what they say, else by the
// port of their sender.
func (l *Layer) wayOf(f *Flow, p *Protocol, d input.Dir, data []byte) input.Dir {
	if p.Way == nil {
		return d
	}
	if w := p.Way(data); w != input.DirUnknown {
		return w
	}
	src, dst := f.SrcPort, f.DstPort
	if d == input.ToClient {
		src, dst = dst, src
	}
	if from, to := l.detect.serves(p, src), l.detect.serves(p, dst); from != to {
		if from {
			return input.ToClient
		}
		return input.ToServer
	}
	return d
}

// settle ends detection in one direction.
func (f *Flow) settle(d input.Dir) {
	f.side[d-1].settled = true
	f.detected |= uint8(d)
	if f.IPProto == 17 {
		f.detected = 3 // one datagram says it all
	}
}

// unknown is recognise for a direction that nobody knows.
func (l *Layer) unknown(f *Flow, d input.Dir, s, o *side, data []byte) bool {
	udp := f.IPProto == 17
	if f.proto != nil {
		f.settle(d)
		if udp {
			f.Proto[d-1] = f.Final
			return true
		}
		if f.proto.shows(d) {
			f.raise(input.AppDetectProtocolOnlyOneDirection)
		}
		f.Proto[d-1] = input.AppFailed
		return true
	}
	if f.changing {
		if len(data) >= maxChange || s.eof {
			return l.undetected(f)
		}
		return false
	}
	s.ruledOut = !udp || !Beside(data)
	f.Proto[d-1] = input.AppFailed
	switch {
	case len(data) > skipAny, len(data) > skipAlone && len(o.rest) == 0 && o.at == 0:
		f.raise(input.AppProtoDetectionSkipped)
		return l.undetected(f)
	case o.ruledOut:
		return l.undetected(f)
	case f.Midstream && d == input.ToServer && !udp:
		// The start is missing: what the other side makes of it would be guessing.
		return l.undetected(f)
	case udp && f.Final == input.AppUnknown:
		// Datagrams say it all or nothing: the flow counts as failed from its first one
		// on, until the other side is recognised.
		f.Final = input.AppFailed
		l.Stats.Flows[f.row(input.AppFailed)]++
	}
	return false
}

// shows reports whether the protocol can be recognised by what goes in direction
// d at all: nothing is amiss when it is not, else.
func (p *Protocol) shows(d input.Dir) bool {
	if p.Probe != nil || len(p.Patterns) == 0 {
		return true
	}
	for i := range p.Patterns {
		if q := p.Patterns[i].Dir; q == d || q == input.DirUnknown {
			return true
		}
	}
	return false
}

// undetected gives the flow up. It returns false.
func (l *Layer) undetected(f *Flow) bool {
	for i := range f.Proto {
		if f.Proto[i] == input.AppUnknown || f.changing {
			f.Proto[i] = input.AppFailed
		}
	}
	if f.Final != input.AppFailed {
		l.Stats.Flows[f.row(input.AppFailed)]++
	}
	f.Final, f.changing, f.detected = input.AppFailed, false, 3
	l.stop(f)
	return false
}

// assign makes p the flow's protocol. false: there is no room for its parser.
func (l *Layer) assign(f *Flow, p *Protocol) bool {
	if f.changing {
		f.changing, f.turned = false, 1
		f.Proto = [2]input.AppProto{}
		if f.Expected != input.AppUnknown && f.Expected != p.ID {
			f.raise(input.AppUnexpectedProtocol)
			if f.Expected == input.AppTLS {
				f.raise(input.AppNoTLSAfterStartTLS)
			}
		}
	}
	f.Final = p.ID
	l.Stats.Flows[f.row(p.ID)]++
	if p.New == nil || l.cfg.DetectOnly[p.ID] {
		f.proto = p
		return true
	}
	if !l.takeState(f, p) {
		f.bypass = true
		return false
	}
	return true
}

// change hands the flow to another protocol: next, or AppUnknown for whatever
// detection makes of what follows, as if it went to port. Transactions that are
// not done stay until they are.
func (l *Layer) change(f *Flow, next input.AppProto, port uint16) {
	if !l.retire(f) {
		l.fail(f, next)
		return
	}
	f.was = [2]input.AppProto{f.Final, f.Orig}
	f.Orig, f.Expected, f.DetectPort, f.changing = f.Final, next, port, true
	for i := range f.side {
		f.side[i].settled, f.side[i].ruledOut = false, false
		if f.Proto[i] == input.AppUnknown {
			f.Proto[i] = f.Final
		}
	}
}

// retire sets the parser aside; false when the flow changed too often.
func (l *Layer) retire(f *Flow) bool {
	if f.nold == maxSwitches {
		return false
	}
	f.old[f.nold] = retired{f.state, f.proto}
	f.nold++
	f.state, f.proto = nil, nil
	f.next = 0
	return true
}
