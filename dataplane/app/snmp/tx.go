package snmp

import (
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message.
type Tx struct {
	message
	sh  *shared
	id  uint64
	dir input.Dir
	det input.TxDetect
	// text is the message; behind it stand, of a trap of version 1, its enterprise
	// and agent written out.
	text               []byte
	trapOID, trapAgent span
	events             uint8
	// bad: no message, and none of the rest is set.
	bad bool
}

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

func (t *Tx) octets(s span) []byte { return t.text[s.off : s.off+s.n : s.off+s.n] }

// describe writes out what rules want as text of a trap; false: no memory.
func (t *Tx) describe() bool {
	b := appendOID(t.sh.text[:0], t.octets(t.enterprise))
	t.trapOID = span{len(t.text), len(b)}
	n := len(b)
	for i, o := range t.octets(t.agent) {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, uint64(o), 10)
	}
	t.trapAgent = span{len(t.text) + n, len(b) - n}
	var ok bool
	t.text, ok = t.sh.env.Keep.Append(t.text, b)
	return ok
}

// Only is the direction that the message went.
func (t *Tx) Only() input.Dir { return t.dir }

// Done: a message is complete when it is made.
func (t *Tx) Done(input.Dir) bool { return true }

// Progress has no steps.
func (t *Tx) Progress(input.Dir) uint8 { return input.Complete }

// View is a text of the message.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	var s span
	switch id {
	case buf.SNMPCommunity:
		s = t.community
	case buf.SNMPUSM:
		s = t.user
	case buf.SNMPTrapOID:
		s = t.trapOID
	case buf.SNMPTrapAddress:
		s = t.trapAgent
	}
	return input.Whole(t.octets(s), i == 0 && d == t.dir && s.n > 0, true)
}

// Num is the version or the PDU's type.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if i == 0 && d == t.dir && !t.bad {
		switch {
		case id == buf.FieldSNMPVersion:
			return uint64(t.version), input.Done
		case id == buf.FieldSNMPPDUType && t.hasPDU:
			return uint64(t.pdu), input.Done
		case id == buf.FieldSNMPTrapType && t.hasPDU && t.pdu == trapV1:
			return uint64(t.trap), input.Done
		}
	}
	return 0, input.None
}

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts messages of the flow.
func (t *Tx) ID() uint64 { return t.id }

// Log writes the event.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.bad {
		return false
	}
	w.EventType("snmp")
	t.Meta(w)
	return true
}

// errorNames are the values of error-status that version 1 has, trapNames those of
// generic-trap (RFC 1157 sections 4.1.1, 4.1.6); EVE shows others by number.
var (
	errorNames = [...]string{"NoError", "TooBig", "NoSuchName", "BadValue", "ReadOnly", "GenErr"}
	trapNames  = [...]string{"coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure", "egpNeighborLoss", "enterpriseSpecific"}
)

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	if t.bad {
		return
	}
	w.Obj("snmp")
	w.Uint("version", uint64(t.version))
	if t.encrypted {
		w.StrConst("pdu_type", "encrypted")
		w.End()
		return
	}
	w.StrConst("pdu_type", pduNames[t.pdu])
	if t.status != 0 {
		t.name(w, "error", "ErrorStatus", errorNames[:], t.status)
	}
	if t.pdu == trapV1 {
		t.name(w, "trap_type", "TrapType", trapNames[:], t.trap)
		w.Str("trap_oid", t.octets(t.trapOID))
		w.Str("trap_address", t.octets(t.trapAgent))
	}
	if t.vars.n > 0 {
		w.Arr("vars")
		for c := (cursor{b: t.text, off: t.vars.off, end: t.vars.off + t.vars.n}); c.off < c.end && !w.Full(); {
			w.Str("", appendOID(t.sh.text[:0], t.octets(t.next(&c))))
		}
		w.End()
	}
	if t.version < 3 {
		w.Str("community", t.octets(t.community))
	}
	if t.hasUser {
		w.Str("usm", t.octets(t.user))
	}
	w.End()
}

// name writes a number by its name, or behind its type's.
func (t *Tx) name(w *event.Writer, key, typ string, names []string, v uint32) {
	if v < uint32(len(names)) {
		w.StrConst(key, names[v])
		return
	}
	b := append(append(t.sh.text[:0], typ...), '(')
	w.Str(key, append(strconv.AppendUint(b, uint64(v), 10), ')'))
}

// Release gives everything back.
func (t *Tx) Release() {
	sh := t.sh
	if sh == nil {
		return
	}
	sh.env.Keep.Later(t.text)
	*t = Tx{}
	sh.txs.Put(t)
}
