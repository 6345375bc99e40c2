package match

import (
	"bytes"

	"golang.org/x/net/publicsuffix"
)

// The list is that of golang.org/x/net v0.44: later versions look for an address
// first, which allocates.

// domainOf is the registered domain of a host name (example.co.uk) or its public
// suffix (co.uk), by the public suffix list. A name without one stays as it is.
func domainOf(t Transform, data []byte) []byte {
	name := bytes.Trim(data, " \t\r\n")
	if len(name) == 0 || len(name) > 255 || name[0] == '.' {
		return data
	}
	suffix, _ := publicsuffix.PublicSuffix(stringOf(name))
	tld := name[len(name)-len(suffix):]
	if len(tld) == 0 {
		return data
	}
	if t == TLD {
		return tld
	}
	rest := name[:len(name)-len(tld)]
	if len(rest) == 0 {
		return data
	}
	// The label before the suffix belongs to the domain.
	label := bytes.LastIndexByte(rest[:len(rest)-1], '.') + 1
	if label == len(rest)-1 {
		return data
	}
	return name[label:]
}
