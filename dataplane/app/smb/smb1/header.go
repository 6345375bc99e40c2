package smb1

import (
	"encoding/binary"
	"strconv"
)

// Magic begins messages; HeaderLen is the header's length ([MS-CIFS] section
// 2.2.3.1), without the count of words behind it.
const (
	Magic     = "\xffSMB"
	HeaderLen = 32
)

// Commands ([MS-CIFS] section 2.2.2.1) that the parser knows.
const (
	Close            uint8 = 0x04
	Rename           uint8 = 0x07
	Write            uint8 = 0x0b
	LockingAndX      uint8 = 0x24
	Trans            uint8 = 0x25
	WriteAndClose    uint8 = 0x2c
	OpenAndX         uint8 = 0x2d
	ReadAndX         uint8 = 0x2e
	WriteAndX        uint8 = 0x2f
	Trans2           uint8 = 0x32
	Trans2Secondary  uint8 = 0x33
	TreeDisconnect   uint8 = 0x71
	Negotiate        uint8 = 0x72
	SessionSetupAndX uint8 = 0x73
	LogoffAndX       uint8 = 0x74
	TreeConnectAndX  uint8 = 0x75
	NTCreateAndX     uint8 = 0xa2
	NTCancel         uint8 = 0xa4
	noCommand        uint8 = 0xff
)

var commandNames = map[uint8]string{0x00: "CREATE_DIRECTORY", 0x01: "DELETE_DIRECTORY", 0x02: "OPEN", 0x03: "CREATE", Close: "CLOSE",
	0x05: "FLUSH", 0x06: "DELETE", Rename: "RENAME", 0x08: "QUERY_INFORMATION", 0x09: "SET_INFORMATION", 0x0a: "READ", Write: "WRITE",
	0x0c: "LOCK_BYTE_RANGE", 0x0d: "UNLOCK_BYTE_RANGE", 0x0e: "CREATE_TEMPORARY", 0x0f: "CREATE_NEW", 0x10: "CHECK_DIRECTORY",
	0x11: "PROCESS_EXIT", 0x12: "SEEK", 0x13: "LOCK_AND_READ", 0x14: "WRITE_AND_UNLOCK", LockingAndX: "LOCKING_ANDX", Trans: "TRANS",
	0x2b: "ECHO", WriteAndClose: "WRITE_AND_CLOSE", OpenAndX: "OPEN_ANDX", ReadAndX: "READ_ANDX", WriteAndX: "WRITE_ANDX",
	Trans2: "TRANS2", Trans2Secondary: "TRANS2_SECONDARY", 0x34: "FIND_CLOSE2", TreeDisconnect: "TREE_DISCONNECT",
	Negotiate: "NEGOTIATE_PROTOCOL", SessionSetupAndX: "SESSION_SETUP_ANDX", LogoffAndX: "LOGOFF_ANDX", TreeConnectAndX: "TREE_CONNECT_ANDX",
	0x80: "QUERY_INFO_DISK", 0xa0: "NT_TRANS", 0xa1: "NT_TRANS_SECONDARY", NTCreateAndX: "NT_CREATE_ANDX", NTCancel: "NT_CANCEL"}

var longNames = func() (n [256]string) {
	for i := range n {
		if s, ok := commandNames[uint8(i)]; ok {
			n[i] = "SMB1_COMMAND_" + s
		} else {
			n[i] = strconv.Itoa(i)
		}
	}
	return n
}()

// CommandName is EVE's word for a command.
func CommandName(c uint8) string { return longNames[c] }

// IsAndX reports whether another command may follow in the same message.
func IsAndX(c uint8) bool {
	switch c {
	case LockingAndX, OpenAndX, ReadAndX, WriteAndX, SessionSetupAndX, LogoffAndX, TreeConnectAndX, NTCreateAndX:
		return true
	}
	return false
}

// Header is a message's header.
type Header struct {
	Command        uint8
	Status         uint32
	Flags          uint8
	Flags2         uint16
	Tree, User, ID uint16
}

const (
	flagReply     = 0x80
	flag2NTStatus = 0x4000
	flag2Unicode  = 0x8000
)

// Response reports whether the message comes from a server.
func (h *Header) Response() bool { return h.Flags&flagReply != 0 }

// DOS reports whether Status is an error class and code of DOS.
func (h *Header) DOS() bool { return h.Flags2&flag2NTStatus == 0 }

// Unicode reports whether texts are UTF-16.
func (h *Header) Unicode() bool { return h.Flags2&flag2Unicode != 0 }

// ReadHeader reads the header of a message of at least HeaderLen octets.
func ReadHeader(b []byte) (h Header, ok bool) {
	if len(b) < HeaderLen || string(b[:4]) != Magic {
		return h, false
	}
	return Header{Command: b[4], Status: le32(b, 5), Flags: b[9], Flags2: le16(b, 10), Tree: le16(b, 24), User: le16(b, 28), ID: le16(b, 30)}, true
}

func le16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func le32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
func le64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

// Block is one command of a message: its parameter words and its data. At is where
// its count of words stands behind the message's start, Bytes where its data do.
type Block struct {
	At, Bytes int
	Words     []byte
	// Count is how many octets of data the block says it has, Data those that are
	// there.
	Count int
	Data  []byte
}

// ReadBlock reads the command that begins at, of a message; it may end early. ok
// is false when its words and the count of its data are not there.
func ReadBlock(b []byte, at int) (k Block, ok bool) {
	if at < HeaderLen || at >= len(b) {
		return k, false
	}
	n := 2 * int(b[at])
	if len(b)-at < 1+n+2 {
		return k, false
	}
	k = Block{At: at, Bytes: at + 1 + n + 2, Words: b[at+1 : at+1+n], Count: int(le16(b, at+1+n))}
	k.Data = b[k.Bytes:]
	if len(k.Data) > k.Count {
		k.Data = k.Data[:k.Count]
	}
	return k, true
}

// Next is the command that follows an AndX block, and where; ok is false when none
// does.
func (k *Block) Next() (command uint8, at int, ok bool) {
	if len(k.Words) < 4 || k.Words[0] == noCommand {
		return 0, 0, false
	}
	at = int(le16(k.Words, 2))
	return k.Words[0], at, at > k.At
}

// Text reads a text at the beginning of data, up to and with its end. off is where
// data begin behind the message's start: UTF-16 is aligned to it. rest follows the
// text; ok is false when it has no end, text what is there of it all the same.
func Text(data []byte, off int, unicode bool) (text, rest []byte, ok bool) {
	if !unicode {
		for i, c := range data {
			if c == 0 {
				return data[:i], data[i+1:], true
			}
		}
		return data, nil, false
	}
	if off%2 == 1 && len(data) > 0 {
		data = data[1:]
	}
	for i := 0; i+1 < len(data); i += 2 {
		if data[i] == 0 && data[i+1] == 0 {
			return data[:i], data[i+2:], true
		}
	}
	return data, nil, false
}

// at is n octets behind a message's start; false when they are not there.
func at(b []byte, off, n int) ([]byte, bool) {
	if n == 0 {
		return nil, true
	}
	if off < HeaderLen || off > len(b) || n > len(b)-off {
		return nil, false
	}
	return b[off : off+n], true
}
