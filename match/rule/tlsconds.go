package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

// NumberIn asks whether one of a field's values is in a list; negated, whether the
// field has a value and none is.
type NumberIn struct {
	Field   buf.FieldID
	List    []uint32
	Negated bool
}

// CertDate compares a certificate's dates with the time of the packet: whether it
// has expired, or is valid now.
type CertDate struct{ Expired bool }

// sslVersions are the words of ssl_version.
var sslVersions = map[string]uint32{"sslv2": 0x0200, "sslv3": 0x0300, "tls1.0": 0x0301, "tls1.1": 0x0302, "tls1.2": 0x0303, "tls1.3": 0x0304}

// parseSSLVersion reads a list of versions; all of them, or none, are negated.
func parseSSLVersion(p *parser, _, v string) error {
	return p.numberIn(buf.FieldTLSVersion, strings.Split(v, ","), "version", func(w string) (uint32, bool) {
		n, ok := sslVersions[w]
		return n, ok
	})
}

// parseSSLState reads a list of states.
func parseSSLState(p *parser, _, v string) error {
	enum := buf.Field(buf.FieldSSLState).Enum
	words := strings.FieldsFunc(v, func(r rune) bool { return r == '|' || r == ',' })
	return p.numberIn(buf.FieldSSLState, words, "state", func(w string) (uint32, bool) {
		n, ok := enum[w]
		return uint32(n), ok
	})
}

func (p *parser) numberIn(id buf.FieldID, words []string, what string, value func(string) (uint32, bool)) error {
	c := &NumberIn{Field: id}
	for i, w := range words {
		w = strings.ToLower(strings.TrimSpace(w))
		neg := strings.HasPrefix(w, "!")
		w = strings.TrimSpace(strings.TrimPrefix(w, "!"))
		n, ok := value(w)
		if !ok {
			return fmt.Errorf("unknown %s %q", what, w)
		}
		// `!a|b` means neither, as `!a,!b` does.
		if i == 0 {
			c.Negated = neg
		} else if neg != c.Negated && neg {
			return fmt.Errorf("%ss with and without ! in one list", what)
		}
		c.List = append(c.List, n)
	}
	if len(c.List) == 0 {
		return errors.New("want a " + what)
	}
	p.addTx(c, tlsOnly, buf.Both)
	return nil
}
