package smb

import (
	"github.com/weir-ips/weir/dataplane/app"
	"github.com/weir-ips/weir/dataplane/app/smb/smb1"
	"github.com/weir-ips/weir/dataplane/app/smb/smb2"
	"github.com/weir-ips/weir/match/input"
)

// Protocol is the row of SMB in the list of protocols. Its Options are of type
// *Options.
func Protocol() *app.Protocol {
	pattern := func(magic string) app.Pattern { return app.Pattern{Octets: magic, Offset: sessionHead, Depth: 8} }
	return &app.Protocol{
		ID: input.AppSMB, Name: "smb", TCP: true, Log: "smb",
		Events:   eventNames[:],
		Patterns: []app.Pattern{pattern(smb1.Magic), pattern(smb2.Magic), pattern(smb2.MagicTransform)},
		Probe:    probe, Confirm: true, Way: way, Ports: []uint16{139, 445},
		New: func(env *app.Env) app.State { return newState(env) },
	}
}

// isMagic reports whether a message of SMB can begin with b, which has four octets.
func isMagic(b []byte) bool {
	switch string(b[:4]) {
	case smb1.Magic, smb2.Magic, smb2.MagicTransform:
		return true
	}
	return false
}

// maxFirst bounds a session message in front of the first message of SMB.
const maxFirst = 256

// probe looks for the beginning of a message of SMB in a session message, behind one
// that opens a session at most.
func probe(_ input.Dir, b []byte) app.Verdict {
	for range 2 {
		if len(b) < sessionHead {
			return app.More
		}
		n := sessionLength(b)
		switch t := b[0]; {
		case t == typeMessage:
			if len(b) < sessionHead+4 {
				return app.More
			}
			if isMagic(b[sessionHead:]) {
				return app.Yes
			}
			return app.No
		case t < typeRequest || t > typeKeepAlive || n >= maxFirst:
			return app.No
		case len(b) < sessionHead+n:
			return app.More
		}
		b = b[sessionHead+n:]
	}
	return app.No
}

// way goes by the flag of responses; what is encrypted does not say.
func way(b []byte) input.Dir {
	for len(b) > sessionHead && b[0] != typeMessage {
		b = b[min(sessionHead+sessionLength(b), len(b)):]
	}
	response := false
	switch {
	case len(b) < sessionHead+20 || !isMagic(b[sessionHead:]) || string(b[sessionHead:sessionHead+4]) == smb2.MagicTransform:
		return input.DirUnknown
	case string(b[sessionHead:sessionHead+4]) == smb1.Magic:
		h, ok := smb1.ReadHeader(b[sessionHead:])
		if !ok {
			return input.DirUnknown
		}
		response = h.Response()
	default:
		h := smb2.Header{Flags: uint32(b[sessionHead+16])}
		response = h.Response()
	}
	if response {
		return input.ToClient
	}
	return input.ToServer
}
