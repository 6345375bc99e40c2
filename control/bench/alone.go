package bench

import (
	"github.com/weir-ips/weir/cgo/dpdk"
	"github.com/weir-ips/weir/dataplane/port"
	"golang.org/x/sys/unix"
)

// alonePackets is how much of the source is played to measure it.
const alonePackets = 2_000_000

// sourceAlone is what the source costs by itself: it is part of what a run costs,
// but no part of weir. Frames are received and freed, nanoseconds of CPU a packet.
func (l *lane) sourceAlone() (ns float64, err error) {
	source, ok := l.source.(*port.Mem)
	if !ok {
		return 0, nil // a port's packets cost elsewhere
	}
	source.Rewind(max(min(l.all, alonePackets)/uint64(source.Packets()), 1))
	err = onOwnThread(func() error {
		return onCPU(-1, 0, func() {
			var b dpdk.Burst
			n := 0
			t := now(unix.CLOCK_THREAD_CPUTIME_ID)
			for !source.Done() {
				k := source.RxBurst(&b)
				dpdk.FreeBurst(b.Mbuf[:k])
				n += k
			}
			ns = float64(now(unix.CLOCK_THREAD_CPUTIME_ID)-t) / float64(max(n, 1))
		})
	})
	return ns, err
}
