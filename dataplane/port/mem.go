package port

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// MemConfig is what NewMem plays.
type MemConfig struct {
	// Frames are copied; the caller's slices are not kept.
	Frames [][]byte
	// Times are arrival times in µs, one a frame, or nil for none. Each
	// repetition continues where the one before ended.
	Times []int64
	// Span is the time from one repetition to the next, µs; 0: what Times cover.
	Span int64
	// Repeat is how often all frames are played; 0 is without end.
	Repeat uint64
	// Rewrite, if set, changes the copy of frame i in repetition rep (from
	// 0), for example its addresses (ShiftAddrs), before the burst is given
	// out. It may not keep frame.
	Rewrite func(rep uint64, i int, frame []byte)
}

// Mem plays frames from memory, for benchmarks: what it costs is one crossing
// a burst and the copy into mbufs.
type Mem struct {
	cfg     MemConfig
	pool    *dpdk.Pool
	port    dpdk.PortID
	area    []byte
	src     []uintptr
	lens    []uint32
	next    int
	rep     uint64
	span    int64
	Starved uint64 // bursts for which the pool had no mbufs
}

// NewMem copies the frames out of Go's heap and plays them into mbufs of pool,
// as if received on port.
func NewMem(cfg MemConfig, pool *dpdk.Pool, port dpdk.PortID) (*Mem, error) {
	if len(cfg.Frames) == 0 {
		return nil, errors.New("mem: no frames to play")
	}
	if cfg.Times != nil && len(cfg.Times) != len(cfg.Frames) {
		return nil, fmt.Errorf("mem: %d times for %d frames", len(cfg.Times), len(cfg.Frames))
	}
	size := 0
	for i, f := range cfg.Frames {
		if len(f) > pool.DataRoom() {
			return nil, fmt.Errorf("mem: frame %d has %d octets, the pool's segments %d", i, len(f), pool.DataRoom())
		}
		size += len(f)
	}
	area, err := mapArea(max(size, 1))
	if err != nil {
		return nil, fmt.Errorf("mem: %d octets: %w", size, err)
	}
	m := &Mem{cfg: cfg, pool: pool, port: port, area: area}
	off := 0
	for _, f := range cfg.Frames {
		m.src = append(m.src, addressOf(area[off:]))
		m.lens = append(m.lens, uint32(len(f)))
		off += copy(area[off:], f)
	}
	if n := len(cfg.Times); n > 0 {
		m.span = cfg.Times[n-1] - cfg.Times[0] + 1
		if cfg.Span > 0 {
			m.span = cfg.Span
		}
	}
	m.cfg.Frames = nil
	return m, nil
}

// RxBurst copies the next frames. A burst never spans two repetitions.
func (m *Mem) RxBurst(b *dpdk.Burst) int {
	b.N = 0
	if m.Done() {
		return 0
	}
	end := min(m.next+dpdk.BurstSize, len(m.src))
	n := m.pool.CopyBurst(b, m.port, m.src[m.next:end], m.lens[m.next:end])
	if n == 0 {
		m.Starved++
		return 0
	}
	for i := range n {
		b.WireLen[i] = b.Len[i]
		b.Timestamp[i] = 0
		if m.cfg.Times != nil {
			b.Timestamp[i] = m.cfg.Times[m.next+i] + int64(m.rep)*m.span
			b.Flags[i] |= dpdk.FlagTimestamp
		}
		if m.cfg.Rewrite != nil {
			m.cfg.Rewrite(m.rep, m.next+i, b.Bytes(i))
		}
	}
	if m.next = end; end == len(m.src) {
		m.next = 0
		m.rep++
	}
	return n
}

// Done says that all repetitions are played.
func (m *Mem) Done() bool { return m.cfg.Repeat > 0 && m.rep >= m.cfg.Repeat }

// Packets is how many frames one repetition has.
func (m *Mem) Packets() int { return len(m.src) }

// Rewind begins again, for so many repetitions.
func (m *Mem) Rewind(repeat uint64) { m.next, m.rep, m.cfg.Repeat = 0, 0, repeat }

// Close gives the frames' memory back.
func (m *Mem) Close() error {
	err := unmap(m.area)
	m.area = nil
	return err
}
