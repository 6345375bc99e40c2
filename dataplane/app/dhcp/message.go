package dhcp

import (
	"bytes"
	"encoding/binary"
)

// The fixed part of a message (RFC 2131 section 2), offsets in octets.
const (
	offXID    = 4
	offClient = 12 // ciaddr
	offYours  = 16 // yiaddr
	offServer = 20 // siaddr
	offRelay  = 24 // giaddr
	offMAC    = 28 // chaddr, of which hlen octets count
	offSname  = 44
	offFile   = 108
	offCookie = 236
	headerLen = 240

	opRequest = 1
	opReply   = 2
)

// Options that weir knows (RFC 2132).
const (
	optPad         = 0
	optSubnetMask  = 1
	optRouters     = 3
	optDNSServers  = 6
	optHostname    = 12
	optRequestedIP = 50
	optLeaseTime   = 51
	optOverload    = 52
	optType        = 53
	optParams      = 55
	optRenewal     = 58
	optRebinding   = 59
	optVendorClass = 60
	optClientID    = 61
	optEnd         = 255
)

// typeAck is the DHCPACK of option 53.
const typeAck = 5

var cookie = []byte{0x63, 0x82, 0x53, 0x63}

// isMessage reports whether b begins like a message with options.
func isMessage(b []byte) bool {
	return len(b) >= headerLen && (b[0] == opRequest || b[0] == opReply) && bytes.Equal(b[offCookie:headerLen], cookie)
}

// ending is how a run of options ended.
type ending uint8

const (
	// ended: with the option that says so, or where a field of the header does.
	ended ending = iota
	// truncated: the octets ended in front of it, or within an option.
	truncated
	// malformed: a field of the header ended within an option.
	malformed
)

// walk goes through the options of a message, and through those in the fields
// `file` and `sname` when option 52 says that there are some. The zero walk over b
// begins at the first option.
type walk struct {
	b        []byte // the message
	i, end   int
	overload byte // what is still to be read: 1 file, 2 sname
	worst    ending
	begun    bool
	where    uint8 // 0 options, 1 file or sname
}

// next is the next option; ok is false behind the last one.
func (w *walk) next() (code byte, data []byte, ok bool) {
	if !w.begun {
		w.begun, w.i, w.end = true, headerLen, len(w.b)
	}
	for {
		if w.i >= w.end {
			if w.where == 0 {
				w.note(truncated)
			}
			if !w.field() {
				return 0, nil, false
			}
			continue
		}
		code = w.b[w.i]
		w.i++
		switch code {
		case optPad:
			continue
		case optEnd:
			if !w.field() {
				return 0, nil, false
			}
			continue
		}
		if w.i >= w.end || w.i+1+int(w.b[w.i]) > w.end {
			if w.where == 0 {
				w.note(truncated)
			} else {
				w.note(malformed)
			}
			w.i = w.end
			if !w.field() {
				return 0, nil, false
			}
			continue
		}
		n := int(w.b[w.i])
		data = w.b[w.i+1 : w.i+1+n]
		w.i += 1 + n
		if code == optOverload && w.where == 0 && n == 1 {
			w.overload = data[0] & 3
		}
		return code, data, true
	}
}

func (w *walk) note(e ending) { w.worst = max(w.worst, e) }

// field goes on to the next field that holds options (RFC 2131 section 4.1: file
// before sname).
func (w *walk) field() bool {
	w.where = 1
	switch {
	case w.overload&1 != 0:
		w.overload &^= 1
		w.i, w.end = offFile, offCookie
	case w.overload&2 != 0:
		w.overload &^= 2
		w.i, w.end = offSname, offFile
	default:
		return false
	}
	return true
}

// seconds is an option's number of seconds.
func seconds(b []byte) (uint32, bool) {
	if len(b) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}

var typeNames = [...]string{1: "discover", 2: "offer", 3: "request", 4: "decline", 5: "ack", 6: "nak", 7: "release", 8: "inform"}

func typeName(t byte) string {
	if int(t) < len(typeNames) && t > 0 {
		return typeNames[t]
	}
	return "unknown"
}

// paramName is a requested parameter as EVE has it; "": it does not show it.
func paramName(code byte) string {
	switch code {
	case optSubnetMask:
		return "subnet_mask"
	case optRouters:
		return "router"
	case optDNSServers:
		return "dns_server"
	case 15:
		return "domain"
	case 35:
		return "arp_timeout"
	case 42:
		return "ntp_server"
	case 66:
		return "tftp_server_name"
	case 150:
		return "tftp_server_ip"
	}
	return ""
}
