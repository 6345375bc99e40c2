package tls

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

var _ app.CertTx = (*Tx)(nil)

// WantCertificates is app.CertTx's.
func (t *Tx) WantCertificates(d input.Dir) { t.side[d-1].wanted = true }

// TakeCertificates is app.CertTx's.
func (t *Tx) TakeCertificates(d input.Dir) (chain, subject, issuer, fingerprint []byte) {
	k := &t.side[d-1]
	if !k.wanted || k.taken || !k.hasCert {
		return nil, nil, nil, nil
	}
	k.taken = true
	return k.chain, at(k.words, k.subject), at(k.words, k.issuer), at(k.words, k.fingerprint)
}
