package event

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// RegionVersion is the layout of the region, of rings and of Head. Control
// adopts an engine only with the same.
const RegionVersion = 1

// Bounds of a region.
const (
	MaxWorkers      = 256
	MaxCounterWords = 1 << 16
)

const (
	regionPage   = 4096
	regionMagic  = 0x564e454e49474e45
	regMagic     = 0
	regVersion   = 8
	regWorkers   = 16
	regRingSize  = 24
	regCounters  = 32
	regTotal     = 40
	regPID       = 48
	regStart     = 56
	beatCount    = 0
	beatTime     = 64
	regionSealed = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
)

// ErrRegion says that a file descriptor does not hold a region that can be used.
var ErrRegion = errors.New("event: not a usable region")

// Layout is the size of a region's parts.
type Layout struct {
	Workers int
	// RingSize is the data size of each worker's ring: a power of two from MinRing
	// to MaxRing.
	RingSize int
	// CounterWords is the number of counters of each worker.
	CounterWords int
}

// Validate reports what is wrong with the layout.
func (l Layout) Validate() error {
	switch {
	case l.Workers < 1 || l.Workers > MaxWorkers:
		return fmt.Errorf("%w: %d workers, 1 to %d allowed", ErrRegion, l.Workers, MaxWorkers)
	case l.RingSize < MinRing || l.RingSize > MaxRing || l.RingSize&(l.RingSize-1) != 0:
		return fmt.Errorf("%w: ring of %d octets, a power of two from %d to %d allowed", ErrRegion, l.RingSize, MinRing, MaxRing)
	case l.CounterWords < 1 || l.CounterWords > MaxCounterWords:
		return fmt.Errorf("%w: %d counters, 1 to %d allowed", ErrRegion, l.CounterWords, MaxCounterWords)
	}
	return nil
}

// counterSpace and block are the octets of one worker's counters and of all its
// parts: a heartbeat page, counters, ring.
func (l Layout) counterSpace() int { return (8*l.CounterWords + regionPage - 1) &^ (regionPage - 1) }
func (l Layout) block() int        { return regionPage + l.counterSpace() + RingSpace(l.RingSize) }

// Size is the octets that a region of this layout takes.
func (l Layout) Size() int { return regionPage + l.Workers*l.block() }

// Region is the memory that engine and control share for what leaves the data
// plane: a header and, for each worker, a heartbeat, counters and a ring.
//
// Ownership: the mapping lives until Close; rings and counter slices taken from
// it die with it. The memfd lives as long as anyone holds it, so a successor of
// control can attach to it.
type Region struct {
	mem    []byte
	layout Layout
	fd     int
}

// CreateRegion makes a sealed memfd of the layout, maps it and writes its header.
func CreateRegion(l Layout, enginePID int, startUS int64) (*Region, error) {
	if err := l.Validate(); err != nil {
		return nil, err
	}
	fd, err := unix.MemfdCreate("weir-events", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("event: create shared memory: %w", os.NewSyscallError("memfd_create", err))
	}
	r, err := mapRegion(fd, l, true)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	for i := range l.Workers {
		if err := FormatRing(r.ringMem(i), l.RingSize); err != nil {
			r.Close()
			return nil, err
		}
	}
	for off, v := range map[int]uint64{
		regVersion: RegionVersion, regWorkers: uint64(l.Workers), regRingSize: uint64(l.RingSize),
		regCounters: uint64(l.CounterWords), regTotal: uint64(l.Size()),
		regPID: uint64(enginePID), regStart: uint64(startUS),
	} {
		word(r.mem, off).Store(v)
	}
	word(r.mem, regMagic).Store(regionMagic)
	return r, nil
}

// mapRegion maps fd; with size, it first gives it its length and seals that.
func mapRegion(fd int, l Layout, create bool) (*Region, error) {
	if create {
		if err := unix.Ftruncate(fd, int64(l.Size())); err != nil {
			return nil, fmt.Errorf("event: size shared memory: %w", os.NewSyscallError("ftruncate", err))
		}
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, regionSealed); err != nil {
			return nil, fmt.Errorf("event: seal shared memory: %w", os.NewSyscallError("fcntl", err))
		}
	}
	mem, err := unix.Mmap(fd, 0, l.Size(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("event: map shared memory: %w", os.NewSyscallError("mmap", err))
	}
	return &Region{mem: mem, layout: l, fd: fd}, nil
}

