package port

import (
	"testing"
	"unsafe"
)

// The two ends of a ring write to lines of their own: a push costs the reader
// nothing until it looks.
func TestRingSharesNoLine(t *testing.T) {
	const line = 64
	var r Ring[Steered]
	writer, reader := unsafe.Offsetof(r.head), unsafe.Offsetof(r.tail)
	if unsafe.Offsetof(r.seen)-writer >= line || unsafe.Offsetof(r.ahead)-reader >= line {
		t.Error("what one end writes is spread over lines")
	}
	if reader-unsafe.Offsetof(r.seen) < line || writer < unsafe.Offsetof(r.mask)+8+line-16 || unsafe.Sizeof(r)-unsafe.Offsetof(r.ahead) < line {
		t.Errorf("writer's words at %d, reader's at %d, of %d octets: they may share a line", writer, reader, unsafe.Sizeof(r))
	}
	if n := unsafe.Sizeof(restFlag{}); n != line {
		t.Errorf("a worker's mark has %d octets", n)
	}
	if n := unsafe.Sizeof(Steered{}); n != 32 {
		t.Errorf("a packet takes %d octets of a ring", n)
	}
}
