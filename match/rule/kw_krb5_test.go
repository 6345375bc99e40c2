package rule

import (
	"fmt"
	"testing"
)

func TestTicketEncryption(t *testing.T) {
	for v, want := range map[string]string{
		"weak": "true [17 18 19 20 25 26]", "!weak": "false [17 18 19 20 25 26]",
		" des-cbc-crc , -128,2 257": "false [1 4294967168 2 257]", "RC4-HMAC": "false [23]",
		"rot13": "error", "": "error", "4294967296": "error", ",": "error",
	} {
		p := &parser{r: &Rule{}}
		got := "error"
		if err := parseTicketEncryption(p, "", v); err == nil {
			c := p.r.Lists[0].Conds[0].(*NumberIn)
			got = fmt.Sprint(c.Negated, c.List)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
}
