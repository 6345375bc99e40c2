package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// A login that fails is over soon and says little: below these a connection to
// a login service counts as failed where no parser told.
const (
	loginMaxUS     = 30_000_000
	loginMaxOctets = 8000
)

// loginPort says that a service behind the port asks for a password first.
// HTTP is not among them: there only the parser's 401 counts.
func loginPort(port uint16) bool {
	switch port {
	case 21, 22, 23, 110, 143, 465, 587, 993, 995, 1433, 3306, 3389, 5432, 5900:
		return true
	}
	return false
}

// login counts failed logins by client and service: those the parsers saw, or
// connections that end as a failed login does.
func (s *Scorer) login(f *FlowEnd, client sketch.Hash) {
	failed := uint32(f.AuthFailures)
	if failed == 0 && f.Proto == protoTCP && loginPort(f.Port) && f.BytesTS > 0 && f.BytesTC > 0 &&
		f.TimeUS-f.StartUS < loginMaxUS && f.BytesTS+f.BytesTC < loginMaxOctets {
		failed = 1
	}
	if failed == 0 {
		return
	}
	key := s.seed.Mix(client, uint64(f.Port)|1<<20)
	c := &s.logins
	est, _ := c.add(key, failed, f.Pair)
	if est < c.floor[min(f.Pair, MaxPairs-1)] {
		return
	}
	threshold, action := s.policy.lookup(BruteForce, &f.Client, f.IPVersion, f.Pair)
	bound := c.cm.Current().ErrorBound()
	if float64(est)-bound < threshold {
		return
	}
	s.raiseWith(&crossing{
		// The handshakes of these very connections were completed.
		det: BruteForce, role: RoleSource, version: f.IPVersion, pair: f.Pair, port: f.Port, addr: &f.Client, hash: client, action: action,
		counted: float64(est), expected: threshold, bound: bound, verified: true,
	}, Contributor{Addr: f.Server, Port: f.Port, IPVersion: f.IPVersion, Count: uint64(est)})
}
