package match

import "github.com/weir-ips/weir/cgo/pcre2"

// regex is one compiled expression of a bundle.
type regex struct{ code pcre2.Code }

// regexScratch is a worker's memory for matching.
type regexScratch struct {
	m    *pcre2.Matcher
	ovec [64]uint32
}

// timeLimit bounds what the regular expressions of a burst may take together: one
// alone is bounded by its match limit, but traffic that is made for it can make
// hundreds of rules run theirs on every packet.
type timeLimit struct {
	clock func() uint64 // nil: no limit
	until uint64
}

func (l *timeLimit) over() bool { return l.clock != nil && l.clock() > l.until }

// LimitTime lets regular expressions run until the clock shows so much; a rule that
// comes to one later does not match. A nil clock ends the limit.
func (e *Engine) LimitTime(clock func() uint64, until uint64) { e.limit = timeLimit{clock, until} }

// pcre finds an expression in the buffer, in what follows the last match where it
// is relative, and runs the rest of the list behind each place where it matches.
func (x *inspector) pcre(op *Op, i, pos int) step {
	base := 0
	if op.Flags&FRelative != 0 {
		base = pos
	}
	if base > len(x.data) {
		return x.pcreMiss(op, i, pos)
	}
	code := x.b.regexes[op.X].code.Handle()
	rec := &x.b.PCREs[op.X]
	// Only expressions that fill variables ask for more than where they match.
	groups := 2
	if rec.NCapture > 0 {
		groups = len(x.e.rx.ovec)
	}
	rx := &x.e.rx
	for from := 0; ; {
		if x.e.limit.over() {
			x.e.Stats.RegexLate++
			return stepNever
		}
		pairs, res := rx.m.Match(code, x.data[base:], from, rx.ovec[:groups])
		if res.Limit() {
			x.e.Stats.RegexLimit++
		}
		if res != pcre2.Matched {
			if from > 0 {
				return x.again(op)
			}
			return x.pcreMiss(op, i, pos)
		}
		if op.Neg {
			return x.miss(op)
		}
		start, end := int(rx.ovec[0]), base+int(rx.ovec[1])
		x.capture(rec, x.data[base:], pairs)
		reach := x.reach
		x.reach = max(reach, end)
		r := x.step(i+1, end)
		x.reach = reach
		if r != stepNo || op.Flags&FRelativeNext == 0 && x.seen == 0 {
			return r
		}
		// The next place begins behind where this one began.
		from = start + 1
		if from > len(x.data)-base {
			return x.again(op)
		}
		if x.steps--; x.steps < 0 {
			x.e.Stats.StepsExceeded++
			return stepNever
		}
	}
}

// again is the outcome of a condition that held, but nowhere so that the rest
// did.
func (x *inspector) again(op *Op) step {
	if x.seen > 0 {
		return stepNo
	}
	return x.miss(op)
}

func (x *inspector) pcreMiss(op *Op, i, pos int) step {
	if op.Neg {
		return x.step(i+1, pos)
	}
	return x.miss(op)
}

// capture keeps what groups matched for the variables that they fill; it counts
// once the whole rule has matched.
func (x *inspector) capture(rec *PCRERec, data []byte, pairs int) {
	for i := range min(int(rec.NCapture), len(rec.Captures)) {
		g := &rec.Captures[i]
		if int(g.Group) >= pairs {
			continue
		}
		lo, hi := x.e.rx.ovec[2*g.Group], x.e.rx.ovec[2*g.Group+1]
		if lo == pcre2.Unset || hi < lo || int(hi) > len(data) {
			continue
		}
		x.e.vars.add(VarKind(g.Kind), g.ID, data[lo:hi])
	}
}

// pcreXform replaces a buffer by what the expression's group matches; a buffer
// that it does not match stays.
func (e *Engine) pcreXform(op *Op, data []byte) []byte {
	pairs, res := e.rx.m.Match(e.b.regexes[op.X].code.Handle(), data, 0, e.rx.ovec[:4])
	if res.Limit() {
		e.Stats.RegexLimit++
	}
	if res != pcre2.Matched || pairs < 2 {
		return data
	}
	lo, hi := e.rx.ovec[2], e.rx.ovec[3]
	if lo == pcre2.Unset || hi < lo || int(hi) > len(data) {
		return data
	}
	return data[lo:hi]
}
