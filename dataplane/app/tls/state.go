package tls

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/slab"
	"github.com/weir-ips/weir/match/input"
)

// Record types (RFC 8446 section 5.1, RFC 6520 section 3).
const (
	typeChangeCipher = 20
	typeAlert        = 21
	typeHandshake    = 22
	typeData         = 23
	typeHeartbeat    = 24
)

const (
	recordHead = 5
	// maxRecord: RFC 5246 section 6.2.3 allows 2^14 and 1024 for compression.
	maxRecord = 1<<14 + 1024
	// maxRecords bounds the records, other than of data, in what comes at once: a
	// window of 64 KiB in records of the usual size has some fifty.
	maxRecords = 512
	// maxMessage bounds one handshake message, octets: long chains of
	// certificates have 20,000.
	maxMessage = 256 << 10
)

// State parses one flow.
type State struct {
	sh    *shared
	tx    Tx
	side  [2]half
	begun bool
	beat  heartbeat
	// datagrams: it is DTLS.
	datagrams bool
	// needCert: the server asked for the client's certificate.
	needCert bool
}

// half is one direction's parser.
type half struct {
	// skip are the octets of the record at hand that are of no interest.
	skip int
	// message is a handshake message that is not whole yet, with its head.
	message []byte
	// ciphered: a ChangeCipherSpec went by. opaque: that, or application data.
	ciphered, opaque bool
	// parts are those of a message of DTLS.
	parts *fragments
	// v2: the last record was SSLv2's.
	v2 bool
}

// shared is what the states of a worker have in common.
type shared struct {
	env  *app.Env
	opts *Options
	fp   *Fingerprinter
	// parts are messages of DTLS that come in fragments, of all flows.
	parts slab.List[fragments]
}

func newState(env *app.Env) app.State {
	sh, _ := env.Shared[input.AppTLS].(*shared)
	if sh == nil {
		sh = &shared{env: env, opts: DefaultOptions(), fp: NewFingerprinter()}
		if o, ok := env.Options[input.AppTLS].(*Options); ok && o != nil {
			sh.opts = o
		}
		sh.parts = app.NewList[fragments](env, maxAssemblies)
		env.Shared[input.AppTLS] = sh
	}
	s := app.NewState[State](env, input.AppTLS)
	s.sh = sh
	s.tx.s = s
	return s
}

// Reset makes the state as new.
func (s *State) Reset() {
	for i := range s.side {
		s.sh.env.Mem.Put(s.side[i].message)
		s.side[i].dropParts(s)
	}
	sh := s.sh
	*s = State{sh: sh}
	s.tx.s = s
}

// Parse reads one direction's records.
func (s *State) Parse(c *app.Call) (used int, st app.Status) {
	if !s.begun && !s.begin(c.Flow) {
		return 0, app.Failed
	}
	s.tx.flow = c.Flow
	s.tx.seen = 0
	if c.Flow.IPProto == udp {
		s.datagrams = true
		st = s.datagram(c)
		s.settle()
		s.tx.over = s.tx.over || st == app.Bypass
		return len(c.Data), st
	}
	used, st = s.records(c)
	s.settle()
	switch {
	case st == app.Failed || st == app.Bypass:
		s.tx.over = true
	case c.EOF:
		s.tx.side[c.Dir-1].eof = true
	}
	return used, st
}

const udp = 17

// transport is JA4's letter for what carries the hello.
func (s *State) transport() byte {
	if s.datagrams {
		return OverDatagrams
	}
	return OverTCP
}

func (s *State) begin(f *app.Flow) bool {
	id, ok := f.NewTx(&s.tx)
	if ok {
		s.begun, s.tx.live, s.tx.id = true, true, id
	}
	return ok
}

// settle notes that the handshake is over as far as events are concerned: the
// certificate that matters was seen.
func (s *State) settle() {
	k := &s.tx.side[1]
	if s.needCert {
		k = &s.tx.side[0]
	}
	if k.hasCert {
		s.tx.side[0].shaken, s.tx.side[1].shaken = true, true
	}
}

// records reads as many records as are whole.
func (s *State) records(c *app.Call) (used int, st app.Status) {
	d := c.Dir - 1
	h := &s.side[d]
	if c.Gap > 0 {
		if c.Gap > uint64(h.skip) {
			return 0, app.Failed
		}
		h.skip -= int(c.Gap)
	}
	for records := 0; used < len(c.Data); {
		b := c.Data[used:]
		if h.skip > 0 {
			n := min(h.skip, len(b))
			h.skip -= n
			used += n
			continue
		}
		if b[0] != typeData {
			if records++; records > maxRecords {
				s.tx.raise(EventTooManyRecordsInPacket)
				return used, app.Failed
			}
		}
		var n int
		if b[0]&0xc0 != 0 {
			n, st = s.recordV2(c, d, b, used)
		} else {
			n, st = s.record(c, d, b, used)
		}
		used += n
		if n == 0 || st != app.OK {
			break
		}
	}
	return used, st
}

