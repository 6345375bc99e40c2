package anomaly

import "github.com/weir-ips/weir/anomaly/sketch"

// sourceTrack follows the attempts of one source and protocol: how many
// distinct hosts and ports, and how many of the attempts were answered.
type sourceTrack struct {
	addr     [16]byte
	start    int64 // of the window
	marked   int64 // when old was taken
	attempts uint32
	// old is what attempts was at the mark, silenceUS or more ago: an attempt
	// that old and not answered is a failure by silence.
	old       uint32
	succeeded uint32
	failed    uint32 // refused, unreachable, timed out
	port      uint16 // last one tried
	version   uint8
	lastHost  [16]byte
	hosts     sketch.Linear
	ports     sketch.Linear
}

// targetTrack follows who fails at one host, for scans spread over sources.
type targetTrack struct {
	addr    [16]byte
	start   int64
	failed  uint32
	sources sketch.Linear
	ports   sketch.Linear
}

const (
	// silenceUS: a round trip and a retransmission (RFC 6298: 1 s, then 2 s).
	silenceUS = 3_000_000
	// A scan's attempts fail: at least this share of them. A person's or a
	// crawler's mostly succeed.
	scanFailShare  = 0.6
	sweepFailShare = 0.2
	// Few hosts or ports besides many of the other kind.
	fewShare = 4
	// distributedSources is how many sources make a scan a distributed one.
	distributedSources = 8
	// A client that tries many dead peers at as many ports (file sharing) tries
	// each pair once; a scan of a block tries all ports at all hosts.
	blockRepeat = 3
	// A block has at least so many hosts and so many ports: a client that tries
	// one dead service again and again scans nothing.
	blockLeast = 8
)

// attempt is a flow's first packet.
func (s *Scorer) attempt(o *Observation, src, dst sketch.Hash) {
	switch o.Proto {
	case protoTCP:
		if o.TCPFlags&(tcpSYN|tcpACK) != tcpSYN {
			return // midstream, or an odd scan: its RST or silence comes as Failure
		}
	case protoICMP:
		if o.ICMPType != icmpEcho {
			return
		}
	case protoICMPv6:
		if o.ICMPType != icmpv6Echo {
			return
		}
	case protoUDP:
	default:
		return
	}
	t := s.track(src, &o.Src, o.IPVersion, o.Proto)
	t.attempts++
	if s.now-t.marked >= silenceUS {
		t.old, t.marked = t.attempts-1, s.now
	}
	t.port, t.lastHost = o.DstPort, o.Dst
	fresh := t.hosts.Add(dst.Lo)
	fresh = t.ports.Add(s.portHash(o.DstPort)) || fresh
	// Without a new host or port nothing crossed that had not before, but
	// silence may have grown: look now and then.
	if fresh || t.attempts%16 == 0 {
		s.judgeScan(t, src, o.Proto, o.Pair)
	}
}

// portHash spreads ports over a Linear counter without collisions of habit.
func (s *Scorer) portHash(port uint16) uint64 {
	return s.seed.Mix(sketch.Hash{Lo: uint64(port), Hi: 1}, 2).Lo
}

func (s *Scorer) track(src sketch.Hash, addr *[16]byte, version, proto uint8) *sourceTrack {
	t, fresh := s.sources.claim(trackKey(src, proto), s.now)
	if fresh || s.now-t.start > s.policy.det[PortScan].windowUS {
		*t = sourceTrack{addr: *addr, start: s.now, marked: s.now, version: version}
	}
	return t
}

// trackKey keeps a source's protocols apart without another hash.
func trackKey(src sketch.Hash, proto uint8) sketch.Hash {
	return sketch.Hash{Lo: src.Lo ^ uint64(proto)*0x9e3779b97f4a7c15, Hi: src.Hi ^ uint64(proto)<<56}
}

// success: an attempt was answered.
func (s *Scorer) success(client sketch.Hash, addr *[16]byte, version, proto uint8) {
	if t := s.sources.find(trackKey(client, proto)); t != nil && t.addr == *addr {
		t.succeeded++
	}
}

// Failure counts an attempt that failed; see the type.
func (s *Scorer) Failure(f *Failure) {
	s.advance(f.TimeUS)
	if !s.policy.enabled || f.IPVersion != 4 && f.IPVersion != 6 {
		return
	}
	client := s.seed.SumAddr(&f.Client, uint64(f.IPVersion))
	server := s.seed.SumAddr(&f.Server, uint64(f.IPVersion))
	if f.Kind == FailSilence && f.Proto == protoUDP {
		return // much of UDP is never answered: syslog, flow export, discovery
	}
	s.failure(client, server, &f.Client, &f.Server, f.IPVersion, f.Proto, f.Port, f.Pair)
}

