package expect

import "unsafe"

const (
	slotSize = int(unsafe.Sizeof(slot{}))
	saidSize = int(unsafe.Sizeof(said{}))
)

// view views mapped memory as n slots and, behind them, what they say.
func view(mem []byte, n int) ([]slot, []said) {
	p := unsafe.Pointer(unsafe.SliceData(mem))
	return unsafe.Slice((*slot)(p), n), unsafe.Slice((*said)(unsafe.Add(p, n*slotSize)), n)
}

// Records of what they say stay aligned behind the slots.
var _ = [1]byte{}[slotSize%8]
