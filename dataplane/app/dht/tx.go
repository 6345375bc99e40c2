package dht

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/single"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is a message; its text is the datagram.
type Tx struct {
	single.Base[Tx]
	message
	// bad: no message, and none of the rest is set.
	bad bool
}

func base(t *Tx) *single.Base[Tx] { return &t.Base }

// View: rules have no buffers of the protocol.
func (t *Tx) View(buf.ID, input.Dir, int) input.View { return input.View{Avail: input.None} }

// Num: nor numbers.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

func (t *Tx) octets(s span) []byte { return t.Text[s.off : s.off+s.n] }

// Log writes the event.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	if t.bad {
		return false
	}
	w.EventType("bittorrent_dht")
	t.Meta(w)
	return true
}

// Meta writes the object.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("bittorrent_dht")
	w.Hex("transaction_id", t.octets(t.id.span))
	t.hex(w, "client_version", t.version)
	switch {
	case t.bad:
	case t.kind == kindError:
		w.Obj("error")
		w.Uint("num", uint64(t.code))
		w.Str("msg", t.octets(t.text.span))
		w.End()
	case t.kind == kindResponse:
		t.response(w, &t.reply)
	default:
		w.Str("request_type", t.octets(t.name.span))
		t.request(w, &t.query)
	}
	w.End()
}

func (t *Tx) hex(w *event.Writer, key string, o opt) {
	if o.is {
		w.Hex(key, t.octets(o.span))
	}
}

func (t *Tx) request(w *event.Writer, a *args) {
	w.Obj("request")
	t.hex(w, "id", a.id)
	t.hex(w, "target", a.target)
	t.hex(w, "info_hash", a.infoHash)
	t.hex(w, "token", a.token)
	if a.hasImplied {
		w.Uint("implied_port", uint64(a.implied))
	}
	if a.hasPort {
		w.Uint("port", uint64(a.port))
	}
	w.End()
}

func (t *Tx) response(w *event.Writer, a *args) {
	w.Obj("response")
	t.hex(w, "id", a.id)
	nodes(w, "nodes", t.octets(a.nodes), nodeLen)
	nodes(w, "nodes6", t.octets(a.nodes6), node6Len)
	if a.hasValues {
		w.Arr("values")
		r := reader{b: t.octets(a.values)}
		for !w.Full() && !r.bad && !r.take('e') {
			s := r.text()
			n := peerLen
			if s.n >= peer6Len {
				n = peer6Len
			}
			w.Obj("")
			endpoint(w, r.b[s.off:s.off+n])
			w.End()
		}
		w.End()
	}
	t.hex(w, "token", a.token)
	w.End()
}

// nodes writes those that stand whole in b, each of size octets.
func nodes(w *event.Writer, key string, b []byte, size int) {
	if len(b) < size {
		return
	}
	w.Arr(key)
	for ; len(b) >= size && !w.Full(); b = b[size:] {
		w.Obj("")
		w.Hex("id", b[:idLen])
		endpoint(w, b[idLen:size])
		w.End()
	}
	w.End()
}

// endpoint writes an address of either version and the port behind it.
func endpoint(w *event.Writer, b []byte) {
	var a [16]byte
	n, version := len(b)-2, uint8(4)
	if copy(a[:], b[:n]) == 16 {
		version = 6
	}
	w.IP("ip", &a, version)
	w.Uint("port", uint64(binary.BigEndian.Uint16(b[n:])))
}
