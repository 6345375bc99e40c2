package dhcp

import (
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message.
type Tx struct {
	sh     *shared
	id     uint64
	dir    input.Dir
	det    input.TxDetect
	msg    []byte // headerLen octets at least
	typ    byte   // of option 53; 0: BOOTP
	events uint8
	logged bool
	// lease, renewal and rebinding are seconds, where has says that there are some.
	lease, renewal, rebinding seconds32
}

type seconds32 struct {
	v   uint32
	has bool
}

// read takes what rules may ask for out of the options. Of an option that comes
// twice the first counts.
func (t *Tx) read() {
	w := walk{b: t.msg}
	for {
		code, data, ok := w.next()
		if !ok {
			break
		}
		switch code {
		case optType:
			if t.typ == 0 && len(data) == 1 {
				t.typ = data[0]
			}
		case optLeaseTime:
			t.lease.set(data)
		case optRenewal:
			t.renewal.set(data)
		case optRebinding:
			t.rebinding.set(data)
		}
	}
	switch w.worst {
	case malformed:
		t.events |= 1 << EventMalformedOptions
	case truncated:
		t.events |= 1 << EventTruncatedOptions
	}
}

func (s *seconds32) set(b []byte) {
	if v, ok := seconds(b); ok && !s.has {
		s.v, s.has = v, true
	}
}

// Only is the direction that the message went.
func (t *Tx) Only() input.Dir { return t.dir }

// Done: a message is complete when it is there.
func (t *Tx) Done(input.Dir) bool { return true }

// Progress has no steps.
func (t *Tx) Progress(input.Dir) uint8 { return input.Complete }

// View: rules have no buffers of DHCP.
func (t *Tx) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }

// Num is one of the times, in seconds.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if d != t.dir || i > 0 {
		return 0, input.None
	}
	var s seconds32
	switch id {
	case buf.FieldDHCPLeaseTime:
		s = t.lease
	case buf.FieldDHCPRenewalTime:
		s = t.renewal
	case buf.FieldDHCPRebindingTime:
		s = t.rebinding
	}
	if !s.has {
		return 0, input.None
	}
	return uint64(s.v), input.Done
}

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < numEvents && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts the flow's transactions.
func (t *Tx) ID() uint64 { return t.id }

// LogReady is true once.
func (t *Tx) LogReady() bool { return !t.logged }

// Release gives everything back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	sh.env.Keep.Later(t.msg)
	*t = Tx{}
	sh.txs.Put(t)
}
