package ike

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Events of IKE transactions, by the order of eventNames.
const (
	evMalformedData uint16 = iota
	evNoEncryption
	evWeakCryptoEnc
	evWeakCryptoPRF
	evWeakCryptoDH
	evWeakCryptoAuth
	evWeakCryptoNoDH
	evWeakCryptoNoAuth
	evInvalidProposal
	evUnknownProposal
	evPayloadExtraData
	evMultipleServerProposal
	numEvents
)

var eventNames = [numEvents]string{"malformed_data", "no_encryption", "weak_crypto_enc", "weak_crypto_prf", "weak_crypto_dh", "weak_crypto_auth",
	"weak_crypto_no_dh", "weak_crypto_no_auth", "invalid_proposal", "unknown_proposal", "payload_extra_data", "multiple_server_proposal"}

// Ports are registered with IANA: for ISAKMP, and for IPsec behind address translation
// (RFC 3948), where messages have a marker in front that no SPI of ESP has.
const (
	port      = 500
	portNAT   = 4500
	markerLen = 4
)

// unmark takes the marker off a datagram.
func unmark(b []byte) (message []byte, marked bool) {
	if len(b) >= markerLen && b[0]|b[1]|b[2]|b[3] == 0 {
		return b[markerLen:], true
	}
	return b, false
}

// Protocol is the row of IKE in the list of protocols. Its Options are of type
// *Options.
func Protocol() *app.Protocol {
	return &app.Protocol{
		ID: input.AppIKE, Name: "ike", UDP: true, Log: "ike",
		Events: eventNames[:],
		Probe:  probe, Ports: []uint16{port, portNAT},
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// probe asks for a header of either version.
func probe(_ input.Dir, b []byte) app.Verdict {
	b, marked := unmark(b)
	if len(b) < headLen {
		return app.No
	}
	h := readHead(b)
	if marked && int64(h.length) != int64(len(b)) {
		return app.No
	}
	if h.version == 1 || h.version == 2 && h.minor == 0 && h.exchange >= exchangeInit && h.exchange <= exchangeInformational && int64(h.length) == int64(len(b)) {
		return app.Yes
	}
	return app.No
}

// Options are the settings of IKE.
type Options struct {
	// Extended records name the exchange, too (eve-log, ike.extended).
	Extended bool
}
