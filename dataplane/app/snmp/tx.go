package snmp

import (
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message, which is its text; behind it stand, of a trap of version 1, its
// enterprise and agent written out.
type Tx struct {
	single.Base[Tx]
	message
	trapOID, trapAgent span
	// bad: no message, and none of the rest is set.
	bad bool
}

func base(t *Tx) *single.Base[Tx] { return &t.Base }

func (t *Tx) octets(s span) []byte { return t.Text[s.off : s.off+s.n : s.off+s.n] }

// describe writes out what rules want as text of a trap; false: no memory.
func (t *Tx) describe() bool {
	b := appendOID(t.Pool.Room[:0], t.octets(t.enterprise))
	t.trapOID = span{len(t.Text), len(b)}
	n := len(b)
	for i, o := range t.octets(t.agent) {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, uint64(o), 10)
	}
	t.trapAgent = span{len(t.Text) + n, len(b) - n}
	return t.Keep(b)
}

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
	return input.Whole(t.octets(s), i == 0 && d == t.Dir && s.n > 0, true)
}

// Num is the version or the PDU's type.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if i == 0 && d == t.Dir && !t.bad {
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
		for c := (cursor{b: t.Text, off: t.vars.off, end: t.vars.off + t.vars.n}); c.off < c.end && !w.Full(); {
			w.Str("", appendOID(t.Pool.Room[:0], t.octets(t.next(&c))))
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
	b := append(append(t.Pool.Room[:0], typ...), '(')
	w.Str(key, append(strconv.AppendUint(b, uint64(v), 10), ')'))
}
