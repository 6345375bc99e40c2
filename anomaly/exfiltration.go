package anomaly

import (
	"math"

	"github.com/weir-ips/weir/anomaly/sketch"
)

// hostTrack is what one inside host uploads in a window, and used to.
type hostTrack struct {
	addr    [16]byte
	version uint8
	hostile bool // this window was reported: it does not teach
	start   int64
	sum     uint64
	past    sketch.EWMA
}

const (
	// uploadAlpha: a day or two of hours.
	uploadAlpha = 1.0 / 32
	// uploadSigma: deviations above the mean, besides the factor.
	uploadSigma = 6
	// uploadWarm windows of a host's own past are needed before it is judged.
	uploadWarm = 12
)

// upload adds a finished flow's octets to its client's window and compares
// with the host's own past.
func (s *Scorer) upload(f *FlowEnd, client sketch.Hash) {
	set := &s.policy.det[Exfiltration]
	if !set.enabled {
		return
	}
	t, fresh := s.hosts.claim(client, s.now)
	if fresh || t.addr != f.Client || t.version != f.IPVersion {
		*t = hostTrack{addr: f.Client, version: f.IPVersion, start: s.now}
	}
	if s.now-t.start >= set.windowUS {
		if !t.hostile {
			t.past.Learn(float64(t.sum), uploadAlpha)
		}
		t.start, t.sum, t.hostile = s.now, 0, false
	}
	if sum := t.sum + f.BytesTS; sum >= t.sum {
		t.sum = sum
	} else {
		t.sum = math.MaxUint64
	}
	if float64(t.sum) < s.policy.least[Exfiltration] || t.past.N < uploadWarm || s.now-s.learnFrom < s.policy.learnUS {
		return
	}
	threshold, action := s.policy.lookup(Exfiltration, &f.Client, f.IPVersion, f.Pair)
	expected := max(threshold, set.factor*t.past.Mean, t.past.Upper(uploadSigma))
	if float64(t.sum) < expected {
		return
	}
	t.hostile = true
	s.raiseWith(&crossing{
		det: Exfiltration, role: RoleSource, version: f.IPVersion, pair: f.Pair, port: f.Port, addr: &f.Client, hash: client, action: action,
		counted: float64(t.sum), expected: expected, baseline: t.past.Mean, second: t.past.Mean, verified: s.verified.Has(client),
	}, Contributor{Addr: f.Server, Port: f.Port, IPVersion: f.IPVersion, Count: f.BytesTS})
}
