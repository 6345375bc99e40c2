package buf

// Classes of function codes (Modbus application protocol V1.1b3, section 5), bits of
// FieldModbusCategory.
const (
	ModbusAssigned = 1 << iota
	ModbusUnassigned
	ModbusUser
	ModbusReserved
	ModbusAll = 1<<iota - 1
)

// What a function does with the primary tables (section 4.3), bits of
// FieldModbusAccess.
const (
	ModbusRead = 1 << iota
	ModbusWrite
	ModbusDiscretes
	ModbusCoils
	ModbusInput
	ModbusHolding
	ModbusSingle
	ModbusMultiple
)
