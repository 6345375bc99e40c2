package match

// transform runs a buffer through its key's transforms. ok is false when a
// transform refuses the data or there is no room for its result.
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
)

// transformOp runs one transform; its result lies in the batch's arena.
func (e *Engine) transformOp(op *Op, data []byte) ([]byte, bool) {
	switch Transform(op.Field) {
	case ToLowercase, ToUppercase:
		out := e.arena.Get(len(data))
		if out == nil {
			return nil, false
		}
		lo, hi, flip := byte('A'), byte('Z'), byte(32)
		if Transform(op.Field) == ToUppercase {
			lo, hi = 'a', 'z'
		}
		for i, c := range data {
			if lo <= c && c <= hi {
				c ^= flip
			}
			out[i] = c
		}
		return out, true
	}
	return e.transformSpace(Transform(op.Field), data)
}

// transformSpace runs the transforms that add or take octets away.
func (e *Engine) transformSpace(t Transform, data []byte) ([]byte, bool) {
	out := e.arena.Get(len(data) + 1)
	if out == nil {
		return nil, false
	}
	n := 0
	switch t {
	case DotPrefix:
		out[0] = '.'
		return out[:1+copy(out[1:], data)], true
	case StripWhitespace, CompressWhitespace:
		space := false
		for _, c := range data {
			is := c == ' ' || c >= '\t' && c <= '\r'
			if is && (t == StripWhitespace || space) {
				continue
			}
			space = is
			out[n] = c
			n++
		}
		return out[:n], true
	}
	return nil, false
}
