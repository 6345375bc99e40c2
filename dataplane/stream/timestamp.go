package stream

import "github.com/weir-ips/weir/match/input"

// pawsIdle is how long a timestamp is worth comparing with, in seconds (RFC 7323
// §5.5: 24 days).
const pawsIdle = 24 * 24 * 3600

// pawsResult is what protection against wrapped sequence numbers says.
type pawsResult uint8

const (
	pawsFine    pawsResult = iota // newer than the last one, or not comparable
	pawsIgnored                   // not compared for this packet
	pawsRestart                   // older, but the last one is out of date
	pawsOld
)

// paws judges the packet's timestamp (RFC 7323 §5) as the receiver's system
// does.
func (s *Stage) paws(a *arrival) pawsResult {
	snd, host := a.snd, a.rcv.os
	ts := a.p.TCP.TSVal
	if ts == 0 {
		switch host {
		case OSOldLinux, OSWindows, OSWindows2K3, OSVista, OSSolaris:
		default:
			return pawsOld
		}
	}
	if snd.flags&zeroTimestamp != 0 {
		switch host {
		case OSLinux, OSWindows2K3:
			// These do not use timestamps after one of zero in the handshake.
			return pawsIgnored
		case OSOldLinux, OSWindows, OSVista:
			if a.seq == snd.nextSeq {
				return pawsIgnored
			}
		}
	}
	if host == OSHPUX11 && a.seq != snd.nextSeq {
		return pawsIgnored
	}
	diff := int32(ts - snd.lastTS)
	if host == OSLinux || s.cfg.LiberalTimestamps {
		diff = int32(ts - snd.lastTS + 1)
	}
	seen := snd.lastSeen
	if seen == 0 && a.ss.flags&isMidstream != 0 {
		seen = a.sec
	}
	idle := a.sec > seen+pawsIdle
	if diff >= 0 && !(idle && snd.lastTS != 0) {
		return pawsFine
	}
	if idle && a.seq == snd.nextSeq {
		return pawsRestart
	}
	return pawsOld
}

// freshTimestamp reports whether the receiver will take the packet's timestamp;
// if not, it drops the packet.
func (s *Stage) freshTimestamp(a *arrival) bool {
	if a.ss.flags&hasTimestamps == 0 || !a.opt(input.OptTimestamp) {
		return true
	}
	if s.paws(a) != pawsOld {
		return true
	}
	a.event(input.StreamPktInvalidTimestamp)
	return false
}

// stamp takes over the timestamp of a packet that was accepted.
func (s *Stage) stamp(a *arrival) {
	ss, snd, host := a.ss, a.snd, a.rcv.os
	if ss.flags&hasTimestamps == 0 {
		return
	}
	if !a.opt(input.OptTimestamp) {
		if host == OSSolaris {
			ss.flags &^= hasTimestamps
		}
		return
	}
	if snd.lastSeen == 0 && ss.flags&isMidstream != 0 {
		snd.lastSeen = a.sec
	}
	ts := a.p.TCP.TSVal
	switch s.paws(a) {
	case pawsFine:
		if a.seq == snd.nextSeq {
			snd.lastTS = ts
		}
		snd.lastSeen = a.sec
	case pawsRestart:
		snd.lastTS, snd.lastSeen = ts, a.sec
	case pawsIgnored:
		if snd.flags&zeroTimestamp == 0 {
			return
		}
		switch host {
		case OSLinux, OSWindows2K3:
			ss.flags &^= hasTimestamps
		case OSOldLinux, OSWindows, OSVista:
			snd.flags &^= zeroTimestamp
			snd.lastTS = ts
		}
	case pawsOld:
		a.event(input.StreamPktInvalidTimestamp)
	}
}
