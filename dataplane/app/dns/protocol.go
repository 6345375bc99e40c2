package dns

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/match/input"
)

// UDP is the row of DNS over UDP.
func UDP() *app.Protocol {
	return &app.Protocol{ID: input.AppDNS, Name: "dns", UDP: true, Probe: probeDatagram, Ports: []uint16{53},
		Events: Events, Log: "dns", New: func(env *app.Env) app.State { return newState(env, input.AppDNS) }}
}

// TCP is the row of DNS over TCP (RFC 7766): messages behind a length of two
// octets.
func TCP() *app.Protocol {
	p := UDP()
	p.UDP, p.TCP, p.Probe = false, true, probeTCP
	return p
}

// MDNS is the row of multicast DNS (RFC 6762).
func MDNS() *app.Protocol {
	return &app.Protocol{ID: input.AppMDNS, Name: "mdns", UDP: true, Probe: probeDatagram, Ports: []uint16{5353},
		Events: Events, Log: "mdns", New: func(env *app.Env) app.State { return newState(env, input.AppMDNS) }}
}

// LLMNR is the row of LLMNR over UDP (RFC 4795).
func LLMNR() *app.Protocol {
	return &app.Protocol{ID: input.AppLLMNR, Name: "llmnr", UDP: true, Probe: probeDatagram, Ports: []uint16{5355},
		Events: Events, Log: "llmnr", New: func(env *app.Env) app.State { return newState(env, input.AppLLMNR) }}
}

// LLMNRTCP is the row of LLMNR over TCP.
func LLMNRTCP() *app.Protocol {
	p := LLMNR()
	p.UDP, p.TCP, p.Probe = false, true, probeTCP
	return p
}
