package quic

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/tls"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

const (
	// maxInitials bounds the Initial packets of a flow that are deciphered before
	// both hellos are there.
	maxInitials = 64
	// maxTxs bounds the live transactions of a worker.
	maxTxs = 1 << 14
	// maxPacket bounds one packet, octets.
	maxPacket = 1 << 16
)

// State parses one flow.
type State struct {
	sh *shared
	// dcid is the id that the client chose, on which keys depend; keyed is the
	// version that keys are made for.
	dcid  [maxID]byte
	nid   int
	armed bool
	keyed version
	keys  [2]sideKeys
	side  [2]half
	count int
	// again are the kinds of packets that made the client start anew, as bits.
	again uint8
}

// half is what one side has said of its hello.
type half struct {
	hello assembly
	done  bool
}

// shared is what the states of a worker have in common.
type shared struct {
	env    *app.Env
	opts   *Options
	fp     *tls.Fingerprinter
	cipher cipher
	room   []byte
	txs    slab.List[Tx]
}

func newState(env *app.Env) app.State {
	sh, _ := env.Shared[input.AppQUIC].(*shared)
	if sh == nil {
		sh = &shared{env: env, opts: DefaultOptions(), fp: tls.NewFingerprinter(), room: make([]byte, 2*maxPacket)}
		if o, ok := env.Options[input.AppQUIC].(*Options); ok && o != nil {
			sh.opts = o
		}
		sh.txs = app.NewList[Tx](env, maxTxs)
		env.Shared[input.AppQUIC] = sh
	}
	s := app.NewState[State](env, input.AppQUIC)
	s.sh = sh
	return s
}

// Reset makes the state as new.
func (s *State) Reset() {
	for i := range s.side {
		s.side[i].hello.release(s.sh.env.Mem)
	}
	*s = State{sh: s.sh}
}

// Parse reads the packets of a datagram. A datagram that cannot be read is an
// event and no end: anyone can send one into a flow, and the peer would drop it.
func (s *State) Parse(c *app.Call) (int, app.Status) {
	d := int(c.Dir - 1)
	for b := c.Data; len(b) > 0; {
		if s.side[d].done {
			break
		}
		var h header
		if !h.parse(b) || h.end == 0 {
			s.event(c, &h, EventErrorOnHeader)
			break
		}
		if h.kind == kindShort {
			break
		}
		s.packet(c, d, &h, b[:h.end])
		b = b[h.end:]
	}
	if s.side[0].done && s.side[1].done {
		switch s.sh.opts.Encryption {
		case app.EncryptionTrackOnly:
			c.Flow.Opaque = true
		case app.EncryptionBypass:
			c.Flow.Opaque = true
			return len(c.Data), app.Bypass
		}
	}
	return len(c.Data), app.OK
}

// packet reads one packet with a long header.
func (s *State) packet(c *app.Call, d int, h *header, b []byte) {
	switch h.kind {
	case kindRetry, kindNegotiation:
		if bit := uint8(1) << h.kind; d == 1 && s.again&bit == 0 && !s.side[1].done {
			// The client starts anew, with another id or version. It heeds one of each
			// (RFC 9000 sections 17.2.5.2 and 6.2), so another one is no way to make us
			// forget the keys.
			s.again |= bit
			s.armed = false
			s.side[0].hello.release(s.sh.env.Mem)
			s.side[0].done = false
		}
		s.take(c, h)
	case kindInitial:
		s.initial(c, d, h, b)
	default:
		s.take(c, h)
	}
}

// initial reads an Initial packet.
func (s *State) initial(c *app.Call, d int, h *header, b []byte) {
	if s.count++; s.count > maxInitials {
		return
	}
	if h.version.google() {
		s.google(c, d, h, b[h.at:])
		return
	}
	if _, ok := h.version.salt(); !ok {
		s.take(c, h) // no keys are known of it
		return
	}
	if !s.armed && d == 1 {
		// The client's packet, from which keys follow, was not seen.
		s.take(c, h)
		return
	}
	if !s.armed {
		s.nid = copy(s.dcid[:], h.dcid)
		s.armed, s.keyed = true, 0
	}
	if s.keyed != h.version {
		keys, ok := initialKeys(h.version, s.dcid[:s.nid])
		if !ok {
			return
		}
		s.keys, s.keyed = keys, h.version
	}
	payload, ok := s.sh.cipher.open(&s.keys[d], b, h.at, s.sh.room)
	if !ok {
		if d == 0 && s.side[0].hello.n == 0 && !s.side[1].done {
			// Keys may be those of a packet that nobody answers.
			s.armed = false
		}
		s.event(c, h, EventFailedDecrypt)
		return
	}
	a := &s.side[d].hello
	_, tagged := h.version.sealed()
	st, ok := eachCrypto(payload, s, d)
	tx := s.take(c, h)
	if tx == nil {
		return
	}
	if !ok {
		tx.raise(EventErrorOnData)
	}
	if tagged {
		s.tagged(tx, st, d)
		return
	}
	if st == addedTooLong || a.hopeless() {
		tx.raise(EventCryptoFragTooLong)
		a.release(s.sh.env.Mem)
		return
	}
	if typ, body, ok := a.message(); ok {
		s.side[d].done = true
		if typ == byte(1+d) { // ClientHello, ServerHello
			tx.read(body, d == 0)
		}
		a.release(s.sh.env.Mem)
	}
}

// tagged reads the message of Google's handshake that a packet completed.
func (s *State) tagged(tx *Tx, st added, d int) {
	a, mem := &s.side[d].hello, s.sh.env.Mem
	t, whole, tooLong := a.tagged()
	switch {
	case st == addedTooLong || tooLong:
		tx.raise(EventCryptoFragTooLong)
		a.release(mem)
	case whole:
		s.side[d].done = true
		switch name := string(t.b[:4]); {
		case d == 0 && name == "CHLO":
			tx.readTags(&t)
		case d == 1 && name == "REJ\x00":
			// The client says hello once more, with what it was told.
			s.side[0].done, s.side[1].done = false, false
		}
		a.next(mem, len(t.b))
	}
}

// google reads the frames of a packet of Google's QUIC.
func (s *State) google(c *app.Call, d int, h *header, b []byte) {
	tx := s.take(c, h)
	if tx == nil {
		return
	}
	for r := (cursor{b: b}); ; {
		data := r.nextStream()
		if data == nil {
			return
		}
		if t, ok := helloTags(data); ok && d == 0 {
			tx.readTags(&t)
		}
	}
}

// take makes a transaction of a packet; nil: there is no room.
func (s *State) take(c *app.Call, h *header) *Tx {
	sh := s.sh
	tx := sh.txs.Take(nil)
	if tx == nil {
		return nil
	}
	tx.sh = sh
	tx.dir = c.Dir
	tx.version = [4]byte{byte(h.version >> 24), byte(h.version >> 16), byte(h.version >> 8), byte(h.version)}
	id, ok := c.Flow.NewTx(tx)
	if !ok {
		tx.Release()
		return nil
	}
	tx.id = id
	return tx
}

// event makes a transaction that holds an event and nothing else.
func (s *State) event(c *app.Call, h *header, ev uint16) {
	if tx := s.take(c, h); tx != nil {
		tx.raise(ev)
	}
}
