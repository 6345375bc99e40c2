package engine

import (
	"sync/atomic"

	"github.com/weir-ips/weir/cgo/dpdk"
)

// PortRow is what housekeeping reads of a port a few times a second. The rows
// stand behind the counters in housekeeping's page of the region, so that
// control reads them without asking.
type PortRow struct {
	Link      uint64 // one of LinkDown to LinkUnknown
	LinkMbps  uint64
	RxPackets uint64
	RxBytes   uint64
	RxMissed  uint64
	RxErrors  uint64
	RxNoMbuf  uint64
	TxPackets uint64
	TxBytes   uint64
	TxErrors  uint64
}

// What is known of a port's link. LinkUnknown is a kernel interface that was
// moved to another network namespace: its packets come and go all the same.
const (
	LinkDown uint64 = iota
	LinkUp
	LinkUnknown
)

// rowWords and MaxPorts bound the rows of a page; word 0 is their number.
const (
	rowWords = 10
	MaxPorts = 32
	// PortWords are the words of a page behind the counters.
	PortWords = 1 + MaxPorts*rowWords
)

func (r *PortRow) words() [rowWords]uint64 {
	return [rowWords]uint64{r.Link, r.LinkMbps, r.RxPackets, r.RxBytes, r.RxMissed, r.RxErrors, r.RxNoMbuf, r.TxPackets, r.TxBytes, r.TxErrors}
}

// writePort writes row i of page, whose counters take the first skip words.
func writePort(page []uint64, skip, i int, r *PortRow) {
	if i >= MaxPorts || len(page) < skip+PortWords {
		return
	}
	at := skip + 1 + i*rowWords
	for k, v := range r.words() {
		atomic.StoreUint64(&page[at+k], v)
	}
	if n := uint64(i + 1); atomic.LoadUint64(&page[skip]) < n {
		atomic.StoreUint64(&page[skip], n)
	}
}

// ReadPorts reads all rows of housekeeping's page.
func ReadPorts(page []uint64, skip int) []PortRow {
	if len(page) < skip+PortWords {
		return nil
	}
	n := min(atomic.LoadUint64(&page[skip]), MaxPorts)
	out := make([]PortRow, n)
	for i := range out {
		var w [rowWords]uint64
		for k := range w {
			w[k] = atomic.LoadUint64(&page[skip+1+i*rowWords+k])
		}
		out[i] = PortRow{w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9]}
	}
	return out
}

// readPort asks DPDK. A port that does not answer keeps its last row.
func readPort(id dpdk.PortID, r *PortRow) {
	if l, err := id.Link(); err == nil {
		r.Link, r.LinkMbps = LinkDown, uint64(l.Mbps)
		switch {
		case l.Unknown:
			r.Link = LinkUnknown
		case l.Up:
			r.Link = LinkUp
		}
	}
	if s, err := id.Stats(); err == nil {
		r.RxPackets, r.RxBytes, r.RxMissed, r.RxErrors, r.RxNoMbuf = s.RxPackets, s.RxBytes, s.RxMissed, s.RxErrors, s.RxNoMbuf
		r.TxPackets, r.TxBytes, r.TxErrors = s.TxPackets, s.TxBytes, s.TxErrors
	}
}
