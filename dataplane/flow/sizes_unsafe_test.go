package flow

import (
	"testing"
	"unsafe"
)

func TestSizes(t *testing.T) {
	if s := unsafe.Sizeof(Record{}); s != 128 {
		t.Errorf("a record is %d octets, want two cache lines", s)
	}
	if s := unsafe.Sizeof(bucket{}); s != 64 {
		t.Errorf("a bucket is %d octets, want a cache line", s)
	}
	tab := mustTable(t, 1<<20)
	if per := float64(tab.Bytes()) / (1 << 20); per > 160 {
		t.Errorf("%.1f octets a flow, want at most 160", per)
	}
}
