package match

// Byte condition flags in Op.Flags, beside the content flags that they share
// (FRelative, FRelativeNext).
const (
	BString  uint16 = 1 << 0  // digits, not a binary number
	BLittle  uint16 = 1 << 1  // little endian
	BAlign   uint16 = 1 << 2  // byte_jump: to the next multiple of four
	BFromBeg uint16 = 1 << 5  // byte_jump: from the start of the buffer
	BFromEnd uint16 = 1 << 6  // byte_jump, byte_math: from its end
	BVarN    uint16 = 1 << 13 // number of octets from a variable
	BVarVal  uint16 = 1 << 14 // value from a variable
	BVarOff  uint16 = 1 << 15 // offset from a variable
)

// missByte is the outcome of a byte condition that failed: another place of an
// earlier match may satisfy it when it is relative to that, or to a number that
// was read there.
func (x *inspector) missByte(op *Op) step {
	if op.Flags&(FRelative|BVarN|BVarVal|BVarOff) != 0 {
		return stepNo
	}
	return stepNever
}

// number reads n octets at op's offset, relative to pos where op says so. The
// base of digits is in op.D. end is one past what was read.
func (x *inspector) number(op *Op, pos int) (v uint64, end int, ok bool) {
	n := x.operand(op.A, op.Flags, BVarN)
	at := x.operand(op.B, op.Flags, BVarOff)
	if op.Flags&FRelative != 0 {
		at += pos
	}
	if at < 0 || n < 0 || at > len(x.data) || n > len(x.data)-at {
		return 0, 0, false
	}
	if n == 0 {
		// No octets are the number 0; only byte_jump makes use of that.
		return 0, at, op.Code == OpByteJump
	}
	d := x.data[at : at+n]
	if op.Flags&BString != 0 {
		v, used, ok := digits(d, int(op.D))
		return v, at + used, ok
	}
	if n > 8 {
		return 0, 0, false
	}
	if x.little(op) {
		for i := n - 1; i >= 0; i-- {
			v = v<<8 | uint64(d[i])
		}
	} else {
		for _, c := range d {
			v = v<<8 | uint64(c)
		}
	}
	return v, at + n, true
}

// digits reads a number as strtoull does: white space, a sign, the prefix 0x,
// then digits up to the first that is none. used counts the octets read.
func digits(d []byte, base int) (v uint64, used int, ok bool) {
	i := 0
	for i < len(d) && (d[i] == ' ' || d[i] >= '\t' && d[i] <= '\r') {
		i++
	}
	neg := false
	if i < len(d) && (d[i] == '+' || d[i] == '-') {
		neg = d[i] == '-'
		i++
	}
	if (base == 16 || base == 0) && i+2 < len(d) && d[i] == '0' && d[i+1]|32 == 'x' {
		i += 2
		base = 16
	} else if base == 0 && i < len(d) && d[i] == '0' {
		base = 8
	} else if base == 0 {
		base = 10
	}
	first := i
	for ; i < len(d); i++ {
		c := int(d[i])
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|32 >= 'a' && c|32 <= 'f':
			c = c | 32 - 'a' + 10
		default:
			c = 99
		}
		if c >= base {
			return signed(v, neg), i, i > first
		}
		if v > (1<<64-1-uint64(c))/uint64(base) {
			return 0, 0, false
		}
		v = v*uint64(base) + uint64(c)
	}
	return signed(v, neg), i, i > first
}

func signed(v uint64, neg bool) uint64 {
	if neg {
		return -v
	}
	return v
}

// Operators of byte_test in Op.C.
const (
	CmpLT int32 = iota
	CmpGT
	CmpEQ
	CmpLE
	CmpGE
	CmpAnd
	CmpOr
)

