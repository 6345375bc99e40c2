package tls

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is TLS' row: hellos by their record's head on any port, SSLv2 hellos
// on port 443.
func Protocol() *app.Protocol {
	p := row()
	for minor := byte(0); minor <= 3; minor++ {
		for _, typ := range []byte{typeHandshake, sslv2Hello} {
			p.Patterns = append(p.Patterns, app.Pattern{Dir: input.ToServer, Octets: string([]byte{typ, 3, minor})})
		}
		for _, typ := range []byte{typeAlert, typeHandshake, typeData} {
			p.Patterns = append(p.Patterns, app.Pattern{Dir: input.ToClient, Octets: string([]byte{typ, 3, minor})})
		}
	}
	p.Probe, p.Ports = probe, []uint16{443}
	return p
}

// SSLv2 is the row of SSLv2 hellos that name version 2, on any port.
func SSLv2() *app.Protocol {
	p := row()
	p.Patterns = []app.Pattern{{Dir: input.ToServer, Octets: "\x01\x00\x02", Offset: 2}}
	p.Probe, p.Confirm, p.Ports = probe, true, []uint16{443}
	return p
}

func row() *app.Protocol {
	return &app.Protocol{ID: input.AppTLS, Name: "tls", TCP: true, First: input.ToServer, Log: "tls", Events: Events, Hooks: hooks(), New: newState}
}

// probe recognises an SSLv2 ClientHello with a head of two octets.
func probe(d input.Dir, b []byte) app.Verdict {
	switch {
	case d != input.ToServer:
		return app.No
	case len(b) < 3:
		return app.More
	case b[0]&0x80 != 0 && b[2] == sslv2Hello:
		return app.Yes
	}
	return app.No
}
