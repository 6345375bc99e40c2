package dns

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// probeDatagram recognises a whole message.
func probeDatagram(_ input.Dir, b []byte) app.Verdict {
	if wellFormed(b) {
		return app.Yes
	}
	return app.No
}

// probeTCP recognises the first message of a stream, by its header when it is
// not all there.
func probeTCP(_ input.Dir, b []byte) app.Verdict { return probeStream(b) }

func probeStream(b []byte) app.Verdict {
	if len(b) < 2+headerLen {
		return app.More
	}
	n := int(binary.BigEndian.Uint16(b))
	b = b[2:]
	if len(b) < n {
		if ok, _ := ValidHeader(b, n); ok {
			return app.Yes
		}
		return app.No
	}
	if wellFormed(b[:n]) {
		return app.Yes
	}
	return app.No
}

// wellFormed checks header, questions and answers without keeping anything.
func wellFormed(b []byte) bool {
	if ok, _ := ValidHeader(b, len(b)); !ok {
		return false
	}
	pos := headerLen
	for s := queries; s <= answers; s++ {
		for range int(binary.BigEndian.Uint16(b[4+2*s:])) {
			var ok bool
			if pos, ok = skipName(b, pos); !ok {
				return false
			}
			if s == queries {
				pos += 4
			} else {
				if pos+10 > len(b) {
					return false
				}
				pos += 10 + int(binary.BigEndian.Uint16(b[pos+8:]))
			}
			if pos > len(b) {
				return false
			}
		}
	}
	return true
}

// skipName steps over a name without following pointers.
func skipName(b []byte, pos int) (int, bool) {
	for labels := 0; pos < len(b) && labels <= maxLabels; labels++ {
		c := int(b[pos])
		switch {
		case c == 0:
			return pos + 1, true
		case c < 0x40:
			pos += 1 + c
		case c >= 0xc0:
			return pos + 2, pos+2 <= len(b)
		default:
			return 0, false
		}
	}
	return pos, pos <= len(b) && pos > 0
}
