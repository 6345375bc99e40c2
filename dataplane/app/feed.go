package app

import "github.com/weir-ips/weir/match/input"

// Data gives the layer in-order octets of one direction. start is their offset
// in the stream; eof says that nothing follows. It returns false when the flow
// needs no more octets.
//
// Octets that the parser leaves are kept and come again with the next ones, in
// one run; as long as the parser consumes everything, nothing is copied.
func (l *Layer) Data(f *Flow, d input.Dir, data []byte, start uint64, eof bool, timeUS int64) bool {
	if !f.Active() {
		return false
	}
	s := &f.side[d-1]
	if len(s.rest) == 0 && s.gap == 0 && len(data) > 0 {
		if start > s.at {
			s.gap = start - s.at
		}
		s.at = start
	}
	if eof {
		s.eof = true
	}
	run := data
	kept := len(s.rest) > 0
	if kept {
		rest, ok := l.keep(s, data)
		if !ok {
			return l.fail(f, input.AppUnknown)
		}
		s.rest = rest
		run = rest
	}
	used := l.run(f, d, s, run, timeUS)
	s.at += uint64(used)
	left := run[used:]
	switch {
	case len(left) == 0 || !f.Active():
		l.env.Mem.Put(s.rest)
		s.rest = nil
	case kept:
		n := copy(s.rest, left)
		s.rest = s.rest[:n]
	default:
		rest, ok := l.keep(s, left)
		if !ok {
			return l.fail(f, input.AppUnknown)
		}
		s.rest = rest
	}
	return f.Active()
}

// Gap tells that n octets of a direction will never come.
func (l *Layer) Gap(f *Flow, d input.Dir, n uint64) {
	if !f.Active() {
		return
	}
	s := &f.side[d-1]
	if f.proto == nil {
		// Detection cannot work on what starts in the middle.
		s.ruledOut = true
	} else {
		l.Stats.Gaps[f.proto.ID]++
	}
	l.env.Mem.Put(s.rest)
	s.at += uint64(len(s.rest))
	s.rest = nil
	s.gap += n
	s.at += n
}

// keep appends octets to what is left over of a direction.
func (l *Layer) keep(s *side, data []byte) ([]byte, bool) {
	if len(s.rest)+len(data) > l.cfg.Rest {
		l.Stats.MemFull++
		return s.rest, false
	}
	out, ok := l.env.Mem.Append(s.rest, data)
	if !ok {
		l.Stats.MemFull++
	}
	return out, ok
}

// run detects the protocol if need be and calls the parser until it makes no
// more progress. It returns how many octets are done with.
func (l *Layer) run(f *Flow, d input.Dir, s *side, data []byte, timeUS int64) int {
	used := 0
	for range maxCalls {
		if f.proto == nil {
			if !l.recognise(f, d, s, data[used:]) {
				return used
			}
			l.catchUp(f, d.Reverse(), timeUS)
			if !f.Active() {
				return len(data)
			}
		}
		if f.state == nil {
			return len(data)
		}
		c := &l.call
		*c = Call{Dir: d, Data: data[used:], Start: s.at + uint64(used), Gap: s.gap, EOF: s.eof, TimeUS: timeUS, Flow: f}
		s.gap = 0
		n, st := l.parse(f, c)
		if n < 0 || n > len(c.Data) {
			n = len(c.Data)
		}
		used += n
		switch st {
		case Failed:
			l.fail(f, f.proto.ID)
			return len(data)
		case Bypass:
			f.bypass = true
			return len(data)
		case Switch:
			l.switchTo(f, c.Next)
			if used == len(data) && !s.eof {
				return used
			}
			continue
		}
		if n == 0 || used == len(data) {
			return used
		}
	}
	return used
}

// catchUp parses what a direction kept while nobody knew the protocol: it came
// before what made it known.
func (l *Layer) catchUp(f *Flow, d input.Dir, timeUS int64) {
	s := &f.side[d-1]
	if len(s.rest) == 0 || f.state == nil {
		return
	}
	s.ruledOut = false
	used := l.run(f, d, s, s.rest, timeUS)
	s.at += uint64(used)
	if used < len(s.rest) && f.Active() {
		s.rest = s.rest[:copy(s.rest, s.rest[used:])]
		return
	}
	l.env.Mem.Put(s.rest)
	s.rest = nil
}

// maxCalls bounds how often a parser is called for one run of octets.
const maxCalls = 4096

// parse calls the parser; a panic in it is a failed flow, not a dead worker.
func (l *Layer) parse(f *Flow, c *Call) (n int, st Status) {
	defer func() {
		if recover() != nil {
			l.Stats.Panic++
			n, st = len(c.Data), Failed
		}
	}()
	return f.state.Parse(c)
}

// fail ends parsing of a flow; its transactions live on until they are judged.
func (l *Layer) fail(f *Flow, p input.AppProto) bool {
	f.failed = true
	l.Stats.Errors[p]++
	for i := range f.side {
		l.env.Mem.Put(f.side[i].rest)
		f.side[i].rest = nil
	}
	return false
}

// switchTo hands the flow to another protocol; AppUnknown lets detection find
// out. Live transactions stay until they are done.
func (l *Layer) switchTo(f *Flow, next input.AppProto) {
	f.Orig = f.Final
	f.Expected = next
	if !l.retire(f) {
		l.fail(f, next)
		return
	}
	f.Proto = [2]input.AppProto{}
	f.Final = input.AppUnknown
	for i := range f.side {
		f.side[i].ruledOut = false
	}
	if p := l.byID[next]; next != input.AppUnknown && p != nil {
		l.assign(f, p, input.DirUnknown)
	}
}

// retire sets the parser aside; false when the flow changed too often.
func (l *Layer) retire(f *Flow) bool {
	if f.nold == maxSwitches {
		return false
	}
	f.old[f.nold] = retired{f.state, f.proto, f.next}
	f.nold++
	f.state, f.proto = nil, nil
	return true
}
