package decode

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/header"
	"github.com/weir-ips/weir/dataplane/packet"
	"github.com/weir-ips/weir/match/input"
)

// TCP option kinds (IANA) and their lengths.
const (
	tcpOptEOL    = 0
	tcpOptNOP    = 1
	tcpOptMSS    = 2
	tcpOptWScale = 3
	tcpOptSACKOK = 4
	tcpOptSACK   = 5
	tcpOptTS     = 8
	tcpOptMD5    = 19
	tcpOptAO     = 29
	tcpOptTFO    = 34
	tcpOptExp1   = 253
	tcpOptExp2   = 254

	tcpMSSLen    = 4
	tcpWScaleLen = 3
	tcpSACKOKLen = 2
	tcpSACKMin   = 10
	tcpSACKMax   = 34
	tcpTSLen     = 10
	tcpMD5Len    = 18
	tcpAOMin     = 4
	tcpTFOMin    = 6
	tcpTFOMax    = 18
	// RFC 7323 §2.3: a larger shift is taken as 14; Suricata ignores it, and so
	// does what follows, to agree on what a window is.
	tcpWScaleMax = 14
	// tcpTFOMagic marks fast open in an experimental option (RFC 7413 §4.1.1).
	tcpTFOMagic = 0xf989
)

// tcpTimestampOnly is the list that most segments carry: two NOPs and the
// timestamp (RFC 7323 Appendix A).
const tcpTimestampOnly = 0x0101080a

// tcpOptions reads the options of header b, which starts at off of the frame.
func tcpOptions(p *packet.Packet, b header.TCP, off int) {
	t := &p.TCP
	o := b[header.TCPMinSize:]
	if len(o) == 12 && binary.BigEndian.Uint32(o) == tcpTimestampOnly {
		t.TSVal, t.TSEcr = binary.BigEndian.Uint32(o[4:]), binary.BigEndian.Uint32(o[8:])
		t.Opts = input.OptTimestamp
		return
	}
	at := off + header.TCPMinSize
	for len(o) > 0 {
		switch o[0] {
		case tcpOptEOL:
			return
		case tcpOptNOP:
			o = o[1:]
			at++
			continue
		}
		if len(o) < 2 {
			return
		}
		n := int(o[1])
		if n < 2 || n > len(o) {
			t.Opts |= input.OptBad
			invalid(p, input.DecodeTCPOptInvalidLen)
			return
		}
		tcpOption(p, o[:n], at)
		o = o[n:]
		at += n
	}
}

// tcpOption reads one option at offset at of the frame. Of two of a kind the
// first counts.
func tcpOption(p *packet.Packet, o []byte, at int) {
	t, n := &p.TCP, len(o)
	var bit uint8
	ok := true
	switch o[0] {
	case tcpOptMSS:
		bit, ok = input.OptMSS, n == tcpMSSLen
	case tcpOptWScale:
		bit, ok = input.OptWScale, n == tcpWScaleLen
	case tcpOptSACKOK:
		bit, ok = input.OptSACKPermitted, n == tcpSACKOKLen
	case tcpOptSACK:
		if n == 2 {
			return
		}
		bit, ok = input.OptSACK, n >= tcpSACKMin && n <= tcpSACKMax && (n-2)%8 == 0
	case tcpOptTS:
		bit, ok = input.OptTimestamp, n == tcpTSLen
	case tcpOptTFO:
		bit, ok = input.OptTFO, n == 2 || n >= tcpTFOMin && n <= tcpTFOMax && n%2 == 0
	case tcpOptExp1, tcpOptExp2:
		ok = n == 4 || n == 12
		if ok && binary.BigEndian.Uint16(o[2:]) == tcpTFOMagic {
			bit = input.OptTFO
		}
	case tcpOptMD5, tcpOptAO:
		// What is signed with a wrong length is refused by the receiver, so the
		// segment must not count as seen.
		if o[0] == tcpOptMD5 && n != tcpMD5Len || n < tcpAOMin {
			t.Opts |= input.OptBad
			invalid(p, input.DecodeTCPOptInvalidLen)
			return
		}
		t.Opts |= input.OptSigned
		return
	default:
		return
	}
	if !ok {
		t.Opts |= input.OptBad
		p.Note(input.DecodeTCPOptInvalidLen)
		return
	}
	if bit != 0 && t.Opts&bit != 0 {
		p.Note(input.DecodeTCPOptDuplicate)
		return
	}
	t.Opts |= bit
	switch bit {
	case input.OptMSS:
		t.MSS = binary.BigEndian.Uint16(o[2:])
	case input.OptWScale:
		if o[2] <= tcpWScaleMax {
			t.WScale = o[2]
		}
	case input.OptSACK:
		t.SACKOff, t.SACKLen = int32(at+2), uint8(n-2)
	case input.OptTimestamp:
		t.TSVal, t.TSEcr = binary.BigEndian.Uint32(o[2:]), binary.BigEndian.Uint32(o[6:])
	}
}
