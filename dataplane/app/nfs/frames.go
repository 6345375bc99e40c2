package nfs

import "github.com/weir-ips/weir/dataplane/app"

// Frames, by their place in the list of names.
const (
	frameRPC = iota
	frameRPCHeader
	frameRPCData
	frameCreds
	frameNFS
	frameStatus
	frameNFS4
	frameNFS4Header
	frameNFS4Ops
	frameNFS4Status
)

// framer notes the frames of a message that stands in one piece.
type framer struct {
	c    *app.Call
	at   int
	rest uint64
}

// call notes those of a call; args is its end.
func (f *framer) call(b []byte, k *call, args []byte) {
	if f.at < 0 {
		return
	}
	m := f.mark()
	whole := int64(len(b)+m) + int64(f.rest)
	f.c.Frame(frameRPC, f.at, whole)
	f.c.Frame(frameRPCHeader, f.at, int64(m+k.credsAt))
	f.c.Frame(frameRPCData, f.at+m+k.credsAt, whole-int64(m+k.credsAt))
	f.c.Frame(frameCreds, f.at+m+k.credsAt, int64(k.credsLen))
	f.body(b, args, k.version, true)
}

// mark is the length of the record mark.
func (f *framer) mark() int {
	if f.c.Flow.IPProto == udp {
		return 0
	}
	return 4
}

func (f *framer) body(b, args []byte, version uint32, call bool) {
	at := f.at + f.mark() + len(b) - len(args)
	n := int64(len(args)) + int64(f.rest)
	pdu, status := frameNFS, frameStatus
	if version == 4 {
		pdu, status = frameNFS4, frameNFS4Status
	}
	f.c.Frame(uint8(pdu), at, n)
	switch {
	case !call && n >= 4:
		f.c.Frame(uint8(status), at, 4)
		if version == 4 && n > 12 {
			f.c.Frame(frameNFS4Header, at, 8)
			f.c.Frame(frameNFS4Ops, at+8, n-8)
		}
	case call && version == 4 && n > 8:
		f.c.Frame(frameNFS4Header, at, 8)
		f.c.Frame(frameNFS4Ops, at+8, n-8)
	}
}

// reply notes those of a reply.
func (f *framer) reply(b []byte, version uint32, res []byte) {
	if f.at < 0 {
		return
	}
	head := len(b) - len(res)
	m := f.mark()
	whole := int64(len(b)+m) + int64(f.rest)
	f.c.Frame(frameRPC, f.at, whole)
	f.c.Frame(frameRPCHeader, f.at, int64(m+head))
	f.c.Frame(frameRPCData, f.at+m+head, whole-int64(m+head))
	f.body(b, res, version, false)
}
