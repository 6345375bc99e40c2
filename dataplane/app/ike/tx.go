package ike

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// span is a run of octets of a message.
type span struct{ off, n int }

// types are the kinds of payloads of a message of version 1, each once, in the order
// in which they came first.
type types struct {
	seen [4]uint64
	list [maxTypes]uint8
	n    uint8
}

// maxTypes is how many kinds have a name, and one more.
const maxTypes = 24

func (l *types) add(typ uint8) {
	if l.seen[typ>>6]>>(typ&63)&1 != 0 || int(l.n) == len(l.list) {
		return
	}
	l.seen[typ>>6] |= 1 << (typ & 63)
	if v1PayloadNames.of(uint16(typ)) != "" {
		l.list[l.n] = typ
		l.n++
	}
}

// choice is an attribute, by its number of version 1, and its value.
type choice struct {
	typ   uint8
	value uint32
}

// maxAttributes is the most attributes that a rule may ask for.
const maxAttributes = 16

// Tx is a message. Its text is both SPIs in hexadecimal, the message of size octets,
// and its vendor identifiers, each behind its length.
type Tx struct {
	single.Base[Tx]
	head
	st      *State
	size    int
	vendors int
	// kx, nonce and first, the attributes of the first of all transforms, lie in the
	// message.
	kx, nonce, first span
	transforms       int
	encrypted        bool
	types            types
	chosen           [maxAttributes]choice
	nchosen          uint8
	errors           uint32
}

func base(t *Tx) *single.Base[Tx] { return &t.Base }

const messageAt = 4 * spiLen // behind the SPIs

func (t *Tx) message() []byte { return t.Text[messageAt : messageAt+t.size] }

func (t *Tx) octets(s span) []byte { return t.message()[s.off : s.off+s.n] }

func (t *Tx) raiseIf(is bool, ev uint16) {
	if is {
		t.Raise(ev)
	}
}

// transform notes the attributes of a transform of version 1.
func (t *Tx) transform(at span) {
	if t.transforms++; t.transforms > 1 {
		return
	}
	t.first = at
	a := attributes{b: t.octets(at)}
	var seen uint32
	for a.step() {
		if a.typ >= 32 || seen>>a.typ&1 != 0 || a.octets != nil || int(t.nchosen) == len(t.chosen) {
			continue
		}
		seen |= 1 << a.typ
		t.chosen[t.nchosen] = choice{uint8(a.typ), a.value}
		t.nchosen++
	}
}

// View is input.Tx's.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if d != t.Dir || t.size == 0 {
		return input.View{Avail: input.None}
	}
	if id == buf.IKEVendor {
		v, ok := t.vendorAt(i)
		return input.Whole(v, ok, true)
	}
	if i > 0 {
		return input.View{Avail: input.None}
	}
	switch id {
	case buf.IKEInitSPI:
		return input.Whole(t.Text[:2*spiLen], true, true)
	case buf.IKERespSPI:
		return input.Whole(t.Text[2*spiLen:messageAt], true, true)
	case buf.IKEKeyExchangePayload:
		return input.Whole(t.octets(t.kx), t.kx.n > 0, true)
	case buf.IKENoncePayload:
		return input.Whole(t.octets(t.nonce), t.nonce.n > 0, true)
	}
	return input.View{Avail: input.None}
}

// vendorAt is one of the vendor identifiers.
func (t *Tx) vendorAt(i int) ([]byte, bool) {
	if i < 0 || i >= t.vendors {
		return nil, false
	}
	at := messageAt + t.size
	for ; i > 0; i-- {
		at += 2 + int(binary.BigEndian.Uint16(t.Text[at:]))
	}
	n := int(binary.BigEndian.Uint16(t.Text[at:]))
	return t.Text[at+2 : at+2+n], true
}

// Num is input.Tx's.
func (t *Tx) Num(id buf.FieldID, d input.Dir, i int) (uint64, input.Avail) {
	if d != t.Dir || t.size == 0 {
		return 0, input.None
	}
	if id == buf.FieldIKESA {
		if i < 0 || i >= int(t.nchosen) {
			return 0, input.None
		}
		c := t.chosen[i]
		return uint64(c.typ)<<32 | uint64(c.value), input.Done
	}
	switch {
	case i > 0:
	case id == buf.FieldIKEExchType:
		return uint64(t.exchange), input.Done
	case id == buf.FieldIKEKeyExchangeLen && t.kx.n > 0:
		return uint64(t.kx.n), input.Done
	case id == buf.FieldIKENonceLen && t.nonce.n > 0:
		return uint64(t.nonce.n), input.Done
	}
	return 0, input.None
}
