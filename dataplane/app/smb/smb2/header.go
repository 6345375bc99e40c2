package smb2

import "encoding/binary"

// Magic octets begin messages: plain, encrypted, compressed.
const (
	Magic           = "\xfeSMB"
	MagicTransform  = "\xfdSMB"
	MagicCompressed = "\xfcSMB"
	// HeaderLen is the header's length ([MS-SMB2] section 2.2.1).
	HeaderLen = 64
	// TransformLen is that of an encrypted message (section 2.2.41).
	TransformLen = 52
)

// Commands ([MS-SMB2] section 2.2.1.2).
const (
	Negotiate uint16 = iota
	SessionSetup
	Logoff
	TreeConnect
	TreeDisconnect
	Create
	Close
	Flush
	Read
	Write
	Lock
	Ioctl
	Cancel
	Echo
	QueryDirectory
	ChangeNotify
	QueryInfo
	SetInfo
	OplockBreak
	NumCommands
)

var commandNames = [NumCommands]string{"NEGOTIATE_PROTOCOL", "SESSION_SETUP", "SESSION_LOGOFF", "TREE_CONNECT", "TREE_DISCONNECT", "CREATE",
	"CLOSE", "FLUSH", "READ", "WRITE", "LOCK", "IOCTL", "CANCEL", "KEEPALIVE", "FIND", "CHANGE_NOTIFY", "GET_INFO", "SET_INFO", "OPLOCK_BREAK"}

var longNames = func() (n [NumCommands]string) {
	for i, s := range commandNames {
		n[i] = "SMB2_COMMAND_" + s
	}
	return n
}()

// CommandName is EVE's word for a command; empty when there is none.
func CommandName(c uint16) string {
	if c < NumCommands {
		return longNames[c]
	}
	return ""
}

const (
	flagResponse = 1
	flagAsync    = 2
)

// Header is a message's header.
type Header struct {
	Status  uint32
	Command uint16
	Flags   uint32
	// Next is where the next message of a compound begins; 0: this is the last.
	Next    int
	Message uint64
	Tree    uint32
	Session uint64
}

// Response reports whether the message comes from a server.
func (h *Header) Response() bool { return h.Flags&flagResponse != 0 }

// ReadHeader reads a header of HeaderLen octets; false: it is none.
func ReadHeader(b []byte) (h Header, ok bool) {
	if len(b) < HeaderLen || string(b[:4]) != Magic || le16(b, 4) != HeaderLen {
		return h, false
	}
	h = Header{Status: le32(b, 8), Command: le16(b, 12), Flags: le32(b, 16), Next: int(le32(b, 20)), Message: le64(b, 24),
		Tree: le32(b, 36), Session: le64(b, 40)}
	if h.Flags&flagAsync != 0 && h.Response() {
		h.Tree = 0 // an id for the answer that follows stands there
	}
	return h, h.Next == 0 || h.Next >= HeaderLen
}

func le16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func le32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
func le64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

// part is n octets of a message that begin off behind its header's start; false when
// they are not there. No octets may stand anywhere.
func part(b []byte, off, n int) ([]byte, bool) {
	if n == 0 {
		return nil, true
	}
	if off < HeaderLen || off > len(b) || n > len(b)-off {
		return nil, false
	}
	return b[off : off+n], true
}

// body is what stands behind the header, at least n octets; false: there is less.
func body(b []byte, n int) ([]byte, bool) {
	if len(b) < HeaderLen+n {
		return nil, false
	}
	return b[HeaderLen:], true
}

// dialects are the revisions that have a name of their own.
var dialects = map[uint16]string{0x0202: "2.02", 0x0210: "2.10", 0x0222: "2.22", 0x0224: "2.24", 0x02ff: "2.??", 0x0300: "3.00",
	0x0302: "3.02", 0x0310: "3.10", 0x0311: "3.11"}

// DialectName is EVE's word for a dialect; empty when there is none.
func DialectName(d uint16) string { return dialects[d] }
