package match

// transform runs a buffer through its key's transforms. ok is false when there is
// no room for a result: the buffer then cannot be inspected. Results lie in the
// batch's arena, outside the Go heap, since the matcher reads them.
func (e *Engine) transform(k *BufKey, data []byte) ([]byte, bool) {
	if k.Transforms.N == 0 {
		return data, true
	}
	ops := e.b.Ops[k.Transforms.Off : k.Transforms.Off+k.Transforms.N]
	for i := range ops {
		out, ok := e.transformOp(&ops[i], data)
		if !ok {
			return nil, false
		}
		data = out
	}
	return data, true
}

// Transform names an operation of a transform chain in Op.Field.
type Transform uint16

// Transforms.
const (
	TransformNone Transform = iota
	ToLowercase
	ToUppercase
	DotPrefix
	StripWhitespace
	CompressWhitespace
	ToMD5
	ToSHA1
	ToSHA256
	URLDecode
	HeaderLowercase
	StripPseudoHeaders
	Xor        // Off, Len: the key; C > 0: it is C octets at B of the buffer, for what follows A
	SubSlice   // A: offset, B: length (with SliceLength), both may be negative
	FromBase64 // A: offset, B: octets (0: all), C: mode
	Domain
	TLD
	PCREXform // X: the expression; its first group is the result
	Gunzip    // X: the most octets of the result
	ZlibDeflate
	LuaXform // X: the script
)

// Flags of SubSlice.
const (
	SliceLength   uint16 = 1 << iota // B holds a length
	SliceTruncate                    // cut what lies outside; without it nothing is left
)

// transformOp runs one transform. A transform that does not apply (an expression
// that does not match, octets that are no base64) leaves the buffer as it is.
func (e *Engine) transformOp(op *Op, data []byte) ([]byte, bool) {
	switch t := Transform(op.Field); t {
	case SubSlice:
		return subSlice(op, data), true
	case Domain, TLD:
		return domainOf(t, data), true
	case ToMD5, ToSHA1, ToSHA256:
		return e.digest(t, data)
	case PCREXform:
		return e.pcreXform(op, data), true
	case Gunzip, ZlibDeflate:
		return e.inflate(op, data)
	case LuaXform:
		return e.luaXform(op, data)
	case FromBase64:
		return e.fromBase64(op, data)
	}
	return e.rewrite(op, data)
}

// rewrite runs the transforms whose result is at most one octet longer than what
// they are given.
func (e *Engine) rewrite(op *Op, data []byte) ([]byte, bool) {
	out := e.arena.Get(len(data) + 1)
	if out == nil {
		return nil, false
	}
	n := 0
	switch t := Transform(op.Field); t {
	case ToLowercase:
		n = mapCase(out, data, 'A', 'Z')
	case ToUppercase:
		n = mapCase(out, data, 'a', 'z')
	case DotPrefix:
		out[0] = '.'
		n = 1 + copy(out[1:], data)
	case StripWhitespace, CompressWhitespace:
		n = squeeze(out, data, t == StripWhitespace)
	case URLDecode:
		n = urlDecode(out, data)
	case HeaderLowercase:
		n = headerLowercase(out, data)
	case StripPseudoHeaders:
		n = stripPseudoHeaders(out, data)
	case Xor:
		n = xorKey(out, data, e.b.Blob[op.Off:op.Off+op.Len], op)
	default:
		return nil, false
	}
	return out[:n], true
}

func mapCase(out, data []byte, lo, hi byte) int {
	for i, c := range data {
		if lo <= c && c <= hi {
			c ^= 32
		}
		out[i] = c
	}
	return len(data)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// squeeze takes out all white space, or all but the first octet of each run.
func squeeze(out, data []byte, all bool) (n int) {
	space := false
	for _, c := range data {
		is := isSpace(c)
		if is && (all || space) {
			continue
		}
		space = is
		out[n] = c
		n++
	}
	return n
}

// urlDecode decodes %XX and +; an escape that is none stays.
func urlDecode(out, data []byte) (n int) {
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(data):
			hi, ok1 := hexValue(data[i+1])
			lo, ok2 := hexValue(data[i+2])
			if ok1 && ok2 {
				c = hi<<4 | lo
				i += 2
			}
		}
		out[n] = c
		n++
	}
	return n
}

func hexValue(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|32 >= 'a' && c|32 <= 'f':
		return c | 32 - 'a' + 10, true
	}
	return 0, false
}

// headerLowercase lowers the names of header lines: what stands before the colon.
func headerLowercase(out, data []byte) int {
	name := true
	for i, c := range data {
		switch {
		case c == '\n':
			name = true
		case c == ':' && i > 0 && data[i-1] != '\n':
			// A colon that begins a line is part of an HTTP/2 pseudo-header's name.
			name = false
		case name && 'A' <= c && c <= 'Z':
			c |= 32
		}
		out[i] = c
	}
	return len(data)
}

// stripPseudoHeaders takes out the lines that begin with a colon (RFC 9113 §8.3).
func stripPseudoHeaders(out, data []byte) (n int) {
	start, skip := true, false
	for _, c := range data {
		if start {
			skip = c == ':'
		}
		start = c == '\n'
		if !skip {
			out[n] = c
			n++
		}
	}
	return n
}

// xorKey applies a key over and over; one that stands in the buffer itself opens
// what follows.
func xorKey(out, data, key []byte, op *Op) int {
	if op.C > 0 {
		if int(op.B)+int(op.C) > len(data) || int(op.A) > len(data) {
			return copy(out, data)
		}
		key, data = data[op.B:op.B+op.C], data[op.A:]
	}
	for i, c := range data {
		out[i] = c ^ key[i%len(key)]
	}
	return len(data)
}

// subSlice selects a part of the buffer. A negative offset counts from the end, a
// negative length stops so far before it.
func subSlice(op *Op, data []byte) []byte {
	n := len(data)
	at := int(op.A)
	cut := op.Flags&SliceTruncate != 0
	if at < 0 {
		if at += n; at < 0 && cut {
			at = 0
		}
	}
	if at < 0 || at > n {
		return data[:0]
	}
	end := n
	if op.Flags&SliceLength != 0 {
		if end = at + int(op.B); op.B < 0 {
			end = n + int(op.B)
		}
		if end > n && cut {
			end = n
		}
	}
	if end > n || end < at {
		return data[:0]
	}
	return data[at:end]
}