// AttachRegion maps the region behind fd after checking all that the header
// says. On success the Region owns fd.
func AttachRegion(fd int) (*Region, error) {
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegion, os.NewSyscallError("fcntl", err))
	}
	// Without the seal a broken engine could shrink the file under the mapping.
	if seals&unix.F_SEAL_SHRINK == 0 {
		return nil, fmt.Errorf("%w: it may shrink", ErrRegion)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegion, os.NewSyscallError("fstat", err))
	}
	if st.Size < regionPage {
		return nil, fmt.Errorf("%w: %d octets", ErrRegion, st.Size)
	}
	head, err := unix.Mmap(fd, 0, regionPage, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("event: map shared memory: %w", os.NewSyscallError("mmap", err))
	}
	l, err := readLayout(head, st.Size)
	unix.Munmap(head)
	if err != nil {
		return nil, err
	}
	return mapRegion(fd, l, false)
}

// readLayout reads a header page and checks it against the file's size.
func readLayout(head []byte, fileSize int64) (Layout, error) {
	if word(head, regMagic).Load() != regionMagic {
		return Layout{}, fmt.Errorf("%w: no magic number", ErrRegion)
	}
	if v := word(head, regVersion).Load(); v != RegionVersion {
		return Layout{}, fmt.Errorf("%w: layout version %d, this is %d", ErrRegion, v, RegionVersion)
	}
	// Bounded before they become int, so that sizes cannot overflow.
	workers, ringSize, counters := word(head, regWorkers).Load(), word(head, regRingSize).Load(), word(head, regCounters).Load()
	if workers > MaxWorkers || ringSize > MaxRing || counters > MaxCounterWords {
		return Layout{}, fmt.Errorf("%w: %d workers, rings of %d octets, %d counters", ErrRegion, workers, ringSize, counters)
	}
	l := Layout{Workers: int(workers), RingSize: int(ringSize), CounterWords: int(counters)}
	if err := l.Validate(); err != nil {
		return Layout{}, err
	}
	if total := word(head, regTotal).Load(); total != uint64(l.Size()) || fileSize != int64(l.Size()) {
		return Layout{}, fmt.Errorf("%w: %d octets, its header says %d, its layout %d", ErrRegion, fileSize, total, l.Size())
	}
	return l, nil
}

// Close unmaps the region and closes its file descriptor.
func (r *Region) Close() error {
	if r.mem == nil {
		return nil
	}
	err := errors.Join(unix.Munmap(r.mem), unix.Close(r.fd))
	r.mem = nil
	return err
}

// FD is the file descriptor to hand to the other process.
func (r *Region) FD() int { return r.fd }

// Layout is the sizes of the region's parts.
func (r *Region) Layout() Layout { return r.layout }

// EnginePID is the process that writes.
func (r *Region) EnginePID() int { return int(word(r.mem, regPID).Load()) }

// SetEnginePID is for an engine that was given a region made by control.
func (r *Region) SetEnginePID(pid int) { word(r.mem, regPID).Store(uint64(pid)) }

// StartUS is when the engine started, microseconds since the Unix epoch.
func (r *Region) StartUS() int64 { return int64(word(r.mem, regStart).Load()) }

// worker is the memory of worker i, which must be one of the layout's.
func (r *Region) worker(i int) []byte {
	off := regionPage + i*r.layout.block()
	return r.mem[off : off+r.layout.block()]
}

// ringMem is the memory of worker i's ring, for NewRing and NewReader.
func (r *Region) ringMem(i int) []byte {
	return r.worker(i)[regionPage+r.layout.counterSpace():]
}

// Counters is worker i's counter page. One thread writes, all access is atomic.
func (r *Region) Counters(i int) []uint64 {
	return words(r.worker(i)[regionPage:], r.layout.CounterWords)
}

// Ring opens the writing end of worker i's ring.
func (r *Region) Ring(i int) (*Ring, error) { return NewRing(r.ringMem(i)) }

// Reader opens the reading end of worker i's ring.
func (r *Region) Reader(i int) (*Reader, error) { return NewReader(r.ringMem(i)) }

// Heartbeat of worker i.
func (r *Region) Heartbeat(i int) Heartbeat {
	b := r.worker(i)
	return Heartbeat{word(b, beatCount), word(b, beatTime)}
}

// Heartbeat says that a worker still polls. The worker beats once a loop; that
// costs one store to a line that only a slow reader shares.
type Heartbeat struct{ count, us *atomic.Uint64 }

// Beat counts a loop at the time that the worker already has.
func (h Heartbeat) Beat(nowUS int64) {
	h.us.Store(uint64(nowUS))
	h.count.Store(h.count.Load() + 1)
}

// Last is the number of beats and the time of the last one.
func (h Heartbeat) Last() (count uint64, us int64) {
	return h.count.Load(), int64(h.us.Load())
}
