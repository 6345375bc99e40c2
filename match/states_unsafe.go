package match

import "unsafe"

// stateNodes views memory of the caller as nodes.
func stateNodes(mem []byte) []stateNode {
	n := len(mem) / int(unsafe.Sizeof(stateNode{}))
	if n == 0 {
		return make([]stateNode, 1)
	}
	return unsafe.Slice((*stateNode)(unsafe.Pointer(unsafe.SliceData(mem))), n)
}
