package bench

import (
	"runtime"

	"github.com/weir-ips/weir/cgo/dpdk"
	"golang.org/x/sys/unix"
)

// How much of the source is played to measure it.
const (
	aloneCopies  = 3
	alonePackets = 2_000_000
)

// sourceAlone is what the source costs by itself: it is part of what a run costs,
// but no part of weir. Frames are received and freed, nanoseconds of CPU a packet.
func (l *lane) sourceAlone() float64 {
	done := make(chan float64)
	go func() {
		runtime.LockOSThread() // the thread registers, and ends with the goroutine
		if err := dpdk.RegisterThread(); err != nil {
			done <- 0
			return
		}
		defer dpdk.UnregisterThread()
		var b dpdk.Burst
		n := 0
		t := now(unix.CLOCK_THREAD_CPUTIME_ID)
		for !l.again.Done() {
			k := l.again.RxBurst(&b)
			dpdk.FreeBurst(b.Mbuf[:k])
			n += k
		}
		done <- float64(now(unix.CLOCK_THREAD_CPUTIME_ID)-t) / float64(max(n, 1))
	}()
	return <-done
}
