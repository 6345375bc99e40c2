package dhcp

import (
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message; its text are headerLen octets of it at least.
type Tx struct {
	single.Base[Tx]
	opts   *Options
	typ    byte // of option 53; 0: BOOTP
	logged bool
	// lease, renewal and rebinding are seconds, where has says that there are some.
	lease, renewal, rebinding seconds32
}

func base(t *Tx) *single.Base[Tx] { return &t.Base }

type seconds32 struct {
	v   uint32
	has bool
}

// read takes what rules may ask for out of the options. Of an option that comes
// twice the first counts.
func (t *Tx) read() {
	w := walk{b: t.Text}
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
		t.Raise(EventMalformedOptions)
	case truncated:
		t.Raise(EventTruncatedOptions)
	}
}

func (s *seconds32) set(b []byte) {
	if v, ok := seconds(b); ok && !s.has {
		s.v, s.has = v, true
	}
}

// View: rules have no buffers of DHCP.
func (t *Tx) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }

// Num is one of the times, in seconds.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if d != t.Dir || i > 0 {
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

// LogReady is true once.
func (t *Tx) LogReady() bool { return !t.logged }
