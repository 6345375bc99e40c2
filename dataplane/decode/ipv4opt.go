package decode

import (
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// IPv4 option types (IANA) and the least length, or the only one, of each.
const (
	ip4OptEOL    = 0
	ip4OptNOP    = 1
	ip4OptRR     = 7
	ip4OptQS     = 25
	ip4OptTS     = 68
	ip4OptSEC    = 130
	ip4OptLSRR   = 131
	ip4OptESEC   = 133
	ip4OptCIPSO  = 134
	ip4OptSID    = 136
	ip4OptSSRR   = 137
	ip4OptRTRALT = 148

	ip4RouteMin  = 3
	ip4QSMin     = 8
	ip4TSMin     = 5
	ip4SECMin    = 3
	ip4CIPSOMin  = 10
	ip4SIDLen    = 4
	ip4RtrAltLen = 4
)

// ipv4Options checks the options b. False: the list cannot be walked to its end
// and the header is no header.
func ipv4Options(p *packet.Packet, b []byte) bool {
	if len(b)%8 != 0 {
		p.Note(input.DecodeIPv4OptPadRequired)
	}
	for len(b) > 0 {
		switch b[0] {
		case ip4OptEOL:
			p.IPOpts |= input.IPOptEOL
			return true
		case ip4OptNOP:
			p.IPOpts |= input.IPOptNOP
			b = b[1:]
			continue
		}
		if len(b) < 2 {
			p.Note(input.DecodeIPv4OptEOLRequired)
			return true
		}
		n := int(b[1])
		if n < 2 || n > len(b) {
			invalid(p, input.DecodeIPv4OptInvalidLen)
			return false
		}
		ipv4Option(p, b[:n])
		b = b[n:]
	}
	return true
}

// ipv4Option checks one option and notes it; a second one of a type is
// reported, not read.
func ipv4Option(p *packet.Packet, o []byte) {
	var bit uint16
	var check func([]byte) input.EventID
	switch o[0] {
	case ip4OptRR:
		bit, check = input.IPOptRR, ipv4Route
	case ip4OptLSRR:
		bit, check = input.IPOptLSRR, ipv4Route
	case ip4OptSSRR:
		bit, check = input.IPOptSSRR, ipv4Route
	case ip4OptTS:
		bit, check = input.IPOptTS, ipv4Timestamp
	case ip4OptCIPSO:
		bit, check = input.IPOptCIPSO, ipv4CIPSO
	case ip4OptQS:
		bit, check = input.IPOptQS, ipv4Length
	case ip4OptSEC:
		bit, check = input.IPOptSEC, ipv4Length
	case ip4OptESEC:
		bit, check = input.IPOptESEC, ipv4Length
	case ip4OptSID:
		bit, check = input.IPOptSID, ipv4Length
	case ip4OptRTRALT:
		bit, check = input.IPOptRTRALT, ipv4Length
	default:
		p.Note(input.DecodeIPv4OptInvalid)
		return
	}
	if p.IPOpts&bit != 0 {
		p.Note(input.DecodeIPv4OptDuplicate)
		return
	}
	if e := check(o); e != fine {
		invalid(p, e)
		return
	}
	p.IPOpts |= bit
}

// fine is what option checks return when nothing is wrong. It is an event that
// no decoder of this package raises.
const fine = input.DecodeAFPacketTruncPkt

// ipv4Length checks options of which only the length says anything: quick start
// (RFC 4782), security (RFC 1108), stream identifier, router alert (RFC 2113).
func ipv4Length(o []byte) input.EventID {
	n, ok := len(o), true
	switch o[0] {
	case ip4OptQS:
		ok = n >= ip4QSMin
	case ip4OptSEC, ip4OptESEC:
		ok = n >= ip4SECMin
	case ip4OptSID:
		ok = n == ip4SIDLen
	case ip4OptRTRALT:
		ok = n == ip4RtrAltLen
	}
	if !ok {
		return input.DecodeIPv4OptInvalidLen
	}
	return fine
}

// ipv4Route checks a route option: its pointer is counted from 1, stands on an
// address and points at most one past the option (RFC 791 §3.1).
func ipv4Route(o []byte) input.EventID {
	if len(o) < ip4RouteMin {
		return input.DecodeIPv4OptInvalidLen
	}
	if ptr := int(o[2]); ptr < 4 || ptr%4 != 0 || ptr > len(o)+1 {
		return input.DecodeIPv4OptMalformed
	}
	return fine
}

// ipv4Timestamp checks a timestamp option, whose records are 4 octets, or 8
// with addresses (flag 1 and 3).
func ipv4Timestamp(o []byte) input.EventID {
	if len(o) < ip4TSMin {
		return input.DecodeIPv4OptInvalidLen
	}
	record := 4
	if flag := o[3] & 0x0f; flag == 1 || flag == 3 {
		record = 8
	}
	if ptr := int(o[2]); ptr < 5 || (ptr-5)%record != 0 || ptr > len(o)+1 {
		return input.DecodeIPv4OptMalformed
	}
	return fine
}

// ipv4CIPSO checks the tags of a commercial security option (FIPS 188).
func ipv4CIPSO(o []byte) input.EventID {
	if len(o) < ip4CIPSOMin {
		return input.DecodeIPv4OptInvalidLen
	}
	for tags := o[6:]; len(tags) > 0; {
		if len(tags) < 2 {
			return input.DecodeIPv4OptMalformed
		}
		kind, n := tags[0], int(tags[1])
		switch kind {
		case 1, 2, 5, 6, 7:
		default:
			return input.DecodeIPv4OptMalformed
		}
		// The alignment octet behind the tag's header is zero but in type 7.
		if n < 4 || n > len(tags) || kind != 7 && tags[2] != 0 {
			return input.DecodeIPv4OptMalformed
		}
		tags = tags[n:]
	}
	return fine
}
