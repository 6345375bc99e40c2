package dpdk

// #include "shim.h"
import "C"

import "unsafe"

// BurstSize is the most packets that one burst holds.
const BurstSize = 64

// Mbuf is the handle of an rte_mbuf: a number to Go, owned by whoever holds
// it. Zero is no mbuf.
type Mbuf uintptr

// Flag says what of a packet in a Burst is valid.
type Flag uint8

// Flags of Burst.Flags.
const (
	FlagHash      Flag = 0x01 // RSSHash is the port's
	FlagTimestamp Flag = 0x02 // Timestamp is the arrival time
	FlagRefused   Flag = 0x04 // segmented and not to be flattened: Addr covers Len octets of PktLen; free it
	FlagSpilled   Flag = 0x08 // Addr is a copy outside the mbuf, valid until the next RxBurst; writes are not transmitted
	FlagIPBad     Flag = 0x10 // the port found a wrong IPv4 header checksum
	FlagL4Bad     Flag = 0x20 // the port found a wrong TCP or UDP checksum
	FlagIPGood    Flag = 0x40 // the port found a right IPv4 header checksum
	FlagL4Good    Flag = 0x80 // the port found a right TCP or UDP checksum
)

// Burst is what one crossing receives: parallel arrays of plain numbers, of
// which the first N entries are valid until the next RxBurst into it. It may
// live in Go or C memory.
type Burst struct {
	Mbuf      [BurstSize]Mbuf
	Addr      [BurstSize]uintptr // first octet of the frame
	OlFlags   [BurstSize]uint64  // rte_mbuf.ol_flags as the PMD set it
	Timestamp [BurstSize]int64   // µs since 1970; 0 when the source gives none
	Len       [BurstSize]uint32  // octets readable at Addr
	PktLen    [BurstSize]uint32  // octets received
	WireLen   [BurstSize]uint32  // octets that were on the wire (more than PktLen where a capture was cut)
	RSSHash   [BurstSize]uint32
	VLAN      [BurstSize]uint16 // TCI of a tag that the port stripped
	Port      [BurstSize]uint16
	NSegs     [BurstSize]uint16
	Flags     [BurstSize]Flag
	spill     uintptr
	spillSize uint32
	N         uint32
}

// SetSpill gives the burst an area of C or mapped memory (never Go's heap)
// into which frames are copied that lie in several segments; it belongs to the
// caller and outlives the burst.
func (b *Burst) SetSpill(addr uintptr, size uint32) { b.spill, b.spillSize = addr, size }

// Bytes is packet i as a slice over Addr: no copy, valid as long as Addr is.
func (b *Burst) Bytes(i int) []byte { return Bytes(b.Addr[i], b.Len[i]) }

// Handles is the burst's handles as a slice of the array.
func (b *Burst) Handles() []Mbuf { return b.Mbuf[:b.N] }

// Bytes is n octets of memory outside Go's heap as a slice. The caller keeps
// the mbuf, mapping or area that they lie in.
func Bytes(addr uintptr, n uint32) []byte {
	// By way of the address of addr: the memory is not Go's, so the collector
	// has no say in it.
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&addr)), n)
}

func (b *Burst) c() *C.struct_weir_burst { return (*C.struct_weir_burst)(unsafe.Pointer(b)) }

func handles(m []Mbuf) *C.uintptr_t { return (*C.uintptr_t)(unsafe.Pointer(unsafe.SliceData(m))) }
