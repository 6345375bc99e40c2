package modbus

import (
	"encoding/binary"

	"github.com/weir-ips/weir/match/buf"
	"github.com/weir-ips/weir/match/input"
)

// Header (messaging on TCP/IP, section 3.1.3): its length counts unit and function.
const (
	headLen   = 6
	minLength = 2
	maxLength = 254

	exceptionBit = 0x80
	maxBits      = 2000 // of one access to coils or discrete inputs
	maxWords     = 125  // of one access to registers
	maxRead      = 250  // octets of a response
)

// Functions that are read in ways of their own (application protocol, section 6).
const (
	fnExceptionStatus = 0x07
	fnDiagnostic      = 0x08
	fnEventCounter    = 0x0b
	fnEventLog        = 0x0c
	fnReportServer    = 0x11
	fnReadFile        = 0x14
	fnWriteFile       = 0x15
	fnReadWrite       = 0x17
	fnReadFIFO        = 0x18
	fnMEI             = 0x2b
)

// flaws are what is wrong with a message.
type flaws uint8

const (
	badValue flaws = 1 << iota
	badLength
	badException
	badFunction
	badProtocol
)

// kind is the form of a message's data.
type kind uint8

const (
	empty kind = iota
	exception
	diagnostic
	mei
	readRequest
	readResponse
	writeOne      // of one address, and responses to those of many
	writeMany     // requests
	writeMask     // requests and responses
	readWriteMany // requests
	octets
)

// head is a message's header.
type head struct {
	transaction, protocol uint16
	length                int
}

// readHead reads headLen octets.
func readHead(b []byte) head {
	return head{binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), int(binary.BigEndian.Uint16(b[4:]))}
}

func (h *head) fits() bool { return h.length >= minLength && h.length <= maxLength }

// message is a request or a response.
type message struct {
	head
	there    bool
	unit     uint8
	function uint8
	flaws    flaws
	kind     kind
	// code is that of an exception, a diagnostic or an encapsulated interface.
	code uint16
	// address and quantity of what is written, else read; value is what is written to
	// one address, and (mask) is what it is combined with.
	address, quantity uint16
	read              uint16 // address of what is read, where both are done
	readQuantity      uint16
	value, or         uint16
	data              []byte
	raw               []byte // what data lies in
}

// access is what functions do (section 6), by function.
var access = [...]uint8{
	1:  buf.ModbusRead | buf.ModbusCoils,
	2:  buf.ModbusRead | buf.ModbusDiscretes,
	3:  buf.ModbusRead | buf.ModbusHolding,
	4:  buf.ModbusRead | buf.ModbusInput,
	5:  buf.ModbusWrite | buf.ModbusCoils | buf.ModbusSingle,
	6:  buf.ModbusWrite | buf.ModbusHolding | buf.ModbusSingle,
	15: buf.ModbusWrite | buf.ModbusCoils | buf.ModbusMultiple,
	16: buf.ModbusWrite | buf.ModbusHolding | buf.ModbusMultiple,
	22: buf.ModbusWrite | buf.ModbusHolding,
	23: buf.ModbusRead | buf.ModbusWrite | buf.ModbusHolding | buf.ModbusMultiple,
}

// code7 is the function without the bit of exceptions.
func (m *message) code7() uint8 { return m.function &^ exceptionBit }

func (m *message) access() uint8 {
	if f := int(m.code7()); f < len(access) {
		return access[f]
	}
	return 0
}

// does reports whether the function does one of what bits say.
func (m *message) does(bits uint8) bool { return m.access()&bits != 0 }

// most is how much one access may be for.
func (m *message) most() uint16 {
	if m.does(buf.ModbusCoils | buf.ModbusDiscretes) {
		return maxBits
	}
	return maxWords
}

// category is the class of the function's code (section 5; reserved codes: annex A).
func (m *message) category() uint8 {
	f := m.function
	switch {
	case f == fnDiagnostic:
		if m.kind == diagnostic && diagnosticNames.of(m.code) == "" {
			return buf.ModbusReserved
		}
	case f == fnMEI:
		if m.kind == mei && meiNames.of(m.code) == "" {
			return buf.ModbusReserved
		}
	case f == 0 || f >= exceptionBit:
		if f != 0 && functionNames.of(uint16(m.code7())) != "" && m.code7() != fnDiagnostic && m.code7() != fnMEI {
			return buf.ModbusAssigned
		}
		return 0
	case f == 9 || f == 10 || f == 13 || f == 14 || f == 41 || f == 42 || f == 90 || f == 91 || f >= 125:
		return buf.ModbusReserved
	case f >= 65 && f <= 72 || f >= 100 && f <= 110:
		return buf.ModbusUser
	case functionNames.of(uint16(f)) == "":
		return buf.ModbusUnassigned
	}
	return buf.ModbusAssigned
}

// decode reads what stands behind the function, which goes in direction d. What is
// cut short or too long is a flaw.
func (m *message) decode(b []byte, d input.Dir) {
	c := cursor{b: b}
	switch d {
	case input.ToServer:
		m.request(&c)
	case input.ToClient:
		m.response(&c)
	default:
		m.either(&c)
	}
	if c.short {
		m.flaw(true, badLength)
		if m.kind == empty {
			m.kind, m.data = octets, b
		}
	}
	m.flaw(len(c.b) > 0, badLength)
}

func (m *message) flaw(is bool, f flaws) {
	if is {
		m.flaws |= f
	}
}

// cursor takes numbers off the front; short: there were too few octets.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.short, c.b = true, nil
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) u8() (v uint8) {
	if b := c.take(1); b != nil {
		v = b[0]
	}
	return v
}

func (c *cursor) u16() (v uint16) {
	if b := c.take(2); b != nil {
		v = binary.BigEndian.Uint16(b)
	}
	return v
}

func (c *cursor) rest() []byte { return c.take(len(c.b)) }
