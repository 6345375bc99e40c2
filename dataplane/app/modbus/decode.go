package modbus

import "github.com/weir-ips/weir/match/buf"

// either reads what looks the same in both directions.
func (m *message) either(c *cursor) {
	switch {
	case m.function >= exceptionBit:
		m.exception(c)
	case m.function == fnDiagnostic:
		m.diagnostic(c)
	case m.function == fnMEI:
		m.mei(c)
	default:
		m.kind, m.data = octets, c.rest()
	}
}

func (m *message) request(c *cursor) {
	n := len(c.b)
	switch m.function {
	case fnDiagnostic:
		m.flaw(n != 4, badLength)
		m.diagnostic(c)
		m.diagnosticValue()
		return
	case fnMEI:
		m.mei(c)
		return
	case fnReadFile, fnWriteFile:
		m.flaw(n == 0, badLength)
	case fnExceptionStatus, fnEventCounter, fnEventLog, fnReportServer:
		m.flaw(n > 0, badLength)
	case fnReadFIFO:
		m.flaw(n != 2, badLength)
	default:
		m.flaw(m.function == 0 || m.function >= exceptionBit, badFunction)
		if m.function < exceptionBit && m.does(buf.ModbusRead|buf.ModbusWrite) {
			m.tables(c)
			return
		}
	}
	m.kind, m.data = octets, c.rest()
}

// tables reads a request to read or write the primary tables (sections 6.1 to 6.6,
// 6.11, 6.12, 6.16, 6.17).
func (m *message) tables(c *cursor) {
	if m.does(buf.ModbusRead) {
		m.read, m.readQuantity = c.u16(), c.u16()
		if c.short {
			return
		}
		m.kind = readRequest
		m.flaw(m.readQuantity == 0 || m.readQuantity > m.most(), badValue)
		if !m.does(buf.ModbusWrite) {
			return
		}
	}
	m.address = c.u16()
	switch {
	case m.does(buf.ModbusSingle):
		if m.value = c.u16(); c.short {
			return
		}
		m.kind = writeOne
		m.flaw(m.does(buf.ModbusCoils) && m.value != 0 && m.value != 0xff00, badValue)
	case m.does(buf.ModbusMultiple):
		m.quantity = c.u16()
		count := int(c.u8())
		if c.short {
			return
		}
		want := 2 * int(m.quantity)
		if m.does(buf.ModbusCoils) {
			want = (int(m.quantity) + 7) / 8
		}
		m.flaw(m.quantity == 0 || m.quantity > m.most() || count != want || count != len(c.b), badValue)
		if m.kind == readRequest {
			m.kind = readWriteMany
		} else {
			m.kind = writeMany
		}
		m.data = c.rest()
	default:
		if m.value, m.or = c.u16(), c.u16(); !c.short {
			m.kind = writeMask
		}
	}
}

func (m *message) response(c *cursor) {
	n := len(c.b)
	switch {
	case m.function >= exceptionBit:
		m.exception(c)
		return
	case m.function == fnDiagnostic:
		m.diagnostic(c)
		return
	case m.function == fnMEI:
		m.mei(c)
		return
	case m.function == fnExceptionStatus:
		m.flaw(n != 1, badLength)
	case m.function == fnEventCounter:
		m.flaw(n != 4, badLength)
	case m.does(buf.ModbusRead):
		count := int(c.u8())
		if c.short {
			return
		}
		m.flaw(count == 0 || count > maxRead || count != len(c.b), badValue)
		m.kind, m.data = readResponse, c.rest()
		return
	case m.does(buf.ModbusWrite):
		m.address, m.value = c.u16(), c.u16()
		if !m.does(buf.ModbusSingle | buf.ModbusMultiple) {
			m.or = c.u16()
		}
		if c.short {
			return
		}
		m.kind = writeOne
		if !m.does(buf.ModbusSingle | buf.ModbusMultiple) {
			m.kind = writeMask
		}
		m.flaw(m.does(buf.ModbusMultiple) && (m.value == 0 || m.value > m.most()), badValue)
		return
	default:
		m.flaw(m.function == 0, badFunction)
	}
	m.kind, m.data = octets, c.rest()
}

