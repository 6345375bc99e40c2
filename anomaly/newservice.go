package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// serviceTrack remembers that an inside host answers at a port (port 0: that
// the host is known at all), since when.
type serviceTrack struct {
	addr    [16]byte
	first   int64
	port    uint16
	version uint8
	proto   uint8
}

// service is a first answer. A port that answers for the first time, on a host
// known for as long as learning takes, is a new service: a backdoor, or a
// change that nobody told.
func (s *Scorer) service(o *Observation, server sketch.Hash, addr *[16]byte, port uint16) {
	set := &s.policy.det[NewService]
	serverInside := o.FromInside != o.ToServer
	// Ports above 32767 are ephemeral: passive FTP data, RPC, WebRTC.
	if !set.enabled || !serverInside || port == 0 || port > 32767 || o.Proto != protoTCP && o.Proto != protoUDP {
		return
	}
	host, freshHost := s.known.claim(s.serviceKey(server, 0, 0), s.now)
	if freshHost || host.addr != *addr || host.version != o.IPVersion {
		*host = serviceTrack{addr: *addr, first: s.now, version: o.IPVersion}
	}
	hostFirst := host.first
	t, fresh := s.known.claim(s.serviceKey(server, port, o.Proto), s.now)
	if !fresh && t.addr == *addr && t.port == port {
		return
	}
	*t = serviceTrack{addr: *addr, first: s.now, port: port, version: o.IPVersion, proto: o.Proto}
	if s.now-hostFirst < s.policy.learnUS || s.now-s.learnFrom < s.policy.learnUS {
		return
	}
	client := &o.Src
	if !o.ToServer {
		client = &o.Dst
	}
	s.raiseWith(&crossing{
		det: NewService, role: RoleDestination, version: o.IPVersion, pair: o.Pair, port: port, addr: addr, hash: server,
		counted: 1, expected: 1, verified: true,
	}, Contributor{Addr: *client, IPVersion: o.IPVersion, Count: 1})
}

func (s *Scorer) serviceKey(server sketch.Hash, port uint16, proto uint8) sketch.Hash {
	return s.seed.Mix(server, uint64(port)|uint64(proto)<<16|1<<32)
}
