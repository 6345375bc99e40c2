package stream

import "github.com/weir-ips/weir/match/input"

// candidate is a SYN or SYN/ACK that one side may have meant; which one it was
// shows when the other side answers. Sending several is how an attacker makes an
// observer follow the wrong one.
type candidate struct {
	seq, ack seqnum
	ts, sec  uint32
	win      uint16
	wscale   uint8
	opts     uint8 // input.Opt bits: timestamp, window scale, SACK permitted
	next     uint32
}

const candidateOpts = input.OptTimestamp | input.OptWScale | input.OptSACKPermitted

// candidateOf reads a candidate from the packet. For the answer to a SYN, see
// synAnswered.
func candidateOf(a *arrival) candidate {
	t := &a.p.TCP
	c := candidate{seq: a.seq, ack: a.ack, win: t.Window, sec: a.sec, opts: t.Opts & candidateOpts}
	if c.opts&input.OptWScale != 0 {
		c.wscale = t.WScale
	}
	if c.opts&input.OptTimestamp != 0 {
		c.ts = t.TSVal
	}
	return c
}

// candidateOfSession is the SYN that the session follows now.
func candidateOfSession(ss *session) candidate {
	client, server := &ss.half[0], &ss.half[1]
	c := candidate{seq: client.isn, win: uint16(server.window), sec: client.lastSeen}
	if ss.flags&clientSACK != 0 {
		c.opts |= input.OptSACKPermitted
	}
	if ss.flags&serverWScale != 0 {
		c.opts |= input.OptWScale
		c.wscale = server.wscale
	}
	if client.flags&offersTimestamps != 0 {
		c.opts |= input.OptTimestamp
		c.ts = client.lastTS
	}
	return c
}

// storeSyn queues the SYN that the session followed until now; the oldest makes
// room when the queue is full.
func (s *Stage) storeSyn(a *arrival) {
	ss := a.ss
	c := candidateOfSession(ss)
	if c.opts&input.OptTimestamp != 0 && s.findSyn(ss, c.seq, c.ts, true, false) != nil {
		return
	}
	var tail uint32
	for i := ss.queue; i != 0; i = s.queues.At(i).next {
		tail = i
	}
	var at uint32
	if ss.queued > 0 && int(ss.queued) >= s.cfg.MaxSynQueued {
		a.event(input.Stream3WHSSynFlood)
		at = ss.queue
		ss.queue = s.queues.At(at).next
		ss.queued--
		if at == tail {
			tail = 0
		}
	} else if at = s.queues.Get(); at == 0 {
		return
	}
	*s.queues.At(at) = c
	if tail != 0 {
		s.queues.At(tail).next = at
	} else {
		ss.queue = at
	}
	ss.queued++
}

// findSyn finds the queued SYN with a sequence number and, where the answer
// echoes one, a timestamp.
func (s *Stage) findSyn(ss *session, seq seqnum, ts uint32, hasTS, ignoreTS bool) *candidate {
	for i := ss.queue; i != 0; {
		c := s.queues.At(i)
		if c.seq == seq {
			if hasTS && c.opts&input.OptTimestamp != 0 && c.ts == ts || !hasTS && ignoreTS {
				return c
			}
		}
		i = c.next
	}
	return nil
}

// useSyn makes the session follow SYN c.
func (ss *session) useSyn(c *candidate) {
	client, server := &ss.half[0], &ss.half[1]
	if c.opts&input.OptTimestamp != 0 {
		client.lastSeen, client.lastTS = c.sec, c.ts
		client.flags |= offersTimestamps
	}
	if c.opts&input.OptWScale != 0 {
		ss.flags |= serverWScale
		server.wscale = c.wscale
	} else {
		ss.flags &^= serverWScale
		server.wscale = 0
	}
	server.window = uint32(c.win)
	ss.flags &^= clientSACK
	if c.opts&input.OptSACKPermitted != 0 {
		ss.flags |= clientSACK
	}
	client.start(c.seq)
}

// storeSynAck queues a SYN/ACK with another sequence number than the one that
// the session follows; false when there are too many.
func (s *Stage) storeSynAck(a *arrival) bool {
	ss := a.ss
	c := candidateOf(a)
	for i := ss.queue; i != 0; {
		q := s.queues.At(i)
		if q.seq == c.seq && q.ack == c.ack && q.win == c.win && q.ts == c.ts &&
			q.wscale == c.wscale && q.opts == c.opts {
			return true
		}
		i = q.next
	}
	if int(ss.queued) >= s.cfg.MaxSynAckQueued {
		a.event(input.Stream3WHSSynAckFlood)
		return false
	}
	at := s.queues.Get()
	if at == 0 {
		return false
	}
	c.next = ss.queue
	*s.queues.At(at) = c
	ss.queue = at
	ss.queued++
	return true
}

// synAckFor finds the queued SYN/ACK that an ACK answers.
func (s *Stage) synAckFor(a *arrival) *candidate {
	for i := a.ss.queue; i != 0; {
		c := s.queues.At(i)
		if c.seq == a.ack.minus(1) && c.ack == a.seq {
			return c
		}
		i = c.next
	}
	return nil
}

// dropQueue forgets all candidates.
func (s *Stage) dropQueue(ss *session) {
	for i := ss.queue; i != 0; {
		next := s.queues.At(i).next
		s.queues.Put(i)
		i = next
	}
	ss.queue, ss.queued = 0, 0
}
