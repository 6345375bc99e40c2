package port

import (
	"errors"
	"fmt"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// minDataRoom is the segment length of pools for Ethernet at its usual MTU.
const minDataRoom = 2048

// Capture replays a capture through a net_pcap port. It is done when every
// packet that the file holds was received, or net_pcap lost the rest.
type Capture struct {
	info  CaptureInfo
	id    dpdk.PortID
	queue dpdk.Queue
	spill []byte
	got   uint64
	done  bool
	// starved is what net_pcap had lost at the last empty burst.
	starved uint64
	// Lost is what the file holds and net_pcap did not deliver, valid when
	// done: the pool was empty, or libpcap understood the file otherwise.
	Lost uint64
}

// maxPcapPacket is the longest packet that net_pcap can receive: it keeps the
// length in 16 bits, and copies from beyond a longer one.
const maxPcapPacket = 65535

// ErrNeedsMapped is a capture with packets that net_pcap cannot receive.
var ErrNeedsMapped = errors.New("net_pcap cannot receive packets of more than 65535 octets, a mapped capture can")

// NewCapture starts replaying file on the net_pcap port called name, which the
// EAL opened with file.Vdev(name), into mbufs of pool. ErrNeedsMapped asks for
// NewMapped instead.
func NewCapture(file *CaptureFile, name string, pool *dpdk.Pool) (*Capture, error) {
	if file.Info.MaxCaplen > maxPcapPacket {
		return nil, fmt.Errorf("capture %s: a packet has %d octets: %w", file.Info.Path, file.Info.MaxCaplen, ErrNeedsMapped)
	}
	id, err := dpdk.PortByName(name)
	if err != nil {
		return nil, err
	}
	c := &Capture{info: file.Info, id: id, queue: dpdk.NewQueue(id, 0), done: file.Info.Packets == 0}
	if int(file.Info.MaxCaplen) > pool.DataRoom() {
		if c.spill, err = mapArea(dpdk.BurstSize * ((int(file.Info.MaxCaplen) + 63) &^ 63)); err != nil {
			return nil, fmt.Errorf("capture: area for packets of %d octets: %w", file.Info.MaxCaplen, err)
		}
	}
	if _, err := id.Configure(dpdk.PortConfig{Pools: []*dpdk.Pool{pool}, Scatter: true}); err != nil {
		return nil, err
	}
	return c, id.Start()
}

// RxBurst receives the next packets of the capture. Timestamp is the
// capture's, WireLen is PktLen: net_pcap does not pass the other on.
func (c *Capture) RxBurst(b *dpdk.Burst) int {
	b.SetSpill(addressOf(c.spill), uint32(len(c.spill)))
	n := c.queue.RxBurst(b)
	c.got += uint64(n)
	if n == 0 || c.got >= c.info.Packets {
		c.end()
	}
	return n
}

// end decides whether an empty burst, or the last packet, is the end. net_pcap
// returns nothing at the end of the file, and when the pool is empty; then it
// has lost a packet and counted it.
func (c *Capture) end() {
	var lost uint64
	if s, err := c.id.Stats(); err == nil {
		lost = s.RxNoMbuf + s.RxErrors
	}
	more := c.got+lost < c.info.Packets && lost > c.starved
	c.starved = lost
	if c.done = !more; c.done {
		c.Lost = c.info.Packets - min(c.got, c.info.Packets)
	}
}

// Done says that the capture is over.
func (c *Capture) Done() bool { return c.done }

// Close stops and closes the port. The packets that it gave out are freed
// before.
func (c *Capture) Close() error {
	err := c.id.Stop()
	if e := c.id.Close(); err == nil {
		err = e
	}
	if e := unmap(c.spill); err == nil {
		err = e
	}
	c.spill = nil
	return err
}
