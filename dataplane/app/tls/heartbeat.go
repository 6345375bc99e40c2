package tls

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// heartbeat follows requests and responses (RFC 6520), of which CVE-2014-0160 had
// the peer's memory sent back.
type heartbeat struct {
	// from is the side + 1 whose request waits for an answer; length is that of an
	// encrypted request.
	from   uint8
	length int
}

// record reads a heartbeat record.
func (h *heartbeat) record(s *State, d input.Dir, b []byte) app.Status {
	if len(b) < 3 {
		return app.OK
	}
	ciphered := s.side[0].ciphered || s.side[1].ciphered
	if !ciphered {
		// RFC 6520 section 4: not during a handshake.
		s.tx.raise(EventHeartbeatMessage)
	}
	if !ciphered && b[0] != 1 && b[0] != 2 {
		s.tx.raise(EventInvalidHeartbeatMessage)
		return app.Failed
	}
	switch h.from {
	case 0:
		h.from = uint8(d) + 1
		if ciphered {
			h.length = len(b)
			return app.OK
		}
		n := int(binary.BigEndian.Uint16(b[1:]))
		if n+3 > len(b) {
			s.tx.raise(EventOverflowHeartbeatMessage)
			return app.Failed
		}
		// RFC 6520 section 4: at least 16 octets of padding.
		if len(b)-n-3 < 16 {
			s.tx.raise(EventInvalidHeartbeatMessage)
			return app.Failed
		}
	case uint8(d) + 1:
		s.tx.raise(EventInvalidHeartbeatMessage)
		return app.Failed
	default:
		leak := ciphered && h.length > 0 && h.length < len(b)
		*h = heartbeat{}
		if leak {
			s.tx.raise(EventDataleakHeartbeatMismatch)
			return app.Failed
		}
	}
	return app.OK
}