// record reads one TLS or SSLv3 record.
func (s *State) record(c *app.Call, d input.Dir, b []byte, at int) (int, app.Status) {
	if len(b) < recordHead {
		return 0, app.OK
	}
	h, k := &s.side[d], &s.tx.side[d]
	typ, n := b[0], int(binary.BigEndian.Uint16(b[3:]))
	version, before := binary.BigEndian.Uint16(b[1:]), k.version
	if k.hello.Version != 0 && k.version != 0 {
		version = k.version
	}
	if typ < typeChangeCipher || typ > typeHeartbeat {
		s.tx.raise(EventInvalidRecordType)
		if before != tls10 && before != tls11 {
			return 0, app.Failed
		}
		// RFC 4346 section 6 has such records ignored.
		h.skip = n
		return recordHead, app.OK
	}
	if n == 0 || n > maxRecord {
		s.tx.raise(EventInvalidRecordLength)
		s.tx.raise(EventInvalidTLSHeader)
		return 0, app.Failed
	}
	if !validVersion(version) {
		s.tx.raise(EventInvalidRecordVersion)
		return 0, app.Failed
	}
	k.version = version
	if typ != typeData && len(b) < recordHead+n {
		return 0, app.OK
	}
	h.v2 = false
	s.frames(c, typ, at, n)
	if typ == typeData {
		h.skip = n
		return recordHead, s.data(c.Flow, d)
	}
	body := b[recordHead : recordHead+n]
	st := app.OK
	switch typ {
	case typeChangeCipher:
		h.ciphered, h.opaque = true, true
		if d == 0 {
			k.shaken = true
		}
	case typeAlert:
		st = s.alert(body)
	case typeHandshake:
		if s.readable(d) {
			st = s.handshake(d, body)
		}
	case typeHeartbeat:
		st = s.beat.record(s, d, body)
	}
	return recordHead + n, st
}

// Frames, by their place in input.FrameNames.
const (
	framePDU uint8 = iota
	frameHead
	frameData
	frameAlert
	frameHeartbeat
	frameV2Head
	frameV2PDU
)

// frames notes a record of n octets behind its head.
func (s *State) frames(c *app.Call, typ byte, at, n int) { s.framesAt(c, typ, at, recordHead, n) }

func (s *State) framesAt(c *app.Call, typ byte, at, head, n int) {
	if c.Flow.Env.Frames == app.FrameOff {
		return
	}
	id := s.tx.id
	c.Frame(framePDU, at, int64(head+n)).Tx(id)
	c.Frame(frameHead, at, int64(head)).Tx(id)
	c.Frame(frameData, at+head, int64(n)).Tx(id)
	switch typ {
	case typeAlert:
		c.Frame(frameAlert, at+head, int64(n)).Tx(id)
	case typeHeartbeat:
		c.Frame(frameHeartbeat, at+head, int64(n)).Tx(id)
	}
}

// readable reports whether a handshake record of direction d is in the clear. In
// TLS 1.3 a ChangeCipherSpec means nothing (RFC 8446 appendix D.4): what is
// encrypted comes as application data.
func (s *State) readable(d input.Dir) bool {
	if !s.side[d].ciphered {
		return true
	}
	server, client := s.tx.side[1].version, s.tx.side[0].version
	if s.tx.side[1].hello.Version != 0 {
		return server > tls12
	}
	return s.tx.side[0].hello.Version != 0 && client > tls12
}

// data notes application data: the handshake is over.
func (s *State) data(f *app.Flow, d input.Dir) app.Status {
	if s.tx.side[0].hello.EarlyData && s.tx.side[1].hello.Version == 0 {
		// 0-RTT data follows the ClientHello at once (RFC 8446 section 2.3).
		return app.OK
	}
	s.side[d].opaque = true
	s.tx.side[d].shaken = true
	switch s.sh.opts.Encryption {
	case app.EncryptionTrackOnly:
		f.Opaque = true
	case app.EncryptionBypass:
		f.Opaque = true
		return app.Bypass
	}
	return app.OK
}

// alert reads an alert in the clear; a longer one is encrypted.
func (s *State) alert(b []byte) app.Status {
	if len(b) < 2 {
		s.tx.raise(EventInvalidAlertMessage)
		return app.Failed
	}
	if len(b) == 2 && b[0] == 2 {
		s.tx.fatal = true
	}
	return app.OK
}
