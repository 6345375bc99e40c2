package ssh

import (
	"bytes"
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxBanner: RFC 4253 section 4.2 allows 255 octets.
	maxBanner = 256
	maxKex    = 65535
	headerLen = 6
	// Message numbers (RFC 4253 section 12).
	msgKexInit = 20
	msgNewKeys = 21
)

// phase of one side.
type phase uint8

const (
	banner  phase = iota
	waitEOL       // the rest of a line that is too long
	packets
	encrypted // NEWKEYS was sent: nothing can be read any more
)

// State parses one flow.
type State struct {
	env  *app.Env
	opts *Options
	tx   Tx
	side [2]struct {
		phase phase
		// skip are the octets of the packet at hand that are of no interest.
		skip uint64
	}
	begun bool
}

// Reset makes the state as new.
func (s *State) Reset() {
	env, opts := s.env, s.opts
	*s = State{env: env, opts: opts}
	s.tx.s = s
}

// Parse reads one direction's octets.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if !s.begun {
		id, ok := c.Flow.NewTx(&s.tx)
		if !ok {
			return 0, app.Failed
		}
		s.begun, s.tx.live, s.tx.id = true, true, id
	}
	if !s.tx.live {
		return len(c.Data), app.OK
	}
	used, st = s.direction(c)
	if st == app.Failed {
		s.tx.over = true
		return used, st
	}
	if c.EOF {
		s.tx.side[c.Dir-1].eof = true
	}
	return used, st
}

// direction reads what one side sent.
func (s *State) direction(c *app.Call) (used int, st app.Status) {
	d := c.Dir - 1
	side := &s.side[d]
	if c.Gap > 0 && side.phase != encrypted {
		if side.phase != packets || c.Gap > side.skip {
			return 0, app.Failed
		}
		side.skip -= c.Gap
	}
	for used < len(c.Data) {
		b := c.Data[used:]
		n := 0
		switch side.phase {
		case banner, waitEOL:
			n, st = s.line(d, b)
		case packets:
			n, st = s.packet(c, d, b, used)
		default:
			n = len(b)
		}
		used += n
		if n == 0 || st != app.OK {
			return used, st
		}
		if s.bothEncrypted() && s.opts.Encryption != app.EncryptionFull {
			c.Flow.Opaque = true
			if s.opts.Encryption == app.EncryptionBypass {
				return used, app.Bypass
			}
		}
	}
	return used, app.OK
}

func (s *State) bothEncrypted() bool {
	return s.side[0].phase == encrypted && s.side[1].phase == encrypted
}

// line reads an identification string (RFC 4253 section 4.2). CR alone ends it
// too, as some servers have it.
func (s *State) line(d input.Dir, b []byte) (int, app.Status) {
	side := &s.side[d]
	end := bytes.IndexAny(b, "\r\n")
	next := end + 1
	half := false
	if end >= 0 && b[end] == '\r' {
		if half = next == len(b); !half && b[next] == '\n' {
			next++
		}
	}
	if side.phase == waitEOL {
		switch {
		case half:
			return end, app.OK
		case end < 0:
			return len(b), app.OK
		}
		side.phase = packets
		return next, app.OK
	}
	text := b[:min(len(b), maxBanner)]
	if end >= 0 && end < maxBanner {
		if half {
			return 0, app.OK
		}
		text = b[:end]
	} else if len(b) < maxBanner {
		return 0, app.OK
	} else {
		s.tx.raise(EventLongBanner)
	}
	proto, software, ok := splitBanner(text)
	if !ok {
		s.tx.raise(EventInvalidBanner)
		return 0, app.Failed
	}
	if !s.tx.side[d].setBanner(s.env.Keep, proto, software) {
		return 0, app.Failed
	}
	if end < 0 || half {
		side.phase = waitEOL
		return maxBanner, app.OK
	}
	side.phase = packets
	return next, app.OK
}

// splitBanner takes `SSH-protoversion-softwareversion SP comments` apart.
func splitBanner(b []byte) (proto, software []byte, ok bool) {
	if len(b) < 4 || string(b[:4]) != "SSH-" {
		return nil, nil, false
	}
	b = b[4:]
	i := bytes.IndexByte(b, '-')
	if i < 1 {
		return nil, nil, false
	}
	proto, software = b[:i], b[i+1:]
	if i := bytes.IndexByte(software, ' '); i > 0 {
		software = software[:i]
	}
	return proto, software, true
}

// Frames, by their place in input.FrameNames.
const (
	frameHead uint8 = iota
	frameData
	framePDU
)

// frames notes a packet of size octets behind its length.
func (s *State) frames(c *app.Call, at int, size uint64) {
	if c.Flow.Env.Frames == app.FrameOff {
		return
	}
	c.Frame(framePDU, at, int64(4+size)).Tx(s.tx.id)
	c.Frame(frameHead, at, headerLen).Tx(s.tx.id)
	c.Frame(frameData, at+headerLen, int64(size)-2).Tx(s.tx.id)
}

// packet reads a binary packet (RFC 4253 section 6); only offers are looked at.
func (s *State) packet(c *app.Call, d input.Dir, b []byte, at int) (int, app.Status) {
	side := &s.side[d]
	if side.skip > 0 {
		n := min(side.skip, uint64(len(b)))
		side.skip -= n
		return int(n), app.OK
	}
	if len(b) < headerLen {
		return 0, app.OK
	}
	size := uint64(binary.BigEndian.Uint32(b))
	if size <= 1 {
		s.tx.raise(EventInvalidRecord)
		return 0, app.Failed
	}
	body := size - 2 // behind padding length and message number
	if b[5] != msgKexInit || !s.opts.Hassh || body >= maxKex || uint64(len(b)-headerLen) >= body {
		// An offer is looked at once it is whole, and noted then.
		s.frames(c, at, size)
	}
	switch b[5] {
	case msgNewKeys:
		side.phase = encrypted
	case msgKexInit:
		if !s.opts.Hassh {
			break
		}
		if body >= maxKex {
			s.tx.raise(EventLongKexRecord)
			break
		}
		if uint64(len(b)-headerLen) < body {
			return 0, app.OK
		}
		if !s.tx.side[d].setOffer(s.env, d, b[headerLen:headerLen+body]) {
			return 0, app.Failed
		}
		return headerLen + int(body), app.OK
	}
	side.skip = body
	return headerLen, app.OK
}
