package imap

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is IMAP's row: what servers say without being asked, and what clients
// ask first.
func Protocol() *app.Protocol {
	p := &app.Protocol{ID: input.AppIMAP, Name: "imap", TCP: true,
		Patterns: []app.Pattern{{Dir: input.ToServer, Octets: "1 capability", NoCase: true}}}
	for _, s := range []string{"* OK ", "* NO ", "* BAD ", "* LIST ", "* ESEARCH ", "* STATUS ", "* FLAGS ", "* CAPABILITY "} {
		p.Patterns = append(p.Patterns, app.Pattern{Dir: input.ToClient, Octets: s, NoCase: true})
	}
	return p
}
