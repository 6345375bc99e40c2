package packet

const (
	// Size is the most packets of one burst.
	Size = 64
	// PoolSize bounds the inner packets and reassembled datagrams of one burst.
	PoolSize = 256
)

// Burst is what one receive call brought. The zero value is ready.
type Burst struct {
	// Pkts[:N] came from the wire, in order of arrival.
	Pkts [Size]Packet
	N    int
	// Pool gives the packets that are found in these.
	Pool Pool
}

// Reset empties the burst for the next receive call.
func (b *Burst) Reset() {
	b.N = 0
	b.Pool.Reset()
}

// Pool hands out packets that live until the burst is done. The zero value is
// ready.
type Pool struct {
	pkts [PoolSize]Packet
	n    int
	// Exhausted counts the times that Get had nothing left.
	Exhausted uint64
}

// Get returns a packet, holding whatever its last use left, or nil.
func (p *Pool) Get() *Packet {
	if p.n == PoolSize {
		p.Exhausted++
		return nil
	}
	p.n++
	return &p.pkts[p.n-1]
}

// Undo gives back the packet that Get returned last, and only that one.
func (p *Pool) Undo(q *Packet) {
	if p.n > 0 && q == &p.pkts[p.n-1] {
		p.n--
	}
}

// Mark and Release bracket a use: Release(m) gives back everything handed out
// since Mark returned m.
func (p *Pool) Mark() int { return p.n }

// Release gives back what was handed out since Mark returned m.
func (p *Pool) Release(m int) {
	if m >= 0 && m <= p.n {
		p.n = m
	}
}

// Reset takes everything back.
func (p *Pool) Reset() { p.n = 0 }

// Used is the number of packets out.
func (p *Pool) Used() int { return p.n }
