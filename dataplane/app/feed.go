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
		rest, ok := l.keep(f, s, data)
		if !ok {
			return l.fail(f, input.AppUnknown)
		}
		s.rest = rest
		run = rest
	}
	used := l.run(f, d, s, run, timeUS)
	if len(f.frames) > 0 && (!kept || f.Active()) { // else the run was given back
		f.fill(d, s.at, run, s.eof)
	}
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
		rest, ok := l.keep(f, s, left)
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
		l.undetected(f)
		return
	}
	l.Stats.Gaps[f.row(f.proto.ID)]++
	if !s.settled {
		s.settled, s.ruledOut = true, true
	}
	l.env.Mem.Put(s.rest)
	s.at += uint64(len(s.rest))
	s.rest = nil
	s.gap += n
	s.at += n
	if len(f.frames) > 0 {
		f.fill(d, s.at, nil, false)
	}
}

// keep appends octets to what is left over of a direction.
func (l *Layer) keep(f *Flow, s *side, data []byte) ([]byte, bool) {
	if len(s.rest)+len(data) > l.cfg.Rest {
		l.noMemory(f)
		return s.rest, false
	}
	out, ok := l.env.Mem.Append(s.rest, data)
	if !ok {
		l.noMemory(f)
	}
	return out, ok
}

func (l *Layer) noMemory(f *Flow) {
	l.Stats.MemFull++
	l.Stats.NoMemory[f.row(f.Final)]++
}

// run detects the protocol if need be and calls the parser until it makes no
// more progress. It returns how many octets are done with.
func (l *Layer) run(f *Flow, d input.Dir, s *side, data []byte, timeUS int64) (used int) {
	f.Version++
	l.busy[d-1] = true
	locked := l.locked
	defer func() {
		l.busy[d-1], l.locked = false, locked
		if v := recover(); v != nil {
			// A probe, or a parser that was made or cleared.
			if p := l.detect.asked; p != nil && f.proto == nil {
				f.Final = p.ID
			}
			l.call = Call{Dir: d, Data: data, Start: s.at, Gap: s.gap, Flow: f}
			l.crash(f, &l.call, v)
			l.stop(f)
			used = len(data)
		}
	}()
	for range maxCalls {
		if f.proto == nil && !f.changing && f.IPProto == 6 && l.env.Expect.Any() {
			l.announced(f, timeUS)
		}
		if f.proto == nil || !s.settled {
			fresh, changing := f.proto == nil, f.changing
			if !l.recognise(f, d, s, data[used:]) {
				if !f.Active() {
					return len(data)
				}
				return used
			}
			if fresh {
				l.locked = l.locked || changing
				l.catchUp(f, d.Reverse(), timeUS)
			}
			if !f.Active() {
				return len(data)
			}
		}
		if f.state == nil {
			if f.proto != nil && f.side[0].settled && f.side[1].settled {
				f.bypass = true // there is no parser, and nothing left to detect
			}
			return len(data)
		}
		c := &l.call
		*c = Call{Dir: d, Data: data[used:], Start: s.at + uint64(used), Gap: s.gap, EOF: s.eof, TimeUS: timeUS, Flow: f, Locked: l.locked}
		s.gap = 0
		f.parsed = true
		if f.Env.Frames != FrameOff && !s.framed && f.IPProto != udp {
			s.framed = true
			l.wholeFrame(f, c)
		}
		n, st := l.parse(f, c)
		l.locked = locked
		if n < 0 || n > len(c.Data) {
			n = len(c.Data)
		}
		used += n
		switch st {
		case Failed:
			if f.IPProto == udp {
				l.Stats.Errors[f.row(f.proto.ID)]++
				f.Refused = true
				return len(data)
			}
			l.fail(f, f.proto.ID)
			return len(data)
		case crashed:
			l.fail(f, f.proto.ID)
			return len(data)
		case Bypass:
			f.bypass = true
			return len(data)
		case Switch:
			l.change(f, c.Next, c.NextPort)
			l.catchUp(f, d.Reverse(), timeUS)
			if !f.Active() {
				return len(data)
			}
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
	if len(s.rest) == 0 || l.busy[d-1] || !f.Active() {
		return
	}
	used := l.run(f, d, s, s.rest, timeUS)
	if !f.Active() {
		return // the rest was given back
	}
	if len(f.frames) > 0 {
		f.fill(d, s.at, s.rest, s.eof)
	}
	s.at += uint64(used)
	if used < len(s.rest) {
		s.rest = s.rest[:copy(s.rest, s.rest[used:])]
		return
	}
	l.env.Mem.Put(s.rest)
	s.rest = nil
}

// Resume parses what waits in both directions for room for transactions. It reports
// in which of them something was done with.
func (l *Layer) Resume(f *Flow, timeUS int64) (did [2]bool) {
	f.Waiting = false
	for d := input.ToServer; d <= input.ToClient && f.Active(); d++ {
		at := f.side[d-1].at
		l.catchUp(f, d, timeUS)
		did[d-1] = f.side[d-1].at != at || !f.Active()
	}
	return did
}

// maxCalls bounds how often a parser is called for one run of octets.
const maxCalls = 4096

// parse calls the parser; a panic in it is a failed flow, not a dead worker.
func (l *Layer) parse(f *Flow, c *Call) (n int, st Status) {
	defer func() {
		if v := recover(); v != nil {
			l.crash(f, c, v)
			n, st = len(c.Data), crashed
		}
	}()
	count := f.Count
	n, st = f.state.Parse(c)
	// Octets that a parser leaves to wait for more are no news, but the first.
	s := &f.side[c.Dir-1]
	if n > 0 || st != OK || c.EOF || f.Count != count || !s.called {
		f.Updated[c.Dir-1] = true
	}
	s.called = true
	return n, st
}

// Abandon gives up a flow whose parser panicked when it was asked for what it
// knows: it is not called again. The caller lets go of its transactions.
func (l *Layer) Abandon(f *Flow, cause any) {
	l.crash(f, nil, cause)
	l.stop(f)
}

// crash counts a panic and keeps what a report needs; c is nil where no octets were
// read.
func (l *Layer) crash(f *Flow, c *Call, cause any) {
	l.Stats.Panics[f.row(f.Final)]++
	l.Crash.take(f, c, cause)
	f.Crashed = true
}

// fail ends parsing of a flow; its transactions live on until they are judged.
func (l *Layer) fail(f *Flow, p input.AppProto) bool {
	l.Stats.Errors[f.row(p)]++
	return l.stop(f)
}

// stop lets the flow go without another look. It returns false.
func (l *Layer) stop(f *Flow) bool {
	f.failed = true
	for i := range f.side {
		l.env.Mem.Put(f.side[i].rest)
		f.side[i].rest = nil
	}
	return false
}
