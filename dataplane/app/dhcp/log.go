package dhcp

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/event"
)

// Log writes the event, once. Without extended logging only acknowledgements have
// one.
func (t *Tx) Log(w *event.Writer, _ *app.Flow) bool {
	ext := t.opts.Extended
	if t.logged || !ext && t.typ != typeAck {
		return false
	}
	t.logged = true
	w.EventType("dhcp")
	t.object(w, ext)
	return true
}

// Meta writes the object, extended as the events are.
func (t *Tx) Meta(w *event.Writer) { t.object(w, t.opts.Extended) }

func (t *Tx) object(w *event.Writer, ext bool) {
	b := t.Text
	w.Obj("dhcp")
	kind := "request"
	if b[0] == opReply {
		kind = "reply"
	}
	w.StrConst("type", kind)
	w.Uint("id", uint64(binary.BigEndian.Uint32(b[offXID:])))
	w.HexColon("client_mac", b[offMAC:offMAC+min(int(b[2]), offSname-offMAC)])
	ip(w, "assigned_ip", b[offYours:offServer])
	if ext {
		ip(w, "client_ip", b[offClient:offYours])
		if b[0] == opReply {
			ip(w, "relay_ip", b[offRelay:offMAC])
			ip(w, "next_server_ip", b[offServer:offRelay])
		}
	}
	// Of an option that comes twice the first is shown.
	var seen [256]bool
	wk := walk{b: b}
	for {
		code, data, ok := wk.next()
		if !ok {
			break
		}
		if !seen[code] {
			seen[code] = true
			option(w, code, data, ext)
		}
	}
	w.End()
}

// option writes one option.
func option(w *event.Writer, code byte, data []byte, ext bool) {
	switch code {
	case optType:
		if len(data) == 1 {
			w.StrConst("dhcp_type", typeName(data[0]))
		}
	case optClientID:
		// The first octet is the kind of address (RFC 2132 section 9.14).
		if len(data) > 1 {
			w.HexColon("client_id", data[1:])
		}
	case optRenewal:
		number(w, "renewal_time", data)
	}
	if !ext {
		return
	}
	switch code {
	case optSubnetMask:
		ip(w, "subnet_mask", data)
	case optRouters:
		ips(w, "routers", data)
	case optDNSServers:
		ips(w, "dns_servers", data)
	case optHostname:
		w.Str("hostname", data)
	case optRequestedIP:
		ip(w, "requested_ip", data)
	case optLeaseTime:
		number(w, "lease_time", data)
	case optRebinding:
		number(w, "rebinding_time", data)
	case optVendorClass:
		w.Str("vendor_class_identifier", data)
	case optParams:
		w.Arr("params")
		for _, c := range data[:min(len(data), maxList)] {
			if n := paramName(c); n != "" {
				w.StrConst("", n)
			}
		}
		w.End()
	}
}

func number(w *event.Writer, key string, b []byte) {
	if v, ok := seconds(b); ok {
		w.Uint(key, uint64(v))
	}
}

// ip writes an address of four octets; others not.
func ip(w *event.Writer, key string, b []byte) {
	if len(b) != 4 {
		return
	}
	var a [16]byte
	copy(a[:], b)
	w.IP(key, &a, 4)
}

func ips(w *event.Writer, key string, b []byte) {
	w.Arr(key)
	for n := 0; len(b) >= 4 && n < maxList; n++ {
		ip(w, "", b[:4])
		b = b[4:]
	}
	w.End()
}
