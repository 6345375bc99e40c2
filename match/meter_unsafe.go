package match

import (
	"sync/atomic"
	"unsafe"
)

const (
	meterHeadSize = int(unsafe.Sizeof(meterHead{}))
	meterSize     = int(unsafe.Sizeof(Meter{}))
)

// MeterSize is the octets of memory that a MeterPage takes.
func MeterSize(workers, rules int) int {
	return meterHeadSize + flagsSize(rules) + workers*rules*meterSize
}

// flagsSize keeps the meters on a cache line's boundary.
func flagsSize(rules int) int { return (4*rules + 63) &^ 63 }

func meterHeadOf(mem []byte) *meterHead {
	return (*meterHead)(unsafe.Pointer(unsafe.SliceData(mem)))
}

func restingOf(mem []byte, rules int) []atomic.Uint32 {
	if rules == 0 {
		return nil
	}
	return unsafe.Slice((*atomic.Uint32)(unsafe.Pointer(unsafe.SliceData(mem[meterHeadSize:]))), rules)
}

func metersOf(mem []byte, workers, rules int) []Meter {
	if workers*rules == 0 {
		return nil
	}
	return unsafe.Slice((*Meter)(unsafe.Pointer(unsafe.SliceData(mem[meterHeadSize+flagsSize(rules):]))), workers*rules)
}

// The head is a cache line of its own.
var _ = [1]byte{}[unsafe.Sizeof(meterHead{})-64]
