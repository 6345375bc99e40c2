package rule

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weir-ips/weir/match/buf"
)

var tlsOnly = []string{"tls"}

// tlsKeywords are the keywords about TLS that are neither buffers nor plain
// numbers.
var tlsKeywords = []Keyword{
	{Name: "tls.subject", Group: "tls", Doc: `tls.subject:[!]"TEXT"`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		return p.valued(buf.TLSCertSubject, v, func(*Content) {})
	}},
	{Name: "tls.issuerdn", Group: "tls", Doc: `tls.issuerdn:[!]"TEXT"`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		return p.valued(buf.TLSCertIssuer, v, func(*Content) {})
	}},
	{Name: "tls.fingerprint", Group: "tls", Doc: `tls.fingerprint:[!]"aa:bb:…"`, NeedsValue: true, parse: func(p *parser, _, v string) error {
		return p.valued(buf.TLSCertFingerprint, v, func(c *Content) { c.Pattern = bytes.ToLower(c.Pattern) })
	}},
	{Name: "tls_cert_notbefore", Group: "tls", Doc: "tls_cert_notbefore:[<>]DATE or DATE<>DATE", Aliases: []string{"tls.cert_notbefore"}, NeedsValue: true,
		parse: func(p *parser, _, v string) error { return p.certDate(buf.FieldTLSNotBefore, v) }},
	{Name: "tls_cert_notafter", Group: "tls", Doc: "tls_cert_notafter:[<>]DATE or DATE<>DATE", Aliases: []string{"tls.cert_notafter"}, NeedsValue: true,
		parse: func(p *parser, _, v string) error { return p.certDate(buf.FieldTLSNotAfter, v) }},
	certDateNow("tls_cert_expired", "tls.cert_expired", true),
	certDateNow("tls_cert_valid", "tls.cert_valid", false),
	{Name: "tls.store", Group: "tls", Doc: "tls.store", Aliases: []string{"tls_store"}, NoValue: true, parse: func(p *parser, n, _ string) error {
		p.r.Post = append(p.r.Post, &Simple{Name: n})
		return nil
	}},
	{Name: "ssl_version", Group: "tls", Doc: "ssl_version:[!]VERSION,…", Aliases: []string{"ssl.version"}, NeedsValue: true, parse: parseSSLVersion},
	{Name: "ssl_state", Group: "tls", Doc: "ssl_state:[!]STATE[|STATE]…", Aliases: []string{"ssl.state"}, NeedsValue: true, parse: parseSSLState},
}

func certDateNow(name, alias string, expired bool) Keyword {
	return Keyword{Name: name, Group: "tls", Doc: name, Aliases: []string{alias}, NoValue: true, parse: func(p *parser, _, _ string) error {
		p.addTx(&CertDate{Expired: expired}, tlsOnly, buf.Both)
		return nil
	}}
}

// dateForms are how a certificate's date may be written; what is left out is its
// first.
var dateForms = []string{"2006", "2006-01", "2006-01-02", "2006-01-02 15", "2006-01-02 15:04", "2006-01-02 15:04:05",
	"2006-01-02T15", "2006-01-02T15:04", "2006-01-02T15:04:05"}

// certDate compares a date of a certificate; the bounds of a range are no part
// of it.
func (p *parser) certDate(id buf.FieldID, v string) error {
	day := func(s string) (uint64, error) {
		s = strings.TrimSpace(s)
		for _, f := range dateForms {
			if t, err := time.Parse(f, s); err == nil && t.Unix() >= 0 {
				return uint64(t.Unix()), nil
			}
		}
		return 0, fmt.Errorf("%q is no date since 1970 as YYYY[-MM[-DD[ HH[:MM[:SS]]]]]", s)
	}
	v = strings.TrimSpace(strings.Trim(v, `"`))
	r := Range{Hi: 1<<63 - 1}
	var err error
	if a, b, ok := strings.Cut(v, "<>"); ok {
		if r.Lo, err = day(a); err != nil {
			return err
		}
		if r.Hi, err = day(b); err != nil {
			return err
		}
		if r.Lo+1 >= r.Hi {
			return fmt.Errorf("nothing lies between %s and %s", a, b)
		}
		r.Lo, r.Hi = r.Lo+1, r.Hi-1
	} else {
		t, err := day(strings.TrimLeft(v, "<>"))
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(v, "<") && t == 0:
			return errors.New("nothing is before the epoch")
		case strings.HasPrefix(v, "<"):
			r.Hi = t - 1
		case strings.HasPrefix(v, ">"):
			r.Lo = t + 1
		default:
			r = Range{Lo: t, Hi: t}
		}
	}
	p.addNumeric(&Numeric{Field: id, Range: r})
	return nil
}
