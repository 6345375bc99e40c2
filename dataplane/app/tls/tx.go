package tls

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is the flow's one transaction. Events that come up after it was released
// make another one that holds nothing else.
type Tx struct {
	s      *State
	flow   *app.Flow
	id     uint64
	side   [2]side
	events uint32
	// seen are the messages of the last call, as bits of the states below.
	seen uint8
	// live: made and not released. late: made for an event behind the handshake.
	// over: the parser gave up. fatal: a fatal alert ended the session.
	live, late, over, fatal bool
	// withoutCert: TLS 1.3, where certificates are encrypted.
	withoutCert, resumed, logged bool
	det                          input.TxDetect
}

// States that ssl_state asks for, as numbers of buf.FieldSSLState.
const (
	stateClientHello = iota + 1
	stateServerHello
	stateClientKeyX
	stateServerKeyX
)

// side is what one side said.
type side struct {
	// version is the side's: of its records, then of its hello.
	version uint16
	hello   Hello
	body    []byte
	// prints are the fingerprints.
	prints             []byte
	ja3, ja3Hash, ja4  Span
	chain, words, sans []byte
	chainLen           int
	subject, issuer    Span
	serial             Span
	fingerprint        Span

	notBefore, notAfter int64
	// Steps of the handshake: hello, certificates, ServerHelloDone, the end.
	greeted, certified, helloDone, shaken bool
	hasCert, eof                          bool
	// wanted: a rule has the certificates kept; taken: they were.
	wanted, taken bool
}

// raise notes an event, on a new transaction when the flow's was released.
func (t *Tx) raise(ev uint16) {
	if !t.live && t.flow != nil {
		id, ok := t.flow.NewTx(t)
		if !ok {
			return
		}
		t.live, t.late, t.id = true, true, id
	}
	t.events |= 1 << ev
}

// Done reports whether direction d is complete: encrypted on both sides, closed,
// or given up.
func (t *Tx) Done(d input.Dir) bool {
	return t.over || t.fatal || t.late || t.side[d-1].eof ||
		t.s.side[0].opaque && t.s.side[1].opaque && t.side[0].shaken && t.side[1].shaken
}

// Progress counts the steps of a side: 1 hello, 2 certificate, then of a client 3
// the end of the handshake, of a server 3 ServerHelloDone and 4 the end.
func (t *Tx) Progress(d input.Dir) uint8 {
	k := &t.side[d-1]
	switch {
	case t.Done(d):
		return input.Complete
	case k.shaken:
		return 2 + uint8(d)
	case k.helloDone:
		return 3
	case k.certified:
		return uint8(buf.StepTLSServerCert)
	case k.greeted:
		return uint8(buf.StepTLSClientHello)
	}
	return uint8(buf.Start)
}

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 32 && t.events&(1<<id) != 0 }

// Raised is app.Raising's.
func (t *Tx) Raised() [2]uint64 { return [2]uint64{uint64(t.events)} }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID is 0 but where the flow spoke another protocol before, and of late events.
func (t *Tx) ID() uint64 { return t.id }

// Num is a number of side d.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	k := &t.side[d-1]
	none := input.Wait
	if t.Done(d) {
		none = input.None
	}
	switch id {
	case buf.FieldTLSCertChainLen:
		if k.certified && i == 0 {
			return uint64(k.chainLen), input.Done
		}
	case buf.FieldTLSNotBefore, buf.FieldTLSNotAfter:
		if k.hasCert && i == 0 {
			if id == buf.FieldTLSNotBefore {
				return uint64(k.notBefore), input.Done
			}
			return uint64(k.notAfter), input.Done
		}
	case buf.FieldTLSVersion:
		switch {
		case k.version == 0:
		case i == 0 && isDraft(k.version):
			return tls13, input.Done
		case i == 0 || i == 1 && isDraft(k.version):
			return uint64(k.version), input.Done
		}
	case buf.FieldSSLState:
		for state := uint64(stateClientHello); state <= stateServerKeyX; state++ {
			if t.seen&(1<<state) != 0 {
				if i == 0 {
					return state, input.Done
				}
				i--
			}
		}
		if t.seen != 0 {
			none = input.None // there are no more
		}
	}
	if i > 0 {
		return 0, input.None
	}
	return 0, none
}

// Release gives the memory back; what the parser still needs stays.
func (t *Tx) Release() {
	keep := t.s.sh.env.Keep
	for i := range t.side {
		k := &t.side[i]
		for _, b := range [...][]byte{k.body, k.prints, k.chain, k.words, k.sans} {
			keep.Later(b)
		}
		*k = side{version: k.version, hello: k.hello, greeted: k.greeted, shaken: k.shaken, eof: k.eof}
	}
	t.live, t.late, t.events, t.logged, t.det = false, false, 0, true, input.TxDetect{}
}
