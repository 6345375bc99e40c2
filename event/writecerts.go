package event

// Certs are the certificates that one side of a connection showed.
type Certs struct {
	// Chain is each in DER behind its length in three octets; what did not fit into
	// the record is missing.
	Chain                        []byte
	Subject, Issuer, Fingerprint []byte
	// Client: they are the client's.
	Client bool
}

// WriteCerts writes certificates that are to be kept.
func WriteCerts(w *Writer, c *Certs) {
	w.Bool("client", c.Client)
	w.Str("subject", c.Subject)
	w.Str("issuer", c.Issuer)
	w.Str("fingerprint", c.Fingerprint)
	w.Str("chain", c.Chain)
}

// ReadCerts reads what WriteCerts wrote; false when the record is malformed.
func ReadCerts(rec *Record) (x Certs, ok bool) {
	c := NewCursor(rec.Body)
	var m Member
	for c.Next(&m) {
		switch string(m.Key) {
		case "client":
			x.Client = m.Type == TypeTrue
		case "subject":
			x.Subject = m.Bytes
		case "issuer":
			x.Issuer = m.Bytes
		case "fingerprint":
			x.Fingerprint = m.Bytes
		case "chain":
			x.Chain = m.Bytes
		}
	}
	return x, !c.Broken() && len(x.Chain) > 0
}
