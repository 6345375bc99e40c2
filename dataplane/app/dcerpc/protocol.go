package dcerpc

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/dcerpc/rpc"
	"github.com/weir-ips/weir/match/input"
)

// TCP is the row of DCE/RPC over TCP, which servers give any port. Its Options are
// of type *Options.
func TCP() *app.Protocol {
	return &app.Protocol{
		ID: input.AppDCERPC, Name: "dcerpc", TCP: true, Log: "dcerpc",
		Probe: probeStream, AnyPort: true, Way: way,
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// UDP is the row of DCE/RPC over UDP.
func UDP() *app.Protocol {
	return &app.Protocol{
		ID: input.AppDCERPC, Name: "dcerpc", UDP: true, Log: "dcerpc",
		Probe: probeDatagram, AnyPort: true,
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// probeStream looks for a header. Version 5.1 has no conversations of its own that
// begin with it.
func probeStream(_ input.Dir, b []byte) app.Verdict {
	if len(b) > 1 && b[1] != 0 {
		return app.No
	}
	switch yes, more := rpc.Looks(b); {
	case yes:
		return app.Yes
	case more:
		return app.More
	}
	return app.No
}

// way goes by the type; b begins with a header.
func way(b []byte) input.Dir {
	if rpc.Type(b[2]).Dir() == input.ToClient {
		return input.ToClient
	}
	return input.ToServer
}

// probeDatagram looks for the first request of a conversation.
func probeDatagram(_ input.Dir, b []byte) app.Verdict {
	h, body, ok := readDatagram(b)
	if !ok || h.typ != rpc.Request || h.fragment != 0 || h.flags2&0xfc != 0 || b[4]&0xee != 0 || b[5] > 3 || len(body) < h.size {
		return app.No
	}
	return app.Yes
}
