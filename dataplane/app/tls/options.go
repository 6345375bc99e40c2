package tls

import (
	"fmt"

	"github.com/weir-ips/weir/dataplane/app"
)

// Fields are the members of the event that are written.
type Fields uint32

// Fields, by the names of eve-log's `custom` list.
const (
	FieldSubject Fields = 1 << iota
	FieldIssuer
	FieldAltNames
	FieldSerial
	FieldFingerprint
	FieldSNI
	FieldVersion
	FieldNotBefore
	FieldNotAfter
	FieldCertificate
	FieldChain
	FieldResumed
	FieldJA3
	FieldJA3S
	FieldJA4
	FieldClient
	FieldClientCertificate
	FieldClientChain
	FieldClientALPN
	FieldServerALPN
	FieldClientHandshake
	FieldServerHandshake

	Basic    = FieldSubject | FieldIssuer | FieldAltNames
	Extended = Basic | FieldVersion | FieldSerial | FieldFingerprint | FieldNotBefore | FieldNotAfter | FieldJA3 |
		FieldJA3S | FieldClient | FieldClientALPN | FieldServerALPN | FieldSNI
)

var fieldNames = map[string]Fields{"subject": FieldSubject, "issuer": FieldIssuer, "subjectaltname": FieldAltNames,
	"serial": FieldSerial, "fingerprint": FieldFingerprint, "sni": FieldSNI, "version": FieldVersion,
	"not_before": FieldNotBefore, "not_after": FieldNotAfter, "certificate": FieldCertificate, "chain": FieldChain,
	"session_resumed": FieldResumed, "ja3": FieldJA3, "ja3s": FieldJA3S, "ja4": FieldJA4, "client": FieldClient,
	"client_certificate": FieldClient | FieldClientCertificate, "client_chain": FieldClient | FieldClientChain,
	"client_alpns": FieldClientALPN, "server_alpns": FieldServerALPN, "client_handshake": FieldClientHandshake,
	"server_handshake": FieldServerHandshake}

// FieldsOf reads a `custom` list.
func FieldsOf(names []string) (f Fields, err error) {
	for _, n := range names {
		bit, ok := fieldNames[n]
		if !ok {
			return f, fmt.Errorf("eve-log tls: unknown field %q", n)
		}
		f |= bit
	}
	return f, nil
}

// Options are TLS' settings; Env.Options holds a *Options under input.AppTLS.
type Options struct {
	// JA3 and JA4 say which fingerprints are made.
	JA3, JA4 bool
	// Encryption says what becomes of a flow once it is encrypted.
	Encryption app.Encryption
	// Fields of the event, the union of all outputs.
	Fields Fields
	// Resumed sessions, which show no certificate, are logged.
	Resumed bool
}

// DefaultOptions make all fingerprints and log the extended event.
func DefaultOptions() *Options {
	return &Options{JA3: true, JA4: true, Fields: Extended | FieldJA4 | FieldResumed, Resumed: true}
}
