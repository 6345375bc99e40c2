package tls

import "encoding/binary"

// Span is a run of octets in a message.
type Span struct{ Off, Len int }

// Hello is a ClientHello or ServerHello (RFC 8446 section 4.1, RFC 5246 section
// 7.4.1). All spans are within the body that was parsed.
type Hello struct {
	// Version is the legacy version; Supported the one from supported_versions: a
	// server's choice, a client's first that is known. 0: none.
	Version, Supported uint16
	Random, Session    Span
	// Ciphers are a client's suites, or a server's one.
	Ciphers Span
	// Extensions are as many as were read without error.
	Extensions Span
	// SNI is the host name, ALPN the list of names with their lengths.
	SNI, ALPN                Span
	Curves, Formats, SigAlgs Span
	// HasVersions: there was a supported_versions extension.
	HasVersions, Ticket, EarlyData bool
	// Whole: the message was read to its end.
	Whole bool
	// dtls: it came in datagrams, whose versions have numbers of their own.
	dtls bool
	// problems are events, as bits.
	problems uint32
}

// Extension types.
const (
	extSNI       = 0
	extCurves    = 10
	extFormats   = 11
	extSigAlgs   = 13
	extALPN      = 16
	extTicket    = 35
	extEarlyData = 42
	extVersions  = 43
)

// cursor steps through a message; bad is sticky.
type cursor struct {
	b   []byte
	at  int
	end int
	bad bool
}

// take is the next n octets.
func (c *cursor) take(n int) Span {
	if c.bad || n > c.end-c.at {
		c.bad = true
		return Span{c.at, 0}
	}
	s := Span{c.at, n}
	c.at += n
	return s
}

func (c *cursor) u8() int {
	s := c.take(1)
	if c.bad {
		return 0
	}
	return int(c.b[s.Off])
}

func (c *cursor) u16() int {
	s := c.take(2)
	if c.bad {
		return 0
	}
	return int(binary.BigEndian.Uint16(c.b[s.Off:]))
}

func (h *Hello) problem(ev uint16) { h.problems |= 1 << ev }

// Parse reads the body of a hello. A body that breaks off leaves what was read
// before; Whole says which.
func (h *Hello) Parse(b []byte, client bool) { h.parse(b, client, false) }

// ParseDTLS reads a hello of DTLS: a client's has a cookie (RFC 6347 section 4.2.1).
func (h *Hello) ParseDTLS(b []byte, client bool) { h.parse(b, client, true) }

func (h *Hello) parse(b []byte, client, dtls bool) {
	*h = Hello{dtls: dtls}
	c := cursor{b: b, end: len(b)}
	h.Version = uint16(c.u16())
	h.Random = c.take(32)
	// Drafts of TLS 1.3 before 22 had neither session nor compression in the
	// ServerHello.
	old := !client && (h.Version == tls13 || isDraft(h.Version))
	if !old {
		h.Session = c.take(c.u8())
	}
	if client && dtls {
		c.take(c.u8())
	}
	n := 2
	if client {
		n = c.u16()
	}
	h.Ciphers = c.take(n)
	if n%2 != 0 {
		c.bad = true
	}
	if client {
		c.take(c.u8())
	} else if !old {
		c.u8()
	}
	if c.bad {
		h.problem(EventHandshakeInvalidLength)
		return
	}
	h.Whole = true
	if c.end-c.at < 2 {
		// Extensions are optional.
		return
	}
	block := c.take(c.u16())
	h.Extensions = Span{block.Off, 0}
	if c.bad {
		h.broken()
		return
	}
	x := cursor{b: b, at: block.Off, end: block.Off + block.Len}
	for x.at < x.end {
		typ := x.u16()
		body := x.take(x.u16())
		if x.bad {
			h.broken()
			return
		}
		if !h.extension(b, typ, body, client) {
			return
		}
		h.Extensions.Len = x.at - block.Off
	}
}

func (h *Hello) broken() {
	h.problem(EventHandshakeInvalidLength)
	h.Whole = false
}

// extension reads one extension; false ends the list, as an error in one does.
func (h *Hello) extension(b []byte, typ int, body Span, client bool) bool {
	c := cursor{b: b, at: body.Off, end: body.Off + body.Len}
	if body.Len == 0 && typ != extTicket && typ != extEarlyData {
		return true
	}
	switch typ {
	case extSNI:
		return h.sni(&c)
	case extCurves:
		h.Curves = c.take(c.u16())
	case extFormats:
		h.Formats = c.take(c.u8())
	case extSigAlgs:
		if h.SigAlgs = c.take(c.u16()); h.SigAlgs.Len%2 != 0 {
			c.bad = true
		}
	case extALPN:
		h.ALPN = c.take(c.u16())
	case extTicket:
		h.Ticket = true
	case extEarlyData:
		h.EarlyData = true
	case extVersions:
		h.versions(&c, client)
	}
	if c.bad {
		h.problem(EventHandshakeInvalidLength)
	}
	return !c.bad
}

// sni reads server_name (RFC 6066 section 3): a list, of which only the first
// name is used by anyone.
func (h *Hello) sni(c *cursor) bool {
	c.u16()
	kind := c.u8()
	n := c.u16()
	switch {
	case c.bad:
		h.problem(EventHandshakeInvalidLength)
		return false
	case kind != 0:
		h.problem(EventInvalidSNIType)
		return false
	case n == 0 || n > 255 || n > c.end-c.at:
		h.problem(EventInvalidSNILength)
		return false
	case h.SNI.Len > 0:
		h.problem(EventMultipleSNIExtensions)
		return true
	}
	h.SNI = c.take(n)
	return true
}

func (h *Hello) versions(c *cursor, client bool) {
	if !client {
		h.HasVersions = true
		h.Supported = uint16(c.u16())
		return
	}
	n := c.u8()
	list := c.take(n)
	if n < 2 {
		c.bad = true
	}
	if c.bad {
		return
	}
	h.HasVersions = true
	for i := 0; i+1 < list.Len; i += 2 {
		if v := binary.BigEndian.Uint16(c.b[list.Off+i:]); !h.dtls && validVersion(v) || h.dtls && dtlsNames[v] != "" {
			h.Supported = v
			return
		}
	}
}

// Final is the version that the hello stands for: events and rules speak of it.
func (h *Hello) Final() uint16 {
	switch {
	case h.Supported != 0:
		return h.Supported
	case h.Version == tls13 || h.Version >= preDraft16 && h.Version < 0x7f10:
		// Drafts before 16 all called themselves 1.3.
		return preDraft16
	}
	return h.Version
}

// Name is ALPN name i; ok is false past the last.
func (h *Hello) Name(b []byte, i int) (name []byte, ok bool) {
	list := b[h.ALPN.Off : h.ALPN.Off+h.ALPN.Len]
	for len(list) > 0 {
		n := int(list[0])
		if n > len(list)-1 {
			return nil, false
		}
		if n > 0 {
			if i == 0 {
				return list[1 : 1+n : 1+n], true
			}
			i--
		}
		list = list[1+n:]
	}
	return nil, false
}
