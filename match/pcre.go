package match

import "github.com/weir-ips/weir/cgo/pcre2"

// regex is one compiled expression of a bundle.
type regex struct{ code *pcre2.Code }

// regexScratch is a worker's memory for matching.
type regexScratch struct {
	m    *pcre2.Matcher
	ovec [64]uint32
}

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
	rx := &x.e.rx
	for from := 0; ; {
		_, res := rx.m.Match(code, x.data[base:], from, rx.ovec[:2])
		if res.Limit() {
			x.e.Stats.RegexLimit++
		}
		if res != pcre2.Matched {
			if from > 0 {
				return x.miss(op)
			}
			return x.pcreMiss(op, i, pos)
		}
		if op.Neg {
			return x.miss(op)
		}
		start, end := int(rx.ovec[0]), base+int(rx.ovec[1])
		r := x.step(i+1, end)
		if r != stepNo || op.Flags&FRelativeNext == 0 {
			return r
		}
		// The next place begins behind where this one began.
		from = start + 1
		if from > len(x.data)-base {
			return x.miss(op)
		}
		if x.steps--; x.steps < 0 {
			x.e.Stats.StepsExceeded++
			return stepNever
		}
	}
}

func (x *inspector) pcreMiss(op *Op, i, pos int) step {
	if op.Neg {
		return x.step(i+1, pos)
	}
	return x.miss(op)
}
