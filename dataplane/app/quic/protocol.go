package quic

import (
	"encoding/binary"

	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is QUIC's row.
func Protocol() *app.Protocol {
	return &app.Protocol{ID: input.AppQUIC, Name: "quic", UDP: true, Probe: probe, Ports: []uint16{443, 80},
		Events: Events, Log: "quic", New: newState}
}

// probe recognises a packet with a long header of a known version, or a client's
// first one of Google's older versions.
func probe(d input.Dir, b []byte) app.Verdict {
	var h header
	if !h.parse(b) || h.kind == kindShort {
		return app.No
	}
	if h.version == negotiation && (d == input.ToServer || len(b) < 11 || binary.BigEndian.Uint32(b[1:]) != 0) {
		return app.No
	}
	return app.Yes
}

// Options are QUIC's settings; Env.Options holds a *Options under input.AppQUIC.
type Options struct {
	// JA3 and JA4 say which fingerprints are made, LogJA4 whether events show it.
	JA3, JA4, LogJA4 bool
	// Encryption says what becomes of a flow once both hellos are there.
	Encryption app.Encryption
}

// DefaultOptions make and log all fingerprints.
func DefaultOptions() *Options { return &Options{JA3: true, JA4: true, LogJA4: true} }

// Events of app-layer-event, by id.
const (
	EventFailedDecrypt uint16 = iota
	EventErrorOnData
	EventErrorOnHeader
	EventCryptoFragTooLong
)

// Events names them.
var Events = []string{"failed_decrypt", "error_on_data", "error_on_header", "crypto_frag_too_long"}
