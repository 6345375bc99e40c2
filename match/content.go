package match

import "bytes"

// content finds a pattern within its bounds and runs the rest of the list
// behind each occurrence, as long as that can make a difference.
func (x *inspector) content(op *Op, i, pos int) step {
	pat := x.b.Blob[op.Off : op.Off+op.Len]
	n := len(x.data)
	lo, hi := 0, n
	f := op.Flags
	if f&(FDistance|FWithin) != 0 {
		dist := 0
		if f&FDistance != 0 {
			dist = x.operand(op.C, f, FVarDistance)
		}
		lo = pos + dist
		if f&FWithin != 0 {
			hi = min(hi, pos+dist+x.operand(op.D, f, FVarWithin))
		}
		if f&FDepth != 0 {
			hi = min(hi, x.fromStart(x.operand(op.A, f, FVarDepth)))
		}
		if f&FOffset != 0 {
			lo = max(lo, x.fromStart(x.operand(op.B, f, FVarOffset)))
		}
	} else {
		if f&FOffset != 0 {
			lo = x.fromStart(x.operand(op.B, f, FVarOffset))
		}
		if f&FDepth != 0 {
			// Depth counts from the offset on.
			d := x.operand(op.A, f, FVarDepth)
			if f&FOffset != 0 {
				d += x.operand(op.B, f, FVarOffset)
			}
			hi = min(hi, x.fromStart(d))
		}
	}
	lo = max(lo, 0)
	if f&FEndsWith != 0 {
		if hi < n || !x.last {
			return x.contentMiss(op, i, pos)
		}
		lo = max(lo, n-len(pat))
	}
	for tried := false; ; tried = true {
		at := -1
		if hi-lo >= len(pat) && lo <= n {
			at = index(x.data[lo:hi], pat, f&FNoCase != 0)
		}
		if at < 0 && tried {
			return x.again(op)
		}
		if at < 0 {
			return x.contentMiss(op, i, pos)
		}
		if op.Neg {
			return x.miss(op)
		}
		end := lo + at + len(pat)
		if f&FReplace != 0 {
			x.noteReplace(op, x.data[lo+at:end])
		}
		reach := x.reach
		x.reach = max(reach, end)
		r := x.step(i+1, end)
		x.reach = reach
		if r != stepNo || f&FRelativeNext == 0 && x.seen == 0 {
			return r
		}
		lo += at + 1
		if x.steps--; x.steps < 0 {
			x.e.Stats.StepsExceeded++
			return stepNever
		}
	}
}

// contentMiss is what a pattern that is not there means: for a negated content
// the list goes on where it was.
func (x *inspector) contentMiss(op *Op, i, pos int) step {
	if op.Neg {
		return x.step(i+1, pos)
	}
	return x.miss(op)
}

// fromStart turns an offset from the start of the buffer into one in data, which
// may be a later window of it.
func (x *inspector) fromStart(v int) int {
	if x.first {
		return v
	}
	v -= int(min(x.start, 1<<30))
	return v
}

// index is the first place of pat in s, or -1.
func index(s, pat []byte, nocase bool) int {
	if !nocase {
		return bytes.Index(s, pat)
	}
	return indexFold(s, pat)
}

// indexFold searches without regard to ASCII case; pat is in lower case.
func indexFold(s, pat []byte) int {
	n := len(pat)
	if n == 0 {
		return 0
	}
	c := pat[0]
	upper := c
	if 'a' <= c && c <= 'z' {
		upper = c - 32
	}
	last := len(s) - n
	nextLo, nextUp := -2, -2
	for i := 0; i <= last; {
		// The next place of the first octet in either case; each search goes on
		// only when its last finding lies behind.
		if nextLo != -1 && nextLo < i {
			if k := bytes.IndexByte(s[i:last+1], c); k >= 0 {
				nextLo = i + k
			} else {
				nextLo = -1
			}
		}
		if upper == c {
			nextUp = -1
		} else if nextUp != -1 && nextUp < i {
			if k := bytes.IndexByte(s[i:last+1], upper); k >= 0 {
				nextUp = i + k
			} else {
				nextUp = -1
			}
		}
		at := nextLo
		if at < 0 || nextUp >= 0 && nextUp < at {
			at = nextUp
		}
		if at < 0 {
			return -1
		}
		if equalFold(s[at:at+n], pat) {
			return at
		}
		i = at + 1
	}
	return -1
}

// equalFold compares s with pat, which is in lower case and as long.
func equalFold(s, pat []byte) bool {
	for i, c := range pat {
		b := s[i]
		if 'A' <= b && b <= 'Z' {
			b += 32
		}
		if b != c {
			return false
		}
	}
	return true
}
