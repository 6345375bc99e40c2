package nfs

import "encoding/binary"

const (
	program = 100003
	// maxRecord is the longest record: data of a file and what stands around them.
	maxRecord = maxData + 64<<10
	// maxData is the most octets of a file in one call.
	maxData = 16 << 20

	maxCreds   = 4096
	maxMachine = 255
	maxHandle  = 128
	maxName    = 4096

	authUnix = 1
	authGSS  = 6

	typeCall  = 0
	typeReply = 1
)

// call is the head of a call (RFC 5531 section 9).
type call struct {
	xid, program, version, proc uint32
	flavor                      uint32
	machine                     []byte
	uid, gid                    uint32
	// sealed: arguments are encrypted; signed: they stand behind a length and a number
	// (RFC 2203 section 5.3.3.4).
	sealed, signed bool
	credsAt        int
	credsLen       int
}

// readCall reads what follows xid and type of a message; false: this is no call, or
// its head is not whole. c stands at the arguments then.
func readCall(c *cursor, k *call) bool {
	all := len(c.b)
	if c.u32() != 2 {
		return false
	}
	k.program, k.version, k.proc = c.u32(), c.u32(), c.u32()
	k.flavor = c.u32()
	creds := cursor{b: c.opaque(maxCreds)}
	k.credsAt, k.credsLen = 24, 8+len(creds.b) // xid, type and four numbers stand before
	c.u32()
	c.opaque(maxCreds)
	switch k.flavor {
	case authUnix:
		creds.u32()
		k.machine = creds.opaque(maxMachine)
		k.uid, k.gid = creds.u32(), creds.u32()
	case authGSS:
		creds.u32()
		proc := creds.u32()
		creds.u32()
		switch service := creds.u32(); {
		case proc != 0 || service == 3:
			k.sealed = true
		case service == 2:
			k.signed = true
		}
	}
	return !c.bad && all > 0
}

// unwrap goes to what a signature covers.
func unwrap(c *cursor) {
	c.u32()
	c.u32()
}

// readReply reads what follows xid and type of a reply: whether it was denied, and,
// when accepted, how it went.
func readReply(c *cursor) (denied, state uint32, ok bool) {
	if denied = c.u32(); denied == 0 {
		c.u32()
		c.opaque(maxCreds)
	}
	state = c.u32()
	return denied, state, !c.bad && denied <= 1
}

// mark is a record mark (RFC 5531 section 11).
func mark(b []byte) (size int, last bool) {
	v := binary.BigEndian.Uint32(b)
	return int(v &^ (1 << 31)), v>>31 != 0
}

// looks reports whether a message of NFS may begin here: a call of the program, or
// a reply.
func looks(b []byte) (yes, more bool) {
	if len(b) < 12 {
		return false, true
	}
	size, _ := mark(b)
	if size < 24 || size > maxRecord {
		return false, false
	}
	switch binary.BigEndian.Uint32(b[8:]) {
	case typeCall:
		if len(b) < 24 {
			return false, true
		}
		v := binary.BigEndian.Uint32(b[20:])
		return binary.BigEndian.Uint32(b[12:]) == 2 && binary.BigEndian.Uint32(b[16:]) == program && v >= 2 && v <= 4, false
	case typeReply:
		if len(b) < 16 {
			return false, true
		}
		return binary.BigEndian.Uint32(b[12:]) <= 1, false
	}
	return false, false
}
