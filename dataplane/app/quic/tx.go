package quic

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app/tls"
	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Tx is one packet: complete from the start, and seen in one direction only.
type Tx struct {
	sh      *shared
	id      uint64
	dir     input.Dir
	version [4]byte
	events  uint8
	// body is the hello that the packet completed; text what was made of it.
	body, text []byte
	hello      tls.Hello
	ja3, ja4   tls.Span
	ja3Hash    tls.Span
	// Of Google's hellos: names, browser, and each hello's CYU.
	sni, ua tls.Span
	// ver is the version as a buffer, made when it is asked for.
	ver  tls.Span
	cyu  [maxCYU]struct{ str, hash tls.Span }
	ncyu int
	det  input.TxDetect
}

// maxCYU bounds the hellos of one packet.
const maxCYU = 4

func at(b []byte, s tls.Span) []byte { return b[s.Off : s.Off+s.Len : s.Off+s.Len] }

func (t *Tx) raise(ev uint16) { t.events |= 1 << ev }

// keep appends to the transaction's text; an empty span: no memory.
func (t *Tx) keep(b []byte) tls.Span {
	out, ok := t.sh.env.Keep.Append(t.text, b)
	if !ok {
		return tls.Span{}
	}
	t.text = out
	return tls.Span{Off: len(out) - len(b), Len: len(b)}
}

// read keeps a hello and makes its fingerprints.
func (t *Tx) read(body []byte, client bool) {
	kept, ok := t.sh.env.Keep.Append(nil, body)
	if !ok {
		return
	}
	t.body = kept
	h := &t.hello
	h.Parse(kept, client)
	if !h.Whole {
		return
	}
	if t.sh.opts.JA3 {
		t.ja3 = t.keep(t.sh.fp.JA3(h, kept, client))
		sum := tls.MD5(at(t.text, t.ja3))
		t.ja3Hash = t.keep(sum[:])
	}
	if t.sh.opts.JA4 && client {
		ja4 := t.sh.fp.JA4(h, kept, tls.OverQUIC)
		t.ja4 = t.keep(ja4[:])
	}
}

// readTags keeps a hello of Google's QUIC: CYU is the version, of those that it was
// made for, and the names of the tags, in order.
func (t *Tx) readTags(g *tags) {
	start := len(t.text)
	v := version(binary.BigEndian.Uint32(t.version[:]))
	ok := (v >= q043 && v <= q046 || v == q050) && t.keep(t.version[2:]).Len > 0
	for i := 0; ok && i < g.n; i++ {
		name, _ := g.tag(i)
		sep := dash
		if i == 0 {
			sep = comma
		}
		ok = t.keep(sep).Len > 0 && (len(name) == 0 || t.keep(name).Len > 0)
	}
	if ok && t.ncyu < maxCYU {
		c := &t.cyu[t.ncyu]
		c.str = tls.Span{Off: start, Len: len(t.text) - start}
		sum := tls.MD5(at(t.text, c.str))
		if c.hash = t.keep(sum[:]); c.hash.Len > 0 {
			t.ncyu++
		}
	}
	for i := range g.n {
		name, value := g.tag(i)
		switch {
		case len(value) == 0:
		case string(name) == "SNI" && t.sni.Len == 0:
			t.sni = t.keep(value)
		case string(name) == "UAID" && t.ua.Len == 0:
			t.ua = t.keep(value)
		}
	}
}

var dash, comma = []byte{'-'}, []byte{','}

// Only is the packet's direction.
func (t *Tx) Only() input.Dir { return t.dir }

// Done is always true.
func (t *Tx) Done(input.Dir) bool { return true }

// Progress is always complete.
func (t *Tx) Progress(input.Dir) uint8 { return input.Complete }

// Event reports whether the event was raised.
func (t *Tx) Event(id uint16) bool { return id < 8 && t.events&(1<<id) != 0 }

// Detect is the engine's record.
func (t *Tx) Detect() *input.TxDetect { return &t.det }

// ID counts packets of the flow.
func (t *Tx) ID() uint64 { return t.id }

// Release gives the memory back.
func (t *Tx) Release() {
	sh := t.sh
	sh.env.Keep.Later(t.body)
	sh.env.Keep.Later(t.text)
	*t = Tx{sh: sh}
	sh.txs.Put(t)
}

// Num: QUIC has no numeric fields.
func (t *Tx) Num(buf.FieldID, input.Dir, int) (uint64, input.Avail) { return 0, input.None }

// View is instance i of a buffer.
func (t *Tx) View(id buf.ID, d input.Dir, i int) input.View {
	if b := t.find(id, i); d == t.dir && len(b) > 0 {
		return input.View{Data: b, Avail: input.Done, First: true, Last: true}
	}
	return input.View{Avail: input.None}
}

func (t *Tx) find(id buf.ID, i int) []byte {
	switch id {
	case buf.QUICCYUHash:
		if i < t.ncyu {
			return at(t.text, t.cyu[i].hash)
		}
		return nil
	case buf.QUICCYUString:
		if i < t.ncyu {
			return at(t.text, t.cyu[i].str)
		}
		return nil
	}
	if i > 0 {
		return nil
	}
	client := t.dir == input.ToServer
	switch id {
	case buf.QUICVersion:
		return t.versionView()
	case buf.QUICSNI:
		return t.name()
	case buf.QUICUA:
		return at(t.text, t.ua)
	case buf.JA3Hash:
		if client {
			return at(t.text, t.ja3Hash)
		}
	case buf.JA3String:
		if client {
			return at(t.text, t.ja3)
		}
	case buf.JA3SHash:
		if !client {
			return at(t.text, t.ja3Hash)
		}
	case buf.JA3SString:
		if !client {
			return at(t.text, t.ja3)
		}
	case buf.JA4Hash:
		return at(t.text, t.ja4)
	}
	return nil
}

// name is the server's name, of either kind of hello.
func (t *Tx) name() []byte {
	if t.hello.SNI.Len > 0 {
		return at(t.body, t.hello.SNI)
	}
	return at(t.text, t.sni)
}

// versionView is the version as it stands on the wire, in memory that may be
// shown to the matcher.
func (t *Tx) versionView() []byte {
	if t.ver.Len == 0 {
		t.ver = t.keep(t.version[:])
	}
	return at(t.text, t.ver)
}
