package ike

import (
	"encoding/binary"
	"strconv"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// logVersion is that of the record's form: attributes are a list.
const logVersion = 2

// Log writes the message's record.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.size == 0 {
		return false
	}
	w.EventType("ike")
	t.Meta(w)
	return true
}

// Meta writes the object that alerts carry.
func (t *Tx) Meta(w *event.Writer) {
	if t.size == 0 {
		return
	}
	w.Obj("ike")
	w.Uint("_v", logVersion)
	w.Uint("version_major", uint64(t.version))
	w.Uint("version_minor", uint64(t.minor))
	w.Str("init_spi", t.Text[:2*spiLen])
	w.Str("resp_spi", t.Text[2*spiLen:messageAt])
	w.Uint("message_id", uint64(t.head.id))
	w.Uint("exchange_type", uint64(t.exchange))
	if t.version == 1 {
		t.log1(w)
	} else {
		t.log2(w)
	}
	w.End()
}

func (t *Tx) log1(w *event.Writer) {
	if t.st.opt.Extended {
		if name := exchangeNames.of(uint16(t.exchange)); name != "" {
			w.StrConst("exchange_type_verbose", name)
		}
	}
	s := t.st
	if server := &s.sides[1]; server.transforms > 0 {
		w.Arr("attributes")
		logAttributes(w, server.chosen)
		w.End()
	}
	if t.Dir == input.ToClient && t.transforms > 1 {
		w.Arr("server_proposals")
		t.logTransforms(w)
		w.End()
	}
	w.Arr("payload")
	for _, typ := range t.types.list[:t.types.n] {
		w.StrConst("", v1PayloadNames.of(uint16(typ)))
	}
	w.End()
	w.Obj("ikev1")
	if s.hasDOI {
		w.Uint("doi", uint64(s.doi))
	}
	w.Bool("encrypted_payloads", t.encrypted)
	if !t.encrypted {
		w.Obj("client")
		logSide(w, &s.sides[0])
		if t.Dir == input.ToServer && t.transforms > 0 {
			w.Arr("proposals")
			t.logTransforms(w)
			w.End()
		}
		w.End()
		w.Obj("server")
		logSide(w, &s.sides[1])
		w.End()
		if t.vendors > 0 {
			w.Arr("vendor_ids")
			for at, i := messageAt+t.size, 0; i < t.vendors && !w.Full(); i++ {
				n := int(binary.BigEndian.Uint16(t.Text[at:]))
				w.Str("", t.Text[at+2:at+2+n])
				at += 2 + n
			}
			w.End()
		}
	}
	w.End()
}

func logSide(w *event.Writer, s *side) {
	if len(s.kx) > 0 {
		w.Hex("key_exchange_payload", s.kx)
		w.Uint("key_exchange_payload_length", uint64(len(s.kx)))
	}
	if len(s.nonce) > 0 {
		w.Hex("nonce_payload", s.nonce)
		w.Uint("nonce_payload_length", uint64(len(s.nonce)))
	}
}

// logTransforms writes the attributes of all transforms of the message.
func (t *Tx) logTransforms(w *event.Writer) {
	p := chain(t.message()[headLen:], t.next)
	for p.step() && !w.Full() {
		if p.typ != v1SA || len(p.data) < 8 {
			continue
		}
		for q := chain(p.data[8:], v1Proposal); q.step() && !w.Full(); {
			if q.typ != v1Proposal || len(q.data) < 4 || len(q.data)-4 < int(q.data[2]) {
				continue
			}
			for r := chain(q.data[4+int(q.data[2]):], v1Transform); r.step() && !w.Full(); {
				if r.typ == v1Transform && len(r.data) >= 4 {
					logAttributes(w, r.data[4:])
				}
			}
		}
	}
}

func logAttributes(w *event.Writer, b []byte) {
	for a := (attributes{b: b}); a.step() && !w.Full(); {
		w.Obj("")
		w.StrConst("key", attributeName(a.typ))
		w.StrConst("value", attributeValue(a.typ, a.value))
		if a.octets != nil {
			w.Hex("raw", a.octets)
		} else {
			w.Uint("raw", uint64(a.value))
		}
		w.End()
	}
}

func (t *Tx) log2(w *event.Writer) {
	if t.flags&flagInitiator != 0 {
		w.StrConst("role", "initiator")
	} else {
		w.StrConst("role", "responder")
		for typ, key := range [numTransforms]string{transformEnc: "alg_enc", transformAuth: "alg_auth", transformPRF: "alg_prf",
			transformDH: "alg_dh", transformESN: "alg_esn"} {
			if key != "" {
				t.name(w, key, &transformNames[typ], t.st.algorithms[typ])
			}
		}
	}
	w.Arr("payload")
	t.name(w, "", &v2PayloadNames, uint16(t.next))
	p := chain(t.message()[headLen:], t.next)
	for p.step() && !w.Full() {
		t.name(w, "", &v2PayloadNames, uint16(p.next))
	}
	w.End()
	w.Obj("ikev2")
	w.Uint("errors", uint64(t.errors))
	told := false
	for p := chain(t.message()[headLen:], t.next); p.step() && !w.Full(); {
		if p.typ != v2Notify || len(p.data) < 4 {
			continue
		}
		if !told {
			told = true
			w.Arr("notify")
		}
		t.name(w, "", &notifyNames, binary.BigEndian.Uint16(p.data[2:]))
	}
	if told {
		w.End()
	}
	w.End()
}

// name writes a number by its name; one that has none, behind the registry's.
func (t *Tx) name(w *event.Writer, key string, n *registry, v uint16) {
	if text := n.names.of(v); text != "" {
		w.StrConst(key, text)
		return
	}
	b := append(append(t.Pool.Room[:0], n.name...), '(')
	b = append(strconv.AppendUint(b, uint64(v), 10), " / 0x"...)
	w.Str(key, append(strconv.AppendUint(b, uint64(v), 16), ')'))
}
