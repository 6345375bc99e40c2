package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// beaconTrack follows the intervals between the flows of one inside client to
// one outside service (Welford's running variance, 1962).
type beaconTrack struct {
	last int64
	n    uint32
	mean float64
	m2   float64
}

const (
	beaconMinUS = 2_000_000     // quicker is a busy client
	beaconMaxUS = 3_600_000_000 // slower would take a day to tell
	// beaconSpread is the largest coefficient of variation that passes for even:
	// random arrivals have 1, a person's more, a timer with 10% jitter 0.06.
	beaconSpread = 0.1
)

// beacon is fed a flow's first packet.
func (s *Scorer) beacon(o *Observation, src, dst sketch.Hash) {
	set := &s.policy.det[Beacon]
	if !o.FromInside || !set.enabled || o.Proto != protoTCP && o.Proto != protoUDP || o.DstPort == 123 || o.DstPort == 53 {
		return
	}
	key := sketch.Hash{
		Lo: src.Lo ^ dst.Hi ^ uint64(o.DstPort)*0x9e3779b97f4a7c15,
		Hi: src.Hi ^ dst.Lo ^ uint64(o.DstPort)<<48 ^ uint64(o.Proto)<<40,
	}
	t, fresh := s.beacons.claim(key, s.now)
	if fresh {
		*t = beaconTrack{last: s.now}
		return
	}
	gap := s.now - t.last
	t.last = s.now
	if gap < beaconMinUS || gap > beaconMaxUS {
		*t = beaconTrack{last: s.now} // a burst or a pause: not a timer
		return
	}
	x := float64(gap) / 1e6
	t.n++
	d := x - t.mean
	t.mean += d / float64(t.n)
	t.m2 += d * (x - t.mean)
	if float64(t.n) < s.policy.least[Beacon] {
		return
	}
	variance := t.m2 / float64(t.n)
	if variance > beaconSpread*beaconSpread*t.mean*t.mean {
		if t.n >= 64 {
			*t = beaconTrack{last: s.now} // uneven for long: begin anew
		}
		return
	}
	threshold, action := s.policy.lookup(Beacon, &o.Src, o.IPVersion, o.Pair)
	if float64(t.n) < threshold {
		return
	}
	s.raiseWith(&crossing{
		det: Beacon, role: RoleSource, version: o.IPVersion, pair: o.Pair, port: o.DstPort, addr: &o.Src, hash: src, action: action,
		counted: float64(t.n), expected: threshold, second: t.mean, verified: s.verified.Has(src),
	}, Contributor{Addr: o.Dst, Port: o.DstPort, IPVersion: o.IPVersion, Count: uint64(t.n)})
}
