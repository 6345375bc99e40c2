package port

import "github.com/weir-ips/weir/cgo/dpdk"

// Mapped replays a capture from its mapping into mbufs of a pool, in one
// crossing a burst. Unlike net_pcap it takes packets of any length, knows the
// length on the wire of packets that the capture cut, and loses none when the
// pool is empty: the packet waits.
type Mapped struct {
	file *CaptureFile
	pool *dpdk.Pool
	port dpdk.PortID
	r    *recordReader
	done bool
	src  [dpdk.BurstSize]uintptr
	lens [dpdk.BurstSize]uint32
	// Starved counts the bursts for which the pool had no mbufs.
	Starved uint64
}

// NewMapped replays file into mbufs of pool, as if received on port. file stays
// open until the last burst is done with.
func NewMapped(file *CaptureFile, pool *dpdk.Pool, port dpdk.PortID) (*Mapped, error) {
	r, err := newRecordReader(file.data)
	if err != nil {
		return nil, err
	}
	return &Mapped{file: file, pool: pool, port: port, r: r, done: file.Info.Packets == 0}, nil
}

// RxBurst copies the next packets, at most BurstSize.
func (m *Mapped) RxBurst(b *dpdk.Burst) int {
	b.N = 0
	if m.done {
		return 0
	}
	start := *m.r
	var rec record
	n := 0
	for n < dpdk.BurstSize && m.r.next(&rec) {
		m.src[n], m.lens[n] = addressOf(rec.data), rec.caplen
		b.Timestamp[n], b.WireLen[n] = rec.micros, rec.wirelen
		n++
	}
	if n == 0 {
		m.done = true
		return 0
	}
	if m.pool.CopyBurst(b, m.port, m.src[:n], m.lens[:n]) == 0 {
		*m.r = start
		m.Starved++
		return 0
	}
	for i := range n {
		b.Flags[i] |= dpdk.FlagTimestamp
	}
	m.done = n < dpdk.BurstSize
	return n
}

// Done says that the capture is over.
func (m *Mapped) Done() bool { return m.done }
