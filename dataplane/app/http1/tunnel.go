package http1

import "github.com/weir-ips/weir/match/input"

// skipBlankLines passes over line ends that stand in front of what a tunnel
// carries.
func skipBlankLines(in *cursor) {
	for in.i < len(in.b) && (in.b[in.i] == '\r' || in.b[in.i] == '\n') {
		in.i++
	}
}

// tunnel leaves the flow to what is to follow; where that cannot be told apart,
// the rest is not looked at.
func (s *State) tunnel(t *Tx, next input.AppProto, change bool) step {
	s.req, s.rq, s.rs = nil, rqIgnore, rsTunnel
	if change && s.locked {
		t.raise(evFailedSwitch)
		change = false
	}
	if !change {
		return again
	}
	s.next, s.port = next, uint16(max(t.port, 0))
	return handOver
}

// upgrade is the answer 101: the flow speaks something else from here on.
func (s *State) upgrade(t *Tx) step {
	m := &t.resp
	m.progress = input.Complete
	s.endBody(t, input.ToClient, false)
	s.cutRequest(t)
	up := m.value("upgrade")
	s.answered()
	next := input.AppUnknown
	switch {
	case equalFold(up, "h2c"):
		next = input.AppHTTP2
		s.handover(t)
	case equalFold(up, "websocket"):
		next = input.AppWebSocket
	}
	return s.tunnel(t, next, len(up) > 0 && (next == input.AppUnknown || s.env.Speaks[next]))
}
