package rule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

// ticketTypes are the encryption types of Kerberos by name, in lower case: those of
// RFC 3961 section 8, RFC 3962, 4757, 6803 and 8009, and Microsoft's own, which are
// negative.
var ticketTypes = map[string]int32{
	"des-cbc-crc": 1, "des-cbc-md4": 2, "des-cbc-md5": 3, "des3-cbc-md5": 5, "des3-cbc-sha1": 7, "dsawithsha1-cmsoid": 9,
	"md5withrsaencryption-cmsoid": 10, "sha1withrsaencryption-cmsoid": 11, "rc2cbc-envoid": 12, "rsaencryption-envoid": 13,
	"rsaes-oaep-env-oid": 14, "des-ede3-cbc-env-oid": 15, "des3-cbc-sha1-kd": 16, "aes128-cts-hmac-sha1-96": 17,
	"aes256-cts-hmac-sha1-96": 18, "aes128-cts-hmac-sha256-128": 19, "aes256-cts-hmac-sha384-192": 20, "rc4-hmac": 23,
	"rc4-hmac-exp": 24, "camellia128-cts-cmac": 25, "camellia256-cts-cmac": 26, "subkey-keymaterial": 65, "rc4-md4": -128,
	"rc4-plain2": -129, "rc4-lm": -130, "rc4-sha": -131, "des-plain": -132, "rc4-hmac-old": -133, "rc4-plain-old": -134,
	"rc4-hmac-old-exp": -135, "rc4-plain-old-exp": -136, "rc4-plain": -140, "rc4-plain-exp": -141,
}

// strongTypes are those that are not weak: AES and Camellia (RFC 6649, RFC 8429).
var strongTypes = []uint32{17, 18, 19, 20, 25, 26}

// parseTicketEncryption asks for a ticket's encryption: weak, not weak, or one of a
// list of names and numbers. Types are compared as what 32 bits hold.
func parseTicketEncryption(p *parser, _, v string) error {
	c := &NumberIn{Field: buf.FieldKRB5Ticket}
	switch v = strings.TrimSpace(v); v {
	case "weak":
		c.List, c.Negated = strongTypes, true
	case "!weak":
		c.List = strongTypes
	default:
		for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
			n, ok := ticketTypes[strings.ToLower(w)]
			if !ok {
				i, err := strconv.ParseInt(w, 10, 32)
				if err != nil {
					return fmt.Errorf("%q is neither a number nor the name of an encryption type", w)
				}
				n = int32(i)
			}
			c.List = append(c.List, uint32(n))
		}
		if len(c.List) == 0 {
			return errors.New("want weak, !weak or encryption types")
		}
	}
	p.addTx(c, []string{"krb5"}, buf.TC)
	return nil
}
