package enip

import "encoding/binary"

// Encapsulation header (CIP volume 2, section 2-3).
const (
	headLen = 24

	cmdNOP               = 0x00
	cmdListServices      = 0x04
	cmdListIdentity      = 0x63
	cmdListInterfaces    = 0x64
	cmdRegisterSession   = 0x65
	cmdUnregisterSession = 0x66
	cmdSendRRData        = 0x6f
	cmdSendUnitData      = 0x70
)

// Items of the common packet format (section 2-6).
const (
	itemHead = 4 // type, length

	itemIdentity        = 0x000c
	itemConnectedData   = 0x00b1
	itemUnconnectedData = 0x00b2
	itemServices        = 0x0100
)

// head is an encapsulation header.
type head struct {
	command uint16
	size    int // octets behind the header
	session uint32
	status  uint32
	options uint32
}

// readHead reads headLen octets.
func readHead(b []byte) head {
	return head{command: binary.LittleEndian.Uint16(b), size: int(binary.LittleEndian.Uint16(b[2:])),
		session: binary.LittleEndian.Uint32(b[4:]), status: binary.LittleEndian.Uint32(b[8:]), options: binary.LittleEndian.Uint32(b[20:])}
}

// itemsAt is where the number of items stands in a message of a command with size
// octets behind its header; false: it has none.
func (h *head) itemsAt() (int, bool) {
	switch h.command {
	case cmdListServices, cmdListIdentity, cmdListInterfaces:
		return headLen, h.size > 0
	case cmdSendRRData, cmdSendUnitData:
		return headLen + 6, true // interface handle, timeout
	}
	return 0, false
}

// carriesCIP reports whether items are messages of CIP.
func (h *head) carriesCIP() bool { return h.command == cmdSendRRData || h.command == cmdSendUnitData }

// items walks the items of a message.
type items struct {
	b     []byte // the message
	at    int    // of the next item
	left  int
	bad   bool // the rest is cut off
	typ   uint16
	start int // of the item at hand, its header included
	data  []byte
}

// itemsOf begins the walk; at comes from itemsAt.
func itemsOf(b []byte, at int) items {
	if len(b) < at+2 {
		return items{bad: true}
	}
	return items{b: b, at: at + 2, left: int(binary.LittleEndian.Uint16(b[at:]))}
}

// next moves on to the next item; false: there is none.
func (w *items) next() bool {
	if w.left == 0 || w.bad {
		return false
	}
	rest := w.b[w.at:]
	if len(rest) < itemHead || len(rest)-itemHead < int(binary.LittleEndian.Uint16(rest[2:])) {
		w.bad = true
		return false
	}
	n := int(binary.LittleEndian.Uint16(rest[2:]))
	w.typ, w.start, w.data = binary.LittleEndian.Uint16(rest), w.at, rest[itemHead:itemHead+n]
	w.at += itemHead + n
	w.left--
	return true
}

// cip is the CIP message in an item, where it begins in the item's data, and the
// number that a connection gives its messages; false: the item is no such, or
// too short.
func (w *items) cip() (msg []byte, off int, seq uint16, is, ok bool) {
	switch w.typ {
	case itemUnconnectedData:
		return w.data, 0, 0, true, true
	case itemConnectedData:
		if len(w.data) < 2 {
			return nil, 0, 0, true, false
		}
		return w.data[2:], 2, binary.LittleEndian.Uint16(w.data), true, true
	}
	return nil, 0, 0, false, true
}

// identity is what a device says of itself (CIP volume 2, section 2-4.2).
type identity struct {
	version, vendor, device, product uint16
	major, minor, state              uint8
	status                           uint16
	serial                           uint32
	name                             []byte
}

const identityLen = 2 + 16 + 14 + 1 // version, socket address, numbers, length of the name

func readIdentity(b []byte) (d identity, ok bool) {
	if len(b) < identityLen || len(b) < identityLen+int(b[identityLen-1])+1 {
		return d, false
	}
	d.version = binary.LittleEndian.Uint16(b)
	n := b[18:]
	d.vendor, d.device, d.product = binary.LittleEndian.Uint16(n), binary.LittleEndian.Uint16(n[2:]), binary.LittleEndian.Uint16(n[4:])
	d.major, d.minor = n[6], n[7]
	d.status, d.serial = binary.LittleEndian.Uint16(n[8:]), binary.LittleEndian.Uint32(n[10:])
	end := identityLen + int(b[identityLen-1])
	d.name, d.state = b[identityLen:end], b[end]
	return d, true
}

// services is what a device can do (section 2-4.6).
type services struct {
	version, capabilities uint16
	name                  []byte
}

func readServices(b []byte) (s services, ok bool) {
	if len(b) < 20 {
		return s, false
	}
	return services{binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]), b[4:20]}, true
}