func (s *Scorer) failure(client, server sketch.Hash, clientAddr, serverAddr *[16]byte, version, proto uint8, port, pair uint16) {
	t := s.track(client, clientAddr, version, proto)
	t.failed++
	t.port, t.lastHost = port, *serverAddr
	t.hosts.Add(server.Lo)
	t.ports.Add(s.portHash(port))
	t.attempts = max(t.attempts, t.failed)
	s.judgeScan(t, client, proto, pair)
	s.targetFailed(client, server, serverAddr, version, port, pair)
}

// judgeScan compares one source's attempts with the thresholds.
func (s *Scorer) judgeScan(t *sourceTrack, src sketch.Hash, proto uint8, pair uint16) {
	least := min(s.policy.least[PortScan], s.policy.least[HostScan], s.policy.least[BlockScan], s.policy.least[PingSweep])
	if float64(t.attempts) < least {
		return
	}
	failed := float64(t.failed)
	if proto == protoTCP || proto == protoICMP || proto == protoICMPv6 {
		// Answers to attempts after the mark make this smaller, never larger.
		answered := t.succeeded + t.failed
		if t.old > answered {
			failed += float64(t.old - answered)
		}
	}
	hosts, ports := t.hosts.Estimate(), t.ports.Estimate()
	attempts := float64(t.attempts)
	if proto == protoICMP || proto == protoICMPv6 {
		if failed >= sweepFailShare*attempts {
			s.scanCrossed(PingSweep, t, src, pair, float64(hosts), failed, sketch.LinearError(hosts))
		}
		return
	}
	if failed < scanFailShare*attempts {
		return
	}
	switch {
	case hosts*fewShare <= ports:
		s.scanCrossed(PortScan, t, src, pair, float64(ports), failed, sketch.LinearError(ports))
	case ports*fewShare <= hosts:
		s.scanCrossed(HostScan, t, src, pair, float64(hosts), failed, sketch.LinearError(hosts))
	case min(hosts, ports) >= blockLeast && t.attempts >= blockRepeat*max(hosts, ports):
		s.scanCrossed(BlockScan, t, src, pair, attempts, failed, 0)
	}
}

func (s *Scorer) scanCrossed(d ID, t *sourceTrack, src sketch.Hash, pair uint16, counted, failed, bound float64) {
	if !s.policy.det[d].enabled {
		return
	}
	threshold, action := s.policy.lookup(d, &t.addr, t.version, pair)
	if counted < threshold || failed < threshold*scanFailShare && d != PingSweep {
		return
	}
	port := t.port
	if d != HostScan {
		port = 0 // no one port is what a scan of ports is about
	}
	s.raiseWith(&crossing{
		det: d, role: RoleSource, version: t.version, pair: pair, port: port, addr: &t.addr, hash: src, action: action,
		counted: counted, expected: threshold, bound: bound, second: failed, verified: s.verified.Has(src),
	}, Contributor{Addr: t.lastHost, Port: t.port, IPVersion: t.version, Count: uint64(t.attempts)})
}

// targetFailed looks at a scan from the target's side: many ports fail for
// many sources, each of which stays below every threshold of its own.
func (s *Scorer) targetFailed(client, server sketch.Hash, addr *[16]byte, version uint8, port, pair uint16) {
	set := &s.policy.det[DistributedScan]
	if !set.enabled {
		return
	}
	t, fresh := s.targets.claim(server, s.now)
	if fresh || s.now-t.start > set.windowUS {
		*t = targetTrack{addr: *addr, start: s.now}
	}
	t.failed++
	t.sources.Add(client.Lo)
	if !t.ports.Add(s.portHash(port)) {
		return
	}
	ports, sources := t.ports.Estimate(), t.sources.Estimate()
	threshold, action := s.policy.lookup(DistributedScan, addr, version, pair)
	if float64(ports) < threshold || sources < distributedSources {
		return
	}
	s.raise(&crossing{
		det: DistributedScan, role: RoleDestination, version: version, pair: pair, addr: addr, hash: server, action: action,
		counted: float64(ports), expected: threshold, bound: sketch.LinearError(ports), second: float64(sources),
	})
}
