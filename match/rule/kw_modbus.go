package rule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weir-ips/weir/match/buf"
)

var modbusKeyword = Keyword{Name: "modbus", Group: "modbus", NeedsValue: true, parse: parseModbus,
	Doc: "modbus:[unit N,] function N|CATEGORY[, subfunction N] or access read|write [TABLE][, address A][, value V]"}

// modbusCategories are the classes of function codes, modbusTables the primary
// tables, as bits; coils and holding registers can be written.
var (
	modbusCategories = map[string]uint64{"assigned": buf.ModbusAssigned, "unassigned": buf.ModbusUnassigned,
		"public": buf.ModbusAssigned | buf.ModbusUnassigned, "user": buf.ModbusUser, "reserved": buf.ModbusReserved, "all": buf.ModbusAll}
	modbusTables = map[string]uint64{"discretes": buf.ModbusDiscretes, "coils": buf.ModbusCoils, "input": buf.ModbusInput, "holding": buf.ModbusHolding}
)

// ModbusAddress asks for an access to addresses, counted from 1, and for what is
// written to the first of them.
type ModbusAddress struct {
	Address  Range
	Value    Range
	HasValue bool
}

// modbusItems are the items of the keyword: a unit, then a function or an access,
// each followed by what belongs to it.
type modbusItems struct {
	conds []Cond
	addr  *ModbusAddress
	last  string
	write bool
}

// parseModbus reads the items; all are about the request.
func parseModbus(p *parser, _, v string) error {
	var m modbusItems
	for i, item := range fields(strings.ToLower(strings.Trim(strings.TrimSpace(v), `"`))) {
		word, arg, _ := strings.Cut(strings.TrimSpace(item), " ")
		if err := m.item(i, word, strings.TrimSpace(arg)); err != nil {
			return err
		}
		m.last = word
	}
	if m.last == "" {
		return errors.New("want unit, function or access")
	}
	if m.addr != nil {
		m.conds = append(m.conds, m.addr)
	}
	for _, c := range m.conds {
		p.addTx(c, []string{"modbus"}, buf.TS)
	}
	return nil
}

func (m *modbusItems) item(i int, word, arg string) error {
	first := m.last == "" || m.last == "unit"
	switch {
	case word == "unit" && i == 0:
		return m.number(buf.FieldModbusUnit, arg)
	case word == "function" && first:
		return m.function(arg)
	case word == "subfunction" && m.last == "function":
		n, ok := parseUint(arg, 16)
		if !ok {
			return fmt.Errorf("subfunction %q is no number to 65535", arg)
		}
		m.add(buf.FieldModbusSubfunction, Range{Lo: n, Hi: n})
		return nil
	case word == "access" && first:
		return m.access(strings.Fields(arg))
	case word == "address" && m.last == "access":
		r, err := modbusRange(arg)
		m.addr = &ModbusAddress{Address: r}
		return err
	case word == "value" && m.last == "address":
		return m.value(arg)
	}
	return fmt.Errorf("%q does not belong here", word)
}

func (m *modbusItems) add(id buf.FieldID, r Range) {
	m.conds = append(m.conds, &Numeric{Field: id, Range: r})
}

func (m *modbusItems) number(id buf.FieldID, arg string) error {
	r, err := parseRange(arg, 16)
	m.add(id, r)
	return err
}

// modbusRange is a range without bits.
func modbusRange(arg string) (Range, error) {
	r, err := parseRange(arg, 16)
	if err == nil && r.Mask {
		err = fmt.Errorf("%q, want a number or a range", arg)
	}
	return r, err
}

// anyOf holds where a value has one of the bits.
func anyOf(bits uint64) Range { return Range{Mask: true, Lo: bits, Neg: true} }

func (m *modbusItems) function(arg string) error {
	if n, ok := parseUint(arg, 8); ok && n > 0 {
		m.add(buf.FieldModbusFunction, Range{Lo: n, Hi: n})
		return nil
	}
	name := strings.TrimSpace(strings.TrimPrefix(arg, "!"))
	bits, ok := modbusCategories[name]
	if !ok {
		return fmt.Errorf("function %q, want a number from 1 to 255 or %s", arg, strings.Join(slices.Sorted(maps.Keys(modbusCategories)), ", "))
	}
	if strings.HasPrefix(arg, "!") {
		bits = buf.ModbusAll &^ bits
	}
	m.add(buf.FieldModbusCategory, anyOf(bits))
	return nil
}

func (m *modbusItems) access(f []string) error {
	if len(f) == 0 || len(f) > 2 || f[0] != "read" && f[0] != "write" {
		return fmt.Errorf("access %q, want read or write and a table", strings.Join(f, " "))
	}
	bits := uint64(buf.ModbusRead)
	if m.write = f[0] == "write"; m.write {
		bits = buf.ModbusWrite
	}
	m.add(buf.FieldModbusAccess, anyOf(bits))
	if len(f) < 2 {
		return nil
	}
	table, ok := modbusTables[f[1]]
	if !ok || m.write && table != buf.ModbusCoils && table != buf.ModbusHolding {
		return fmt.Errorf("table %q, want %s (coils and holding for write)", f[1], strings.Join(slices.Sorted(maps.Keys(modbusTables)), ", "))
	}
	m.add(buf.FieldModbusAccess, anyOf(table))
	return nil
}

func (m *modbusItems) value(arg string) (err error) {
	a := m.addr
	switch {
	case !m.write:
		return errors.New("a value is for write access")
	case a.Address.Lo != a.Address.Hi || a.Address.Neg:
		return errors.New("a value is at one address, not in a range of them")
	}
	a.HasValue = true
	a.Value, err = modbusRange(arg)
	return err
}
