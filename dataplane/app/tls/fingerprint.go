package tls

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
)

// maxList bounds the values of one list that a fingerprint is made of; real
// hellos have below 200.
const maxList = 1024

// Fingerprinter has the room that fingerprints are made in. It belongs to one
// worker.
type Fingerprinter struct {
	list []uint16
	text []byte
}

// NewFingerprinter makes one.
func NewFingerprinter() *Fingerprinter {
	return &Fingerprinter{list: make([]uint16, 0, maxList), text: make([]byte, 0, 32<<10)}
}

// values reads the 16-bit values of a list, without GREASE.
func (p *Fingerprinter) values(b []byte) []uint16 {
	p.list = p.list[:0]
	for ; len(b) >= 2 && len(p.list) < maxList; b = b[2:] {
		if v := binary.BigEndian.Uint16(b); !grease(v) {
			p.list = append(p.list, v)
		}
	}
	return p.list
}

// extensions reads the types of the extensions, without GREASE.
func (p *Fingerprinter) extensions(b []byte) []uint16 {
	p.list = p.list[:0]
	for len(b) >= 4 && len(p.list) < maxList {
		if v := binary.BigEndian.Uint16(b); !grease(v) {
			p.list = append(p.list, v)
		}
		b = b[min(len(b), 4+int(binary.BigEndian.Uint16(b[2:]))):]
	}
	return p.list
}

func (p *Fingerprinter) decimals(list []uint16) {
	for i, v := range list {
		if i > 0 {
			p.text = append(p.text, '-')
		}
		p.text = strconv.AppendUint(p.text, uint64(v), 10)
	}
}

// JA3 is the string of a ClientHello, or JA3S of a ServerHello, valid until the
// next call.
func (p *Fingerprinter) JA3(h *Hello, b []byte, client bool) []byte {
	p.text = strconv.AppendUint(p.text[:0], uint64(h.Version), 10)
	p.text = append(p.text, ',')
	p.decimals(p.values(at(b, h.Ciphers)))
	p.text = append(p.text, ',')
	p.decimals(p.extensions(at(b, h.Extensions)))
	if !client {
		return p.text
	}
	p.text = append(p.text, ',')
	p.decimals(p.values(at(b, h.Curves)))
	p.text = append(p.text, ',')
	for i, v := range at(b, h.Formats) {
		if i > 0 {
			p.text = append(p.text, '-')
		}
		p.text = strconv.AppendUint(p.text, uint64(v), 10)
	}
	return p.text
}

func at(b []byte, s Span) []byte { return b[s.Off : s.Off+s.Len] }

// MD5 is the digest of a string in hex digits.
func MD5(s []byte) (digits [2 * md5.Size]byte) {
	sum := md5.Sum(s)
	hex.Encode(digits[:], sum[:])
	return digits
}

// JA4Len is the length of a JA4 fingerprint, octets.
const JA4Len = 36

// What carries a hello, as JA4 writes it.
const (
	OverTCP       byte = 't'
	OverQUIC      byte = 'q'
	OverDatagrams byte = 'd'
)

// JA4 is the fingerprint of a ClientHello (FoxIO, JA4.md): transport, version,
// counts and ALPN in the open, then digests of the sorted suites and of sorted
// extensions and signature algorithms.
func (p *Fingerprinter) JA4(h *Hello, b []byte, over byte) (out [JA4Len]byte) {
	out[0] = over
	v := max(h.Supported, h.Version)
	if h.dtls && h.Supported != 0 {
		v = h.Supported // they count down
	}
	copy(out[1:3], ja4Version(v))
	ciphers := p.values(at(b, h.Ciphers))
	two(out[4:6], len(ciphers))
	slices.Sort(ciphers)
	p.text = p.text[:0]
	p.hexes(ciphers)
	digest12(out[11:23], p.text)

	exts := p.extensions(at(b, h.Extensions))
	two(out[6:8], len(exts))
	out[3] = 'i'
	kept := exts[:0]
	for _, e := range exts {
		if e == extSNI {
			out[3] = 'd'
		}
		if e != extSNI && e != extALPN {
			kept = append(kept, e)
		}
	}
	slices.Sort(kept)
	p.text = p.text[:0]
	p.hexes(kept)
	p.text = append(p.text, '_')
	p.hexes(p.values(at(b, h.SigAlgs)))
	digest12(out[24:36], p.text)
	out[8], out[9] = ja4ALPN(h, b)
	out[10], out[23] = '_', '_'
	return out
}

func (p *Fingerprinter) hexes(list []uint16) {
	for i, v := range list {
		if i > 0 {
			p.text = append(p.text, ',')
		}
		p.text = append(p.text, digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15])
	}
}

const digits = "0123456789abcdef"

func digest12(out, text []byte) {
	sum := sha256.Sum256(text)
	hex.Encode(out, sum[:6])
}

func two(out []byte, n int) {
	n = min(n, 99)
	out[0], out[1] = byte('0'+n/10), byte('0'+n%10)
}

func ja4Version(v uint16) string {
	switch v {
	case tls13:
		return "13"
	case tls12:
		return "12"
	case tls11:
		return "11"
	case tls10:
		return "10"
	case ssl3:
		return "s3"
	case dtls10:
		return "d1"
	case dtls12:
		return "d2"
	case dtls13:
		return "d3"
	}
	return "00"
}

// ja4ALPN is the first and last character of the first ALPN name, of its hex
// digits when one is not alphanumeric.
func ja4ALPN(h *Hello, b []byte) (first, last byte) {
	name, ok := h.Name(b, 0)
	if !ok || len(name) == 2 && grease(binary.BigEndian.Uint16(name)) {
		return '0', '0'
	}
	first, last = name[0], name[len(name)-1]
	if !alphanumeric(first) || !alphanumeric(last) {
		return digits[first>>4], digits[last&15]
	}
	return first, last
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
