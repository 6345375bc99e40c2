package modbus

// names are the names of numbers, at their places; empty: there is none.
type names []string

func (n names) of(v uint16) string {
	if int(v) < len(n) {
		return n[v]
	}
	return ""
}

// or is the name of a number, or another word.
func (n names) or(v uint16, none string) string {
	if text := n.of(v); text != "" {
		return text
	}
	return none
}

// Names of bits: of match/buf's constants, and of flaws.
var (
	accessBits   = [...]string{"READ", "WRITE", "DISCRETES", "COILS", "INPUT", "HOLDING", "SINGLE", "MULTIPLE"}
	categoryBits = [...]string{"PUBLIC_ASSIGNED", "PUBLIC_UNASSIGNED", "USER_DEFINED", "RESERVED"}
	flawBits     = [...]string{"DATA_VALUE", "DATA_LENGTH", "EXC_CODE", "FUNC_CODE", "PROTO_ID"}
)

// Registers of the application protocol (V1.1b3): functions (section 6), diagnostics
// (6.8), encapsulated interfaces (6.19), exceptions (7).
var (
	functionNames = names{1: "RdCoils", 2: "RdDiscreteInputs", 3: "RdHoldRegs", 4: "RdInputRegs", 5: "WrSingleCoil", 6: "WrSingleReg",
		7: "RdExcStatus", 8: "Diagnostic", 9: "Program484", 10: "Poll484", 11: "GetCommEventCtr", 12: "GetCommEventLog",
		13: "ProgramController", 14: "PollController", 15: "WrMultCoils", 16: "WrMultRegs", 17: "ReportServerID", 18: "Program884",
		19: "ResetCommLink", 20: "RdFileRec", 21: "WrFileRec", 22: "MaskWrReg", 23: "RdWrMultRegs", 24: "RdFIFOQueue", 43: "MEI"}
	diagnosticNames = names{0: "RetQueryData", 1: "RestartCommOpt", 2: "RetDiagReg", 3: "ChangeInputDelimiter", 4: "ForceListenOnlyMode",
		10: "ClearCtrDiagReg", 11: "RetBusMsgCount", 12: "RetBusCommErrCount", 13: "RetBusExcErrCount", 14: "RetServerMsgCount",
		15: "RetServerNoRespCount", 16: "RetServerNAKCount", 17: "RetServerBusyCount", 18: "RetBusCharOverrunCount", 19: "RetOverrunErrCount",
		20: "ClearOverrunCounterFlag", 21: "GetClearPlusStats"}
	meiNames       = names{13: "CANOpenGenRefReqResp", 14: "RdDevId"}
	exceptionNames = names{1: "IllegalFunction", 2: "IllegalDataAddr", 3: "IllegalDataValue", 4: "ServerDeviceFail", 5: "Ack",
		6: "ServerDeviceBusy", 7: "NegAck", 8: "MemParityErr", 10: "GatewayPathUnavailable", 11: "GatewayTargetFailToResp"}
)
