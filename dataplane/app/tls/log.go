package tls

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
	"github.com/weir-ips/weir/match/input"
)

// worth reports whether there is something to log: a certificate, or a session
// that needs none.
func (t *Tx) worth() bool {
	return !t.logged && (t.side[1].hasCert || t.resumed && t.s.sh.opts.Resumed || t.withoutCert)
}

// LogReady is true once when the handshake is over for both sides.
func (t *Tx) LogReady() bool {
	return t.worth() && (t.side[0].shaken || t.Done(input.ToServer)) && (t.side[1].shaken || t.Done(input.ToClient))
}

// Log writes the event; false when it was, or there is nothing to say.
func (t *Tx) Log(w *event.Writer, f *app.Flow) bool {
	if !t.worth() {
		return false
	}
	t.logged = true
	w.EventType("tls")
	w.Obj("tls")
	t.write(w, t.s.sh.opts.Fields)
	if f.Orig != input.AppUnknown {
		w.StrConst("from_proto", f.Orig.String())
	}
	w.End()
	return true
}

// Meta writes the object of alerts.
func (t *Tx) Meta(w *event.Writer) {
	w.Obj("tls")
	if t.live && !t.late {
		t.write(w, Extended|FieldJA4)
	}
	w.End()
}

func (t *Tx) write(w *event.Writer, f Fields) {
	c, s := &t.side[0], &t.side[1]
	s.writeNames(w, f)
	if f&FieldAltNames != 0 && len(s.sans) > 0 {
		w.Arr("subjectaltname")
		for i := range len(s.sans) / 4 {
			w.Str("", s.altName(i))
		}
		w.End()
	}
	if f&FieldResumed != 0 && t.resumed && !s.hasCert && s.greeted && !t.withoutCert {
		w.Bool("session_resumed", true)
	}
	s.writeCertificate(w, f)
	if f&FieldSNI != 0 && c.hello.SNI.Len > 0 {
		w.Str("sni", at(c.body, c.hello.SNI))
	}
	if f&FieldVersion != 0 {
		v := s.version
		if v == 0 {
			v = c.version
		}
		writeVersion(w, v)
	}
	s.writeDates(w, f)
	s.writeChain(w, f&FieldCertificate != 0, f&FieldChain != 0)
	if f&FieldJA3 != 0 {
		c.writeJA3(w, "ja3")
	}
	if f&FieldJA3S != 0 {
		s.writeJA3(w, "ja3s")
	}
	if f&FieldJA4 != 0 && c.ja4.Len > 0 {
		w.Str("ja4", at(c.prints, c.ja4))
	}
	if f&FieldClientALPN != 0 {
		c.writeALPN(w, "client_alpns")
	}
	if f&FieldServerALPN != 0 {
		s.writeALPN(w, "server_alpns")
	}
	if f&FieldClientHandshake != 0 {
		c.writeHandshake(w, "client_handshake", t.s.sh.fp, true)
	}
	if f&FieldServerHandshake != 0 {
		s.writeHandshake(w, "server_handshake", t.s.sh.fp, false)
	}
	if f&FieldClient != 0 && c.hasCert {
		w.Obj("client")
		c.writeNames(w, Basic)
		c.writeCertificate(w, Extended)
		c.writeDates(w, Extended)
		c.writeChain(w, f&FieldClientCertificate != 0, f&FieldClientChain != 0)
		w.End()
	}
}

func writeVersion(w *event.Writer, v uint16) {
	name, ok := versionNames[v]
	if !ok {
		name, ok = dtlsNames[v]
	}
	if ok {
		w.StrConst("version", name)
		return
	}
	var b [5]byte
	w.Str("version", strconv.AppendUint(b[:0], uint64(v), 10))
}

func (k *side) writeNames(w *event.Writer, f Fields) {
	if !k.hasCert {
		return
	}
	if f&FieldSubject != 0 {
		w.Str("subject", at(k.words, k.subject))
	}
	if f&FieldIssuer != 0 {
		w.Str("issuerdn", at(k.words, k.issuer))
	}
}

func (k *side) writeCertificate(w *event.Writer, f Fields) {
	if !k.hasCert {
		return
	}
	if f&FieldSerial != 0 {
		w.Str("serial", at(k.words, k.serial))
	}
	if f&FieldFingerprint != 0 {
		w.Str("fingerprint", at(k.words, k.fingerprint))
	}
}

func (k *side) writeDates(w *event.Writer, f Fields) {
	if f&FieldNotBefore != 0 && k.notBefore != 0 {
		writeDate(w, "notbefore", k.notBefore)
	}
	if f&FieldNotAfter != 0 && k.notAfter != 0 {
		writeDate(w, "notafter", k.notAfter)
	}
}

func writeDate(w *event.Writer, key string, sec int64) {
	var b [40]byte
	w.Str(key, time.Unix(sec, 0).UTC().AppendFormat(b[:0], "2006-01-02T15:04:05"))
}

func (k *side) writeChain(w *event.Writer, first, all bool) {
	if first && k.chainLen > 0 {
		w.Base64("certificate", k.certificate(0))
	}
	if all && k.chainLen > 0 {
		w.Arr("chain")
		for rest := k.chain; len(rest) >= 3 && length24(rest) <= len(rest)-3 && !w.Full(); rest = rest[3+length24(rest):] {
			w.Base64("", rest[3:3+length24(rest)])
		}
		w.End()
	}
}

func (k *side) writeJA3(w *event.Writer, key string) {
	if k.ja3.Len == 0 {
		return
	}
	w.Obj(key)
	w.Str("hash", at(k.prints, k.ja3Hash))
	w.Str("string", at(k.prints, k.ja3))
	w.End()
}

func (k *side) writeALPN(w *event.Writer, key string) {
	for i := 0; ; i++ {
		name, ok := k.hello.Name(k.body, i)
		if !ok {
			if i > 0 {
				w.End()
			}
			return
		}
		if i == 0 {
			w.Arr(key)
		}
		w.Str("", name)
	}
}

// writeHandshake writes what a fingerprint is made of.
func (k *side) writeHandshake(w *event.Writer, key string, fp *Fingerprinter, client bool) {
	h := &k.hello
	if k.body == nil || !h.Whole {
		return
	}
	w.Obj(key)
	v := h.Version
	if client {
		if v = max(v, h.Supported); h.dtls && h.Supported != 0 {
			v = h.Supported
		}
	}
	writeVersion(w, v)
	if client {
		writeNumbers(w, "ciphers", fp.values(at(k.body, h.Ciphers)))
	} else {
		w.Uint("cipher", uint64(binary.BigEndian.Uint16(at(k.body, h.Ciphers))))
	}
	writeNumbers(w, "exts", fp.extensions(at(k.body, h.Extensions)))
	if client {
		writeNumbers(w, "sig_algs", fp.values(at(k.body, h.SigAlgs)))
	}
	w.End()
}

func writeNumbers(w *event.Writer, key string, list []uint16) {
	if len(list) == 0 {
		return
	}
	w.Arr(key)
	for _, v := range list {
		w.Uint("", uint64(v))
	}
	w.End()
}