// exception reads the code of one, and asks whether the function may answer with it
// (section 7).
func (m *message) exception(c *cursor) {
	code := c.u8()
	if c.short {
		return
	}
	m.kind, m.code = exception, uint16(code)
	f := m.code7()
	bad := exceptionNames.of(m.code) == ""
	switch code {
	case 2: // illegal address
		bad = f > 6 && f < 15 || f > 16 && f < 22
	case 3: // illegal value
		bad = f == fnDiagnostic
	case 8: // memory parity
		bad = f != fnReadFile && f != fnWriteFile
	}
	m.flaw(bad, badException)
}

func (m *message) diagnostic(c *cursor) {
	code := c.u16()
	if c.short {
		return
	}
	m.kind, m.code, m.data = diagnostic, code, c.rest()
}

// diagnosticValue checks the data of a diagnostic request (section 6.8).
func (m *message) diagnosticValue() {
	if m.kind != diagnostic || len(m.data) != 2 || diagnosticNames.of(m.code) == "" {
		return
	}
	hi, lo := m.data[0], m.data[1]
	switch m.code {
	case 0, 4: // query data, listen only mode
	case 1: // restart of communications
		m.flaw(lo != 0 || hi != 0 && hi != 0xff, badValue)
	case 3: // delimiter
		m.flaw(lo != 0, badValue)
	default:
		m.flaw(hi != 0 || lo != 0, badValue)
	}
}

func (m *message) mei(c *cursor) {
	code := c.u8()
	if c.short {
		return
	}
	m.kind, m.code, m.data = mei, uint16(code), c.rest()
}

// answers reports whether a response belongs to a request. Where it does and says
// something else than was asked, that is a flaw of it.
func (m *message) answers(r *message) bool {
	if m.transaction != r.transaction || m.unit != r.unit || m.code7() != r.code7() {
		return false
	}
	switch {
	case m.kind == exception, m.kind == octets, m.kind == empty, r.flaws&badLength != 0:
	case m.kind == diagnostic, m.kind == mei:
		return m.kind == r.kind && m.code == r.code
	case m.kind == readResponse:
		want := 2 * int(r.readQuantity)
		if r.does(buf.ModbusCoils | buf.ModbusDiscretes) {
			want = (int(r.readQuantity) + 7) / 8
		}
		m.flaw(len(m.data) != want, badValue)
	case r.kind == writeMany:
		m.flaw(m.address != r.address || m.value != r.quantity, badValue)
	default:
		m.flaw(m.address != r.address || m.value != r.value || m.or != r.or, badValue)
	}
	return true
}

// addresses are the first and the last that a request goes to, counted from 1; of one
// that reads and writes, what is written.
func (m *message) addresses() (first, last uint32, ok bool) {
	at, n := m.address, uint32(m.quantity)
	switch m.kind {
	case readRequest:
		at, n = m.read, uint32(m.readQuantity)
	case writeOne, writeMask:
		n = 1
	case writeMany, readWriteMany:
	default:
		return 0, 0, false
	}
	return uint32(at) + 1, uint32(at) + n, n > 0 && uint32(at)+n <= 0xffff
}

// written is what goes to an address, counted from 1.
func (m *message) written(address uint16) (uint16, bool) {
	first, last, ok := m.addresses()
	if a := uint32(address); !ok || a < first || a > last {
		return 0, false
	}
	i := int(uint32(address) - first)
	switch {
	case m.kind == writeOne && m.does(buf.ModbusCoils):
		if m.value != 0 {
			return 1, true
		}
		return 0, true
	case m.kind == writeOne:
		return m.value, true
	case m.kind != writeMany && m.kind != readWriteMany:
		return 0, false
	case m.does(buf.ModbusCoils):
		if i/8 >= len(m.data) {
			return 0, false
		}
		return uint16(m.data[i/8] >> (i % 8) & 1), true
	}
	if 2*i+1 >= len(m.data) {
		return 0, false
	}
	return uint16(m.data[2*i])<<8 | uint16(m.data[2*i+1]), true
}
