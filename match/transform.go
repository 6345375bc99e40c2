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
	return nil, false
}
