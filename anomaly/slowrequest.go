package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// slowTrack counts a client's connections to one web service that have not
// brought a whole request yet.
type slowTrack struct {
	open int32
	// lowest is the least that open was since marked: so many connections, or
	// others in their place, kept the server waiting all the while.
	lowest int32
	marked int64
}

func webPort(port uint16) bool {
	switch port {
	case 80, 443, 3128, 8000, 8008, 8080, 8081, 8443, 8888:
		return true
	}
	return false
}

func (s *Scorer) slowKey(client, server sketch.Hash, port uint16) sketch.Hash {
	return sketch.Hash{Lo: client.Lo ^ server.Hi ^ uint64(port)*0x9e3779b97f4a7c15, Hi: client.Hi ^ server.Lo ^ uint64(port)<<48}
}

// slowOpen is a completed handshake with a web service.
func (s *Scorer) slowOpen(o *Observation, client, server sketch.Hash, port uint16) {
	set := &s.policy.det[SlowRequest]
	if !webPort(port) || !set.enabled {
		return
	}
	t, fresh := s.slow.claim(s.slowKey(client, server, port), s.now)
	if fresh {
		*t = slowTrack{marked: s.now}
	}
	t.open++
	if s.now-t.marked < set.windowUS {
		return
	}
	lowest := t.lowest
	t.lowest, t.marked = t.open, s.now
	if float64(lowest) < s.policy.least[SlowRequest] {
		return
	}
	addr, peer := &o.Src, &o.Dst
	if !o.ToServer {
		addr, peer = peer, addr
	}
	threshold, action := s.policy.lookup(SlowRequest, addr, o.IPVersion, o.Pair)
	if float64(lowest) < threshold {
		return
	}
	s.raiseWith(&crossing{
		det: SlowRequest, role: RoleSource, version: o.IPVersion, pair: o.Pair, port: port, addr: addr, hash: client, action: action,
		counted: float64(lowest), expected: threshold, verified: true,
	}, Contributor{Addr: *peer, Port: port, IPVersion: o.IPVersion, Count: uint64(lowest)})
}

// RequestDone tells that the flow's client sent its first whole request. Called
// by the worker once a flow, when the parser says so; TLS counts with its
// ClientHello. f needs only addresses, port, version, protocol and time.
func (s *Scorer) RequestDone(f *FlowEnd) {
	s.advance(f.TimeUS)
	if f.IPVersion == 4 || f.IPVersion == 6 {
		s.slowLess(f, s.seed.SumAddr(&f.Client, uint64(f.IPVersion)))
	}
}

// slowClose: a connection that ended waits no longer.
func (s *Scorer) slowClose(f *FlowEnd, client sketch.Hash) {
	if !f.RequestDone {
		s.slowLess(f, client)
	}
}

func (s *Scorer) slowLess(f *FlowEnd, client sketch.Hash) {
	if !webPort(f.Port) {
		return
	}
	server := s.seed.SumAddr(&f.Server, uint64(f.IPVersion))
	if t := s.slow.find(s.slowKey(client, server, f.Port)); t != nil && t.open > 0 {
		t.open--
		t.lowest = min(t.lowest, t.open)
	}
}
