package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// Snapshot copies the finished window of a detector's counter, for control to
// merge over workers (sketch.CountMin.Merge) or to send to other sensors
// (MarshalBinary). It may be called from another goroutine than the worker's
// and never stops it; ok is false when the detector has no counter, no window
// is finished yet, or the worker turned meanwhile: then try again.
func (s *Scorer) Snapshot(d ID) (c sketch.CountMin, endUS int64, ok bool) {
	for _, x := range s.counters() {
		if x.det == d {
			return x.cm.Snapshot()
		}
	}
	return c, 0, false
}

// Hash is the key that counters use for an address, to ask a snapshot about it.
func (s *Scorer) Hash(addr *[16]byte, version uint8) sketch.Hash {
	return s.seed.SumAddr(addr, uint64(version))
}