// byteTest compares a number in the buffer. X is the value, or with BVarVal the
// slot of a variable; Y is the bitmask, 0 for none.
func (x *inspector) byteTest(op *Op, pos int) bool {
	v, _, ok := x.number(op, pos)
	if !ok {
		return false
	}
	v = masked(v, op.Y)
	w := op.X
	if op.Flags&BVarVal != 0 {
		w = x.vars[op.X%maxVars]
	}
	var r bool
	switch op.C {
	case CmpLT:
		r = v < w
	case CmpGT:
		r = v > w
	case CmpEQ:
		r = v == w
	case CmpLE:
		r = v <= w
	case CmpGE:
		r = v >= w
	case CmpAnd:
		r = v&w != 0
	case CmpOr:
		r = v^w != 0
	}
	return r != op.Neg
}

// masked applies a bitmask and shifts the result by the mask's trailing zeros.
func masked(v, mask uint64) uint64 {
	if mask == 0 {
		return v
	}
	v &= mask
	for mask&1 == 0 {
		v >>= 1
		mask >>= 1
	}
	return v
}

// byteJump moves to where a number in the buffer points. C is added at the end
// (post_offset), X is the multiplier, Y the bitmask.
func (x *inspector) byteJump(op *Op, pos int) (int, bool) {
	v, end, ok := x.number(op, pos)
	if !ok {
		return 0, false
	}
	v = masked(v, op.Y)
	if op.X > 1 {
		v *= op.X
	}
	if op.Flags&BAlign != 0 {
		v = (v + 3) &^ 3
	}
	j := int64(v)
	if v > 1<<40 && j > 0 {
		return 0, false
	}
	at := int64(end)
	if op.Flags&BFromBeg != 0 {
		at = 0
	} else if op.Flags&BFromEnd != 0 {
		at = int64(len(x.data))
	}
	at += j + int64(op.C)
	if at < 0 || at > int64(len(x.data)) || at == int64(len(x.data)) && len(x.data) == 0 {
		return 0, false
	}
	return int(at), true
}

// byteExtract keeps a number in variable slot C. X is the multiplier, Y the
// bitmask; the upper half of Field is the alignment.
func (x *inspector) byteExtract(op *Op, pos int) (int, bool) {
	v, end, ok := x.number(op, pos)
	if !ok {
		return 0, false
	}
	v = masked(v, op.Y)
	if op.X > 1 {
		v *= op.X
	}
	if a := uint64(op.Field); a > 1 {
		v = (v + a - 1) / a * a
	}
	x.vars[uint32(op.C)%maxVars] = v
	return end, true
}

// Operators of byte_math in Op.Field.
const (
	MathAdd uint16 = iota
	MathSub
	MathMul
	MathDiv
	MathLShift
	MathRShift
)

// byteMath computes with a number in the buffer and keeps the result in slot C.
func (x *inspector) byteMath(op *Op, pos int) (int, bool) {
	v, end, ok := x.number(op, pos)
	if !ok {
		return 0, false
	}
	w := op.X
	if op.Flags&BVarVal != 0 {
		w = x.vars[op.X%maxVars]
	}
	switch op.Field {
	case MathAdd:
		v += w
	case MathSub:
		v -= w
	case MathMul:
		v *= w
	case MathDiv:
		if w == 0 {
			return 0, false
		}
		v /= w
	case MathLShift:
		if w >= 64 {
			return 0, false
		}
		v <<= w
	case MathRShift:
		if w >= 64 {
			return 0, false
		}
		v >>= w
	}
	if op.Y != 0 {
		v = masked(v, op.Y)
	}
	x.vars[uint32(op.C)%maxVars] = v
	return end, true
}

// isDataAt checks that the buffer reaches A octets: behind the last match, or
// from its start, where octet A itself must be there.
func (x *inspector) isDataAt(op *Op, pos int) bool {
	n := x.operand(op.A, op.Flags, BVarOff)
	if op.Flags&FRelative != 0 {
		return (pos+n <= len(x.data)) != op.Neg
	}
	return (n < len(x.data)) != op.Neg
}

// bsize compares the length of the whole buffer; a window that does not end it
// has no length yet.
func (x *inspector) bsize(op *Op) bool {
	if !x.last || !x.first {
		return false
	}
	return op.holds(uint64(len(x.data)))
}
