package tls

// Events of app-layer-event, by id.
const (
	EventInvalidSSLv2Header uint16 = iota
	EventInvalidTLSHeader
	EventInvalidRecordVersion
	EventInvalidRecordType
	EventInvalidRecordLength
	EventInvalidHandshakeMessage
	EventHeartbeatMessage
	EventInvalidHeartbeatMessage
	EventOverflowHeartbeatMessage
	EventDataleakHeartbeatMismatch
	EventHandshakeInvalidLength
	EventMultipleSNIExtensions
	EventInvalidSNIType
	EventInvalidSNILength
	EventTooManyRecordsInPacket
	EventInvalidAlertMessage
	EventInvalidCertificate
	EventCertificateInvalidLength
	EventCertificateInvalidVersion
	EventCertificateInvalidSerial
	EventCertificateInvalidAlgorithmIdentifier
	EventCertificateInvalidX509Name
	EventCertificateInvalidDate
	EventCertificateInvalidExtensions
	EventCertificateInvalidDER
	EventCertificateInvalidSubject
	EventCertificateInvalidIssuer
	EventCertificateInvalidValidity
	EventErrorMessageEncountered
	EventInvalidSSLRecord
)

// Events names them.
var Events = []string{
	"invalid_sslv2_header",
	"invalid_tls_header",
	"invalid_record_version",
	"invalid_record_type",
	"invalid_record_length",
	"invalid_handshake_message",
	"heartbeat_message",
	"invalid_heartbeat_message",
	"overflow_heartbeat_message",
	"dataleak_heartbeat_mismatch",
	"handshake_invalid_length",
	"multiple_sni_extensions",
	"invalid_sni_type",
	"invalid_sni_length",
	"too_many_records_in_packet",
	"invalid_alert_message",
	"invalid_certificate",
	"certificate_invalid_length",
	"certificate_invalid_version",
	"certificate_invalid_serial",
	"certificate_invalid_algorithmidentifier",
	"certificate_invalid_x509name",
	"certificate_invalid_date",
	"certificate_invalid_extensions",
	"certificate_invalid_der",
	"certificate_invalid_subject",
	"certificate_invalid_issuer",
	"certificate_invalid_validity",
	"error_message_encountered",
	"invalid_ssl_record",
}
